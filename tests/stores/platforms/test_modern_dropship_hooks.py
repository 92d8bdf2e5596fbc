"""Events are hints that nobody signed: the order's id is taken, and nothing else."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from cancellations.models import Inbox, InboxState
from stores.canonical.events import EventKind
from stores.platforms.modern_dropship import ModernDropship
from tests import make

ORDER = {"_id": "65f1c0ffee0000000000a001", "updated": "2026-11-19T09:00:00Z", "items": []}


def events(body) -> list:
    return ModernDropship.parse_hook({}, json.dumps(body).encode())


@pytest.mark.parametrize(
    "body",
    [
        ORDER,
        {"id": "8a6e0804", "topic": "order.cancelled", "data": ORDER},
        {"eventId": "8a6e0804", "event": "order.cancelled", "order": ORDER},
        {"payload": {"order": ORDER}},
        {"topic": "order.fulfilled", "data": {"orderId": ORDER["_id"]}},
    ],
)
def test_the_orders_id_is_found_wherever_it_stands(body):
    (event,) = events(body)

    assert (event.kind, event.order_id) == (EventKind.ORDER_CHANGED, ORDER["_id"])


@pytest.mark.parametrize("body", [{}, {"topic": "product.selected", "data": {"_id": "1"}}, {"data": {"_id": "../x"}}])
def test_what_names_no_order_is_kept_as_unknown(body):
    (event,) = events(body)

    assert (event.kind, event.order_id) == (EventKind.UNKNOWN, "")


def test_a_doubled_event_has_one_key_and_a_later_change_another():
    boxed = {"id": "8a6e0804", "topic": "order.cancelled", "data": ORDER}
    later = ORDER | {"updated": "2026-11-19T09:05:00Z"}

    def key(body):
        return events(body)[0].event_key

    assert key(boxed) == key(boxed | {"data": later})  # their id of the event decides
    assert key(ORDER) == key(dict(reversed(list(ORDER.items()))))
    assert key(ORDER) != key(later)


# --- the door -----------------------------------------------------------------------------------------
@pytest.fixture
def shop(db):
    return make.store(platform="modern_dropship", settings={})


def knock(token, body):
    return Client().post(f"/hooks/{token}", data=body, content_type="application/json").status_code


def test_the_unguessable_address_alone_opens(shop):
    assert knock(shop.connection.inbox_token, json.dumps(ORDER)) == 200
    assert knock(shop.connection.inbox_token, json.dumps(ORDER)) == 200
    assert knock("wrong" + shop.connection.inbox_token[5:], json.dumps(ORDER)) == 404

    (row,) = Inbox.objects.all()
    assert (row.state, row.order_external_id) == (InboxState.WAITING, ORDER["_id"])


def test_more_than_an_order_can_be_is_refused_unread(shop):
    assert knock(shop.connection.inbox_token, json.dumps(ORDER | {"note": "x" * 64_000})) == 413
    assert not Inbox.objects.exists()


def test_a_signature_is_still_asked_of_those_who_sign(db):
    assert knock(make.store().connection.inbox_token, json.dumps(ORDER)) == 401
