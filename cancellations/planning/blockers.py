"""Blockers: why a plan cannot be confirmed, each with what to do instead; from capability table and order alone."""

from __future__ import annotations

from collections.abc import Iterator

from cancellations.planning import disputes, stock
from cancellations.planning.amounts import authorised, money_back, why_nothing
from cancellations.planning.methods import Method, can_edit
from cancellations.planning.plan import Blocker
from cancellations.planning.planning_input import Case
from cancellations.planning.quantities import Chosen, Stock
from cancellations.planning.refunds import is_per_payment, needs_two, places
from stores.canonical.capabilities import Capability, Support
from stores.canonical.commands import CancelOrder, CorrectStock, EditOrder, RefundOrder, VoidPayment
from stores.canonical.order import Readiness
from stores.canonical.request import RefundChoice
from stores.kernel.i18n import gettext as _

BY_HAND = frozenset({"restock", "void_authorisation"})  # what `assisted` has steps for

MONEY_FIELDS = ("refund", "part.", "shipping")  # what is wrong there is the reason why no money goes back


def blockers(case: Case, method: Method) -> tuple[Blocker, ...]:
    if case.order.cancelled_at is not None:
        return (Blocker(code="cancelled", text=_("This order is already cancelled.")),)
    if case.order.is_summary:
        advice = _("Read the order again.")
        return (Blocker(code="not_read", text=_("Only a short copy of this order is known."), advice=advice),)
    found = (
        *case.wrong,
        *(
            b
            for part in (
                _empty,
                _unpaid,
                _disputed,
                _per_payment,
                _scopes,
                _whole,
                _capabilities,
                _rights,
                _places,
                _stock,
                _kept,
                _message,
            )
            for b in part(case, method)
        ),
    )
    return tuple(dict.fromkeys(found)) or tuple(_no_way(case, method))


def _no_way(case: Case, method: Method) -> Iterator[Blocker]:
    """Never a plan with neither a step nor a reason."""
    if method.commands:
        return
    text = _("This platform offers no way to take these units off the order.")
    if case.order.ends_by_refund and not case.captured:
        text = _("Only a refund could take these units off, and no money is left to give back.")
    yield Blocker(code="no_way", field="lines", text=text, advice=_("End the order in the platform's own desk."))


def _empty(case: Case, method: Method) -> Iterator[Blocker]:
    if case.chosen or any(b.field.startswith("units.") for b in case.wrong):
        return
    if any(line.cancellable > 0 for line in case.order.lines):
        yield Blocker(code="nothing_chosen", field="lines", text=_("Choose at least one unit to cancel."))
        return
    shipped = any(line.shipped > 0 for line in case.order.lines)
    advice = _("What has left cannot be cancelled: start a return instead.") if shipped else ""
    yield Blocker(
        code="nothing_cancellable", field="lines", text=_("Nothing on this order can be cancelled."), advice=advice
    )


def _unpaid(case: Case, method: Method) -> Iterator[Blocker]:
    """Some platforms can take units off only together with money."""
    refund = case.recipe.refund
    if not case.chosen or refund is None or refund.of_nothing or method.names(CancelOrder):
        return
    if case.order.leaves_for_nothing:
        return
    if not case.captured:
        if not case.is_whole and not can_edit(case, case.chosen):
            text = _("Without money to give back, only the whole order can be cancelled on this platform.")
            says_so = case.order.edit_blockers and case.recipe.edit is None  # then they are the reason, in its words
            words = (why_nothing(case.order), *(() if says_so else (text,)), *case.order.edit_blockers)
            yield Blocker(code="unpaid_part", field="lines", text=" ".join(words))
    elif not case.amounts.payments and not any(b.field.startswith(MONEY_FIELDS) for b in case.wrong):
        text = _("On this platform units leave the order only together with a refund.")
        yield Blocker(code="part_without_refund", field="refund", text=text)


