"""Credit memos: what the request leaves out is taken for *everything*, and the gateway is asked inside the transaction.

Rules as the credit memo's document validators have them; what it comes to is added up in totals.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.core.records import Session
from sandbox.platforms.magento import amounts, billing, stock, totals
from sandbox.platforms.magento.amounts import ZERO, Body, cents, dec, plus, text
from sandbox.platforms.magento.refusals import NOT_SAVED, Refused, crashed, said, wrong
from sandbox.platforms.magento.totals import NAMES, Totals

LOCK_SECONDS = 5


@dataclass
class Memo:
    """A credit memo before it is saved. units: by item id; back: ids whose units return to stock."""

    units: dict[int, int]
    positive: Decimal = ZERO
    negative: Decimal = ZERO
    credit: Decimal = ZERO
    totals: Totals = field(default_factory=Totals)
    back: frozenset[int] = frozenset()
    comment: str = ""
    is_online: bool = False
    notify: bool = False

    @property
    def total(self) -> Decimal:
        """As a column of four digits keeps it; a provider is sent two."""
        kept = self.totals.grand.quantize(Decimal("0.0001"), ROUND_HALF_UP)
        return cents(kept) if kept == cents(kept) else kept

    @property
    def paid_back(self) -> Decimal:
        return cents(self.total)


def create(session: Session, order: Body, invoice: Body | None, asked: Any) -> int:
    """The new credit memo's id. Raises Refused."""
    body: Mapping[str, Any] = asked if isinstance(asked, Mapping) else {}
    limits(session, body)
    memo = drafted(session, order, invoice, body)
    if problems := check(session, order, invoice, memo):
        raise wrong(*problems)
    forced = session.forced_error("refund")
    if forced is not None:
        fail(session, order, memo, forced)
    return save(session, order, invoice, memo, cause="refund")


def limits(session: Session, body: Mapping[str, Any]) -> None:
    if session.switch("input_limits") == "on" and len(body.get("items") or ()) > 20:
        raise said('Maximum items of type "%type" is %max', {"type": "CreditmemoItemCreation", "max": 20})


def drafted(session: Session, order: Body, invoice: Body | None, body: Mapping[str, Any]) -> Memo:
    more: Mapping[str, Any] = body.get("arguments") or {}
    wanted = {int(item["order_item_id"]): int(item["qty"]) for item in body.get("items") or ()}
    returned = (more.get("extension_attributes") or {}).get("return_to_stock_items") or ()
    memo = Memo(
        units=wanted or {item["id"]: left_on(session, order, invoice, item) for item in amounts.real(order)},
        positive=dec(more.get("adjustment_positive")),
        negative=dec(more.get("adjustment_negative")),
        back=frozenset(int(one) for one in returned),
        comment=str((body.get("comment") or {}).get("comment") or ""),
        is_online=invoice is not None and body.get("isOnline") is True,
        notify=body.get("notify") is True,
    )
    add_up(session, order, invoice, memo, more.get("shipping_amount"))
    return memo


def left_on(session: Session, order: Body, invoice: Body | None, item: Body) -> int:
    """Units of this item that a credit memo of this invoice may still name."""
    left = amounts.to_refund(item)
    if invoice is None:
        return left
    held = totals.limits_of(invoice, session.of("creditmemo", order["id"]))
    return max(0, min(left, held.get(item["id"], 0)))


def add_up(session: Session, order: Body, invoice: Body | None, memo: Memo, shipping: Any) -> None:
    """Raises Refused for more shipping than there is. A missing amount means all of it.

    Store credit goes back before money does, adjustments included (CustomerBalance/Model/Total/Creditmemo).
    """
    argument = None if shipping is None else dec(shipping)
    collector = totals.Collector(session, order, invoice, memo.units, argument)
    memo.totals = collector.collect(cents(memo.positive), cents(memo.negative))
    left = dec(order.get("credit_invoiced")) - dec(order.get("credit_refunded"))
    memo.credit = min(max(memo.totals.grand, ZERO), left)
    memo.totals.grand -= memo.credit


# --- may it be made ----------------------------------------------------------------------------------
def check(session: Session, order: Body, invoice: Body | None, memo: Memo) -> list[str]:
    if order["state"] in amounts.NEVER_REFUNDED:
        return [f"A creditmemo can not be created when an order has a status of {order['status']}"]
    is_free = session.switch("zero_memos") == "allowed"
    if not amounts.money_left(order) and not (is_free and not dec(order["total_paid"])):
        return ["The order does not allow a creditmemo to be created."]
    found = []
    if invoice and not may_go_back(session, order, invoice, memo, is_free=is_free):
        found.append("We can't create creditmemo for the invoice.")
    found += list(check_units(session, order, invoice, memo))
    if memo.total <= 0 and not (is_free or memo.credit):
        found.append("The credit memo's total must be positive.")
    most = min(amounts.money_left(order), dec(invoice["grand"]) - dec(invoice["paid_back"]) if invoice else dec("1e9"))
    if cents(memo.total) > cents(most):
        found.append(f"The most money available to refund is ${most:.2f}.")
    return found


def may_go_back(session: Session, order: Body, invoice: Body, memo: Memo, *, is_free: bool) -> bool:
    """Of a paid invoice with money on it; online only what was captured, and a part only where the method can."""
    if invoice["state"] != 2 or not (is_free or dec(invoice["grand"]) - dec(invoice["refunded"])):
        return False
    if not memo.is_online:
        return True
    is_part = memo.total < dec(invoice["grand"])
    return bool(invoice["txn"]) and not (is_part and session.switch("partial_online") == "refused")


