"""Refunds: recorded at once, paid or declined a moment later, one after another."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.core.records import Session
from sandbox.platforms.bigcommerce import amounts, build, quotes, webhooks
from sandbox.platforms.bigcommerce.amounts import ZERO, Body
from sandbox.platforms.bigcommerce.refusals import Refused, in_data

DECLINED = "The payment provider declined the refund."
RUNNING = "Another refund of this order is running."
UNEQUAL = "The payments do not match the refund quote."


def create(session: Session, order: Body, asked: Any, *, cause: str = "refund") -> Body:
    """The new record. Raises Refused."""
    guard(order)
    worth = quotes.value(order, asked)
    whole, tax = _whole(order, asked, worth)
    payments = _payments(session, order, asked, whole)
    made: Body = {
        "id": session.number(), "at": session.at, "total": str(whole), "tax": str(tax), "is_settled": False,
        "override": isinstance(asked.get("merchant_calculated_override"), dict),
        "items": [_kept(item) for item in asked.get("items", ())], "payments": payments, "cause": cause,
        "request": session.request, "reason": _reason(asked),
    }  # fmt: skip
    order["refunds"].append(made)
    _take(order, made["items"], 1)
    if order["declines"] == "at_once" and any(not p["offline"] for p in payments):
        decline(session, order, made)
    elif all(p["offline"] for p in payments) or session.switch("refund_seconds") == "0":
        settle(session, order, made)
    elif session.switch("refund_seconds") != "never":
        seconds = float(session.switch("refund_seconds"))
        session.timer(session.at + seconds, "refund", {"order": order["id"], "refund": made["id"]})
    webhooks.refunded(session, order, made)
    return made


def guard(order: Body) -> None:
    if any(not refund["is_settled"] for refund in order["refunds"]):
        raise in_data(422, RUNNING, {"order": "refunds must be processed one after another"})
    if not order["is_settled"] or amounts.held(order) > 0:
        raise in_data(422, "The payment is not settled yet.", {"order": "only settled payments can be refunded"})


def _whole(order: Body, asked: Any, worth: quotes.Worth) -> tuple[Decimal, Decimal]:
    override = asked.get("merchant_calculated_override")
    left = amounts.received(order) - amounts.given_back(order)
    if not isinstance(override, Mapping):
        return min(worth.total, left), min(worth.tax, left)
    total, tax = (_exact(order, override.get(name, 0)) for name in ("total_amount", "total_tax"))
    if not 0 < total <= left or not 0 <= tax <= total:
        raise in_data(422, "The override exceeds what is refundable.", {"merchant_calculated_override": "too large"})
    return total, tax


def _payments(session: Session, order: Body, asked: Any, whole: Decimal) -> list[Body]:
    said = asked.get("payments")
    if not isinstance(said, list) or not said:
        raise in_data(422, "Payments are missing.", {"payments": "payments is required"})
    sent = [(str(p.get("provider_id")), _exact(order, p.get("amount", 0)), p.get("offline") is True) for p in said]
    if order["is_guest"] and any(provider == "storecredit" for provider, _, _ in sent):
        raise in_data(422, "Unable to provide store credit for a guest customer.")
    ways = [{way["provider_id"]: way for way in found} for found in quotes.ways(order, whole)]
    fits = [way for way in ways if _fits(way, sent, whole, is_own="merchant_calculated_override" in asked)]
    if not fits:
        raise in_data(422, UNEQUAL, {"payments": "amounts must equal the refund quote"})
    if any(fits[0][provider]["offline"] and not offline for provider, _, offline in sent):
        raise in_data(422, "The payment provider does not support online refunds.", {"payments": "offline is needed"})
    for provider, amount, _offline in sent:
        gateway = quotes.gateway_of(order, provider)
        if gateway not in ("custom", "storecredit") and amount > _held(order, gateway):
            raise in_data(422, UNEQUAL, {"payments": "more than is left of this payment"})
    return [_payment(session, order, *one) for one in sent]


def _held(order: Body, gateway: str) -> Decimal:
    return amounts.received(order, gateway) - amounts.given_back(order, gateway)


def _exact(order: Body, said: Any) -> Decimal:
    """As it was sent where it has more digits than the currency, so that it equals nothing."""
    found = Decimal(str(said))
    plain = amounts.rounded(found, order["currency"])
    return plain if plain == found else found


def _fits(way: Body, sent: list[tuple[str, Decimal, bool]], whole: Decimal, *, is_own: bool) -> bool:
    providers = {provider for provider, _, _ in sent}
    if not providers <= set(way) or sum((amount for _, amount, _ in sent), ZERO) != whole:
        return False
    return is_own or all(Decimal(str(way[provider]["amount"])) == amount for provider, amount, _ in sent)


def _payment(session: Session, order: Body, provider: str, amount: Decimal, offline: bool) -> Body:
    return {"id": session.number(), "provider_id": provider, "source": quotes.gateway_of(order, provider),
            "amount": str(amount), "offline": offline, "is_declined": False, "message": "",
            "transaction_id": ""}  # fmt: skip


def _kept(item: Mapping[str, Any]) -> Body:
    return {name: item[name] for name in ("item_type", "item_id", "quantity", "amount", "reason") if name in item}


def _reason(asked: Any) -> str:
    items = asked.get("items") or [{}]
    return str(items[0].get("reason") or "")


def _take(order: Body, items: list[Body], sign: int) -> None:
    """Units and costs of the items count as refunded."""
    for item in items:
        kind, ident = item["item_type"], item["item_id"]
        for line in (one for one in order["lines"] if one["id"] == ident):
            name = {"PRODUCT": "refunded", "GIFT_WRAPPING": "wrapped"}.get(kind, "")
            if name:
                line[name] += sign * item["quantity"]
        for address in (one for one in order["addresses"] if one["id"] == ident):
            name = f"{kind.lower()}_refunded"
            address[name] = str(Decimal(address[name]) + sign * Decimal(str(item["amount"])))
        for fee in (one for one in order["fees"] if one["id"] == ident):
            fee["refunded"] = str(Decimal(fee["refunded"]) + sign * Decimal(str(item["amount"])))


# --- what becomes of it --------------------------------------------------------------------------------
def due(session: Session, order: Body, refund_id: int) -> None:
    made = next((one for one in order["refunds"] if one["id"] == refund_id and not one["is_settled"]), None)
    if made is None:
        return
    if order["declines"] == "later" and any(not p["offline"] for p in made["payments"]):
        decline(session, order, made)
    else:
        settle(session, order, made)


def settle(session: Session, order: Body, made: Body) -> None:
    """Money moves, except what is only recorded; the order's status follows by itself."""
    made["is_settled"] = True
    for payment in made["payments"]:
        row = build.transaction(session, order, "refund", payment["source"], Decimal(payment["amount"]))
        order["transactions"].append(row)
        if session.switch("paid_mark") == "transaction_id":
            payment["transaction_id"] = str(row["id"])
        moved = "0" if payment["offline"] else payment["amount"]
        session.effect(
            "refund", order["id"], cause=made["cause"], currency=order["currency"], note=made["reason"], amount=moved,
            units=sum(i.get("quantity", 0) for i in made["items"]), recorded=payment["amount"], refund=made["id"],
        )  # fmt: skip
    is_all = amounts.given_back(order) >= amounts.received(order)
    order["status_id"] = 4 if is_all else 14
    order["payment_status"] = "refunded" if is_all else "partially refunded"


def decline(session: Session, order: Body, made: Body) -> None:
    made["is_settled"] = True
    for payment in made["payments"]:
        if not payment["offline"]:
            payment |= {"is_declined": True, "message": DECLINED}
    if session.switch("declined_units") == "returned":
        _take(order, made["items"], -1)


def refused(no: Refused, shape: str) -> Refused:
    """Payment actions say their refusals inside `data`; whether always is not known."""
    if shape == "flat" and isinstance(no.body, dict) and isinstance(no.body.get("data"), list) and no.status == 422:
        return Refused(no.status, no.body["data"][0])
    return no


__all__ = ["create", "decline", "due", "guard", "refused", "settle"]
