"""Rows of the product, a module each; everybody above reads them, and few write. Read `cancellation`, then `step`.

What was asked and shown (Preview), what was confirmed (Cancellation), each act (Step), each send (Attempt), each
webhook (Inbox), the words people wrote (PrivateNote), the same order in another shop (MirrorWatch), the brake
(EmergencyStop), and what is not confirmed yet (OrderDraft) or just open (OrderVisit).

Amounts that SQL compares are whole minor units beside a currency: a decimal column is a float on SQLite. States are
moved by conditional UPDATEs (`lifecycle.transitions`, `execution.leases`), never by `save()`.
"""

from cancellations.models.cancellation import Cancellation
from cancellations.models.emergency_stop import EVERYWHERE, EmergencyStop
from cancellations.models.inbox import Inbox, InboxState
from cancellations.models.mirror_watch import CopyState, MirrorWatch
from cancellations.models.order_draft import OrderDraft, OrderVisit
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
    "OrderDraft",
    "OrderVisit",
    "Preview",
    "PrivateNote",
    "Resending",
    "Step",
    "StepKind",
]