def check_units(session: Session, order: Body, invoice: Body | None, memo: Memo) -> list[str]:
    known = {item["id"]: item for item in amounts.real(order)}
    if any(item_id not in known for item_id in memo.units):
        return ["The creditmemo contains incorrect product items."]
    if not any(memo.units.values()) and not memo.totals.shipping and not memo.positive:
        return ["You can't create a creditmemo without products."]
    found = [
        "The quantity to creditmemo must not be greater than the unrefunded quantity for product SKU "
        f'"{known[item_id]["sku"]}".'
        for item_id, count in memo.units.items()
        if count > left_on(session, order, invoice, known[item_id])
    ]
    family = set(memo.units) | {known[item_id]["parent"] for item_id in memo.units}
    if memo.back - family:
        found.append("The return to stock argument contains product item that is not part of the original order.")
    last = max((memo["at"] for memo in session.of("creditmemo", order["id"])), default=0.0)
    if session.switch("parallel_refunds") == "locked" and session.at - last < LOCK_SECONDS:
        found.append("The order is locked by another refund.")
    return found


# --- and what it does --------------------------------------------------------------------------------
def fail(session: Session, order: Body, memo: Memo, forced: Body) -> None:
    """One text for two truths: the gateway refused, or it paid and the shop's database took it all back."""
    if forced.get("flavour") == "paid":
        session.effect(
            "refund", order["id"], cause="refund", currency=order["base"], amount=text(memo.paid_back),
            note=memo.comment, online=True, rolled_back=True,
        )  # fmt: skip
    raise Refused(int(forced.get("status", 400)), forced.get("body", NOT_SAVED))


def save(session: Session, order: Body, invoice: Body | None, memo: Memo, *, cause: str) -> int:
    number = session.number()
    everything = session.switch("auto_return") == "yes"
    for line in memo.totals.lines:
        item = amounts.item_of(order, line["item"]) or {}
        line["back"] = everything or bool(memo.back & {item["id"], item["parent"]})
        stock.refunded(session, order, item, line["qty"], back=line["back"], cause=cause)
        item["refunded"] += line["qty"]
        for name in NAMES:
            plus(item, f"{name}_refunded", line[name])
            line[name] = text(line[name])
    record(session, order, invoice, memo, number)
    moved = "online" if memo.is_online else "offline"
    plus(order, f"{moved}_refunded", memo.total)
    session.effect(
        "refund", order["id"], cause=cause, currency=order["base"], amount=text(memo.paid_back), note=memo.comment,
        units=sum(memo.units.values()), online=memo.is_online, memo=number,
    )  # fmt: skip
    if memo.is_online and invoice:
        billing.transaction(session, order, "refund", txn=f"{invoice['txn']}-refund-{number}", parent=invoice["txn"])
    settle(session, order)
    if memo.notify:
        session.effect("notify", order["id"], cause=cause, currency=order["base"])
        if session.switch("mail") == "fails":
            raise crashed(session.request or "0000000000000")
    return number


def record(session: Session, order: Body, invoice: Body | None, memo: Memo, number: int) -> None:
    comments = [{"id": session.number(), "comment": memo.comment, "at": session.at}] if memo.comment else []
    made = {
        "id": number, "increment": f"{number:09d}", "order": order["id"], "invoice": invoice["id"] if invoice else None,
        "at": session.at, "items": memo.totals.lines, "shipping": text(memo.totals.shipping),
        "shipping_tax": text(memo.totals.shipping_tax), "shipping_incl": text(memo.totals.shipping_incl),
        "tax": text(memo.totals.tax), "compensation": text(memo.totals.compensation), "positive": text(memo.positive),
        "negative": text(memo.negative), "grand": text(memo.total), "comments": comments, "state": 2,
        "txn": f"{invoice['txn']}-refund-{number}" if invoice and memo.is_online else "",
    }  # fmt: skip
    session.put("creditmemo", number, made, parent=order["id"])
    if invoice:
        plus(invoice, "refunded", memo.total)
        plus(invoice, "paid_back", memo.paid_back)  # whole cents, as the provider counts
        invoice["used"] = 1
        session.put("invoice", invoice["id"], invoice)
    plus(order, "shipping_refunded", memo.totals.shipping)
    plus(order, "shipping_tax_refunded", memo.totals.shipping_tax)
    plus(order, "credit_refunded", memo.credit)
    plus(order, "adjust_pos", memo.positive)
    plus(order, "adjust_neg", memo.negative)
    order["total_refunded"] = text(cents(dec(order["total_refunded"]) + memo.total))
    order["memos"] += 1


def settle(session: Session, order: Body) -> None:
    state = amounts.resolve(order)
    amounts.set_state(
        order, "complete" if state == "closed" and session.switch("after_refund") == "complete" else state
    )
    order["updated_at"] = session.at
    session.put("order", order["id"], order)


def by_staff(
    session: Session, order: Body, counts: dict[int, int], *, amount: str = "0", note: str = "",
    is_offline: bool = False,
) -> int:  # fmt: skip
    """A credit memo made in the admin: offline, and of the order alone, where no gateway is to be asked."""
    invoices = [] if is_offline else session.of("invoice", order["id"])
    invoice = next((one for one in invoices if one["state"] == 2), None)
    memo = Memo(units=counts, positive=dec(amount), comment=note, back=frozenset(counts),
                is_online=bool(invoice and invoice["txn"]))  # fmt: skip
    add_up(session, order, invoice, memo, 0)
    return save(session, order, invoice, memo, cause="staff")
