"""Worth reading before the click. None of these stops a plan."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from cancellations.planning import disputes, stock
from cancellations.planning.amounts import authorised
from cancellations.planning.methods import Method, can_edit
from cancellations.planning.plan import Caution
from cancellations.planning.planning_input import Case
from cancellations.planning.quantities import advice
from stores.canonical.commands import CorrectStock, EditOrder, RefundOrder, VoidPayment
from stores.canonical.order import PaymentStatus, Readiness
from stores.canonical.request import RefundChoice
from stores.kernel.i18n import gettext as _
from stores.kernel.i18n import money as said
from stores.kernel.i18n import ngettext
from stores.kernel.i18n import units as counted
from stores.kernel.money import Money, total


def warnings(case: Case, method: Method) -> tuple[Caution, ...]:
    """Facts of the order first seen come always; those about the act only when there is one."""
    parts = (_disputes, _remarks, _being_packed, _on_hold, _left_behind)
    about_act = (
        *(_ending, _payments, _promises, _kept_earlier, _goods),
        *(_ways, _left_out_of_stock, _closed_unpaid, _final),
    )
    chosen = (*parts, *about_act) if method.commands else parts
    return tuple(dict.fromkeys(c for part in chosen for c in part(case, method)))


def _disputes(case: Case, method: Method) -> Iterator[Caution]:
    """Open or lost, of the very money that goes back; what blocks the plan is said there."""
    blocking = () if case.request.despite_dispute else disputes.against(case)
    for remark in case.order.remarks:
        stands = remark.kind == "dispute" and (remark.is_open or remark.stops_refund)
        if stands and disputes.touches(remark, case.amounts.payments) and remark not in blocking:
            yield Caution(code="dispute", text=disputes.words(remark))


def _remarks(case: Case, method: Method) -> Iterator[Caution]:
    for remark in case.order.remarks:
        if remark.kind == "return" and remark.is_open:
            yield Caution(
                code="return", text=_("%(what)s. Its units are not touched here.", what=remark.text.rstrip("."))
            )
        elif remark.kind == "label":
            stays = _("It stays paid, whatever is cancelled here: void it with the carrier or where it was bought.")
            yield Caution(code="label", text=f"{remark.text.rstrip('.')}. {stays}")
        elif remark.kind in ("risk", "payment"):
            yield Caution(code=remark.kind, text=remark.text)


def _being_packed(case: Case, method: Method) -> Iterator[Caution]:
    units = _units_at(case, Readiness.BEING_PACKED)
    if units:
        text = ngettext(
            "%(n)s unit is being packed. If it ships first, nothing is done and you are asked again.",
            "%(n)s units are being packed. If they ship first, nothing is done and you are asked again.",
            units,
        )
        yield Caution(code="being_packed", text=text)


def _units_at(case: Case, readiness: Readiness) -> Decimal:
    return sum((s.units for c in case.chosen for s in c.shares if s.readiness is readiness), Decimal(0))


def _on_hold(case: Case, method: Method) -> Iterator[Caution]:
    reasons = {s.detail for c in case.chosen for s in c.shares if s.readiness is Readiness.ON_HOLD}
    for reason in sorted(reasons):
        yield Caution(code="on_hold", text=_("On hold: %(reason)s", reason=reason) if reason else _("On hold."))


def _left_behind(case: Case, method: Method) -> Iterator[Caution]:
    """Said once per kind of advice, for lines of which nothing can be taken now."""
    if not case.empties or case.is_whole:
        return
    left = (line for line in case.order.lines if line.current > line.cancellable)
    by_cause = {(line.shipped > 0, *((p.readiness, p.detail) for p in line.placements)): line for line in left}
    for words in dict.fromkeys(advice(line) for line in by_cause.values()):
        if words:
            yield Caution(code="left_behind", text=words)


def _ending(case: Case, method: Method) -> Iterator[Caution]:
    """The platform ends the order although units stay on it."""
    if not case.staying or not method.ends(case):
        return
    text = _(
        "No money is left after this, and that ends the order on this platform. What stays on it: %(lines)s. "
        "Its stock does not change, and it can no longer be cancelled here.",
        lines=" · ".join(f"{counted(units)} × {line.title}" for line, units in case.staying),
    )
    yield Caution(code="ends_order", text=text)


def _payments(case: Case, method: Method) -> Iterator[Caution]:
    order = case.order
    if not case.is_whole and (held := authorised(order)):
        amounts = (p.capturable for p in held if p.capturable and p.capturable.currency == order.customer_currency)
        text = _("%(money)s stays authorised: capture less later.", money=said(total(amounts, order.customer_currency)))
        yield Caution(code="authorised", text=text)
    if any(p.status is PaymentStatus.PENDING for p in order.payments):
        yield Caution(code="pending_payment", text=_("A payment of this order is still on its way."))
    for payment in case.amounts.payments:
        if payment.gateway == "gift_card" and not payment.is_manual:
            text = _("%(money)s goes back to the gift card, not to the customer's bank.", money=said(payment.amount))
            yield Caution(code="gift_card_tender", text=text)


def _promises(case: Case, method: Method) -> Iterator[Caution]:
    quote = case.quote
    if case.captured and case.request.refund is RefundChoice.NONE:
        yield Caution(code="no_refund", text=_("The customer has paid for these units and gets nothing back."))
    if not quote or case.request.refund is not RefundChoice.FULL or not case.amounts.payments:
        return
    back = case.amounts.sums.total
    worth = total((q.amount if case.order.taxes_included else q.amount + q.tax for q in quote.lines), back.currency)
    if worth > back + _rounding(case):
        text = _(
            "These units cost %(worth)s; only %(back)s is left to give back.",
            worth=said(worth),
            back=said(back),
        )
        yield Caution(code="short", text=text)
    if quote.is_estimate:
        yield Caution(code="estimate", text=_("The figures are our estimate; the platform computes its own."))


def _kept_earlier(case: Case, method: Method) -> Iterator[Caution]:
    """Money the shop kept at an earlier step: it stays with the shop, or the platform's figures hold it."""
    if not case.quote or case.request.refund is not RefundChoice.FULL or not case.amounts.payments:
        return
    if (extra := _beyond_the_units(case)) is not None:
        text = _(
            "%(money)s that was kept earlier goes back as well: the platform's figure holds it.", money=said(extra)
        )
        yield Caution(code="kept_goes_back", text=text)
    if case.is_whole and (kept := case.left_over):
        words = (
            _("%(money)s was kept earlier and stays with the shop.")
            if case.was_touched
            else _("%(money)s of what was paid stays with the shop.")
        )
        yield Caution(code="kept_earlier", text=words % {"money": said(kept)})


