"""How an account is reached: its adapter with settings, opened secrets, token cache, rate slot, breaker and session."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import requests
from django.conf import settings

from stores.connectors import registry as connectors
from stores.connectors.roles import Connector, ConnectorContext, OrderSource, in_role
from stores.kernel import clock
from stores.kernel.errors import ConnectionUnreadable
from stores.kernel.http import network
from stores.kernel.http.transport import HttpTransport, Journal, Timeouts
from stores.models import Connection, Store
from stores.platforms import registry
from stores.services import credentials
from stores.services.circuit_breaker import RowBreaker, Seen
from stores.services.rate_limit import Booking, Ledger, RowLimiter


@dataclass
class ConnectionSession:
    """What one process keeps of the way to one account. `opened_for`: the session serves nothing else."""

    session: requests.Session
    opened_for: tuple[str, network.Egress]
    ledger: Ledger = field(default_factory=Ledger)
    seen: Seen = field(default_factory=Seen)


_sessions: dict[UUID, ConnectionSession] = {}
_lock = threading.Lock()


def open_platform(
    store: Store,
    *,
    journal: Journal | None = None,
    booking: Booking | None = None,
    read_timeout: float | None = None,
) -> OrderSource:
    """The adapter of the shop's orders, ready to call. As `open_connector`; nothing passes while the shop is paused."""
    opened = open_connector(
        store.connection, store_id=store.pk, journal=journal, booking=booking, read_timeout=read_timeout
    )
    return in_role(opened, OrderSource)


def open_connector(
    connection: Connection,
    *,
    store_id: int | None = None,
    journal: Journal | None = None,
    booking: Booking | None = None,
    secrets: Mapping[str, str] | None = None,
    read_timeout: float | None = None,
) -> Connector:
    """The connection's adapter, ready to call. Asks the database for its secrets and sends nothing.

    store_id: the shop it is for; while that one is paused or disconnected nothing passes.
    journal, booking: the executor's, for effects and for the slots of its whole turn. secrets: as they were read a
    moment ago. read_timeout: somebody waits at
    a page; all requests together get this many seconds, and the rate limit treats them as a person's.
    Raises VaultError for secrets that do not open, UnknownConnector for a key that this version does not know,
    ConnectionUnreadable.
    """
    kind = connectors.get(connection.connector)
    kept = session_to(connection)
    limiter = RowLimiter(connection.pk, kept.ledger, is_person=read_timeout is not None, booking=booking)
    transport = HttpTransport(
        session=kept.session,
        egress=egress(connection.settings.get("base_url", "")),
        limiter=limiter,
        breaker=RowBreaker(connection.pk, kept.seen, store_id=store_id, on_loss=limiter.give_back),
        journal=journal,
        limits=_limits(),
        patience=read_timeout,
    )
    tokens = credentials.TokenCache(connection)
    return kind(
        ConnectorContext(
            settings=connection.settings,
            secrets=credentials.read(connection) if secrets is None else secrets,
            transport=transport,
            now=clock.now,
            token=tokens,
            forget_token=tokens.forget,
        )
    )


def trial(platform_key: str, shop: Mapping[str, str], secrets: Mapping[str, str]) -> OrderSource:
    """An adapter for values that are not stored yet: *Test connection*. Its token lives as long as it does."""
    around = egress(shop.get("base_url", ""))
    transport = HttpTransport(
        session=_session(around),
        egress=around,
        limits=_limits(),
        patience=settings.PAGE_READ_TIMEOUT_SECONDS,
    )
    token: list[str] = []

    def cached(fetch: Callable[[], tuple[str, float]]) -> str:
        if not token:
            token.append(fetch()[0])
        return token[0]

    context = ConnectorContext(
        settings=shop, secrets=secrets, transport=transport, now=clock.now, token=cached, forget_token=token.clear
    )
    return registry.get(platform_key)(context)


def book(connection: Connection, kind: str) -> Booking:
    """For one turn of work at this account; `kind`: such turns need about the same. To be closed."""
    return Booking(session_to(connection).ledger, kind, connection.pk)


def session_to(connection: Connection) -> ConnectionSession:
    """The pooled session and the counters of this process for one account, whichever shop it is used for.

    The address of the row decides, not what this process was told: another one may have changed it, and a session
    goes on allowing the networks, and holding open the connections, that it was opened with.
    Raises ConnectionUnreadable.
    """
    if not _is_readable(connection.settings):
        raise ConnectionUnreadable
    base_url = connection.settings.get("base_url", "")
    wanted = (base_url, egress(base_url))
    with _lock:
        kept = _sessions.get(connection.uuid)
        if kept is None or kept.opened_for != wanted:
            _sessions[connection.uuid] = ConnectionSession(_session(wanted[1]), wanted)
            if kept is not None:
                kept.session.close()
        return _sessions[connection.uuid]


def _is_readable(told: Any) -> bool:
    """Are these settings names and words?"""
    return isinstance(told, dict) and all(isinstance(value, str) for value in told.values())


def forget_session(connection: Connection) -> None:
    """After settings changed: the next use opens a fresh session."""
    with _lock:
        kept = _sessions.pop(connection.uuid, None)
    if kept:
        kept.session.close()


def egress(base_url: str) -> network.Egress:
    """Where calls to this account may lead: public addresses, the deployment's private networks, its own sandbox.

    Networks beyond the public ones widen what is allowed without TLS, so they count only for a shop whose own
    address was set; a shop on the platform's fixed host never needs them.
    """
    if not base_url:
        return network.Egress()
    if is_sandbox(base_url):
        return network.Egress.allowing([*settings.PRIVATE_NETWORKS, "127.0.0.0/8", "::1/128"])
    return network.Egress.allowing(settings.PRIVATE_NETWORKS)


def is_sandbox(base_url: str) -> bool:
    return bool(settings.SANDBOX_URL and base_url and _origin(base_url) == _origin(settings.SANDBOX_URL))


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _session(around: network.Egress) -> requests.Session:
    return network.open_session(around, pool_size=max(16, settings.WORKER_THREADS, settings.WEB_THREADS))


def _limits() -> Timeouts:
    return Timeouts(connect=settings.PLATFORM_CONNECT_TIMEOUT_SECONDS, read=settings.PLATFORM_READ_TIMEOUT_SECONDS)
