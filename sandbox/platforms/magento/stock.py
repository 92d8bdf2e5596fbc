"""Stock under MSI (sources and reservations) or without it (one number), one record per SKU."""

from __future__ import annotations

from sandbox.core.records import Session
from sandbox.platforms.magento.amounts import Body

FULL = 1000


def level(session: Session, sku: str) -> Body:
    """qty: on the shelf; reserved: promised to orders that have not left."""
    return session.get("stock", sku) or {"sku": sku, "qty": FULL, "reserved": 0}


def salable(session: Session, sku: str) -> int:
    held = level(session, sku)
    return int(held["qty"] - held["reserved"])


def is_msi(session: Session) -> bool:
    return session.switch("stock") == "msi"


def change(session: Session, sku: str, qty: int, reserved: int) -> None:
    held = level(session, sku)
    session.put("stock", sku, held | {"qty": held["qty"] + qty, "reserved": held["reserved"] + reserved})


def placed(session: Session, item: Body, units: int) -> None:
    change(session, item["stock_sku"], 0 if is_msi(session) else -units, units if is_msi(session) else 0)


def shipped(session: Session, item: Body, units: int) -> None:
    if is_msi(session):
        change(session, item["stock_sku"], -units, -units)


def released(session: Session, order: Body, item: Body, units: int, *, cause: str) -> None:
    """Units that never left can be sold again."""
    if not units:
        return
    change(session, item["stock_sku"], 0 if is_msi(session) else units, -units if is_msi(session) else 0)
    record(session, order, item, units, cause)


def refunded(session: Session, order: Body, item: Body, units: int, *, back: bool, cause: str) -> None:
    """What has not left goes first. Not put back under MSI, such a unit disappears from its source."""
    waiting = max(0, item["ordered"] - item["shipped"] - item["refunded"] - item["canceled"])
    unsent = min(units, waiting)
    if back:
        released(session, order, item, unsent, cause=cause)
        if units > unsent:
            change(session, item["stock_sku"], units - unsent, 0)
            record(session, order, item, units - unsent, cause)
    elif is_msi(session) and unsent:
        change(session, item["stock_sku"], -unsent, -unsent)
        record(session, order, item, -unsent, cause, lost=True)


def record(session: Session, order: Body, item: Body, units: int, cause: str, *, lost: bool = False) -> None:
    session.effect(
        "stock", order["id"], cause=cause, currency=order["base"], units=units, sku=item["stock_sku"], line=item["id"],
        lost=lost,
    )  # fmt: skip
