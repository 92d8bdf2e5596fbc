"""An unknown outcome: what a look that has ended leads to (RELIABILITY 6). Pure: owners look, and act on the answer.

Absent is believed after two agreeing reads 30 s apart, once no request without an answer can land any more. Who may
send again then is said by the journal, by the other side's key and, where neither protects, by a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from stores.canonical.commands import Absent, Finding, Found, FoundForeign, Resend, Unclear
from stores.effects import retry_policy
from stores.effects.models import Effect
from stores.effects.sends import Sends

SEEN = 120  # characters that make a picture the one a person has seen
ASKED = "asked"  # both readings are in front of a person
ALLOWED = "allowed"  # who has seen them and said: try again


@dataclass(frozen=True)
class Look:
    """What is known when a look has ended. word: what a person has said of a resend (`ASKED`, `ALLOWED`, "")."""

    row: Effect
    sends: Sends
    now: datetime
    late_landing_seconds: float
    may_resend: Callable[[], Resend]
    word: str = ""

    @property
    def can_land_until(self) -> datetime | None:
        return self.sends.can_land_until(self.late_landing_seconds)

    @property
    def is_allowed(self) -> bool:
        return self.word == ALLOWED


# --- what follows --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Settled:
    """It is there, and ours."""

    finding: Found


@dataclass(frozen=True)
class Refused:
    """Looks agree with their no."""


@dataclass(frozen=True)
class Ask:
    """A person decides. resend: what reading showed makes a second send theirs to allow."""

    words: str
    resend: str = ""


@dataclass(frozen=True)
class Wait:
    """Look again by the schedule, or at the end of it ask.

    at: when an agreeing look may count; absent_since: this one found nothing, and since when they agree;
    word: what a person has said stands, or ("") does no longer; None: nobody was asked.
    """

    words: str
    at: datetime | None = None
    question: str = ""
    absent_since: datetime | None = None
    word: str | None = None


@dataclass(frozen=True)
class Go:
    """It may leave now. how: for the record; anew: with a key of its own; is_retry: the same request again."""

    how: str
    anew: bool = False
    is_retry: bool = False


Next = Settled | Refused | Ask | Wait | Go


def after(finding: Finding, look: Look) -> Next:
    match finding:
        case Found():
            return Settled(finding)
        case FoundForeign():
            return Ask(_("Somebody else did this meanwhile: %(what)s") % {"what": finding.detail})
        case Absent():
            return _absent(look, finding.detail)
        case Unclear():
            return _unclear(look, finding.detail)


def comes_first(sends: Sends, *, is_key_protected: bool, looked_at: datetime | None, now: datetime) -> bool:
    """Must it be looked for before it is sent? Whatever may have left before, unless their key protects it.

    A look counts for two minutes, and only if nothing left since.
    """
    if sends.last_at is None or is_key_protected:
        return False
    return looked_at is None or looked_at < max(sends.last_at, now - retry_policy.LOOK_COUNTS_FOR)


def due(wait: Wait, *, since: datetime, now: datetime) -> datetime | None:
    """When the next look comes; None once the schedule is over."""
    at = retry_policy.next_look(since, now)
    return min(at, max(now, wait.at)) if at and wait.at else at


def _absent(look: Look, detail: str) -> Next:
    first = look.row.absent_since or look.now
    believed_at = _later(first + timedelta(seconds=retry_policy.AGREE_SECONDS), look.can_land_until)
    if look.now < believed_at:
        words = detail or _("Not there yet; a late request may still arrive.")
        return Wait(words, at=believed_at, absent_since=first)
    if look.row.refusal and not look.is_allowed:
        return Refused()
    return _resend(look, detail)


def _unclear(look: Look, detail: str) -> Next:
    """Reading cannot tell. What protects a resend may still allow it; else a person decides."""
    landing = look.can_land_until
    is_allowed = look.is_allowed and look.row.detail.startswith(detail[:SEEN])
    if not look.sends.count:
        return Go("not_sent") if is_allowed else Ask(detail, ASKED)
    if landing is not None and look.now < landing:
        return Wait(detail, word=look.word if is_allowed else "")
    if is_allowed:
        return Go("new_generation", anew=True)
    if look.is_allowed:  # for what was read then; this is another picture
        return Ask(detail, ASKED)
    if look.row.refusal:  # a no that reading neither confirms nor denies is never called "nothing was done"
        return _unclear_no(look, detail)
    if look.may_resend() is Resend.SAME_KEY:
        return _resend(look, "")
    return Wait(detail, question=ASKED)


def _unclear_no(look: Look, detail: str) -> Next:
    """Records may lag: looked at twice, then a person has both, the no and what reading shows."""
    agreed_at = (look.row.unknown_since or look.now) + timedelta(seconds=retry_policy.AGREE_SECONDS)
    return Wait(detail, at=agreed_at) if look.now < agreed_at else Ask(f"{detail} {look.row.refusal}", ASKED)


def _resend(look: Look, detail: str) -> Next:
    if not look.sends.count:
        return Go("not_sent")
    if look.is_allowed:
        return Go("new_generation", anew=True)
    if not look.sends.unanswered:  # every send was answered, and none was done
        return Go("not_done", is_retry=True)
    if look.sends.unanswered >= retry_policy.MAX_SENDS:  # whoever takes it and never does it
        return Ask(_("Sent several times, and never to be seen on the platform."), ASKED)
    return _resend_lost(look, detail)


def _resend_lost(look: Look, detail: str) -> Next:
    match look.may_resend():
        case Resend.SAME_KEY:  # the key keeps its life, so that a late first request and this one are one
            return Go("same_key", is_retry=True)
        case Resend.NEW_GENERATION:
            return Go("new_generation", anew=True)
        case Resend.PERSON:
            words = _("Not found on the platform after two readings. Send it again only after a look.")
            return Ask(f"{words} {detail}".strip(), ASKED)


def _later(at: datetime, other: datetime | None) -> datetime:
    return max(at, other) if other else at
