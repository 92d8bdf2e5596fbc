"""The gate of an account: closed while it is disconnected or does not answer, and to a shop that is paused.

Five unknown outcomes or server errors in a row stop its writes, for every shop that it serves; then one read each
30 s, slowing to 10 minutes, finds out whether it answers again (RELIABILITY 10). An answer that says no (4xx) is an
answer.
What goes well is written at most every few seconds, what changes at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db.models import CharField, F, Q, QuerySet, Subquery, Value
from django.utils.translation import gettext as _

from stores.kernel import clock, database
from stores.kernel.errors import (
    CredentialsRejected,
    OutcomeUnknown,
    RemoteError,
    RemoteThrottled,
    RemoteUnavailable,
)
from stores.models import ConnectionHealth, Store, StoreState, StoreSync

logger = logging.getLogger(__name__)

FAILURES: Final = 5
PROBE_SECONDS: Final = 30
LONGEST_PROBE_SECONDS: Final = 600
LOOK_SECONDS: Final = 1.0  # how old our knowledge of the row may be
SUCCESS_SECONDS: Final = 5.0  # how often a success is written
DISCONNECTED: Final = "disconnected"  # the code of our own refusal to knock
_NO_SHOP: Final = Value("", output_field=CharField())
OURS = frozenset({"slot", "patience", "breaker", "paused", "token"})  # codes of refusals that never left the house


@dataclass
class Seen:
    """The row as this process last saw it; one per connection and process. `shops`: their states, by number."""

    state: str = ""
    shops: dict[int, str] = field(default_factory=dict)
    failures: int = 0
    open_since: datetime | None = None
    probe_at: datetime | None = None
    looked_at: float = -1e9  # clock.monotonic
    success_at: float = -1e9


class RowBreaker:
    """The transport's Breaker for one connection. `on_loss`: called when an exchange brought no answer.

    store_id: the shop it is used for; while that one is paused or disconnected nothing passes.
    """

    def __init__(
        self,
        connection_id: int,
        seen: Seen,
        *,
        store_id: int | None = None,
        on_loss: Callable[[], None] = lambda: None,
    ) -> None:
        self.connection_id = connection_id
        self.store_id = store_id
        self.seen = seen
        self.on_loss = on_loss

    def check(self, *, effect: bool) -> None:
        """Raises RemoteThrottled (wait, nothing was sent) or CredentialsRejected while nothing may pass."""
        is_known = self.store_id is None or self.store_id in self.seen.shops
        if not is_known or clock.monotonic() - self.seen.looked_at > LOOK_SECONDS:
            self._look()
        shop = "" if self.store_id is None else self.seen.shops.get(self.store_id, "")
        if StoreState.DISCONNECTED in (self.seen.state, shop):
            raise CredentialsRejected("the shop is disconnected", code=DISCONNECTED)
        if shop == StoreState.PAUSED:
            words = _("This shop is paused.")
            raise RemoteThrottled("the shop is paused", code="paused", retry_after=60, user_message=words)
        if self.seen.open_since and (effect or not self._may_probe()):
            raise self._closed(self.seen.open_since)

    def record(self, error: RemoteError | None) -> None:
        """How an exchange ended; None or a plain no: the shop answers."""
        if error is not None and error.code in OURS:
            return
        with database.unimportant("breaker"):  # what the shop said is worth more
            if error is None or not _is_failure(error):
                self._answered()
            else:
                self._failed(error)

    def _rows(self) -> QuerySet[ConnectionHealth]:
        return ConnectionHealth.objects.filter(connection_id=self.connection_id)

    def _look(self) -> None:
        """The connection's row with the state of our shop, in one question."""
        shop = Subquery(Store.objects.filter(pk=self.store_id).values("state")[:1]) if self.store_id else _NO_SHOP
        found = self._rows().values_list(
            "connection__state", "failures", "breaker_open_since", "breaker_probe_at", shop
        )
        self.seen.state, self.seen.failures, self.seen.open_since, self.seen.probe_at, state = found.get()
        self.seen.shops = {self.store_id: state} if self.store_id else {}
        self.seen.looked_at = clock.monotonic()

    def _may_probe(self) -> bool:
        """One read gets through at each probe time; it sets the next."""
        now = clock.now()
        slower = min(PROBE_SECONDS * 2 ** max(0, self.seen.failures - FAILURES), LONGEST_PROBE_SECONDS)
        due = self._rows().filter(Q(breaker_probe_at=None) | Q(breaker_probe_at__lte=now))
        self.seen.looked_at = -1e9
        return bool(due.update(breaker_probe_at=now + timedelta(seconds=slower)))

    def _closed(self, since: datetime) -> RemoteThrottled:
        wait = PROBE_SECONDS if self.seen.probe_at is None else (self.seen.probe_at - clock.now()).total_seconds()
        words = _("The shop has not answered since %(time)s UTC.") % {"time": f"{since:%H:%M}"}
        return RemoteThrottled("breaker open", code="breaker", retry_after=max(wait, 1.0), user_message=words)

    def _answered(self) -> None:
        now = clock.monotonic()
        if not self.seen.failures and now - self.seen.success_at < SUCCESS_SECONDS:
            return
        self._rows().update(last_success_at=clock.now(), failures=0, breaker_open_since=None, breaker_probe_at=None)
        if self.seen.open_since:
            waited = StoreSync.objects.filter(store__connection=self.connection_id, lease_until=None).exclude(error="")
            waited.update(next_attempt_at=clock.now())  # steps are woken by the sweep: they are of the floor above
            logger.info("An account answers again", extra={"connection": self.connection_id})
        self.seen.failures, self.seen.open_since, self.seen.success_at = 0, None, now

    def _failed(self, error: RemoteError) -> None:
        self.on_loss()
        now, rows = clock.now(), self._rows()
        rows.update(failures=F("failures") + 1, last_error_at=now, last_error=error.user_message[:300])
        opened = rows.filter(failures__gte=FAILURES, breaker_open_since=None).update(
            breaker_open_since=now, breaker_probe_at=now + timedelta(seconds=PROBE_SECONDS)
        )
        if opened:
            logger.warning("An account does not answer; its writes wait", extra={"connection": self.connection_id})
        self._look()


def _is_failure(error: RemoteError) -> bool:
    if isinstance(error, OutcomeUnknown):
        return True
    is_answer = error.status is not None and error.status < 500
    return isinstance(error, RemoteUnavailable) and not isinstance(error, RemoteThrottled) and not is_answer
