"""Everything a plan is made of, gathered once: the wish checked against the order, and the kind of cancelling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from cancellations.planning import amounts
from cancellations.planning.amounts import Amounts
from cancellations.planning.plan import Blocker, ShopSettings
from cancellations.planning.quantities import Chosen, Stock, choose
from stores.canonical.capabilities import Capabilities
from stores.canonical.order import Cancellable, EndsWhenRepaid, LineItem, Location, Order
from stores.canonical.recipe import CancelLines, Recipe, Refunds, RefundStock
from stores.canonical.request import CancelRequest, Quote, Reason, RefundChoice
from stores.kernel.money import Money


@dataclass(frozen=True, kw_only=True)
class Case:
    """`wrong`: blockers found while checking; the rest of planning adds its own."""

    order: Order
    request: CancelRequest
    quote: Quote | None
    capabilities: Capabilities
    recipe: Recipe
    reasons: Mapping[Reason, str]
    settings: ShopSettings
    chosen: tuple[Chosen, ...]
    amounts: Amounts
    wrong: tuple[Blocker, ...]
    captured: bool  # money is with the shop
    empties: bool  # nothing is left to ship afterwards
    locations: Mapping[str, Location]  # every place this order speaks of
    proposed: Mapping[str, str]  # line id → location id, as the platform would restock it
    is_whole: bool  # everything, and nothing has left: the platform's own cancel

    @property
    def units(self) -> Decimal:
        return sum((c.units for c in self.chosen), Decimal(0))

    @property
    def kept(self) -> tuple[Chosen, ...]:
        """Lines whose units must not go back to stock though they could."""
        return tuple(c for c in self.chosen if c.stock is Stock.KEEP)

    @property
    def back(self) -> tuple[Chosen, ...]:
        return tuple(c for c in self.chosen if c.stock is Stock.BACK)

    @property
    def by_item(self) -> bool:
        """Units leave line by line, and no money moves here."""
        return isinstance(self.recipe.units, CancelLines)

    @property
    def is_rest(self) -> bool:
        """Everything that can still be stopped, of an order of which something has left."""
        return self.empties and any(line.shipped > 0 for line in self.order.lines)

    @property
    def refunds_all(self) -> bool:
        """The refund is the one the platform makes by itself with a whole cancel: of everything that is left."""
        cancel = self.recipe.cancel
        by_cancel = cancel is not None and cancel.refunds is Refunds.WITH_CANCEL
        return by_cancel and self.request.refund is RefundChoice.FULL and self.gives_all

    @property
    def refund_stock(self) -> RefundStock:
        """How a refund is told about stock; NONE where there is none."""
        return self.recipe.refund.stock if self.recipe.refund else RefundStock.NONE

    @property
    def gives_all(self) -> bool:
        """All the money that could go back does, through whichever payment."""
        left, back = amounts.left(self.order), self.amounts.sums.total
        return bool(back) and left == back

    @property
    def left_over(self) -> Money | None:
        """What could go back and does not; shipping left out on purpose aside."""
        left = amounts.left(self.order)
        if left is None:
            return None
        over = left - self.amounts.sums.total - self._shipping_withheld
        return over if over.amount > 0 else None

    @property
    def _shipping_withheld(self) -> Money:
        zero, whole, asked = (
            Money.zero(self.order.customer_currency),
            self.order.shipping_refundable,
            self.request.shipping,
        )
        return zero if whole is None or asked is None or whole.currency != zero.currency else whole - asked

    @property
    def was_touched(self) -> bool:
        """Something of it was cancelled or given back before."""
        return bool(self.order.refunds) or any(line.cancelled > 0 for line in self.order.lines)

    @property
    def staying(self) -> tuple[tuple[LineItem, Decimal], ...]:
        """What is still on the order afterwards: lines and their units. A tip is no unit."""
        taken = {c.line.id: c.units for c in self.chosen}
        left = ((line, line.current - taken.get(line.id, Decimal(0))) for line in self.order.lines if not line.is_tip)
        return tuple((line, units) for line, units in left if units > 0)

    @property
    def ends_by_money(self) -> bool:
        """Giving back all that is left makes the platform end the order by itself."""
        if not self.gives_all:
            return False
        ends = self.order.ends_when_repaid
        if ends is EndsWhenRepaid.NEVER:
            closes = self.recipe.refund is not None and self.recipe.refund.closes
            return self.is_whole and (closes or self.order.ends_by_refund)
        return ends is EndsWhenRepaid.ALWAYS or not self.staying

    def name_of(self, location_id: str) -> str:
        if location_id in self.locations:
            return self.locations[location_id].name
        quoted = self.quote.lines if self.quote else ()
        return next((q.location_name for q in quoted if q.location_id == location_id), "")

    def lacks(self, command: str) -> str:
        """Why this kind of command cannot be sent to this shop (a right it did not grant); "" when it can."""
        return self.settings.missing_for.get(command, "")


def gather(
    order: Order,
    request: CancelRequest,
    *,
    quote: Quote | None,
    capabilities: Capabilities,
    recipe: Recipe,
    reasons: Mapping[Reason, str],
    settings: ShopSettings,
    why_no_quote: str = "",
) -> Case:
    chosen, wrong_units = choose(order, request)
    money, wrong_money = amounts.work_out(order, request, quote, chosen, why_no_quote)
    return Case(
        order=order,
        request=request,
        quote=quote,
        capabilities=capabilities,
        recipe=recipe,
        reasons=reasons,
        settings=settings,
        chosen=chosen,
        amounts=money,
        wrong=wrong_units + wrong_money,
        captured=amounts.has_captured(order),
        empties=_empties(order, chosen),
        locations={p.location.id: p.location for line in order.lines for p in line.placements if p.location},
        proposed={q.line_id: q.location_id for q in quote.lines if q.location_id} if quote else {},
        is_whole=is_whole(order, request),
    )


def is_whole(order: Order, request: CancelRequest) -> bool:
    """Every unit of the order is asked for and none has left. A tip is no unit: it follows the order."""
    open_lines = [line for line in order.lines if line.current > 0 and not line.is_tip]
    return (
        bool(open_lines)
        and not any(line.shipped > 0 for line in order.lines)
        and not any(shipment.is_effective for shipment in order.shipments)
        and all(request.lines.get(line.id) == line.current for line in open_lines)
    )


def _empties(order: Order, chosen: tuple[Chosen, ...]) -> bool:
    taken = {c.line.id: c.units for c in chosen}
    return all(taken.get(line.id, Decimal(0)) == line.cancellable for line in order.lines if line.cancellable > 0)


def cancellable_after(case: Case) -> Cancellable:
    is_over = case.is_whole or case.empties or case.ends_by_money
    return Cancellable.NONE if is_over else case.order.cancellable
