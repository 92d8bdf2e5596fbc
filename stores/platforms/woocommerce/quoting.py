"""What a cancellation would give back: WooCommerce's own preview where the shop has it (11.1), else our figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from stores.canonical.order import Order
from stores.canonical.recipe import Per
from stores.canonical.request import CancelRequest, Quote, QuotedLine
from stores.connectors import refund_estimate
from stores.kernel.errors import RemoteRefused
from stores.kernel.http.json_readers import Node
from stores.platforms.woocommerce import amounts, messages, payments
from stores.platforms.woocommerce.api import Api, order_path
from stores.platforms.woocommerce.ledger import ZERO, Books, Kind
from stores.platforms.woocommerce.mapping import Told
from stores.platforms.woocommerce.refund_math import Figures, Share, figures, is_everything

# An older shop; or money went back earlier without lines, so that the lines are worth more than what is left; or the
# last units, of which the preview wants each as much as the first.
NO_PREVIEW = (
    "rest_no_route",
    "woocommerce_rest_preview_exceeds_max_refundable",
    "woocommerce_rest_refund_total_exceeds_remaining",
)


def quote(api: Api, told: Told, order: Order, request: CancelRequest) -> Quote:
    """Raises RemoteRefused where the shop's own preview says no, and for an amount finer than the shop counts.

    The order's figures were read just now. Amounts are ours in any case: the preview rounds net and tax apart before
    it divides, and knows nothing of money that was kept. Where it names less than rounding explains, less goes back.
    """
    guard_step(told.kept, request)
    units = wanted(told, request)
    shipping = None if request.shipping is None else request.shipping.amount
    found = figures(told.kept, units, shipping=shipping)
    theirs = preview(api, told, found) if payments.is_paid(told.order) else None
    if theirs is not None and not _is_all(told.kept, units, shipping) and theirs < found.amount - told.kept.rounding:
        found = replace(found, amount=theirs)
    return to_quote(told, order, found, is_estimate=theirs is None)


def guard_step(kept: Books, request: CancelRequest) -> None:
    """A shop may count whole crowns although the currency has hellers."""
    for said in (*request.part.values(), *([request.shipping] if request.shipping else [])):
        if said.amount != amounts.rounded(said.amount, kept.step):
            text = str(messages.TOO_FINE) % {"step": amounts.told(kept.step)}
            raise RemoteRefused("too fine", code="too_fine", user_message=text)


def _is_all(kept: Books, units: Mapping[str, Decimal], shipping: Decimal | None) -> bool:
    """Then all that is left goes back, to the last cent."""
    return shipping is None and is_everything(kept, units)


def wanted(told: Told, request: CancelRequest) -> dict[str, Decimal]:
    """What of the wish can be worth something; the planner says what is wrong with the rest."""
    asked = ((item, request.lines.get(item.id, ZERO)) for item in told.kept.of(Kind.PRODUCT))
    return {item.id: units for item, units in asked if units.is_finite() and 0 < units <= item.units_left}


def preview(api: Api, told: Told, found: Figures) -> Decimal | None:
    """Their total for the same; None where there is no preview, or it knows no discounts as fees.

    Free lines are left out: it takes them for refunded already.
    """
    found = replace(found, goods=tuple(share for share in found.goods if share.gross))
    if not found.shares or any(share.net < 0 for share in found.shares):
        return None
    try:
        said = api.ask(order_path(str(told.order["id"]), "/refunds/preview"), preview_body(found))
    except RemoteRefused as exc:
        if exc.code in NO_PREVIEW:
            return None
        raise
    return amounts.rounded(amounts.number(said, "total"), told.kept.step)


def preview_body(found: Figures) -> Node:
    """Here the item is `line_item_id` and `refund_total` contains the tax; for a refund it is `id`, without tax."""
    goods = [{"line_item_id": int(share.id), "quantity": _count(share.units)} for share in found.goods]
    others = [
        {"line_item_id": int(share.id), "refund_total": amounts.told(share.gross)}
        for share in (*found.shipping, *found.fees)
    ]
    return {"line_items": [*goods, *others]}


def _count(units: Decimal) -> int | str:
    return int(units) if units == units.to_integral_value() else amounts.told(units)


def to_quote(told: Told, order: Order, found: Figures, *, is_estimate: bool) -> Quote:
    kept = told.kept
    whole = kept.money(found.amount if payments.is_paid(told.order) else ZERO)
    return refund_estimate.quote(
        whole,
        maximum=kept.money(kept.most if payments.is_paid(told.order) else ZERO),
        lines=(_line(kept, order, share) for share in found.goods),
        payments=refund_estimate.over(order.payments, whole, per=Per.ORDER),
        tax=kept.money(sum((share.tax for share in found.goods), ZERO)),
        shipping=kept.money(min(_gross(found.shipping), kept.left_of(Kind.SHIPPING))),
        fees=kept.money(min(_gross(share for share in found.fees if share.net > 0), kept.left_of(Kind.FEE))) or None,
        is_estimate=is_estimate,
    )


def _gross(shares: Iterable[Share]) -> Decimal:
    return sum((share.gross for share in shares), ZERO)


def _line(kept: Books, order: Order, share: Share) -> QuotedLine:
    """Where the shop's prices contain the tax, so does the line's amount."""
    net, tax = kept.money(share.net), kept.money(share.tax)
    return QuotedLine(line_id=share.id, units=share.units, amount=net + tax if order.taxes_included else net, tax=tax)
