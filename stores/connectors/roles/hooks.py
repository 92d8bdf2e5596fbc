"""Webhooks: what an account tells us by itself. A hint to read something, never a fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from stores.canonical.events import Event
from stores.connectors.roles.connector import Connector
from stores.connectors.webhooks import Deliveries, Hook


class Subscriptions(Protocol):
    """A module, or whatever else, that keeps the webhooks of one account through its API."""

    def standing(self, api: Any, /) -> list[Hook]: ...

    def add(self, api: Any, topic: str, uri: str, /) -> Hook: ...

    def remove(self, api: Any, hook_id: str, /) -> None: ...


class HookSource(Connector):
    """Tells us of changes. Registered by us (`topics` with list, add and remove) or by a person (`hook_setup`)."""

    is_role = True
    says: ClassVar[tuple[str, ...]] = ("receive_events",)
    deliveries: ClassVar[Deliveries | None] = None  # how they are believed and read; None: it overrides `parse_hook`
    subscriptions: ClassVar[Subscriptions | None] = None  # None: nobody can register them through its API
    topics: ClassVar[tuple[str, ...]] = ()  # what we subscribe to
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
        return cls.deliveries is not None and cls.deliveries.verify(headers, body, secrets)

    @classmethod
    def parse_hook(cls, headers: Mapping[str, str], body: bytes) -> list[Event]:
        """Only after `verify_hook`. Unknown topics give EventKind.UNKNOWN; broken bodies give []."""
        return cls.deliveries.parse(headers, body) if cls.deliveries else []

    def list_hooks(self) -> list[Hook]:
        return self.subscriptions.standing(self.api) if self.subscriptions else []

    def add_hook(self, topic: str, uri: str) -> Hook:
        return self._kept().add(self.api, topic, uri)

    def remove_hook(self, hook_id: str) -> None:
        self._kept().remove(self.api, hook_id)

    def _kept(self) -> Subscriptions:
        if self.subscriptions is None:
            raise self.unsupported("receive_events")
        return self.subscriptions
