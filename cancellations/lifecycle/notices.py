"""What others are told, written in the business transaction: deliveries never stop a cancellation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from cancellations.lifecycle import refund_limits
from cancellations.models import Cancellation
from cancellations.planning.plan import ReceiptSheet
from cancellations.states import CancellationState
from notifications import outbox
from stores.kernel import clock
from stores.models import User
from stores.selectors import access, people

STOPPED, APPROVAL = "cancellation.stopped", "cancellation.approval"
TOGETHER = timedelta(minutes=1)  # what waits for approval since the same minute is one mail
ASKED = {CancellationState.NEEDS_OPERATOR: STOPPED, CancellationState.AWAITING_APPROVAL: APPROVAL}


def finished(cancellation: Cancellation, sheet: ReceiptSheet) -> None:
    """A colleague who asked is told when a person has to look; a calm end needs no mail."""
    if sheet.differs:
        differs(cancellation)


def differs(cancellation: Cancellation) -> None:
    """The shop shows something else than was promised: told once."""
    _mail(_who_acts(cancellation), "cancellation.differs", cancellation)


def stopped(cancellation: Cancellation) -> None:
    """A person is needed, each time it stops."""
    _mail(_who_acts(cancellation), STOPPED, cancellation, again=f":{cancellation.version}")


def refused(cancellation: Cancellation) -> None:
    """The platform said no: whether it is wanted still is for a person to say."""
    _mail(_who_acts(cancellation), "cancellation.refused", cancellation)


def awaiting(cancellation: Cancellation) -> None:
    """Everybody who may approve it, in one mail with all that wait since the same minute.

    No customer, no order: who asks, where, how much, why and until when.
    """
    facts: dict[str, Any] = {
        "why": cancellation.asked_why,
        "asked_by": str(cancellation.requester.uuid),
        "minor": cancellation.money_minor,
        "currency": cancellation.currency,
        "until": cancellation.expires_at.isoformat() if cancellation.expires_at else "",
    }
    told = refund_limits.approvers(cancellation, now=clock.now())
    _mail(told, APPROVAL, cancellation, gather=TOGETHER, **facts)


def expired(cancellation: Cancellation) -> None:
    """Nobody approved it: who asked must know that nothing happened; when they have left, the desk."""
    _mail(_who_acts(cancellation), "cancellation.expired", cancellation)


def unseen(cancellation: Cancellation) -> None:
    """It lapsed in a database that was put back from a copy: whether it was approved and done since, nobody knows."""
    _mail(_who_acts(cancellation), "cancellation.unseen", cancellation)


def moved_on(cancellation: Cancellation, came_from: str) -> None:
    """What was asked of people is decided: mails about it that have not left yet are called off."""
    if kind := ASKED.get(CancellationState(came_from)):
        outbox.call_off(subject(cancellation), kind)


def subject(cancellation: Cancellation) -> str:
    return f"cancellation:{cancellation.uuid}"


def _who_acts(cancellation: Cancellation) -> list[User]:
    """Who asked; when they may no longer, everybody at the desk of the shop."""
    asked, store = cancellation.requester, cancellation.store
    return [asked] if access.can(asked, "cancellations.retry", store) else people.at_desk(store)


def _mail(
    told: Iterable[User], kind: str, cancellation: Cancellation, *, again: str = "",
    gather: timedelta = timedelta(0), **facts: Any,
) -> None:  # fmt: skip
    outbox.mail(
        told,
        key=f"{kind}:{cancellation.uuid}{again}",
        kind=kind,
        subject=subject(cancellation),
        store=cancellation.store,
        gather=gather,
        payload={"reference": cancellation.reference, **facts},
    )
