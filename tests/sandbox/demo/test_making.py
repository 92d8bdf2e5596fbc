"""The demo is made by the product over real HTTP, and says what it shows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import time_machine
from django.test import override_settings

from cancellations.execution import executor
from cancellations.models import Cancellation
from sandbox.core.router import application
from sandbox.demo import cast, making, stories
from sandbox.platforms.shopify.seeds import SEEDS
from sandbox.world import World
from stores.kernel import clock
from stores.models import Membership, OrderRecord, Store, User
from stores.platforms import registry
from stores.selectors import access

pytestmark = [pytest.mark.loopback, pytest.mark.django_db(transaction=True)]


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Nothing on the console."""


@pytest.fixture
def world_path(tmp_path: Path) -> Iterator[Path]:
    """A sandbox that answers on a port of this machine; settings know where."""
    path = tmp_path / "sandbox.sqlite3"
    with make_server("127.0.0.1", 0, lambda *wsgi: application(World.open(path))(*wsgi), handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        with override_settings(SANDBOX_URL=f"http://127.0.0.1:{server.server_port}", DEMO=True):
            yield path
        server.shutdown()
        thread.join()


@pytest.fixture
def said(world_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr("sandbox.demo.shops.ORDERS", 20)
    said: list[str] = []
    assert making.make(world_path, said.append), said
    return said


def told(seed: str) -> Cancellation:
    return Cancellation.objects.get(order__customer_email=SEEDS[seed]["person"].email)


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (User, Store, Membership, OrderRecord, Cancellation))


def test_the_demo_tells_each_story_and_made_again_nothing_is_doubled(said: list[str], world_path: Path) -> None:
    assert len(said) == 1 + len(stories.STORIES)
    assert (told("paid by card").state, told("paid by card").differs) == ("done", False)
    assert told("on hold").state == "running"  # a no is believed after a second look
    assert told("taxes included").state == "held"
    assert told("paid card + gift card").steps.get(kind="refund").state == "unknown"
    assert OrderRecord.objects.filter(store__platform="shopify").count() == 20 + len(SEEDS)
    assert {store.platform for store in Store.objects.all()} == {kind.key for kind in registry.all_platforms()}
    assert all(store.orders.exists() for store in Store.objects.all())
    before = counts()

    assert making.make(world_path, said.append)

    assert counts() == before


def test_what_the_platform_refused_is_called_so_after_a_second_look(said: list[str]) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for _ in range(3):
            traveller.shift(31)
            executor.advance(told("on hold").uuid)

    assert told("on hold").state == "refused"


def test_what_the_platform_did_unasked_differs_and_everybody_can_see_it(said: list[str]) -> None:
    cancellation = told("partly shipped (two locations)")

    with time_machine.travel(clock.now(), tick=False) as traveller:
        for seconds in (3, 6, 16, 61):
            traveller.shift(seconds)
            executor.advance(cancellation.uuid)

    cancellation.refresh_from_db()
    assert (cancellation.state, cancellation.differs) == ("done", True), cancellation.trouble
    for person in cast.CAST:
        user = User.objects.get(email=person.email)
        assert user.check_password(person.password)
        assert access.can(user, "cancellations.view", cancellation.store, cancellation)