def _disputed(case: Case, method: Method) -> Iterator[Blocker]:
    """No money on top of a dispute, unless a person says why and a second one agrees."""
    if case.request.despite_dispute:
        return
    for remark in disputes.against(case):
        advice = _("Answer the dispute first, or give the money back although it is disputed.")
        yield Blocker(code="dispute", field="despite_dispute", text=disputes.words(remark), advice=advice)


def _per_payment(case: Case, method: Method) -> Iterator[Blocker]:
    """A refund per payment takes its units with it: an amount of one's own cannot leave out a payment that has some."""
    if not is_per_payment(case.recipe) or case.request.refund is not RefundChoice.PART or not case.quote:
        return
    taken = {chosen.line.id for chosen in case.chosen}
    named = {payment.payment_id for payment in case.amounts.payments}
    left = {q.payment_id for q in case.quote.lines if q.line_id in taken and q.payment_id} - named
    for payment in case.quote.payments:
        if payment.payment_id in left:
            text = _("Some of these units belong to %(label)s: give an amount there too.", label=payment.label)
            yield Blocker(code="payment_left_out", field="refund", text=text)


def _scopes(case: Case, method: Method) -> Iterator[Blocker]:
    for words in case.settings.missing_scopes:
        advice = _("An owner can grant the right and reconnect the shop.")
        yield Blocker(code="scope", text=_("The shop lacks a right: %(right)s", right=words), advice=advice)


def _rights(case: Case, method: Method) -> Iterator[Blocker]:
    for name in dict.fromkeys(type(command).__name__ for command in method.commands):
        if words := case.lacks(name):
            advice = _("An owner can grant the right and reconnect the shop.")
            yield Blocker(code="scope", text=_("The shop lacks a right: %(right)s", right=words), advice=advice)


def _whole(case: Case, method: Method) -> Iterator[Blocker]:
    if not case.is_whole or (method.commands and not method.names(CancelOrder)):
        return
    advice = _("Wait until this is settled, then look again.")
    if not case.captured and money_back(case.order):  # nothing will change that
        advice = _("End the order in the platform's own desk.")
    for reason in case.order.whole_cancel_blockers:
        yield Blocker(code="whole_refused", field="lines", text=reason, advice=advice)


def _capabilities(case: Case, method: Method) -> Iterator[Blocker]:
    for name, field in _used(case, method):
        capability: Capability = getattr(case.capabilities, name)
        if capability.support is Support.IMPOSSIBLE or (not capability.is_offered and name not in BY_HAND):
            yield Blocker(code=f"cannot.{name}", field=field, text=str(capability.why))


def _used(case: Case, method: Method) -> Iterator[tuple[str, str]]:
    """Capabilities this plan needs, each with the field that asked for it."""
    if not case.chosen:
        return
    partial = "cancel_rest" if case.is_rest else "cancel_lines"
    yield "cancel_order" if case.is_whole else partial, "lines"
    if any(share.readiness is Readiness.BEING_PACKED for c in case.chosen for share in c.shares):
        yield "cancel_while_packing", "lines"
    yield from _used_for_money(case, method)
    yield from _used_for_stock(case)
    if case.request.notify:
        yield "notify_customer", "notify"


def _used_for_money(case: Case, method: Method) -> Iterator[tuple[str, str]]:
    if case.amounts.payments:
        yield "refund", "refund"
        if case.request.refund is RefundChoice.PART:
            yield "refund_part", "refund"
        if case.request.shipping:
            yield "refund_shipping", "shipping"
    if case.captured and case.request.refund is RefundChoice.NONE:
        yield "cancel_without_refund", "refund"
    voids = any(isinstance(command, VoidPayment) for command in method.commands)
    if voids or (case.is_whole and authorised(case.order)):
        yield "void_authorisation", "refund"


