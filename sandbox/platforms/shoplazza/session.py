"""One request's hold on a Shoplazza shop: orders read and written, effects, webhooks; and how it says no."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.core import records
from sandbox.core.messages import Refused
from sandbox.core.records import Body
from sandbox.platforms.shoplazza import totals
from sandbox.platforms.shoplazza.totals import text

FIRST_ID = 7_182_105_848_352_794_601  # 19 digits, beyond what a JSON float can hold


class Session(records.Session):
    @property
    def is_old(self) -> bool:
        return self.version == "2022-01"

    def ident(self) -> str:
        return str(FIRST_ID + self.number())

    def orders(self) -> Iterator[Body]:
        """Longest unchanged first."""
        return self.all("order")

    def save(self, order: Body, *, at: float | None = None) -> None:
        order["updated_at"] = self.at if at is None else at
        self.put("order", order["id"], order, parent=order["number"], at=order["updated_at"])

    def changed(self, kind: str, order: Body, *, cause: str, note: str = "", amount: int = 0, units: int = 0,
                **detail: Any) -> None:  # fmt: skip
        """Appends to the ledger; amount in minor units."""
        currency = order["currency"]
        self.effect(kind, order["id"], cause=cause, currency=currency, note=note, amount=text(amount, currency),
                    units=units, **detail)  # fmt: skip

    def restock(self, order: Body, line: Body, units: int, *, cause: str) -> None:
        if not units:
            return
        stock = self.shop.setdefault("stock", {})
        stock[line["sku"]] = stock.get(line["sku"], 0) + units
        self.save_shop()
        self.changed("stock", order, cause=cause, units=units, sku=line["sku"], line=line["id"])

    def order_event(self, topic: str, order: Body) -> None:
        """Refunds are told by their cumulative total alone, as integrators report."""
        currency = order["currency"]
        thin = {name: order[name] for name in ("id", "number", "status", "cancel_reason", "currency")} | {
            "financial_status": totals.financial_status(order),
            "fulfillment_status": totals.fulfillment_status(order),
            "total_price": text(totals.total(order), currency),
            "total_refund_price": text(totals.refunded(order), currency),
        }
        self.event(topic, thin if self.is_old else {"order": thin})


# --- How the platform says no: the bodies of the fact sheet's sections 10 and 14 ------------------
NOT_NOW = {"errors": ["The order status does not allow this operation"]}  # text ours
NO_RECORD = {"errors": ["Record not found"]}


def missing(words: str) -> Refused:
    return Refused(400, {"code": "InvalidParameter", "message": "invalid parameter", "errors": [words]})


def field_wrong(field: str, words: str, status: int = 422) -> Refused:
    return Refused(status, {"errors": {field: [words]}})


def not_now(session: Session) -> Refused:
    return Refused(406, None if session.switch("blank_406") == "yes" else NOT_NOW)
