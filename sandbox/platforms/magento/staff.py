"""What people do in the shop's own admin while we look away; the ledger's cause is `staff`."""

from __future__ import annotations

from sandbox.core.records import Session
from sandbox.core.staff import BaseStaff
from sandbox.platforms.magento import amounts, billing, refund, stock
from sandbox.platforms.magento.amounts import Body


class Staff(BaseStaff):
    def keep(self, session: Session, order: Body) -> None:
        billing.save(session, order)

    def invoice(self, *counts: int) -> None:
        """Bills these units of the real lines, in order; everything when none are named."""
        with self._order() as (session, order):
            real = list(amounts.real(order))
            wanted = counts or tuple(amounts.to_invoice(item) for item in real)
            billing.invoice(session, order, {i["id"]: n for i, n in zip(real, wanted, strict=False) if n})

    def ship(self, *counts: int) -> None:
        with self._order() as (session, order):
            real = list(amounts.real(order))
            wanted = counts or tuple(amounts.to_ship(item) for item in real)
            sent = {item["id"]: count for item, count in zip(real, wanted, strict=False) if count}
            for item in real:
                stock.shipped(session, item, sent.get(item["id"], 0))
                item["shipped"] += sent.get(item["id"], 0)
            billing.shipment(session, order, sent)
            amounts.set_state(order, amounts.resolve(order))

    def make_label(self, picture: str = "JVBERi0xLjQ=") -> None:
        """For the first shipment: a picture, which is told with it."""
        with self._order() as (session, order):
            made = session.of("shipment", order["id"])[0]
            session.put("shipment", made["id"], made | {"label": picture}, parent=order["id"])

    def cancel(self) -> None:
        with self._order() as (session, order):
            billing.apply(session, order, cause="staff")

    def refund(self, *counts: int, amount: str = "0", note: str = "") -> None:
        """A credit memo of these units, or of money alone."""
        with self._order() as (session, order):
            real = amounts.real(order)
            chosen = {item["id"]: count for item, count in zip(real, counts, strict=False) if count}
            refund.by_staff(session, order, chosen, amount=amount, note=note)

    def refund_offline(self, *counts: int, note: str = "") -> None:
        """A credit memo of the order alone: it names no invoice, and no provider is asked."""
        with self._order() as (session, order):
            chosen = {item["id"]: count for item, count in zip(amounts.real(order), counts, strict=False) if count}
            refund.by_staff(session, order, chosen, note=note, is_offline=True)

    def hold(self) -> None:
        with self._order() as (_, order):
            order["hold_before"] = order["state"]
            amounts.set_state(order, "holded")
