"""What a refund of some items is worth, and the ways in which it could be paid back. A quote stores nothing."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from sandbox.core.records import Session
from sandbox.platforms.bigcommerce import amounts
from sandbox.platforms.bigcommerce.amounts import OFFLINE, ZERO, Body, rounded
from sandbox.platforms.bigcommerce.build import METHODS
from sandbox.platforms.bigcommerce.refusals import Refused, v3

PROVIDERS = {"paypalexpress": "checkout_paypalexpress"}  # a quote's word for a gateway is not always the gateway's
CREDIT = ("giftcertificate", "storecredit")
UNITS = ("PRODUCT", "GIFT_WRAPPING")
NO_API = "This payment provider does not support online refunds."
NO_PART = "This payment provider does not support partial refunds."
NO_SECOND = "This payment provider supports one refund of an order."


class Worth(NamedTuple):
    """With tax; `tax` is the part of it that is tax; `loose`: of items at order level."""

    total: Decimal
    tax: Decimal
    loose: Decimal


def quote(session: Session, order: Body, asked: Any) -> Body:
    worth = value(order, asked)
    left = rounded(amounts.received(order) - amounts.given_back(order), order["currency"])
    whole = min(worth.total, left)
    if whole <= 0:
        raise v3(422, "Order cannot be refunded", {"order": "nothing is left to refund"})
    word = session.switch("tax_word")
    return {
        "order_id": order["id"], "total_refund_amount": amounts.v3(whole),
        "total_refund_tax_amount": amounts.v3(min(worth.tax, whole)),
        "order_level_refund_amount": amounts.v3(worth.loose), "rounding": 0,
        "adjustment": amounts.v3(whole - worth.total), word: True, "refund_methods": ways(order, whole),
    }  # fmt: skip


def value(order: Body, asked: Any) -> Worth:
    """Raises Refused for what is no request or more than is left."""
    if isinstance(asked, dict) and asked.get("tax_adjustment_amount") is not None:
        back = _number(asked["tax_adjustment_amount"], "tax_adjustment_amount")
        return Worth(back, back, ZERO)
    items = asked.get("items") if isinstance(asked, dict) else None
    if not isinstance(items, list) or not items:
        raise v3(422, "Missing items", {"items": "items is required"})
    parts = [_item(order, place, item) for place, item in enumerate(items)]
    return Worth(*(sum((part[i] for part in parts), ZERO) for i in range(3)))


def _number(said: Any, name: str) -> Decimal:
    try:
        found = Decimal(str(said))
    except InvalidOperation as exc:
        raise v3(422, "Invalid amount", {name: "must be a number"}) from exc
    if found <= 0 or isinstance(said, bool | str):
        raise v3(422, "Invalid amount", {name: "must be a number above zero"})
    return found


def _item(order: Body, place: int, item: Any) -> Worth:
    kind, name = str(item.get("item_type", "")), f"items.{place}"
    if len(str(item.get("reason") or "")) > 1000:
        raise v3(422, "Invalid reason", {f"{name}.reason": "must be at most 1000 characters"})
    if kind in UNITS:
        return _goods(order, kind, name, item)
    amount = _number(item.get("amount"), f"{name}.amount")
    match kind:
        case "SHIPPING" | "HANDLING":
            return _place(order, kind.lower(), name, item, amount)
        case "FEE":
            fee = _by_id(order["fees"], item, name)
            _within(amount, Decimal(fee["cost"]) - Decimal(fee["refunded"]), name)
            return Worth(amount, ZERO, ZERO)
        case "ORDER":
            return Worth(amount, ZERO, amount)
        case "TAX":
            return Worth(amount, amount, ZERO)
    raise v3(422, "Invalid item type", {f"{name}.item_type": "is not known"})


def _goods(order: Body, kind: str, name: str, item: Any) -> Worth:
    line = _by_id(order["lines"], item, name)
    done = line["refunded" if kind == "PRODUCT" else "wrapped"]
    units = item.get("quantity")
    if not isinstance(units, int) or not 0 < units <= line["quantity"] - done:
        raise v3(422, "Quantity exceeds what is refundable", {f"{name}.quantity": "more than is left to refund"})
    off = sum((Decimal(str(one["amount"])) for one in item.get("adjustments") or ()), ZERO)
    if kind == "GIFT_WRAPPING":
        back = amounts.share(line["wrapping"], done, units, line["quantity"], order["currency"])
        return Worth(back, ZERO, ZERO)
    net = amounts.share(line["net_ex"], done, units, line["quantity"], order["currency"])
    tax = amounts.share(line["tax"], done, units, line["quantity"], order["currency"])
    return Worth(net + tax + off, tax, ZERO)


def _place(order: Body, kind: str, name: str, item: Any, amount: Decimal) -> Worth:
    """`amount` is in the store's way of writing prices; tax comes on top where prices have none."""
    address = _by_id(order["addresses"], item, name)
    ex, inc = Decimal(address[f"{kind}_ex"]), Decimal(address[f"{kind}_inc"])
    basis = inc if order["inclusive"] else ex
    _within(amount, basis - Decimal(address[f"{kind}_refunded"]), name)
    tax = rounded((inc - ex) * amount / basis, order["currency"])
    return Worth(amount if order["inclusive"] else amount + tax, tax, ZERO)


