"""Credit memos: what the request leaves out is taken for *everything*, and the gateway is asked inside the transaction.

Rules and rounding as the credit memo's document validators and totals collectors have them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from stores.sandbox.magento import billing, stock, units
from stores.sandbox.magento.amounts import ZERO, Rounder, cents, dec, plus, text
from stores.sandbox.magento.refusals import NOT_SAVED, Refused, crashed, said, wrong
from stores.sandbox.magento.units import Body
from stores.sandbox.records import Session

LOCK_SECONDS = 5


@dataclass
class Memo:
    """A credit memo before it is saved. units: by item id; back: ids whose units return to stock."""

    units: dict[int, int]
    shipping: Decimal = ZERO
    shipping_tax: Decimal = ZERO
    positive: Decimal = ZERO
    negative: Decimal = ZERO
    total: Decimal = ZERO
    lines: list[Body] = field(default_factory=list)
    back: frozenset[int] = frozenset()
    comment: str = ""
    is_online: bool = False
    notify: bool = False


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
        units=wanted or {item["id"]: left_on(session, order, invoice, item) for item in units.real(order)},
        positive=dec(more.get("adjustment_positive")),
        negative=dec(more.get("adjustment_negative")),
        back=frozenset(int(one) for one in returned),
        comment=str((body.get("comment") or {}).get("comment") or ""),
        is_online=invoice is not None and body.get("isOnline") is True,
        notify=body.get("notify") is True,
    )
    total_up(session, order, invoice, memo, more.get("shipping_amount"))
    return memo


def left_on(session: Session, order: Body, invoice: Body | None, item: Body) -> int:
    """Units of this item that a credit memo of this invoice may still name."""
    left = units.to_refund(item)
    if invoice is None:
        return left
    billed = sum(line["qty"] for line in invoice["items"] if line["item"] == item["id"])
    gone = sum(
        line["qty"] for memo in session.of("creditmemo", order["id"]) if memo["invoice"] == invoice["id"]
        for line in memo["items"] if line["item"] == item["id"]
    )  # fmt: skip
    return max(0, min(left, billed - gone))


def total_up(session: Session, order: Body, invoice: Body | None, memo: Memo, shipping: Any) -> None:
    rounded = Rounder()
    memo.lines = [share(item, memo.units[item["id"]]) for item in units.real(order) if memo.units.get(item["id"])]
    for name in ("row", "tax", "discount"):
        for line in memo.lines:
            part = rounded(line[name], negative=name == "discount") if line["rounds"] else line[name]
            line[name] = part
        if name == "row":
            set_shipping(session, order, memo, shipping)
        if name == "tax" and dec(order["shipping"]):
            taxed = dec((invoice or order)["shipping_tax"]) * memo.shipping / dec(order["shipping"])
            memo.shipping_tax = rounded(taxed)
    off = dec(order["shipping_discount"]) * memo.shipping / dec(order["shipping"]) if dec(order["shipping"]) else ZERO
    goods = sum((line["row"] - line["discount"] + line["tax"] for line in memo.lines), ZERO)
    memo.total = goods + memo.shipping + memo.shipping_tax - cents(off) + memo.positive - memo.negative


def share(item: Body, count: int) -> Body:
    open_units = item["invoiced"] - item["refunded"]
    is_last = count == open_units or open_units <= 0
    line: Body = {"item": item["id"], "qty": count, "rounds": not is_last}
    for name in ("row", "discount", "tax"):
        left = dec(item[f"{name}_invoiced"]) - dec(item[f"{name}_refunded"])
        line[name] = left if is_last else left / open_units * count
    return line


def set_shipping(session: Session, order: Body, memo: Memo, asked: Any) -> None:
    """Missing: all that is left. What a number means (without or with tax) is a setting of the shop."""
    left = dec(order["shipping_invoiced"]) - dec(order["shipping_refunded"])
    if asked is None:
        memo.shipping = left
        return
    is_with_tax = session.switch("shipping_config") == "including"
    tax_left = dec(order["shipping_tax"]) - dec(order["shipping_tax_refunded"])
    most = left + tax_left if is_with_tax else left
    whole = dec(order["shipping"]) + (dec(order["shipping_tax"]) if is_with_tax else ZERO)
    wanted = cents(dec(asked))
    if wanted > most:
        raise said("Maximum shipping amount allowed to refund is: %1", [f"${most:.2f}"])
    memo.shipping = left if wanted == most else cents(dec(order["shipping"]) * wanted / whole)


# --- may it be made ----------------------------------------------------------------------------------
def check(session: Session, order: Body, invoice: Body | None, memo: Memo) -> list[str]:
    if order["state"] in units.NEVER_REFUNDED:
        return [f"A creditmemo can not be created when an order has a status of {order['status']}"]
    if not units.can_refund(order):
        return ["The order does not allow a creditmemo to be created."]
    found = []
    if invoice and (invoice["state"] != 2 or not may_go_back(session, order, invoice, memo)):
        found.append("We can't create creditmemo for the invoice.")
    found += list(check_units(session, order, invoice, memo))
    if memo.total <= 0:
        found.append("The credit memo's total must be positive.")
    most = min(units.money_left(order), dec(invoice["grand"]) - dec(invoice["refunded"]) if invoice else dec("1e9"))
    if memo.total > most:
        found.append(f"The most money available to refund is ${most:.2f}.")
    return found


def may_go_back(session: Session, order: Body, invoice: Body, memo: Memo) -> bool:
    """Online: only what was captured, and a part only where the method can."""
    if not memo.is_online:
        return True
    is_part = memo.total < dec(invoice["grand"])
    return bool(invoice["txn"]) and not (is_part and session.switch("partial_online") == "refused")


def check_units(session: Session, order: Body, invoice: Body | None, memo: Memo) -> list[str]:
    known = {item["id"]: item for item in units.real(order)}
    if any(item_id not in known for item_id in memo.units):
        return ["The creditmemo contains incorrect product items."]
    if not any(memo.units.values()) and not memo.shipping and not memo.positive:
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
            "refund", order["id"], cause="refund", currency=order["base"], amount=text(memo.total), note=memo.comment,
            online=True, rolled_back=True,
        )  # fmt: skip
    raise Refused(int(forced.get("status", 400)), forced.get("body", NOT_SAVED))


def save(session: Session, order: Body, invoice: Body | None, memo: Memo, *, cause: str) -> int:
    number = session.number()
    everything = session.switch("auto_return") == "yes"
    for line in memo.lines:
        item = units.item_of(order, line["item"]) or {}
        line["back"] = everything or bool(memo.back & {item["id"], item["parent"]})
        stock.refunded(session, order, item, line["qty"], back=line["back"], cause=cause)
        item["refunded"] += line["qty"]
        for name in ("row", "discount", "tax"):
            plus(item, f"{name}_refunded", line[name])
            line[name] = text(line[name])
    record(session, order, invoice, memo, number)
    moved = "online" if memo.is_online else "offline"
    plus(order, f"{moved}_refunded", memo.total)
    session.effect(
        "refund", order["id"], cause=cause, currency=order["base"], amount=text(memo.total), note=memo.comment,
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
        "at": session.at, "items": [{k: v for k, v in line.items() if k != "rounds"} for line in memo.lines],
        "shipping": text(memo.shipping), "shipping_tax": text(memo.shipping_tax), "positive": text(memo.positive),
        "negative": text(memo.negative), "grand": text(memo.total), "comments": comments, "state": 2,
        "txn": f"{invoice['txn']}-refund-{number}" if invoice and memo.is_online else "",
    }  # fmt: skip
    session.put("creditmemo", number, made, parent=order["id"])
    if invoice:
        plus(invoice, "refunded", memo.total)
        invoice["used"] = 1
        session.put("invoice", invoice["id"], invoice)
    for name, value in (("total_refunded", memo.total), ("shipping_refunded", memo.shipping),
                        ("shipping_tax_refunded", memo.shipping_tax), ("adjust_pos", memo.positive),
                        ("adjust_neg", memo.negative)):  # fmt: skip
        plus(order, name, value)


def settle(session: Session, order: Body) -> None:
    state = units.resolve(order)
    units.set_state(order, "complete" if state == "closed" and session.switch("after_refund") == "complete" else state)
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
    total_up(session, order, invoice, memo, 0)
    return save(session, order, invoice, memo, cause="staff")
