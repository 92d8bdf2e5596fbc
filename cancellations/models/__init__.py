"""Rows of the product: what was asked and shown (Preview), what was confirmed (Cancellation), each act (Step),
each send (Attempt), each webhook (Inbox), the words people wrote (PrivateNote)
the same order in another shop (MirrorWatch) and the brake (EmergencyStop)."""

from cancellations.models.cancellation import Cancellation
from cancellations.models.emergency_stop import EVERYWHERE, EmergencyStop
from cancellations.models.inbox import Inbox, InboxState
from cancellations.models.mirror_watch import CopyState, MirrorWatch
from cancellations.models.preview import Preview, PrivateNote
from cancellations.models.step import Attempt, Resending, Step, StepKind

__all__ = [
    "EVERYWHERE",
    "Attempt",
    "Cancellation",
    "CopyState",
    "EmergencyStop",
    "Inbox",
    "InboxState",
    "MirrorWatch",
    "Preview",
    "PrivateNote",
    "Resending",
    "Step",
    "StepKind",
]
