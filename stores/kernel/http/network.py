"""The way out (RELIABILITY 13): which addresses may be called at all, and sockets that know a deadline.

A name is resolved once per new connection, every address it has is checked, and the checked address is the one
that is connected to; the name stays in SNI and Host. Private networks only by deployment setting.
"""

from __future__ import annotations

import http.cookiejar
import ipaddress
import socket
import ssl
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.poolmanager import PoolManager
from urllib3.util.ssl_ import create_urllib3_context

from stores.kernel import clock
from stores.kernel.errors import InputRejected
from stores.kernel.i18n import gettext as _

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# `is_global` alone says yes to 224.0.0.1, 192.0.0.192, 64:ff9b::7f00:1, 2002:7f00:1:: and ::127.0.0.1 on 3.11 and 3.12.
DENIED: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    )
)  # fmt: skip
GLOBAL_V6 = ipaddress.ip_network("2000::/3")  # whatever lies outside (mapped, NAT64, link-local, multicast) is refused
PORTS = frozenset({443, 8443})


class AddressRefused(NewConnectionError):
    """The name leads to an address we do not call."""


@dataclass(frozen=True)
class Egress:
    """Where this installation may call. `private`: networks the deployment allows on top, also without TLS."""

    private: tuple[Network, ...] = ()
    ports: frozenset[int] = PORTS

    @classmethod
    def allowing(cls, cidrs: Iterable[str]) -> Egress:
        """Raises ValueError for a text that is not a network."""
        return cls(private=tuple(ipaddress.ip_network(text.strip()) for text in cidrs if text.strip()))

    def is_private(self, address: Address) -> bool:
        return any(address in network for network in self.private)

    def check_url(self, url: str, *, field: str = "base_url") -> None:
        """What can be told without asking DNS. Raises InputRejected for `field`."""
        if any(ord(char) <= 32 or ord(char) > 126 or char == "\\" for char in url):
            raise InputRejected(field, _("Write a plain https address without spaces."))
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError as exc:
            raise InputRejected(field, _("This is not an address.")) from exc
        if parts.scheme not in ("https", *(["http"] if self.private else [])) or not host:
            raise InputRejected(field, _("The address must begin with https://."))
        if "@" in parts.netloc or parts.fragment:
            raise InputRejected(field, _("The address may not hold a user name or a #."))
        self._check_host(host, parts.scheme, port, field)

    def _check_host(self, host: str, scheme: str, port: int | None, field: str) -> None:
        literal = _literal(host)
        if literal is not None and not self.is_private(literal):
            raise InputRejected(field, _("Write the name of the host, not its number."))
        if not self.private and (port or 443) not in self.ports:
            raise InputRejected(field, _("This port is not allowed."))

    def may_connect(self, address: Address, *, scheme: str, port: int) -> bool:
        """Public addresses by TLS on the allowed ports; the deployment's own networks on any."""
        return self.is_private(address) or (scheme == "https" and port in self.ports and is_public(address))


def is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and (address not in GLOBAL_V6 or address.scope_id):
        return False
    return address.is_global and not any(address in net for net in DENIED if net.version == address.version)


def _literal(host: str) -> Address | None:
    """The address a host text stands for, in every spelling the resolver understands (127.1, 0x7f000001)."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


# --- one exchange: what the transport wants to know of the socket -----------------------------------


@dataclass
class Exchange:
    """`deadline` in clock.monotonic seconds; `sent`: bytes of the request may have left."""

    deadline: float
    connecting: bool = False
    sent: bool = False

    def left(self) -> float:
        return self.deadline - clock.monotonic()


current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


class _Patient:
    """Every read waits at most until the exchange's deadline, so that a dripping answer ends too."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        exchange = current.get()
        if exchange is not None:
            left = exchange.left()
            if left <= 0:
                raise TimeoutError("the answer took too long")
            waits: float | None = self.gettimeout()  # type: ignore[attr-defined]
            self.settimeout(left if waits is None else min(waits, left))  # type: ignore[attr-defined]
        return super().recv_into(*args, **kwargs)  # type: ignore[misc, no-any-return]


class _Socket(_Patient, socket.socket): ...


class _TLSSocket(_Patient, ssl.SSLSocket): ...


class _Guarded(HTTPConnection):
    """Connects only to addresses that were checked, and remembers whether anything was sent."""

    egress: Egress
    scheme = "http"

    def _new_conn(self) -> socket.socket:
        if (exchange := current.get()) is not None:
            exchange.connecting = True
        try:
            found = socket.getaddrinfo(self._dns_host.strip("[]"), self.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as exc:
            raise NameResolutionError(self.host, self, socket.gaierror(str(exc))) from exc
        for *_rest, where in found:
            if not self.egress.may_connect(ipaddress.ip_address(where[0]), scheme=self.scheme, port=self.port or 0):
                raise AddressRefused(self, "address not allowed")
        return self._connect_first(found)

    def _connect_first(self, found: list[Any]) -> socket.socket:
        failure: OSError = OSError("no address")
        for family, kind, proto, _name, where in found:
            sock = _Socket(family, kind, proto)
            try:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.settimeout(self.timeout if isinstance(self.timeout, int | float) else None)
                sock.connect(where)
                return sock
            except OSError as exc:
                sock.close()
                failure = exc
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, "connecting took too long") from failure
        raise NewConnectionError(self, "no address could be connected") from failure

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        if (exchange := current.get()) is not None:
            exchange.sent = True
        super().send(data)


class _GuardedTLS(_Guarded, HTTPSConnection):
    scheme = "https"


class GuardedAdapter(HTTPAdapter):
    """A requests adapter whose every new connection passes the egress check. No retry, no redirect, no proxy."""

    def __init__(self, egress: Egress, *, pool_size: int = 16) -> None:
        self.egress = egress
        super().__init__(pool_connections=4, pool_maxsize=pool_size, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        context = create_urllib3_context()
        context.sslsocket_class = _TLSSocket
        self.poolmanager = PoolManager(
            num_pools=connections, maxsize=maxsize, block=block, ssl_context=context, **kwargs
        )
        plain = type("Plain", (_Guarded,), {"egress": self.egress})
        tls = type("TLS", (_GuardedTLS,), {"egress": self.egress})
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("TLSPool", (HTTPSConnectionPool,), {"ConnectionCls": tls}),
        }


class _Straight(requests.Session):
    """Follows nothing. Told not to, requests still reads all of a redirect, unpacked, to find where it leads."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


def open_session(egress: Egress, *, pool_size: int = 16) -> requests.Session:
    """One per shop and process: pooled, deaf to the environment, without cookies, guarded for both schemes."""
    session = _Straight()
    session.trust_env = False
    session.max_redirects = 0
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    session.headers.clear()
    session.headers.update({"User-Agent": "Rescind/0.1", "Accept": "application/json", "Accept-Encoding": "gzip"})
    for scheme in ("https://", "http://"):
        session.mount(scheme, GuardedAdapter(egress, pool_size=pool_size))
    return session
