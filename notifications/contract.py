"""What a channel must do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from notifications.models import Delivery


class Undeliverable(Exception):
    """It will never arrive: no address, a final no. Given up at once."""


class Channel(ABC):
    """`send` raises Undeliverable for a final no and anything else for *not known*."""

    key: ClassVar[str]
    label: ClassVar[str]

    @abstractmethod
    def send(self, delivery: Delivery) -> None: ...
