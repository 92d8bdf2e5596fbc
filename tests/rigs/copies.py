"""Two shops of one world, of which the second mirrors the first's orders; and time to read on in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from cancellations.execution import mirrored_orders
from cancellations.models import MirrorWatch
from sandbox.platforms.shopify.spec import Line
from sandbox.platforms.shopify.views.order import OrderView
from stores.kernel import clock
from stores.models import OrderRecord, Role
from stores.platforms.shopify import Shopify
from stores.services import orders, platform_client
from tests import make
from tests.rigs.desk import Desk, connected

HOUR = 3600  # seconds
RED = Line(sku="RED", quantity=3)
BLUE = Line(sku="BLUE", quantity=1)
Pair = tuple[OrderRecord, OrderRecord]


@pytest.fixture
def mirror(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., OrderRecord]]:
    """A second shop whose orders name those of the first: what a platform that mirrors orders looks like."""
    desk.world.add_shop("atelier")
    other = connected(desk.world, "atelier")
    make.membership(desk.staff, other, Role.STAFF)
    sources: dict[str, str] = {}
    monkeypatch.setattr(Shopify, "copies_by", "source_id")
    monkeypatch.setattr(OrderView, "source_identifier", property(lambda self: sources.get(self.id)))

    def of(record: OrderRecord, *lines: Line) -> OrderRecord:
        made = desk.world.make_order("atelier", lines=list(lines) or [RED, BLUE])
        sources[made.id] = record.number
        return orders.save(other, platform_client.open_platform(other).read_order(made.id), clock.now())

    yield of
    platform_client.forget_session(other.connection)


@pytest.fixture
def pair(desk: Desk, mirror: Callable[..., OrderRecord]) -> Pair:
    """(original, copy): three red units and a blue one."""
    original = desk.order(lines=[RED, BLUE])
    return original, mirror(original)


def read_on(desk: Desk, hours: int) -> MirrorWatch:
    """Let time pass; every watch that falls due is read."""
    for _ in range(hours * 4):
        desk.travel(HOUR / 4)
        for uuid in mirrored_orders.due(clock.now(), 100):
            mirrored_orders.look(uuid)
    return MirrorWatch.objects.get()
