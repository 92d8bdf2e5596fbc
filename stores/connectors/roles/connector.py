"""The head of every connector: who it is, what it needs to enter, how much it takes, and whether it lets us in.

One is made per account and use: `Shopify(context)`; `context` brings settings, secrets and a transport.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Protocol, TypeVar

from stores.canonical.capabilities import Declared
from stores.kernel.credentials import Secret, Text
from stores.kernel.errors import InputRejected, Unsupported
from stores.kernel.http import json_readers
from stores.kernel.i18n import gettext


@dataclass(frozen=True)
class Scope:
    """A right the account must grant. `disables`: what does not work without it, in words ("" = optional comfort)."""

    name: str
    disables: str
    is_vital: bool = False
    needed_for: tuple[str, ...] = ()  # commands ("EditOrder") that cannot be sent without it


@dataclass(frozen=True)
class Access:
    """What *Test connection* found: their name and currency for the shop, rights granted and missing."""

    shop_name: str
    currency: str
    time_zone: str
    granted: tuple[str, ...]
    missing: tuple[Scope, ...]
    api_version: str = ""
    account: str = ""  # the outside account's own id, as the platform tells it: one connection serves it
    ends: Mapping[str, datetime] = field(default_factory=dict)  # of a secret, by its name, where the platform tells it


@dataclass(frozen=True)
class End:
    """The day (UTC) from which the vendor no longer promises something. None: it names no day; `words` say what it
    does say, for people."""

    on: date | None
    words: str = ""


UNSAID = End(None)


class Transport(Protocol):
    """The only thing that speaks HTTP; see stores.kernel.http.transport."""

    def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        cost: float = 1,
        effect: bool = False,
        timeout: float | None = None,
        key: str = "",
        caller: Any = None,
        may_be_empty: bool = False,
    ) -> Any: ...


@dataclass(frozen=True)
class ConnectorContext:
    """All a connector may know of its account. `refresh_token` trades credentials for a token under a row lock."""

    settings: Mapping[str, str]
    secrets: Mapping[str, str]
    transport: Transport
    now: Callable[[], datetime]
    token: Callable[[Callable[[], tuple[str, float]]], str]  # token(fetch): cached; fetch() -> (token, life seconds)
    forget_token: Callable[[], None]


class Connector(ABC):
    """Base of every connector. Its roles are the classes below that it inherits."""

    key: ClassVar[str]
    label: ClassVar[str]
    glyph: ClassVar[str] = ""  # two letters for tables, unlike every other connector's
    api_version: ClassVar[str]
    credentials: ClassVar[tuple[Text | Secret, ...]]
    capabilities: ClassVar[Declared]  # what its roles ask for, each said
    scopes: ClassVar[tuple[Scope, ...]] = ()
    version_ends: ClassVar[Mapping[str, End]] = {}  # of every version it can speak, `api_version` first
    unreadable: ClassVar[str] = ""  # words: an answer that cannot be understood
    credentials_end: ClassVar[End] = UNSAID  # of all credentials of this kind, whoever has them
    write_cost: ClassVar[float] = 10
    points_per_second: ClassVar[float] = 100  # the rate limit of the smallest plan, until an answer says better
    bucket_points: ClassVar[float] = 1000  # what it saves up

    api: Any  # how its account is spoken to
    says: ClassVar[tuple[str, ...]] = ()  # of a role: the capabilities that whoever plays it must say

    def __init__(self, connection: ConnectorContext) -> None:
        self.connection = connection

    def __init_subclass__(cls, speaks: Any = None, **words: Any) -> None:
        """speaks: its kind of RestApi, which knows the rate limit (a request is one point) and what is not understood.

        Raises TypeError for a connector that leaves a capability of its roles unsaid.
        """
        super().__init_subclass__(**words)
        if speaks is not None:
            cls.write_cost, cls.unreadable = 1, speaks.unreadable
            cls.points_per_second, cls.bucket_points = speaks.points_per_second, speaks.bucket_points
        said = vars(cls).get("capabilities")
        unsaid = [name for role in cls.roles() for name in role.says if said is not None and not hasattr(said, name)]
        if unsaid:
            raise TypeError(f"{cls.__name__} does not say in its capabilities: {', '.join(unsaid)}")

    @classmethod
    def roles(cls) -> tuple[type[Connector], ...]:
        """The roles it plays, as its class names them."""
        return tuple(base for base in cls.__mro__ if issubclass(base, Connector) and vars(base).get("is_role"))

    @classmethod
    def missing(cls, granted: Sequence[str]) -> tuple[Scope, ...]:
        """The rights it asks for and did not get."""
        return tuple(scope for scope in cls.scopes if not cls.is_granted(scope.name, granted))

    @classmethod
    def is_granted(cls, name: str, granted: Sequence[str]) -> bool:
        return name in granted

    @classmethod
    def version_of(cls, settings: Mapping[str, str]) -> str:
        """The version that an account with these settings is spoken to in."""
        return settings.get("api_version") or cls.api_version

    def understood(self) -> AbstractContextManager[None]:
        """Around a read: a shape that nobody promised means that the read failed, nothing else did."""
        return json_readers.understood(str(self.unreadable))

    def gateway(self) -> str:
        """The merchant's own gateway, "" for none; without a final slash."""
        return self.connection.settings.get("base_url", "").rstrip("/")

    def own_host(self, domain: str) -> str:
        """demo-store.myshop.com, also typed as demo-store: matched fully, since it decides where we connect to.

        Raises InputRejected for what is no shop of this domain.
        """
        said = self.connection.settings.get("shop", "").strip().lower()
        name = said if "." in said else f"{said}.{domain}"
        if not re.fullmatch(rf"[a-z0-9][a-z0-9-]{{0,59}}\.{re.escape(domain)}", name, re.ASCII):
            raise InputRejected(
                "shop", gettext("Write the shop's address as in %(example)s.", example=f"your-shop.{domain}")
            )
        return name

    def access(self, granted: Sequence[str], *, shop_name: str, currency: str, time_zone: str, **more: Any) -> Access:
        """What a test of the connection found, with the rights that are missing."""
        told = {"api_version": self.version_of(self.connection.settings), **more}
        return Access(shop_name, currency, time_zone, tuple(granted), self.missing(granted), **told)

    def unsupported(self, capability: str) -> Unsupported:
        """Why not, in the words of the capability where it is said."""
        said = getattr(self.capabilities, capability, None)
        return Unsupported(capability, str(said.why) if said else "")

    @abstractmethod
    def base_url(self) -> str:
        """Where the API lives, without a final slash; from the account's own setting or the vendor's fixed host."""

    @abstractmethod
    def check_access(self) -> Access:
        """Read something harmless. Raises CredentialsRejected, RemoteRefused (wrong account), RemoteUnavailable."""


R = TypeVar("R", bound=Connector)


def in_role(connector: Connector, role: type[R]) -> R:
    """The same connector as one of a role. Raises Unsupported where it does not play it."""
    if isinstance(connector, role):
        return connector
    raise Unsupported(role.__name__)
