"""The list of cancellations as an inbox: a row says in a sentence what is to be done, or what happened.

It is made when it is shown, in the reader's language, from figures that are stored: those of the
plan and of the receipt, read as plain JSON, since a page has fifty of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cancellations.models import Cancellation
from cancellations.planning.plan import EffectKind, Verdict
from cancellations.states import CancellationState
from stores.kernel.i18n import units as counted
from stores.kernel.money import Money
from stores.models import User
from stores.selectors import access
from stores.templatetags.desk import money as said  # remembers what it has said
from stores.templatetags.state_labels import word

C = CancellationState
NOTHING_SENT = (C.HELD, C.AWAITING_APPROVAL)
MARKED = (C.NEEDS_OPERATOR, C.REFUSED, C.WITHDRAWN, C.EXPIRED)
AT_WORK = (C.RUNNING, C.VERIFYING)
UNKNOWN = "—"
SHORT = {"differs": (gettext_lazy("Differs"), "warn"), "needs_operator": (gettext_lazy("Needs a person"), "bad")}


@dataclass(frozen=True)
class Row:
    """One line of the inbox. money: what happened to it, "—" where that is not known, with `why`."""

    cancellation: Cancellation
    says: str
    tone: str  # of the dot
    chip: tuple[str, str] | None  # (word, tone): only where somebody must act, or in a list of all states
    money: str
    why: str
    progress: tuple[int, int] | None = None  # (steps finished, all)
    may_take_back: bool = False
    is_asked: bool = False  # the reader may decide about it
    is_marked: bool = False  # its state is said: it is not what the group's title says already

    @property
    def address(self) -> str:
        """As `cancellations:detail`; reversing three addresses for each of fifty rows is a tenth of the page."""
        return f"/cancellations/{self.cancellation.uuid}"

    @property
    def order_address(self) -> str:
        return f"/orders/{self.cancellation.order.uuid}"

    @property
    def until(self) -> datetime | None:
        """When the hold or the approval ends; None when neither is on."""
        one = self.cancellation
        return {C.HELD: one.held_until, C.AWAITING_APPROVAL: one.expires_at}.get(C(one.state))


@dataclass(frozen=True)
class Facts:
    """Of the plan and the receipt; empty where they cannot be read."""

    what: str
    promised: Money
    moved: Money | None
    is_by_hand: bool
    released: Money | None
    is_pending: bool
    different: Sequence[Mapping[str, Any]]

    @property
    def is_whole(self) -> bool:
        return self.what == _("the whole order")


def rows(
    viewer: User, found: Iterable[Cancellation], done: Mapping[int, tuple[int, int]], *, is_asked: bool = False
) -> list[Row]:
    """found: as selectors/cancellations reads them for a list; is_asked: somebody has to decide about these."""
    return [_row(viewer, one, done.get(one.pk), is_asked) for one in found]


def _row(viewer: User, one: Cancellation, progress: tuple[int, int] | None, is_asked: bool) -> Row:
    facts = facts_of(one, getattr(one, "plan_text", ""), getattr(one, "receipt_text", ""))
    money, why = _money(one, facts)
    state, tone = (SHORT.get(one.shown_state) if is_asked else None) or word("cancellation", one.shown_state)
    wants = is_asked and one.state == C.AWAITING_APPROVAL
    return Row(
        cancellation=one,
        says=_says(one, facts, wants, is_asked=is_asked),
        tone=f"{tone} wait" if one.state in NOTHING_SENT else tone,
        chip=(_("Waits for your approval"), "info wait") if wants else (str(state), tone),
        money=money,
        why=why,
        progress=progress,
        may_take_back=one.state in NOTHING_SENT and access.can(viewer, "cancellations.withdraw", one.store, one),
        is_marked=is_asked or one.state in MARKED or one.differs,
        is_asked=is_asked and (wants or access.can(viewer, "cancellations.settle", one.store, one)),
    )


# -- the sentence -----------------------------------------------------------------------------------


def _says(one: Cancellation, facts: Facts, wants: bool, *, is_asked: bool) -> str:
    words = {"who": one.requester, "what": facts.what, "money": will(facts)}
    if wants:
        return _("%(who)s wants to cancel %(what)s: %(money)s") % words
    if one.state == C.HELD:
        return upper(_("%(what)s will be cancelled: %(money)s") % words)
    if one.state == C.AWAITING_APPROVAL:
        return upper(_("%(what)s sent for approval: %(money)s") % words)
    if one.state in AT_WORK:
        return upper(_("%(what)s being cancelled: %(money)s") % words)
    return _ended(one, facts, is_asked=is_asked)


def _ended(one: Cancellation, facts: Facts, *, is_asked: bool) -> str:
    """What came of it."""
    if one.state == C.NEEDS_OPERATOR:
        return one.trouble.rstrip(". ") or _("A person must decide")
    if one.state == C.WITHDRAWN:
        return _("Taken back before anything was sent: %(what)s") % {"what": facts.what}
    if one.state == C.EXPIRED:
        return _("Nobody approved it in time: %(what)s") % {"what": facts.what}
    if one.state == C.REFUSED:
        return _refused(one)
    if one.differs:
        return differs(facts)
    done = upper(_("%(what)s cancelled, %(money)s") % {"what": facts.what, "money": _was(facts)})
    if is_asked and getattr(one, "is_untold", False):
        return _("A message could not be delivered. %(done)s") % {"done": done}
    return done


def _refused(one: Cancellation) -> str:
    trouble = one.trouble.rstrip(". ")
    if one.differs:
        return trouble or _("Refused, and done all the same")
    number = one.order.number
    if trouble:
        return _("The shop did not cancel %(number)s: %(why)s") % {"number": number, "why": trouble}
    return _("The shop did not cancel %(number)s") % {"number": number}


def differs(facts: Facts) -> str:
    """The gravest difference in words: money first, then as the receipt has them."""
    moved = facts.moved if any(line.get("kind") == EffectKind.REFUND for line in facts.different) else None
    if moved is not None and moved.currency == facts.promised.currency and moved != facts.promised:
        return _money_differs(moved, facts.promised)
    if not facts.different:
        return _("The shop shows something else than was promised")
    first = facts.different[0]
    said_first = _("%(what)s: %(seen)s instead of %(promised)s") % {
        key: str(first.get(key, "")) for key in ("what", "seen", "promised")}  # fmt: skip
    more = len(facts.different) - 1
    if not more:
        return said_first
    others = ngettext("and %(n)s more difference", "and %(n)s more differences", more) % {"n": more}
    return f"{said_first}, {others}"


def _money_differs(moved: Money, promised: Money) -> str:
    if not promised:
        return _("%(moved)s was paid back although none was promised") % {"moved": said(moved)}
    if not moved:
        return _("%(promised)s was not paid back") % {"promised": said(promised)}
    return _("%(moved)s was paid back, %(promised)s was promised") % {"moved": said(moved), "promised": said(promised)}


def will(facts: Facts) -> str:
    """What is to happen to the money."""
    if facts.promised and facts.is_by_hand:
        return _("%(money)s to pay back by hand") % {"money": said(facts.promised)}
    if facts.promised:
        return _("%(money)s to refund") % {"money": said(facts.promised)}
    if facts.released:
        return _("%(money)s to release") % {"money": said(facts.released)}
    return _("no money moves")


def _was(facts: Facts) -> str:
    """What happened to it, where all is as promised."""
    money = said(facts.moved or facts.promised)
    if facts.promised and facts.is_by_hand:
        return _("%(money)s paid back by hand") % {"money": money}
    if facts.promised and facts.is_pending:
        return _("%(money)s on its way back") % {"money": money}
    if facts.promised:
        return _("%(money)s refunded") % {"money": money}
    if facts.released:
        return _("%(money)s released") % {"money": said(facts.released)}
    return _("no money moved")


def upper(words: str) -> str:
    return words[:1].upper() + words[1:]


# -- the money --------------------------------------------------------------------------------------


def _money(one: Cancellation, facts: Facts) -> tuple[str, str]:
    """(what went back, or "—", and what to know of it)."""
    if one.state in NOTHING_SENT or one.state in (C.WITHDRAWN, C.EXPIRED):
        return UNKNOWN, _("Nothing was sent")
    if one.state in AT_WORK:
        return UNKNOWN, _("Not known before it ends")
    if one.state == C.REFUSED and not one.differs:
        return _("none"), _("Nothing went back")
    if one.state != C.DONE:
        return UNKNOWN, _("Not known until somebody has looked")
    return _ended_money(one, facts)


def _ended_money(one: Cancellation, facts: Facts) -> tuple[str, str]:
    if facts.moved is None and (one.differs or not one.seen_at):
        return UNKNOWN, _("Open it to see what the shop shows")
    moved = facts.promised if facts.moved is None else facts.moved
    if not moved:
        return _("none"), _("No money went back")
    if facts.is_pending:
        return said(moved), _("On its way: the payment provider has not finished")
    return said(moved), _("Paid back by hand") if facts.is_by_hand else _("Went back")


# -- what is stored ---------------------------------------------------------------------------------


def facts_of(one: Cancellation, plan_text: str, receipt_text: str) -> Facts:
    """What sentences are made of; as much of it as can be read."""
    plan, receipt = _read(plan_text), _read(receipt_text)
    effects, lines = _objects(plan, "effects"), _objects(receipt, "lines")
    back = [effect for effect in effects if effect.get("kind") == EffectKind.REFUND]
    return Facts(
        what=_what(one, plan),
        promised=one.money,
        moved=_amount(receipt.get("moved")),
        is_by_hand=bool(back) and all(effect.get("is_manual") for effect in back),
        released=next((_amount(e.get("money")) for e in effects if e.get("kind") == EffectKind.VOID), None),
        is_pending=bool(receipt.get("is_pending")),
        different=[line for line in lines if line.get("verdict") == Verdict.DIFFERS],
    )


def _read(text: str) -> dict[str, Any]:
    """{} for what is not there or no object: the row then says less."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _objects(body: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = body.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _amount(body: Any) -> Money | None:
    try:
        return Money(Decimal(body["amount"]), body["currency"])
    except (TypeError, KeyError, ValueError, InvalidOperation):
        return None


def _what(one: Cancellation, plan: Mapping[str, Any]) -> str:
    """`the whole order`, `2 × Linen shirt`, `5 items`."""
    expected = plan.get("expected")
    expected = expected if isinstance(expected, dict) else {}
    lines = _objects(expected, "lines")
    if expected.get("is_cancelled") and lines and all(_zero(line.get("after")) for line in lines):
        return _("the whole order")
    if len(lines) == 1 and lines[0].get("title"):
        return f"{counted(one.units)} × {lines[0]['title']}"
    return ngettext("%(n)s item", "%(n)s items", max(1, int(one.units))) % {"n": counted(one.units)}


def _zero(text: Any) -> bool:
    try:
        return not Decimal(str(text))
    except InvalidOperation:
        return False