def _by_id(rows: list[Body], item: Any, name: str) -> Body:
    found = next((row for row in rows if row["id"] == item.get("item_id")), None)
    if found is None:
        raise v3(422, "Unknown item", {f"{name}.item_id": "is not part of this order"})
    return found


def _within(amount: Decimal, left: Decimal, name: str) -> None:
    if amount > left:
        raise v3(422, "Amount exceeds what is refundable", {f"{name}.amount": "more than is left to refund"})


# --- how it could be paid back -----------------------------------------------------------------------
def ways(order: Body, whole: Decimal) -> list[list[Body]]:
    """The original payments first, store credit for customers with an account, and by hand."""
    found = [list(_original(order, whole))]
    if not order["is_guest"]:
        found.append([_way("storecredit", "Store Credit", whole)])
    found.append([_way("custom", "Custom", whole, offline=True, offline_provider=True)])
    return [way for way in found if way]


def _original(order: Body, whole: Decimal) -> Iterator[Body]:
    gateways = sorted({t["gateway"] for t in order["transactions"]}, key=lambda gateway: gateway in CREDIT)
    for gateway in gateways:
        left = amounts.received(order, gateway) - amounts.given_back(order, gateway)
        part = min(whole, left)
        whole -= part
        if part > 0:
            reason = _why_offline(order, gateway, part, left)
            yield _way(PROVIDERS.get(gateway, gateway), METHODS.get(gateway, gateway.title()), part,
                       offline=gateway in OFFLINE or bool(reason), offline_provider=gateway in OFFLINE,
                       offline_reason=reason)  # fmt: skip


def _why_offline(order: Body, gateway: str, part: Decimal, left: Decimal) -> str:
    can = order["can_refund"]
    if gateway in CREDIT or gateway in OFFLINE or can == "online":
        return ""
    if can == "offline":
        return NO_API
    if can == "whole_only":
        return NO_PART if part < left else ""
    return NO_SECOND if amounts.given_back(order, gateway) else ""


def _way(provider: str, name: str, amount: Decimal, **more: Any) -> Body:
    plain = {"offline": False, "offline_provider": False, "offline_reason": ""}
    return {"provider_id": provider, "provider_description": name, "amount": amounts.v3(amount)} | plain | more


def gateway_of(order: Body, provider: str) -> str:
    """The payment that a provider of a quote stands for."""
    known = {t["gateway"] for t in order["transactions"]}
    return next((gateway for gateway in known if PROVIDERS.get(gateway, gateway) == provider), provider)


__all__ = ["Refused", "Worth", "gateway_of", "quote", "value", "ways"]
