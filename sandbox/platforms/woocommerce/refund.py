"""POST of a refund: the classic way, which believes nearly everything, or since 11.1 the computed one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sandbox.core.records import Body, Session
from sandbox.platforms.woocommerce import computed, statuses, sums
from sandbox.platforms.woocommerce.refusals import Refused, no_refund, page
from sandbox.platforms.woocommerce.sums import number

CAUSE = "refund_create"
MANUAL = "The payment gateway for this order does not support automatic refunds."
FAILED = "An error occurred while attempting to create the refund using the payment gateway API."


def create(session: Session, order: Body, asked: Any) -> Body:
    """The refund's record. Raises Refused, with a page where PHP dies."""
    wanted: Mapping[str, Any] = asked if isinstance(asked, dict) else {}
    refunds = session.of("refund", order["id"])
    shares, amount, said = _wished(session, order, refunds, wanted)
    if said != "" and amount <= 0:
        raise Refused(
            500, "woocommerce_rest_invalid_order_refund", "Refund amount must be greater than zero.", bare=400
        )
    if amount > sums.remaining(order, refunds):
        raise no_refund("Invalid refund amount.")
    ident = session.number()
    made = {
        "id": ident, "created": session.at, "amount": format(amount, "f"), "told_amount": said, "by": 1,
        "reason": str(wanted.get("reason") or ""), "paid_back": False, "meta_data": [], "items": shares,
    }  # fmt: skip
    _pay(session, order, made, amount, is_asked=wanted.get("api_refund", True) is True)
    _close(session, order, made, is_restocked=wanted.get("api_restock", True) is True, cause=CAUSE)
    if session.switch("foreign_meta") == "kept":
        statuses.write_meta(session, made, wanted.get("meta_data", ()))
        session.put("refund", ident, made, parent=order["id"])
    return made


def _wished(
    session: Session, order: Body, refunds: Sequence[Body], wanted: Mapping[str, Any]
) -> tuple[list[Body], Decimal, str]:
    """(shares, amount, the amount as it is told): `amount` wins over the lines; without it their sum, maybe nothing."""
    if wanted.get("compute_totals") is True and session.switch("store") == "11.1":
        return computed.wish(session, order, refunds, wanted)
    shares = [share for one in wanted.get("line_items", ()) if (share := _share(session, order, one))]
    if wanted.get("amount") not in (None, ""):
        amount = number(wanted["amount"])
        return shares, amount, sums.text(amount, order["digits"])
    whole = sums.total(number(s["total"]) + sums.total(map(number, s["taxes"].values())) for s in shares)
    return shares, whole, sums.text(whole, order["digits"]) if whole else ""


def _share(session: Session, order: Body, asked: Mapping[str, Any]) -> Body | None:
    """An item without a known id is skipped quietly, and so is a tax without id or refund_total."""
    item = sums.item(order, asked.get("id"))
    if item is None:
        return None
    taxes = {
        str(tax["id"]): str(tax["refund_total"])
        for tax in asked.get("refund_tax", ())
        if tax.get("id") and tax.get("refund_total") is not None
    }
    return sums.share_of(session, item, int(asked.get("quantity") or 0), str(asked.get("refund_total") or "0"), taxes)


def _pay(session: Session, order: Body, made: Body, amount: Decimal, *, is_asked: bool) -> None:
    """The record stands before the gateway is asked, and is taken away when it says no."""
    shown: dict[str, Any] = {"cause": CAUSE, "currency": order["currency"], "note": made["reason"]}
    mood = session.switch("gateway")
    if is_asked and amount > 0:
        if not order["gateway"]:
            raise no_refund("The payment gateway for this order does not exist.")
        if order["gateway"] != "stripe" or mood == "manual":
            raise no_refund(MANUAL)
        if mood == "fails":
            raise no_refund(FAILED)
        if mood.startswith("dies"):
            session.put("refund", made["id"], made, parent=order["id"])
            if mood == "dies_paid":
                session.effect("refund", order["id"], amount=made["amount"], **shown)
            raise page(500)
        made["paid_back"] = True
    if amount > 0 or made["items"]:
        by_hand = not made["paid_back"]
        session.effect("refund", order["id"], amount=made["amount"], by_hand=by_hand, **shown)


def _close(session: Session, order: Body, made: Body, *, is_restocked: bool, cause: str) -> None:
    """Keep it, put its units back, and end the order when nothing is left; free items still open keep it as it is."""
    session.put("refund", made["id"], made, parent=order["id"])
    for share in made["items"] if is_restocked else ():
        if (
            line := sums.item({"lines": order["lines"], "shipping_lines": [], "fee_lines": []}, share["item"])
        ) is not None:
            sums.restore_refunded(session, order, line, int(share["quantity"]), cause=cause)
    end_if_over(session, order)
    statuses.save(session, order)


def end_if_over(session: Session, order: Body) -> None:
    """After every refund, whoever made it, with lines or without."""
    if session.switch("refunded_status") == "refunded" and _is_over(order, session.of("refund", order["id"])):
        order["status"] = "refunded"


def _is_over(order: Body, refunds: Sequence[Body]) -> bool:
    """No money is left; of an order with a free item, no unit either, of whatever line."""
    has_free = any(number(line["total"]) == 0 for line in order["lines"])
    units = sum(sums.units_left(line, refunds) for line in order["lines"])
    return sums.remaining(order, refunds) <= 0 and not (has_free and units > 0)
