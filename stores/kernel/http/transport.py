"""The only thing that speaks HTTP: one request, one answer, and what is *known* when there is none.

A timeout always, no retry of its own for an effect, no redirect, bounded and strict answers, constant log messages.
What the desk knows of a shop (its rate slot, its breaker) and of a step (its journal) is handed in as hooks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import requests
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError

from stores.kernel import clock
from stores.kernel.errors import (
    CredentialsRejected,
    InputRejected,
    OutcomeUnknown,
    RemoteError,
    RemoteRefused,
    RemoteThrottled,
    RemoteUnavailable,
)
from stores.kernel.http import network, responses
from stores.kernel.http.contracts import (
    LONGEST_WAIT,
    Breaker,
    Caller,
    Journal,
    Limiter,
    Prepared,
    Signer,
    Timeouts,
    Usage,
    prepare,
)
from stores.kernel.http.responses import Answer
from stores.kernel.i18n import gettext as _

__all__ = ["LONGEST_WAIT", "Breaker", "Caller", "HttpTransport", "Journal", "Limiter", "Prepared", "Timeouts", "Usage"]
logger = logging.getLogger(__name__)

READ_TRIES = 3
READ_PAUSES = (0.2, 0.6)  # seconds before the second and the third read


@dataclass
class HttpTransport:
    """Implements stores.connectors.roles.Transport for one shop.

    patience: seconds that everything sent through this transport may take together (a page waits 8), None: no end.
    """

    session: requests.Session
    egress: network.Egress = field(default_factory=network.Egress)
    limiter: Limiter | None = None
    breaker: Breaker | None = None
    journal: Journal | None = None
    limits: Timeouts = field(default_factory=Timeouts)
    patience: float | None = None
    read_tries: int = READ_TRIES
    _ends_at: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.patience is not None:
            self._ends_at = clock.monotonic() + self.patience

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
        caller: Caller | None = None,
        may_be_empty: bool = False,
    ) -> Answer:
        """Send one request; `path` is the whole address. `timeout`: seconds for the answer to begin.

        effect: it changes something at the platform; then it goes through the journal and is sent exactly once
        (twice after a 401, where it carries a key of the platform). Reads are repeated up to three times.
        Raises the classes of stores.kernel.errors by what is known afterwards.
        """
        self._check(path)
        request = prepare(method, path, json=json, form=form, headers=headers, key=key)
        once = _Once(
            self, request, caller, cost, effect, replace(self.limits, read=timeout or self.limits.read), may_be_empty
        )
        return once.renewing() if effect else self._repeating(once.renewing)

    def _check(self, url: str) -> None:
        try:
            self.egress.check_url(url)
        except InputRejected as exc:
            raise RemoteRefused("address refused", code="address_refused", user_message=exc.user_message) from exc

    def _repeating(self, read: Callable[[], Answer]) -> Answer:
        for pause in READ_PAUSES[: self.read_tries - 1]:
            try:
                return read()
            except RemoteThrottled:
                raise
            except RemoteUnavailable as exc:
                if exc.retry_after is not None or not self._has_time(pause):
                    raise
                clock.wait(pause)
        return read()

    def _has_time(self, seconds: float) -> bool:
        return self._ends_at is None or clock.monotonic() + seconds < self._ends_at

    def take_slot(self, cost: float) -> None:
        """Wait for our turn at the platform. Raises RemoteThrottled when it is further away than a second."""
        wait = self.limiter.reserve(cost) if self.limiter else 0.0
        if wait > LONGEST_WAIT or not self._has_time(wait):
            raise RemoteThrottled("waiting for a slot", code="slot", retry_after=wait)
        if wait > 0:
            clock.wait(wait)

    def exchange(self) -> network.Exchange:
        ends_at = clock.monotonic() + self.limits.whole
        return network.Exchange(min(ends_at, self._ends_at) if self._ends_at is not None else ends_at)


@dataclass
class _Once:
    """One request with everything it needs, sent once per call."""

    transport: HttpTransport
    request: Prepared
    caller: Caller | None
    cost: float
    effect: bool
    limits: Timeouts
    may_be_empty: bool

    def renewing(self) -> Answer:
        """Send; after a 401 with a fresh credential once more, where the platform's own key tells both apart.

        Something in front of the shop may say 401 after the shop has acted: without a key the executor looks first.
        """
        try:
            return self.send()
        except CredentialsRejected:
            is_renewed = self.caller is not None and self.caller.renew()
            if not is_renewed or (self.effect and not self.request.key):
                raise
            return self.send()

    def send(self) -> Answer:
        if self.transport.breaker:
            self.transport.breaker.check(effect=self.effect)
        self.transport.take_slot(self.cost)
        secret = dict(self.caller.auth_headers()) if self.caller else {}
        request, journal = self.request, self.transport.journal if self.effect else None
        if journal:
            request = journal.before(request)
        try:
            answer = self.speak(request, secret)
        except RemoteError as exc:
            self.learn(exc)
            if journal:
                journal.after(exc)
            raise
        self.learn(None, answer)
        if journal:
            journal.after(answer)
        return answer

    def learn(self, error: RemoteError | None, answer: Answer | None = None) -> None:
        """Tell the breaker and the limiter how it went."""
        if self.transport.breaker:
            self.transport.breaker.record(error)
        limiter = self.transport.limiter
        if limiter and isinstance(error, RemoteThrottled):
            limiter.throttled(error.retry_after or 0)
        if limiter and answer and self.caller and (usage := self.caller.usage(answer)):
            limiter.correct(usage)

    def speak(self, request: Prepared, secret: Mapping[str, str]) -> Answer:
        exchange = self.transport.exchange()
        if exchange.left() <= 0:
            raise RemoteUnavailable("no time left", code="patience")
        token = network.current.set(exchange)
        try:
            return self._speak(request, secret, exchange)
        except (OSError, HTTPError) as exc:  # every requests error is an OSError
            raise self.lost(exc, exchange) from None  # the original names the address, maybe with a query
        finally:
            network.current.reset(token)

    def _speak(self, request: Prepared, secret: Mapping[str, str], exchange: network.Exchange) -> Answer:
        left = exchange.left()
        with self.transport.session.request(
            request.method,
            self.caller.signed(request.method, request.path) if isinstance(self.caller, Signer) else request.path,
            data=request.body or None,
            headers={**request.headers, **secret},
            timeout=(min(self.limits.connect, left), min(self.limits.read, left)),
            allow_redirects=False,
            stream=True,
        ) as response:
            return responses.read(
                response, exchange, effect=self.effect, size=self.limits.size, may_be_empty=self.may_be_empty
            )

    def lost(self, exc: Exception, exchange: network.Exchange) -> RemoteError:
        """No whole answer. Before the first byte left: nothing was sent. After it: nobody knows."""
        extra = {"method": self.request.method, "kind": type(exc).__name__}
        if _is_refused_address(exc):
            logger.warning("A shop's address leads where we do not call", extra=extra)
            return RemoteRefused("address refused", code="address_refused", user_message=_refused_words())
        if _was_not_sent(exc, exchange):
            logger.info("A shop could not be reached", extra=extra)
            return RemoteUnavailable("not reached", code="unreachable")
        logger.warning("An exchange with a shop broke off", extra=extra)
        return OutcomeUnknown("broke off", code="lost") if self.effect else RemoteUnavailable("broke off", code="lost")


def _refused_words() -> str:
    return _("This address leads into a network that this installation does not call.")


def _cause(exc: BaseException) -> BaseException | None:
    inner = exc.args[0] if exc.args else None
    return inner.reason if isinstance(inner, MaxRetryError) else inner if isinstance(inner, BaseException) else None


def _is_refused_address(exc: Exception) -> bool:
    return isinstance(_cause(exc), network.AddressRefused)


def _was_not_sent(exc: Exception, exchange: network.Exchange) -> bool:
    if exchange.sent:
        return False
    if isinstance(exc, requests.exceptions.InvalidHeader | requests.exceptions.InvalidURL):
        return True
    # `connecting` is only true for our own connections, which tell when the first byte leaves.
    return (
        exchange.connecting or isinstance(exc, requests.ConnectTimeout) or isinstance(_cause(exc), NewConnectionError)
    )
