"""How Square orders stand, as tables of the pure functions that say it."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from stores.canonical.order import PaymentKind
from stores.canonical.receipts import EffectState, Reported
from stores.kernel.http.json_readers import Misread
from stores.platforms.square import money as square
from stores.platforms.square import writing as square_receipts
from tests import make
from tests.stores.platforms import rig


def totals(got: str, gone: str, whole: str, held: str = "0") -> Any:
    pair = make.pair
    return SimpleNamespace(received=pair(got), refunded=pair(gone), original=pair(whole), capturable=pair(held))


@pytest.mark.parametrize(("figures", "kinds", "told"), [
    (("10", "0", "10"), (), "paid"), (("11", "0", "10"), (), "paid"), (("9.99", "0", "10"), (), "partly_paid"),
    (("10", "0.01", "10"), (), "partly_refunded"), (("10", "10", "10"), (), "refunded"),
    (("10", "11", "10"), (), "refunded"), (("0", "0", "10", "10"), (), "authorised"),
    (("0", "0", "10"), (PaymentKind.VOID,), "voided"), (("0", "0", "10"), (PaymentKind.SALE,), "pending"),
    (("0", "0", "0"), (), "paid"),
])  # fmt: skip
def test_how_a_square_order_is_paid(figures, kinds, told):
    payments = [make.payment(kind=kind) for kind in kinds]

    assert square.to_state(totals(*figures), payments) == told


def square_listing(*cards: str, total: int = 1000, due: int = 0, state: str = "OPEN") -> dict[str, Any]:
    def usd(n: int) -> dict[str, Any]:
        return {"amount": n, "currency": "USD"}

    tenders = [{"card_details": {"status": card}} if card else {} for card in cards]
    return {"tenders": tenders, "total_money": usd(total), "net_amount_due_money": usd(due), "state": state}


@pytest.mark.parametrize(("listing", "told"), [
    (square_listing("CAPTURED"), "paid"), (square_listing(""), "paid"),
    (square_listing("CAPTURED", due=1), "partly_paid"),
    (square_listing("AUTHORIZED"), "authorised"), (square_listing("CAPTURED", "AUTHORIZED"), "authorised"),
    (square_listing("VOIDED"), "voided"), (square_listing("VOIDED", "CAPTURED"), "paid"), (square_listing(), "pending"),
    (square_listing(total=0), "pending"), (square_listing(total=0, state="COMPLETED"), "paid"),
    (square_listing(state="COMPLETED"), "pending"), (square_listing("FAILED"), "pending"),
])  # fmt: skip
def test_how_a_square_order_is_paid_by_its_listing_alone(listing, told):
    assert square.from_tenders(listing) == told


def called_off(state: str, fulfilment: str) -> dict[str, Any]:
    usd = {"amount": 1000, "currency": "USD"}
    return {
        "id": "1", "state": state, "updated_at": "2026-11-21T09:30:00Z", "closed_at": "2026-11-21T09:29:00Z",
        "tenders": [{"id": "t", "amount_money": usd}], "total_money": usd, "net_amount_due_money": usd | {"amount": 0},
        "fulfillments": [{"uid": "f", "state": fulfilment}],
    }  # fmt: skip


@pytest.mark.parametrize(("state", "fulfilment", "reported"), [
    ("CANCELED", "CANCELED", Reported(state=EffectState.CANCELLED, cancelled_at=make.NOW - timedelta(minutes=1))),
    ("OPEN", "CANCELED", Reported(state=EffectState.CALLED_OFF, cancelled_at=make.NOW)),
    ("OPEN", "PROPOSED", None),
])  # fmt: skip
def test_what_square_says_of_an_order_that_was_cancelled(state, fulfilment, reported):
    command = rig.cancel(make.canonical_order(external_id="1"))
    if reported is None:
        with pytest.raises(Misread):
            square_receipts.cancelled(command, {"order": called_off(state, fulfilment)})
        return

    receipt = square_receipts.cancelled(command, {"order": called_off(state, fulfilment)})

    assert (receipt.outcome, receipt.ids, receipt.reported) == ("applied", {"order": "1"}, reported)
