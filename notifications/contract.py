"""What a channel must do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from notifications.models import Delivery


class Undeliverable(Exception):
    """It will never arrive: no address, a final no. Given up at once."""


class NotTheirs(Exception):
    """Who was to be told has left the shop meanwhile: it is not their business any more."""


class Channel(ABC):
    """`send` raises Undeliverable for a final no, NotTheirs, and anything else for *not known*."""

    key: ClassVar[str]
    label: ClassVar[str]

    @abstractmethod
    def send(self, delivery: Delivery) -> None: ...

    @abstractmethod
    def send_together(self, deliveries: Sequence[Delivery]) -> None:
        """Several that wait for one person of one shop, the oldest first: as one message."""
