"""Order + request + quote + capabilities + settings → Plan. Pure, and always a plan: bad wishes become blockers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from cancellations.planning import amounts, disputes, methods
from cancellations.planning.blockers import blockers
from cancellations.planning.effects import effects
from cancellations.planning.expected import end_state
from cancellations.planning.fingerprint import fingerprint
from cancellations.planning.methods import Method
from cancellations.planning.plan import VERSION, Blocker, Caution, Plan, ShopSettings
from cancellations.planning.planning_input import Case, gather
from cancellations.planning.warnings import warnings
from stores.canonical.capabilities import Capabilities
from stores.canonical.order import Order
from stores.canonical.recipe import Recipe
from stores.canonical.request import CancelRequest, Quote, Reason, RefundChoice
from stores.kernel.i18n import gettext as _

__all__ = ["build", "fingerprint", "needs_quote"]


def build(
    order: Order,
    request: CancelRequest,
    *,
    quote: Quote | None,
    capabilities: Capabilities,
    recipe: Recipe,
    reasons: Mapping[Reason, str],
    settings: ShopSettings,
    adapter_version: str,
    why_no_quote: str = "",
) -> Plan:
    """What would happen. `quote`: the platform's figures for this very request, None where none are needed or it
    refused to name them, `why_no_quote` then in its words.

    reasons: ours → the platform's word. Equal input gives equal bytes.
    """
    case = gather(
        order,
        request,
        quote=quote,
        capabilities=capabilities,
        recipe=recipe,
        reasons=reasons,
        settings=settings,
        why_no_quote=why_no_quote,
    )
    method = methods.choose(case)
    stops = blockers(case, method)
    return Plan(
        version=VERSION,
        platform=order.platform,
        order_id=order.external_id,
        order_number=order.number,
        method=method.name,
        method_words=_method_words(case, method),
        reason=request.reason,
        reason_sent=reasons.get(request.reason, ""),
        notify=request.notify,
        units=case.units,
        effects=effects(case, method),
        sums=case.amounts.sums,
        limit_amount=amounts.in_shop_currency(order, case.amounts.sums.total),
        steps=methods.steps(case, method),
        blockers=stops,
        warnings=_unsaid(warnings(case, method), stops),
        expected=end_state(case, method),
        fingerprint=fingerprint(order, adapter_version),
        second_person=disputes.second_person(case),
    )


def _unsaid(cautions: tuple[Caution, ...], stops: tuple[Blocker, ...]) -> tuple[Caution, ...]:
    """Without those whose words stand as the advice of a blocker."""
    said = {stop.advice for stop in stops}
    return tuple(caution for caution in cautions if caution.text not in said)


def needs_quote(order: Order, request: CancelRequest) -> bool:
    """Money may move, so the platform must say how much before anybody decides."""
    wants_money = request.refund is not RefundChoice.NONE
    return wants_money and amounts.has_captured(order) and any(_is_asked(units) for units in request.lines.values())


def _is_asked(units: Decimal) -> bool:
    return units.is_finite() and units > 0


def _method_words(case: Case, method: Method) -> str:
    """The platform's truth in a sentence: from its capability row, with what Rescind does about it."""
    capabilities = case.capabilities
    if method.name == "none":
        return ""
    if method.name == "whole":
        return str(capabilities.cancel_order.why)
    if method.name == "edit" and not case.captured:
        text = _("Rescind takes these units off the order and leaves the rest open.")
        return f"{amounts.why_nothing(case.order)} {text}"
    if method.name == "edit":
        return _("Rescind edits the order so that these units stay out of stock, then gives the money back.")
    if case.recipe.moves_money and not case.amounts.payments:
        return _("No money moves: Rescind takes these units off the order by a refund of nothing.")
    return str(capabilities.cancel_rest.why if case.is_rest else capabilities.cancel_lines.why)
