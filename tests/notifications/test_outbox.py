"""The outbox: written with the business change or not at all, the same key once."""

from __future__ import annotations

import pytest
from django.db import transaction

from notifications import outbox
from notifications.models import Delivery

pytestmark = pytest.mark.django_db


def put(key="a", **changes):
    outbox.put(**({"key": key, "channel": "mail", "kind": "k", "subject": "cancellation:x", "payload": {}} | changes))


def test_the_same_key_is_one_delivery_and_the_first_words_stand():
    put(payload={"n": 1})
    put(payload={"n": 2})

    assert [row.payload for row in Delivery.objects.all()] == [{"n": 1}]


def test_it_is_due_at_once():
    put()

    row = Delivery.objects.get()
    assert row.next_attempt_at == row.created_at
    assert row.state == "pending"


def test_a_change_that_is_rolled_back_tells_nobody():
    def change():
        with transaction.atomic():
            put()
            raise LookupError

    with pytest.raises(LookupError):
        change()
    assert not Delivery.objects.exists()


def test_a_key_that_is_there_does_not_break_the_callers_transaction():
    put()
    with transaction.atomic():
        put()
        put("b")

    assert Delivery.objects.count() == 2
