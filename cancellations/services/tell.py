"""What others are told, written in the business transaction: deliveries never stop a cancellation."""

from __future__ import annotations

from cancellations.models import Cancellation
from cancellations.planning.plan import ReceiptSheet
from notifications import outbox


def finished(cancellation: Cancellation, sheet: ReceiptSheet) -> None:
    """A colleague who asked is told when a person has to look; a calm end needs no mail."""
    if sheet.differs:
        differs(cancellation)


def differs(cancellation: Cancellation) -> None:
    """The shop shows something else than was promised: tell the one who asked, once."""
    outbox.put(
        key=f"cancellation.differs:{cancellation.uuid}",
        channel="mail",
        kind="cancellation.differs",
        subject=f"cancellation:{cancellation.uuid}",
        payload={"to": str(cancellation.requester.uuid), "reference": cancellation.reference},
    )


def stopped(cancellation: Cancellation) -> None:
    """A person is needed: tell the one who asked."""
    outbox.put(
        key=f"cancellation.stopped:{cancellation.uuid}:{cancellation.version}",
        channel="mail",
        kind="cancellation.stopped",
        subject=f"cancellation:{cancellation.uuid}",
        payload={"to": str(cancellation.requester.uuid), "reference": cancellation.reference},
    )
