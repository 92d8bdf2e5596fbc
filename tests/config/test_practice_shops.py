"""A practice shop is one button away, is marked, and leaves with one button; where no sandbox is, nobody offers one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.conf import settings
from django.test import override_settings
from django.urls import reverse

from cancellations.selectors import audit, looks
from config.up import practice, practice_shops
from sandbox.core.router import application
from sandbox.world import World
from stores.models import AuditEvent, Connection, Membership, Store, StoreState
from stores.platforms import registry
from stores.selectors import access
from stores.services import practice as service
from tests import make

pytestmark = [pytest.mark.loopback, pytest.mark.django_db]


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Nothing on the console."""


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A sandbox that answers on a port of this machine; the settings know where."""
    monkeypatch.setattr(practice_shops, "ORDERS", 3)
    path = tmp_path / "sandbox.sqlite3"
    with make_server("127.0.0.1", 0, lambda *wsgi: application(World.open(path))(*wsgi), handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        with override_settings(SANDBOX_URL=url, STATE_DIR=tmp_path):
            yield url
        server.shutdown()
        thread.join()


def press(client, platform="shopify"):
    return client.post(reverse("practice_shop", args=[platform]))


@pytest.mark.parametrize("platform", registry.PLATFORMS)
def test_one_button_connects_a_practice_shop_of_each_platform(cast, browser_of, sandbox, platform):
    answer = press(browser_of(cast.owner, proved=False), platform)

    store = Store.objects.get(is_sandbox=True)
    assert answer.status_code == 302
    assert (store.platform, store.name) == (platform, f"Practice {registry.get(platform).label}")
    assert store.connection.settings["base_url"].startswith(sandbox)


def test_pressed_twice_there_is_one(cast, browser_of, sandbox):
    owner = browser_of(cast.owner)

    first, second = press(owner), press(owner)

    assert first["Location"] == second["Location"]
    assert Store.objects.filter(is_sandbox=True).count() == 1


def test_who_may_not_connect_shops_gets_no_practice_shop_either(cast, browser_of, sandbox):
    assert press(browser_of(cast.admin_a)).status_code == 404
    assert not Store.objects.filter(is_sandbox=True).exists()


def test_an_unknown_platform_is_not_found(cast, browser_of, sandbox):
    assert press(browser_of(cast.owner), "nobody").status_code == 404


@pytest.mark.parametrize("page", ["shops:connect", "first_steps"])
def test_it_is_offered_where_the_sandbox_is_served_and_nowhere_else(cast, browser_of, sandbox, page, monkeypatch):
    Store.objects.all().delete()
    owner, button = browser_of(cast.owner), reverse("practice_shop", args=["square"])

    offered = owner.get(reverse(page)).content.decode()
    monkeypatch.setattr(practice, "is_here", lambda: False)
    without = owner.get(reverse(page)).content.decode()

    assert button in offered
    assert button not in without
    assert press(owner)["Location"] == reverse("shops:connect")
    assert not Store.objects.exists()


def test_its_pages_say_that_it_is_one(cast, browser_of, sandbox):
    owner = browser_of(cast.owner)
    press(owner)
    store = Store.objects.get(is_sandbox=True)

    marked = owner.get(reverse("shops:detail", args=[store.uuid])).content.decode()
    real = owner.get(reverse("shops:detail", args=[cast.shop_a.uuid])).content.decode()

    assert "Practice shop:" in marked
    assert "Practice shop:" not in real


def test_removed_it_leaves_every_list_and_stays_in_the_audit_log(cast, browser_of, sandbox):
    owner = browser_of(cast.owner)
    press(owner)
    store = Store.objects.get(is_sandbox=True)
    make.membership(cast.staff_a, store, "staff")
    make.cancellation(record=make.order_record(store=store), state="needs_operator")
    before = looks.count(cast.owner)

    answer = owner.post(reverse("shops:remove", args=[store.uuid]))

    store.refresh_from_db()
    assert answer.status_code == 302
    assert store.state == StoreState.DISCONNECTED
    assert store not in access.stores_for(cast.owner)
    assert not Membership.objects.filter(store=store).exists()
    assert looks.count(cast.owner) == before - 1
    assert owner.get(reverse("shops:detail", args=[store.uuid])).status_code == 404
    assert audit.search(cast.owner, audit.AuditQuery(action="shop.removed")).rows
    assert owner.post(reverse("shops:remove", args=[store.uuid])).status_code == 404


def test_after_it_was_removed_the_button_makes_another(cast, browser_of, sandbox):
    owner = browser_of(cast.owner)
    press(owner)
    service.remove(cast.owner, Store.objects.get(is_sandbox=True))

    press(owner)

    names = [row.settings["base_url"].rpartition("/")[2] for row in Connection.objects.filter(stores__is_sandbox=True)]
    assert sorted(names) == ["practice1", "practice2"]


def test_a_real_shop_is_never_removed(cast, browser_of):
    answer = browser_of(cast.owner).post(reverse("shops:remove", args=[cast.shop_a.uuid]))

    assert answer["Location"] == reverse("shops:detail", args=[cast.shop_a.uuid])
    assert Store.objects.get(pk=cast.shop_a.pk).removed_at is None
    assert not AuditEvent.objects.filter(kind="shop.removed").exists()


def test_practice_shops_follow_the_sandbox_to_another_port_and_real_ones_stay(cast, browser_of, sandbox):
    press(browser_of(cast.owner))
    real = cast.shop_a.connection.settings.copy()

    service.follow("http://127.0.0.1:9")

    moved = Connection.objects.get(stores__is_sandbox=True)
    assert moved.settings["base_url"] == "http://127.0.0.1:9/shopify/practice1"
    assert Connection.objects.get(pk=cast.shop_a.connection_id).settings == real
    assert sandbox == settings.SANDBOX_URL
