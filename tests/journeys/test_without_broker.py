"""The broker frozen, dead and back, under real processes: pages answer, work goes on, nothing is done twice."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from sandbox.platforms.shopify.spec import Line
from sandbox.world import World
from tests.rigs import processes
from tests.rigs.servers import Redis, redis_process
from tests.rigs.stack import Stack, stack

pytestmark = [pytest.mark.live, pytest.mark.prove, pytest.mark.redis, pytest.mark.loopback]

AT_ONCE = 8  # as many as the web process has threads
PROMPTLY = 6.0  # seconds, on a machine that does other things too; a page that hangs never ends
PASSWORD = "a long and quiet password"
CONNECT = """
from django.conf import settings
from stores.models import User, Store
from stores.services import connections
owner = User.objects.create_user("olga@example.com", %r, name="Olga Marin", is_owner=True)
address = {"shop": "demo", "base_url": f"{settings.SANDBOX_URL}/shopify/demo"}
connections.connect(owner, "shopify", "Acrylic Studio", address, {"token": %r})
Store.objects.update(hold_seconds=0)
"""
ORDERS = "from stores.models import OrderRecord as O; print(*O.objects.order_by('pk').values_list('uuid', flat=True))"
STATES = "from cancellations.models import Cancellation as C; print(*C.objects.values_list('state', flat=True))"


@pytest.fixture
def broker() -> Iterator[Redis]:
    with redis_process() as made:
        yield made


@pytest.fixture
def desk(broker: Redis) -> Iterator[Stack]:
    with stack(CELERY_BROKER_URL=broker.url, SECOND_FACTOR="optional") as made:
        yield made


def world_of(desk: Stack) -> World:
    return World.open(desk.folder / "sandbox.sqlite3")


def set_up(desk: Stack, count: int) -> list[str]:
    """A connected shop; the uuids of its orders."""
    world = world_of(desk)
    world.switch("limit", "plus")
    for _ in range(count):
        world.make_order("demo", lines=[Line(title="Gesso, 1 l", quantity=3, price="12.90")])
    desk.shell(CONNECT % (PASSWORD, (world.shop("demo") or {})["static_token"]))
    world.close()
    desk.until(lambda: len(desk.shell(ORDERS).split()) == count, what="the orders are imported")
    return desk.shell(ORDERS).split()


class Person:
    """One browser without script."""

    def __init__(self, desk: Stack) -> None:
        self.desk, self.session, self.seconds = desk, requests.Session(), [0.0]
        page = self.get("/")
        sent = self.post(page.url, page, login="olga@example.com", password=PASSWORD)
        assert "Orders" in sent.text, sent.text

    def get(self, path: str) -> requests.Response:
        return self._timed(lambda: self.session.get(path if "://" in path else self.desk.url + path, timeout=60))

    def post(self, path: str, page: requests.Response, **form: str) -> requests.Response:
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', page.text) or re.search(
            r"[Tt]oken\W+(\w{64})", page.text
        )
        assert token, page.text
        form["csrfmiddlewaretoken"] = token[1]
        headers = {"Referer": self.desk.url}
        url = path if "://" in path else self.desk.url + path
        return self._timed(lambda: self.session.post(url, form, headers=headers, timeout=60))

    def _timed(self, ask) -> requests.Response:
        began = time.monotonic()
        try:
            return ask()
        finally:
            self.seconds.append(time.monotonic() - began)

    def prepare(self, order: str) -> tuple[str, dict[str, str], requests.Response]:
        """See what will happen, up to the button."""
        page = self.get(f"/orders/{order}?live=1")
        page = self.get(f"/orders/{order}/live")
        line = re.search(r'name="(units\.[^"]+)"', page.text)
        assert line, page.text
        form = {"reason": "customer", "reason_was": "customer", "refund": "full", "restock": "on", line[1]: "1"}
        top = self.get(f"/orders/{order}")
        seen = self.post(f"/orders/{order}/preview", top, **form)
        preview = re.search(r'name="preview" value="([^"]+)"', seen.text)
        assert preview, seen.text
        return f"/orders/{order}/confirm", form | {"preview": preview[1]}, top

    def confirm(self, prepared: tuple[str, dict[str, str], requests.Response]) -> float:
        """Press it, again while others keep the seats at the shop; how long the slowest page since took."""
        self.seconds.clear()
        path, form, page = prepared
        answer = processes.until(lambda: self._pressed(path, page, form), seconds=60, what="it is confirmed")
        assert "/cancellations/" in answer.url
        return max(self.seconds)

    def _pressed(self, path: str, page: requests.Response, form: dict[str, str]) -> requests.Response | None:
        answer = self.post(path, page, **form)
        return answer if answer.status_code == 200 else None


def all_done(desk: Stack, count: int) -> bool:
    return desk.shell(STATES).split() == ["done"] * count


def refunds(desk: Stack) -> int:
    world = world_of(desk)
    try:
        return len(world.effects(kind="refund"))
    finally:
        world.close()


def test_pages_answer_and_work_goes_on_whatever_the_broker_does(desk, broker):
    orders = set_up(desk, AT_ONCE + 4)
    people = [Person(desk) for _ in range(AT_ONCE)]
    ready = [person.prepare(order) for person, order in zip(people, orders, strict=False)]

    broker.signal(signal.SIGSTOP)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        seconds = list(pool.map(Person.confirm, people, ready))
    assert max(seconds) < PROMPTLY
    people[0].get("/cancellations")
    assert people[0].seconds[-1] < PROMPTLY
    desk.until(lambda: all_done(desk, AT_ONCE), seconds=120, what="done without a broker that answers")

    broker.signal(signal.SIGCONT)
    people[0].confirm(people[0].prepare(orders[AT_ONCE]))
    desk.until(lambda: all_done(desk, AT_ONCE + 1), seconds=60, what="done with the broker back")

    broker.stop()
    assert people[0].confirm(people[0].prepare(orders[AT_ONCE + 1])) < PROMPTLY
    desk.until(lambda: all_done(desk, AT_ONCE + 2), seconds=60, what="done without a broker")
    desk.restart_worker()  # one that never had a broker
    people[0].confirm(people[0].prepare(orders[AT_ONCE + 2]))
    desk.until(lambda: all_done(desk, AT_ONCE + 3), seconds=60, what="done by a worker that never had a broker")

    broker.start()
    people[0].confirm(people[0].prepare(orders[AT_ONCE + 3]))
    desk.until(lambda: all_done(desk, AT_ONCE + 4), seconds=60, what="done with a new broker")
    assert refunds(desk) == AT_ONCE + 4
