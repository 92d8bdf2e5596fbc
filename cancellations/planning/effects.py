"""*What will happen*, line by line, in the words of the person's trade."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from cancellations.planning import stock
from cancellations.planning.amounts import authorised, in_shop_currency, money_back, why_nothing
from cancellations.planning.assisted import is_assisted
from cancellations.planning.methods import Method, steps
from cancellations.planning.plan import Effect, EffectKind
from cancellations.planning.planning_input import Case
from cancellations.planning.quantities import Stock
from cancellations.planning.refunds import places
from cancellations.planning.titles import refund_title
from stores.canonical.commands import CancelOrder, EditOrder, VoidPayment
from stores.canonical.recipe import Void
from stores.canonical.request import QuotedPayment
from stores.kernel.i18n import gettext as _
from stores.kernel.i18n import money as said
from stores.kernel.i18n import ngettext
from stores.kernel.money import Money, total

NAMED = 3  # lines named one by one before "and n more"


def effects(case: Case, method: Method) -> tuple[Effect, ...]:
    if not method.commands:
        return ()
    return tuple(
        effect
        for part in (_units, _closing, _refunds, _voids, _less_owed, _stock, _kept, _message, _calls)
        for effect in part(case, method)
    )


def _units(case: Case, method: Method) -> Iterator[Effect]:
    title = ngettext("%(n)s unit leaves the order", "%(n)s units leave the order", case.units)
    named = [f"{c.units:f} × {c.line.title}" for c in case.chosen[:NAMED]]
    if more := len(case.chosen) - NAMED:
        named += [ngettext("%(n)s more line", "%(n)s more lines", more)] if more > 0 else []
    yield Effect(kind=EffectKind.UNITS, key="units", title=title, detail=" · ".join(named), units=case.units)


def _closing(case: Case, method: Method) -> Iterator[Effect]:
    if not method.ends(case):
        return
    title = _("The order is cancelled") if case.is_whole else _("The order ends")
    detail = _("Reason sent: %(word)s", word=case.reasons.get(case.request.reason, ""))
    if not method.names(CancelOrder):
        detail = _ended_by(case)
    yield Effect(kind=EffectKind.CLOSE, key="close", title=title, detail=detail)


def _ended_by(case: Case) -> str:
    """What ends the order where no cancel is sent."""
    if not case.amounts.payments:
        return _("Nothing is left on it, and that is what ends it on this platform.")
    return _("Giving all of the money back is what ends it on this platform.")


def _refunds(case: Case, method: Method) -> Iterator[Effect]:
    for payment in case.amounts.payments:
        yield Effect(
            kind=EffectKind.REFUND,
            key=f"refund:{payment.payment_id}",
            title=refund_title(payment.label, is_manual=payment.is_manual),
            detail=_refund_detail(case, payment),
            money=payment.amount,
            payment_id=payment.payment_id,
            is_manual=payment.is_manual,
        )


def _refund_detail(case: Case, payment: QuotedPayment) -> str:
    by_hand = _("It is only recorded: pay the customer by hand.") if payment.is_manual else ""
    return " ".join(words for words in (by_hand, _in_shop_words(case, payment.amount)) if words)


def _in_shop_words(case: Case, amount: Money) -> str:
    """The same amount as the shop counts it; "" where it is the same currency."""
    counted = in_shop_currency(case.order, amount)
    if counted.currency == amount.currency:
        return ""
    return _("%(money)s in the shop's currency.", money=said(counted))


def _voids(case: Case, method: Method) -> Iterator[Effect]:
    """A whole cancel releases by itself what was only authorised; otherwise only a void of our own does."""
    named = {c.payment_id for c in method.commands if isinstance(c, VoidPayment)}
    by_platform = method.names(CancelOrder) and case.recipe.void is Void.WITH_CANCEL
    for payment in authorised(case.order):
        if by_platform or payment.id in named:
            yield Effect(
                kind=EffectKind.VOID,
                key=f"void:{payment.id}",
                title=_("Authorisation on %(label)s released", label=payment.label),
                detail=_void_detail(case, payment.capturable, by_platform=by_platform),
                money=payment.capturable,
                payment_id=payment.id,
            )


def _void_detail(case: Case, held: Money | None, *, by_platform: bool) -> str:
    how = _("Never captured; the shop's platform releases it in the same call.") if by_platform else ""
    return " ".join(words for words in (how, _in_shop_words(case, held) if held else "") if words)


def _less_owed(case: Case, method: Method) -> Iterator[Effect]:
    if case.captured or case.is_whole or not case.recipe.moves_money or case.order.leaves_for_nothing:
        return
    if money_back(case.order) and not case.order.totals.outstanding.customer.amount > 0:  # paid, and nothing is owed
        return
    worth = total(
        (c.line.unit_price.customer * c.units for c in case.chosen if _is_in(c.line.unit_price.customer, case)),
        case.order.customer_currency,
    ).rounded()
    yield Effect(
        kind=EffectKind.REDUCE,
        key="reduce",
        title=_("The customer owes less"),
        detail=" ".join((_("About this much before tax; no money moves."), why_nothing(case.order))),
        money=worth,
    )


def _is_in(amount: Money, case: Case) -> bool:
    return amount.currency == case.order.customer_currency


def _stock(case: Case, method: Method) -> Iterator[Effect]:
    """Units back per location; an edit lets the platform choose the place."""
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    names: dict[str, str] = {}
    put_back = stock.put_back(case, method.commands)
    for chosen in (c for c in case.back if c.line.id in put_back):
        for location_id, share in places(case, chosen):
            found[location_id] += share.units
            names.setdefault(location_id, case.name_of(location_id))
    for location_id, units in found.items():
        yield Effect(
            kind=EffectKind.STOCK,
            key=f"stock:{location_id}",
            title=ngettext("%(n)s unit back in stock", "%(n)s units back in stock", units),
            detail=_("By hand")
            if is_assisted(case, "restock")
            else names[location_id] or _("Where the platform decides"),
            units=units,
            location_id=location_id,
        )


def _kept(case: Case, method: Method) -> Iterator[Effect]:
    put_back = stock.put_back(case, method.commands)
    left = [c for c in case.back if c.line.id not in put_back]
    none = [c for c in case.chosen if c.stock is Stock.NONE]
    unchanged = _("%(units)s: stock does not change")
    for key, lines, title, detail in (
        ("keep", case.kept, *_why_kept(case)),
        ("none", none, unchanged, _("Not counted by the shop, or cannot be put back.")),
        ("left", left, unchanged, _("No call of this plan puts them back: correct the stock in the shop's own desk.")),
    ):
        if units := sum((c.units for c in lines), Decimal(0)):
            words = title % {"units": ngettext("%(n)s unit", "%(n)s units", units)}
            name = f"keep_stock:{key}"
            yield Effect(kind=EffectKind.KEEP_STOCK, key=name, title=words, detail=detail, units=units)


def _why_kept(case: Case) -> tuple[str, str]:
    """A choice is claimed only where there was one: a platform may change no stock by itself."""
    if case.capabilities.restock.is_offered:
        return _("%(units)s kept out of stock"), _("As you chose.")
    return _("%(units)s: stock does not change"), str(case.capabilities.keep_stock.why)


def _message(case: Case, method: Method) -> Iterator[Effect]:
    if case.request.notify:
        yield Effect(
            kind=EffectKind.MESSAGE,
            key="message",
            title=_("The platform tells the customer"),
            detail=str(case.capabilities.notify_customer.why),
        )


def _calls(case: Case, method: Method) -> Iterator[Effect]:
    for step in steps(case, method):
        if step.command is not None:
            detail = _("Prepared and saved in one session.") if isinstance(step.command, EditOrder) else ""
            yield Effect(kind=EffectKind.CALL, key=f"call:{step.position}", title=step.title, detail=detail)
