"""Where an order is kept: among the orders, or in the archive once it was deleted."""

from __future__ import annotations

from sandbox.core.records import Body, Session


def find(session: Session, ident: object) -> Body | None:
    return session.get("order", ident) or session.get("archived", ident)


def save(session: Session, order: Body, *, is_change: bool = True) -> None:
    if is_change:
        order["modified"] = max(session.at, order["modified"])
    session.put("archived" if order["is_deleted"] else "order", order["id"], order, at=order["modified"])