def _used_for_stock(case: Case) -> Iterator[tuple[str, str]]:
    for chosen in case.chosen:
        if chosen.stock is Stock.BACK:
            yield "restock", f"restock.{chosen.line.id}"
        if chosen.stock is Stock.KEEP:
            yield "keep_stock", f"restock.{chosen.line.id}"
        if chosen.goes_to:
            yield "restock_at_location", f"location.{chosen.line.id}"


def _places(case: Case, method: Method) -> Iterator[Blocker]:
    """Units go only to a place that is open and that the method can name."""
    why_fixed = _why_fixed(case, method)
    for chosen in case.chosen:
        field = f"location.{chosen.line.id}"
        if chosen.goes_to and chosen.goes_to not in case.locations:
            yield Blocker(code="foreign_location", field=field, text=_("This order knows no such location."))
        elif why_fixed and chosen.stock is Stock.BACK and _moves(chosen):
            yield Blocker(code="location", field=field, text=why_fixed, advice=_("Leave the location as it is."))
        elif chosen.stock is Stock.BACK and (closed := _closed_place(case, chosen)):
            text = _("%(place)s is closed: units cannot go back there.", place=closed)
            advice = _("Choose another location or do not put them back in stock.")
            yield Blocker(code="closed_location", field=field, text=text, advice=advice)


def _why_fixed(case: Case, method: Method) -> str:
    """Why this method cannot name a location; "" when it can."""
    kinds = {type(command) for command in method.commands}
    if CancelOrder in kinds:
        return _("A whole cancel puts units back where they wait; it cannot name another location.")
    if kinds == {EditOrder}:
        text = _("So the order is edited, and an edit cannot name another location.")
        return " ".join(filter(None, (why_nothing(case.order), text)))
    return ""


def _moves(chosen: Chosen) -> bool:
    here = {share.location.id for share in chosen.shares if share.location}
    return bool(chosen.goes_to) and here != {chosen.goes_to}


def _closed_place(case: Case, chosen: Chosen) -> str:
    """A paid order whose location was closed fails when stock is to go back there; an unpaid one loses it silently."""
    if case.is_whole and not case.captured:
        return ""
    for location_id, _share in places(case, chosen):
        if location_id in case.locations and not case.locations[location_id].is_active:
            return case.name_of(location_id)
    return ""


def _stock(case: Case, method: Method) -> Iterator[Blocker]:
    """What is to be corrected in stock must be known there by id and place."""
    changes = [change for c in method.commands if isinstance(c, CorrectStock) for change in c.changes]
    unknown = [change for change in changes if not (change.stock_item_id and change.location_id)]
    if any(change.delta < 0 for change in unknown):
        text = _("The platform does not tell where these units are counted, so they cannot be kept out of stock.")
        yield Blocker(code="stock_unknown", field="restock", text=text, advice=_("Put the units back in stock."))
    if any(change.delta > 0 for change in unknown):
        text = _("The platform does not tell where these units are counted, so they cannot be put back.")
        yield Blocker(code="stock_unknown", field="restock", text=text, advice=_("Do not put them back in stock."))


def _kept(case: Case, method: Method) -> Iterator[Blocker]:
    """What cannot be kept out of stock: by this cancel, or beside lines that go back."""
    if stock.cannot_keep(case, method.commands):
        advice = _("Put the units back in stock and correct the stock by hand afterwards.")
        why = str(case.capabilities.keep_stock.why)
        yield Blocker(code="kept_goes_back", field="restock", text=why, advice=advice)
    if any(isinstance(c, RefundOrder) and not c.payments for c in method.commands) and needs_two(case, case.chosen):
        text = _("Lines without a price cannot be kept out of stock beside others. Cancel them by themselves.")
        yield Blocker(code="free_and_kept", field="restock", text=text)


def _message(case: Case, method: Method) -> Iterator[Blocker]:
    if case.request.notify and not case.order.can_notify:
        text = _("The platform has no address to tell this customer.")
        yield Blocker(code="no_address", field="notify", text=text)
