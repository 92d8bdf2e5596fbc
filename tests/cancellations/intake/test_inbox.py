"""What a webhook causes: one read of what it names, believed only as far as the read shows it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cancellations.intake import inbox, inbox_writer
from cancellations.models import Inbox
from stores.models import OrderRecord, Store
from stores.services import addressee, credentials, orders
from tests.rigs.desk import Desk

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
DAY = 86_400


def event(desk: Desk, topic: str = "orders/updated", **body: Any) -> Inbox:
    """A verified webhook as it lies in the inbox."""
    raw = json.dumps(body).encode()
    to = addressee.find(desk.store.connection.inbox_token)
    assert to is not None
    inbox_writer.receive(to, {"X-Shopify-Topic": topic}, raw)
    return Inbox.objects.latest("pk")


def number_of(gid: str) -> int:
    return int(gid.rsplit("/", 1)[-1])


def reads(desk: Desk) -> float:
    return sum(desk.world.counters()["requests"].values())


def test_reads_the_named_order_and_keeps_it(desk: Desk) -> None:
    made = desk.world.make_order()
    row = event(desk, "orders/create", id=number_of(made.id), total_price="0.01")

    inbox.handle(row.pk)

    record = OrderRecord.objects.get(external_id=made.id)
    assert record.total_minor != 1  # nothing in the body is believed
    assert Inbox.objects.get().state == "read"


def test_a_second_pass_does_nothing(desk: Desk) -> None:
    row = event(desk, id=number_of(desk.world.make_order().id))
    inbox.handle(row.pk)
    before = reads(desk)

    inbox.handle(row.pk)

    assert reads(desk) == before


def test_a_burst_about_one_order_costs_one_read(desk: Desk) -> None:
    order = number_of(desk.world.make_order().id)
    rows = [event(desk, id=order, n=n) for n in range(5)]
    inbox.handle(rows[0].pk)
    before = reads(desk)

    for row in rows[1:]:
        inbox.handle(row.pk)

    assert reads(desk) == before
    assert set(Inbox.objects.values_list("state", flat=True)) == {"read"}


def test_a_stale_webhook_never_turns_the_copy_back(desk: Desk) -> None:
    record = desk.order()
    row = event(desk, id=number_of(record.external_id), updated_at="2020-01-01T00:00:00Z")

    desk.travel(DAY)
    inbox.handle(row.pk)

    after = OrderRecord.objects.get(pk=record.pk)
    assert after.updated_at >= record.updated_at
    assert after.read_at > record.read_at


def test_an_order_that_was_read_since_is_not_read_again(desk: Desk) -> None:
    record = desk.order()
    row = event(desk, id=number_of(record.external_id))
    desk.travel(1)
    desk.live(record)
    before = reads(desk)

    inbox.handle(row.pk)

    assert reads(desk) == before


def test_an_order_that_is_gone_is_forgotten(desk: Desk) -> None:
    record = desk.order()
    OrderRecord.objects.filter(pk=record.pk).update(external_id="gid://shopify/Order/999999999")
    row = event(desk, "orders/delete", id=999999999)
    desk.travel(1)

    inbox.handle(row.pk)

    assert not OrderRecord.objects.filter(pk=record.pk).exists()
    assert Inbox.objects.get().state == "read"


def test_a_webhook_that_says_deleted_is_not_believed(desk: Desk) -> None:
    record = desk.order()
    row = event(desk, "orders/delete", id=number_of(record.external_id))
    desk.travel(1)

    inbox.handle(row.pk)

    assert OrderRecord.objects.filter(pk=record.pk).exists()


@pytest.mark.parametrize("fault", ["drop_before", "error_before", "html", "hang_before", "cut_json", "garbage"])
def test_a_failed_read_is_tried_again_later(desk: Desk, fault: str) -> None:
    desk.order()
    row = event(desk, id=number_of(desk.world.make_order().id))
    desk.world.fault(fault, times=10)

    inbox.handle(row.pk)

    row.refresh_from_db()
    assert (row.state, row.tries) == ("waiting", 1)
    assert row.next_attempt_at is not None
    desk.world.clear_faults()
    desk.travel(60)
    inbox.handle(row.pk)
    assert OrderRecord.objects.count() == 2


def test_an_uninstalled_app_disconnects_the_shop_only_when_a_read_is_refused(desk: Desk) -> None:
    row = event(desk, "app/uninstalled", id=1)
    inbox.handle(row.pk)
    assert Store.objects.get().state == "active"

    credentials.keep(desk.store.connection, {"token": "shpat_" + "0" * 32})
    row = event(desk, "app/uninstalled", id=2)
    inbox.handle(row.pk)

    assert Store.objects.get().state == "disconnected"


def test_reordered_webhooks_end_in_the_newest_state(desk: Desk) -> None:
    record = desk.order()
    later, earlier = (event(desk, id=number_of(record.external_id), n=n) for n in (2, 1))
    desk.travel(5)

    inbox.handle(later.pk)
    inbox.handle(earlier.pk)

    assert orders.order_of(OrderRecord.objects.get()) == desk.live(record)
