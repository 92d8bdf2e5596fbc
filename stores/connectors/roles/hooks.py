"""Webhooks: what an account tells us by itself. A hint to read something, never a fact."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from stores.canonical.events import Event
from stores.connectors.roles.connector import Connector

WHOLE_ORDER: Final = 8_000_000  # bytes of a delivery that holds an order of 500 lines, and each again as it left
HOOK_ADDRESS = "x-rescind-hook-address"  # no header that came: the door says where this hook is registered


@dataclass(frozen=True)
class Hook:
    """A webhook subscription that stands at the platform."""

    id: str
    topic: str
    uri: str


class HookSource(Connector):
    """Tells us of changes. Registered by us (`topics` with list, add and remove) or by a person (`hook_setup`)."""

    is_role = True
    says: ClassVar[tuple[str, ...]] = ("receive_events",)
    topics: ClassVar[tuple[str, ...]] = ()
    hook_secret: ClassVar[str] = ""  # the credential that signs webhooks; without it none can be believed
    hooks_are_signed: ClassVar[bool] = True  # False: the platform signs nothing; only the unguessable address protects
    hook_signs_address: ClassVar[bool] = False  # its signature covers our address too: `headers[HOOK_ADDRESS]` has it
    hook_bytes: ClassVar[int] = 1_000_000  # more is refused unread
    hook_setup: ClassVar[str] = ""  # where the API cannot register them: what a person does by hand, in words

    @classmethod
    def is_hook_ping(cls, body: bytes) -> bool:
        """What `verify_hook` lets in without a signature, since the platform asks whether anybody listens."""
        return False

    @classmethod
    def verify_hook(cls, headers: Mapping[str, str], body: bytes, *, secrets: Sequence[str]) -> bool:
        """True only for a signature made with one of `secrets` over the raw bytes. Never raises on bad input."""
        return False

    @classmethod
    @abstractmethod
    def parse_hook(cls, headers: Mapping[str, str], body: bytes) -> list[Event]:
        """Only after `verify_hook`. Unknown topics give EventKind.UNKNOWN; broken bodies give []."""

    def list_hooks(self) -> list[Hook]:
        return []

    def add_hook(self, topic: str, uri: str) -> Hook:
        raise self.unsupported("receive_events")

    def remove_hook(self, hook_id: str) -> None:
        raise self.unsupported("receive_events")
