"""Cancelling what was not invoiced. `false` and nothing done where the rule forbids it."""

from __future__ import annotations

from sandbox.core.records import Session
from sandbox.platforms.magento import billing, stock, units
from sandbox.platforms.magento.amounts import ZERO, dec, plus, text
from sandbox.platforms.magento.units import Body


def cancel(session: Session, order: Body) -> bool:
    """The answer of the API: what it says, not what happened."""
    if not units.can_cancel(order) or session.switch("cancel_forbidden") == "yes":
        return session.switch("cancel_answer") == "lies"
    apply(session, order, cause="cancel")
    save(session, order)
    return True


def apply(session: Session, order: Body, *, cause: str) -> None:
    """The state is canceled unless something invoiced stays; then the rest alone goes."""
    taken = 0
    state = "canceled"
    for item in units.real(order):
        count = units.to_cancel(item)
        if state == "canceled" and units.to_refund(item):
            state = "processing" if units.to_ship(item) > count else "complete"
        item["canceled"] += count
        taken += count
        stock.released(session, order, item, count, cause=cause)
    order["total_canceled"] = text(dec(order["grand"]) - dec(order["total_paid"]))
    units.set_state(order, state)
    session.effect("cancel", order["id"], cause=cause, currency=order["base"], units=taken, state=state)
    void(session, order, cause=cause)
    if session.switch("extras_return") == "yes" and order["extras"]:
        order["extras"] = {name: "0" for name in order["extras"]}


def void(session: Session, order: Body, *, cause: str) -> None:
    """The payment method's own cancel: what was authorised and never captured is released."""
    held = dec(order["authorised"]) - dec(order["voided"]) - dec(order["total_paid"])
    if held > ZERO and order["is_online"]:
        plus(order, "voided", held)
        billing.transaction(session, order, "void", parent=f"{order['trans']}-authorization")
        session.effect("void", order["id"], cause=cause, currency=order["base"], amount=text(held))


def save(session: Session, order: Body) -> None:
    order["updated_at"] = session.at
    session.put("order", order["id"], order)