def _beyond_the_units(case: Case) -> Money | None:
    """What the quote proposes above the units and what goes with them, where money went back earlier."""
    quote, sums = case.quote, case.amounts.sums
    if not quote or not quote.lines or not case.was_touched:
        return None
    worth = total((q.amount if case.order.taxes_included else q.amount + q.tax for q in quote.lines), quote.currency)
    beside = sums.shipping + sums.duties + (sums.fees or Money.zero(quote.currency))
    if not case.order.taxes_included:
        beside = beside + max(
            sums.tax - total((q.tax for q in quote.lines), quote.currency), Money.zero(quote.currency)
        )
    extra = sums.total - worth - beside
    return extra if extra > _rounding(case) else None


def _rounding(case: Case) -> Money:
    """A smallest unit for each line quoted."""
    quoted = case.quote.lines if case.quote else ()
    return Money.from_minor(len(quoted), case.order.customer_currency)


def _goods(case: Case, method: Method) -> Iterator[Caution]:
    if any(c.line.is_gift_card for c in case.chosen):
        text = _("A gift card was sold here: if it was issued, cancelling does not withdraw it. Check it.")
        yield Caution(code="gift_card", text=text)
    tips = case.order.totals.tips
    if tips and tips.customer.amount > 0:
        goes_back = case.amounts.fees or case.refunds_all or _holds_tip(case)
        words = _("The tip of %(money)s goes back as well.") if goes_back else ""
        yield Caution(
            code="tip", text=(words or _("The tip of %(money)s stays with the shop.")) % {"money": said(tips.customer)}
        )


def _holds_tip(case: Case) -> bool:
    """The quote names the tip's own line."""
    tips = {line.id for line in case.order.lines if line.is_tip}
    is_quoted = case.request.refund is RefundChoice.FULL and bool(case.amounts.payments)
    return is_quoted and any(q.line_id in tips for q in (case.quote.lines if case.quote else ()))


def _ways(case: Case, method: Method) -> Iterator[Caution]:
    kinds = {type(command) for command in method.commands}
    if EditOrder in kinds:
        text = _("The order is edited: taxes are computed again, shipping and discounts stay as they are.")
        yield Caution(code="edited", text=text)
    unpaid = RefundOrder in kinds and not case.captured
    if unpaid and not case.is_whole and not can_edit(case, case.chosen):
        why = " ".join(case.order.edit_blockers) or case.lacks("EditOrder")
        text = _("The order cannot be edited, so units are taken off by a refund of nothing. %(why)s", why=why)
        yield Caution(code="not_editable", text=text.strip())
    if any(isinstance(c, CorrectStock) and any(x.delta < 0 for x in c.changes) for c in method.commands):
        text = _("The platform puts kept units back in stock for a moment; a second call takes them out again.")
        yield Caution(code="stock_twice", text=text)


def _left_out_of_stock(case: Case, method: Method) -> Iterator[Caution]:
    """Units were to go back to stock, and no call of this plan does it."""
    put_back = stock.put_back(case, method.commands)
    units = sum((c.units for c in case.back if c.line.id not in put_back), Decimal(0))
    if units:
        text = ngettext(
            "%(n)s unit does not go back to stock by itself here: correct the stock by hand.",
            "%(n)s units do not go back to stock by themselves here: correct the stock by hand.",
            units,
        )
        yield Caution(code="not_restocked", text=text)


def _closed_unpaid(case: Case, method: Method) -> Iterator[Caution]:
    """Whole cancel of an unpaid order: a closed location silently gets nothing back."""
    if not case.is_whole or case.captured:
        return
    closed = {s.location.name for c in case.back for s in c.shares if s.location and not s.location.is_active}
    for name in sorted(closed):
        text = _("%(place)s is closed: the platform will not put these units back anywhere.", place=name)
        yield Caution(code="closed_location", text=text)


def _final(case: Case, method: Method) -> Iterator[Caution]:
    moves = case.amounts.payments or method.names(VoidPayment) or not case.recipe.moves_money
    why = str(case.capabilities.undo.why) if moves else ""
    yield Caution(code="final", text=why or _("Rescind cannot undo this."))
