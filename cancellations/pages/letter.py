"""A receipt as a letter: the verdict in a sentence, what it came to, a tick for each side of it, and one story.

Reads what the page of a cancellation has gathered; asks nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cancellations import actions
from cancellations.models import Cancellation
from cancellations.pages import inbox
from cancellations.pages import plan as plan_page
from cancellations.pages.audit_entry import Entry
from cancellations.pages.cancellation import CancellationPage, StepRow
from cancellations.planning.plan import EffectKind, ReceiptLine
from cancellations.states import FINISHED, CancellationState
from notifications.models import Delivery
from stores.kernel.i18n import money as said
from stores.kernel.i18n import units as counted

C, K = CancellationState, EffectKind
TOLD_BY_STEPS = {action.name for action in (actions.INTENT, actions.OUTCOME, actions.DONE)}  # the log has them
CALM = (C.HELD, C.AWAITING_APPROVAL, C.RUNNING, C.VERIFYING)  # nothing to look at first
SIDES = {  # what a tick stands for: which effects
    "order": (K.CLOSE, K.UNITS),
    "money": (K.REFUND, K.VOID, K.REDUCE),
    "stock": (K.STOCK, K.KEEP_STOCK),
    "customer": (K.MESSAGE,),
}


@dataclass(frozen=True)
class Verdict:
    """One sentence, and what is not as it should be ("" for nothing)."""

    says: str
    but: str = ""
    tone: str = ""  # of `but`: "bad" for what was stopped


@dataclass(frozen=True)
class Tick:
    name: str
    tone: str
    words: str


@dataclass(frozen=True)
class Moment:
    """One of: a step, a message, an entry of the audit log with its sentence and the words somebody gave."""

    at: datetime | None  # None: not yet
    step: StepRow | None = None
    delivery: Delivery | None = None
    entry: Entry | None = None
    sentence: str = ""
    words: str = ""


def of(
    one: Cancellation,
    page: CancellationPage,
    *,
    deliveries: Sequence[Delivery],
    trail: Sequence[tuple[Entry, str, str]],
    is_unseen: bool,
) -> dict[str, Any]:
    """For templates/cancellations/_letter.html. trail: (entry, its sentence, the words somebody gave)."""
    return {
        "verdict": _verdict(one, page, is_unseen),
        "same_rows": [line for line in _lines(page) if line.verdict != "differs"],
        "board": list(_board(page, deliveries, len(trail))) if page.receipt or _is_at_work(page) else [],
        "moments": _moments(one, page, deliveries, trail),
        "is_calm": one.state in CALM,
        "items": [(counted(end.before - end.after), end.title, end.refund) for end in page.plan.expected.lines],
        "sums": plan_page.sum_rows(page.plan),
    }


def _is_at_work(page: CancellationPage) -> bool:
    return page.is_moving and page.is_begun


def _lines(page: CancellationPage) -> Sequence[ReceiptLine]:
    return page.receipt.lines if page.receipt else []


# -- the verdict ------------------------------------------------------------------------------------


def _verdict(one: Cancellation, page: CancellationPage, is_unseen: bool) -> Verdict:
    facts, words = inbox.facts_of(one, one.preview.plan, one.receipt), {"number": one.order.number}
    if one.state == C.REFUSED and one.differs:
        return Verdict(_("Refused by the shop, and done all the same: a later look found it."))
    if one.state == C.REFUSED:
        return Verdict(_("The shop did not cancel order %(number)s: nothing was done.") % words, one.trouble, "bad")
    if one.state == C.WITHDRAWN:
        return Verdict(_("Taken back: nothing was sent."))
    if one.state == C.EXPIRED and is_unseen:
        return Verdict(
            _("Its approval has lapsed. Whether it was carried out before the restore is not known."), tone="bad"
        )
    if one.state == C.EXPIRED:
        return Verdict(_("Nobody approved it within 24 hours: nothing was sent."))
    if one.state == C.DONE:
        return _done(one, page, facts)
    return Verdict(_not_over(one, facts))


def _not_over(one: Cancellation, facts: inbox.Facts) -> str:
    words = {"what": _of_order(one, facts), "number": one.order.number, "money": inbox.will(facts)}
    if one.state == C.HELD:
        return inbox.upper(_("%(what)s will be cancelled: %(money)s.") % words)
    if one.state == C.AWAITING_APPROVAL:
        return inbox.upper(_("%(what)s, sent for approval: %(money)s.") % words)
    if one.state == C.NEEDS_OPERATOR:
        return _("The cancellation of order %(number)s is not finished.") % words
    return inbox.upper(_("%(what)s is being cancelled: %(money)s.") % words)


def _of_order(one: Cancellation, facts: inbox.Facts) -> str:
    """`the whole order #7`, `2 × Linen shirt of order #7`."""
    words = {"what": facts.what, "number": one.order.number}
    return (_("the whole order %(number)s") if facts.is_whole else _("%(what)s of order %(number)s")) % words


def _done(one: Cancellation, page: CancellationPage, facts: inbox.Facts) -> Verdict:
    words = {"what": facts.what, "number": one.order.number}
    if one.differs:
        return Verdict(_("Not all on order %(number)s is as promised.") % words, f"{inbox.differs(facts)}.")
    if page.plan.expected.is_cancelled:
        first = _("Order %(number)s is cancelled.") % words
    else:
        first = inbox.upper(_("%(what)s left order %(number)s.") % words)
    return Verdict(f"{first} {_money_words(one, facts)}")


def _money_words(one: Cancellation, facts: inbox.Facts) -> str:
    words = {"money": said(facts.moved or facts.promised), "who": one.order.customer_name or _("the customer")}
    if facts.promised and facts.is_by_hand:
        return _("%(money)s is paid back to %(who)s by hand.") % words
    if facts.promised and facts.is_pending:
        return _("%(money)s is on its way back to %(who)s.") % words
    if facts.promised:
        return _("%(money)s went back to %(who)s.") % words
    if facts.released:
        return _("%(money)s was released.") % {"money": said(facts.released)}
    return _("No money moved.")


# -- the board --------------------------------------------------------------------------------------


def _board(page: CancellationPage, deliveries: Sequence[Delivery], entries: int) -> Iterable[Tick]:
    """Only what applies."""
    names = {"order": _("Order"), "money": _("Money"), "stock": _("Stock"), "customer": _("Customer")}
    planned = {effect.kind for effect in page.plan.effects}
    for side, kinds in SIDES.items():
        rows = [line for line in _lines(page) if line.kind in kinds]
        if rows or planned.intersection(kinds):
            yield _tick(names[side], rows, page)
    if deliveries:
        yield _team(deliveries)
    yield Tick(_("Log"), "ok", ngettext("Sealed, %(n)s entry", "Sealed, %(n)s entries", entries) % {"n": entries})


def _tick(name: str, rows: Sequence[ReceiptLine], page: CancellationPage) -> Tick:
    if page.receipt is None:
        return Tick(name, "moving" if page.is_moving else "plain", _("Not read back yet"))
    differing = [line for line in rows if line.verdict == "differs"]
    if differing:
        more = len(differing) - 1
        words = f"{differing[0].what}: {differing[0].seen or '—'}"
        return Tick(name, "warn", f"{words} + {more}" if more else words)
    if any(line.verdict == "pending" for line in rows):
        return Tick(name, "moving", _("On its way"))
    if not rows:
        return Tick(name, "plain", _("Nothing to read back"))
    if all(line.verdict == "unseen" for line in rows):
        return Tick(name, "plain", _("Asked for; the shop does not tell"))
    return Tick(name, "ok", _("As promised"))


def _team(deliveries: Sequence[Delivery]) -> Tick:
    states = {row.state for row in deliveries}
    if any(row.state == "given_up" and row.looked_at is None for row in deliveries):
        return Tick(_("Team"), "bad", _("Somebody could not be told"))
    if states <= {"sent", "moot", "given_up"}:
        return Tick(_("Team"), "ok", _("Told by mail"))
    return Tick(_("Team"), "moving", _("Mail on its way"))


# -- the story --------------------------------------------------------------------------------------


def _moments(
    one: Cancellation,
    page: CancellationPage,
    deliveries: Sequence[Delivery],
    trail: Sequence[tuple[Entry, str, str]],
) -> list[Moment]:
    """What is still to come, last on top; then what was, newest first. Steps that were never begun are left out."""
    open_steps = [row for row in page.steps if row.step.finished_at is None or row.step.state not in FINISHED]
    ended = [row for row in page.steps if row not in open_steps]
    stuck = [row for row in open_steps if one.finished_at and row.state != "skipped"]
    if one.finished_at:
        open_steps = []
    dated = [
        *(Moment(one.finished_at, step=row) for row in stuck),
        *(Moment(entry.at, entry=entry, sentence=sentence, words=words) for entry, sentence, words in trail
          if entry.event.kind not in TOLD_BY_STEPS),
        *(Moment(row.step.finished_at, step=row) for row in ended),
        *(Moment(row.sent_at or row.created_at, delivery=row) for row in deliveries),
    ]  # fmt: skip
    newest = sorted(dated, key=lambda moment: moment.at.timestamp() if moment.at else 0.0)[::-1]
    return [*(Moment(None, step=row) for row in reversed(open_steps)), *newest]
