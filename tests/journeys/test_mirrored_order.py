"""A supplier's own shop and the network that mirrors it: cancelled on one side, followed on the other."""

from __future__ import annotations

import html
from typing import Any

from cancellations.execution import mirrored_orders
from cancellations.models import Cancellation, MirrorWatch
from sandbox.platforms.modern_dropship.spec import Line as Wholesale
from sandbox.platforms.shopify.spec import Line
from stores.kernel import clock
from stores.models import OrderRecord, Role
from stores.services import orders, platform_client
from tests import make
from tests.rigs.desk import Desk, connected


def text_of(answer: Any) -> str:
    return " ".join(html.unescape(answer.content.decode()).split())


def both(desk: Desk) -> tuple[OrderRecord, OrderRecord]:
    """(the order in the supplier's own shop, the network's order that names it)."""
    own = connected(desk.world)
    make.membership(desk.staff, own, Role.STAFF)
    made = desk.world.make_order(lines=[Line(sku="RED", quantity=3)])
    original = orders.save(own, platform_client.open_platform(own).read_order(made.id), clock.now())
    return original, desk.order(lines=[Wholesale(sku="RED", quantity=3)], seller_code=original.number)


def test_cancelled_in_the_network_it_is_cancelled_in_the_own_shop_by_a_person(dropship_desk: Desk, browser_of: Any):
    desk = dropship_desk
    original, copy = both(desk)
    page = text_of(browser_of(desk.staff).get("/orders"))
    assert page.count("<tr data-row") == 1, "two shops, one order, one row"
    kept = frozenset(line.id for line in desk.live(copy).lines)

    done = desk.work(desk.confirm(copy, desk.some(copy, 2, keep_stock=kept)))
    assert (done.state, done.differs) == ("done", False), done.trouble
    watch = MirrorWatch.objects.get()
    assert watch.order == original
    desk.travel(25 * 3600)
    mirrored_orders.look(str(watch.uuid))

    browser = browser_of(desk.staff)
    assert "The same order is still open in another shop" in text_of(browser.get(f"/cancellations/{done.uuid}"))
    there = text_of(browser.get(f"/orders/{original.uuid}", {"like": str(done.uuid)}))
    assert "Cancel 2 units" in there
    assert "The same order stands in another shop, too." in there
    assert Cancellation.objects.count() == 1
    assert desk.world.effects(original.external_id) == []

    second = desk.work(desk.confirm(original, desk.some(original, 2)))
    mirrored_orders.look(str(watch.uuid))

    watch.refresh_from_db()
    assert (second.state, watch.state) == ("done", "agrees")
