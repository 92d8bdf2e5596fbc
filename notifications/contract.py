"""What a channel must do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from notifications.models import Delivery
from stores.canonical.commands import Finding, Resend
from stores.canonical.receipts import Receipt
from stores.kernel.errors import Unsupported
from stores.kernel.http.contracts import Journal


class Undeliverable(Exception):
    """It will never arrive: no address, a final no. Given up at once."""


class NotTheirs(Exception):
    """Who was to be told has left the shop meanwhile: it is not their business any more."""


class Channel(ABC):
    """`send` raises Undeliverable for a final no, NotTheirs, the classes of stores.kernel.errors for what is known,
    and anything else for *not known*.

    can_find: a message can be found again by its key; only then one whose outcome is unknown may go out once more.
    """

    key: ClassVar[str]
    label: ClassVar[str]
    can_find: ClassVar[bool] = False
    late_landing_seconds: ClassVar[float] = 600
    poll_seconds: ClassVar[Sequence[float]] = (5, 30, 120)
    poll_deadline_seconds: ClassVar[float] = 3600

    @abstractmethod
    def send(self, together: Sequence[Delivery], *, key: str, journal: Journal) -> Receipt:
        """One message of one delivery, or of several that wait for one person of one shop, the oldest first.

        Its exact bytes go through `journal.before`, once, just before anything leaves.
        """

    def poll(self, delivery: Delivery, receipt: Receipt) -> Receipt:
        """Ask after what was accepted."""
        raise Unsupported("poll")

    def find(self, delivery: Delivery, *, key: str) -> Finding:
        """Is it there? A read; asked of a channel that `can_find`."""
        raise Unsupported("find")

    def may_resend(self, *, age: float) -> Resend:
        """What may follow once it is known to be absent; age: seconds since its key first left."""
        return Resend.PERSON
