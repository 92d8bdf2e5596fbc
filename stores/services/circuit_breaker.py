"""The gate of a shop: closed while it is paused, disconnected, or does not answer.

Five unknown outcomes or server errors in a row stop the shop's writes; then one read each 30 s, slowing to 10
minutes, finds out whether it answers again (RELIABILITY 10). An answer that says no (4xx) is an answer.
What goes well is written at most every few seconds, what changes at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Q
from django.utils.translation import gettext as _

from stores.kernel import clock, database
from stores.kernel.errors import (
    CredentialsRejected,
    OutcomeUnknown,
    RemoteError,
    RemoteThrottled,
    RemoteUnavailable,
)
from stores.models import StoreHealth, StoreState, StoreSync

logger = logging.getLogger(__name__)

FAILURES: Final = 5
PROBE_SECONDS: Final = 30
LONGEST_PROBE_SECONDS: Final = 600
LOOK_SECONDS: Final = 1.0  # how old our knowledge of the row may be
SUCCESS_SECONDS: Final = 5.0  # how often a success is written
OURS = frozenset({"slot", "patience", "breaker", "paused", "token"})  # codes of refusals that never left the house


@dataclass
class Seen:
    """The row as this process last saw it; one per shop and process."""

    state: str = ""
    failures: int = 0
    open_since: datetime | None = None
    probe_at: datetime | None = None
    looked_at: float = -1e9  # clock.monotonic
    success_at: float = -1e9


class RowBreaker:
    """The transport's Breaker for one shop. `on_loss`: called when an exchange brought no answer."""

    def __init__(self, store_id: int, seen: Seen, on_loss: Callable[[], None] = lambda: None) -> None:
        self.store_id = store_id
        self.seen = seen
        self.on_loss = on_loss

    def check(self, *, effect: bool) -> None:
        """Raises RemoteThrottled (wait, nothing was sent) or CredentialsRejected while nothing may pass."""
        if clock.monotonic() - self.seen.looked_at > LOOK_SECONDS:
            self._look()
        if self.seen.state == StoreState.DISCONNECTED:
            raise CredentialsRejected("the shop is disconnected", code="disconnected")
        if self.seen.state == StoreState.PAUSED:
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

    def _look(self) -> None:
        found = StoreHealth.objects.filter(store_id=self.store_id).values_list(
            "store__state", "failures", "breaker_open_since", "breaker_probe_at"
        )
        self.seen.state, self.seen.failures, self.seen.open_since, self.seen.probe_at = found.get()
        self.seen.looked_at = clock.monotonic()

    def _may_probe(self) -> bool:
        """One read gets through at each probe time; it sets the next."""
        now = clock.now()
        slower = min(PROBE_SECONDS * 2 ** max(0, self.seen.failures - FAILURES), LONGEST_PROBE_SECONDS)
        due = StoreHealth.objects.filter(
            Q(breaker_probe_at=None) | Q(breaker_probe_at__lte=now), store_id=self.store_id
        )
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
        StoreHealth.objects.filter(store_id=self.store_id).update(
            last_success_at=clock.now(), failures=0, breaker_open_since=None, breaker_probe_at=None
        )
        if self.seen.open_since:
            waited = StoreSync.objects.filter(store_id=self.store_id, lease_until=None).exclude(error="")
            waited.update(next_attempt_at=clock.now())  # steps are woken by the sweep: they are of the floor above
            logger.info("A shop answers again", extra={"store": self.store_id})
        self.seen.failures, self.seen.open_since, self.seen.success_at = 0, None, now

    def _failed(self, error: RemoteError) -> None:
        self.on_loss()
        now, rows = clock.now(), StoreHealth.objects.filter(store_id=self.store_id)
        rows.update(failures=F("failures") + 1, last_error_at=now, last_error=error.user_message[:300])
        opened = rows.filter(failures__gte=FAILURES, breaker_open_since=None).update(
            breaker_open_since=now, breaker_probe_at=now + timedelta(seconds=PROBE_SECONDS)
        )
        if opened:
            logger.warning("A shop does not answer; its writes wait", extra={"store": self.store_id})
        self._look()


def _is_failure(error: RemoteError) -> bool:
    if isinstance(error, OutcomeUnknown):
        return True
    is_answer = error.status is not None and error.status < 500
    return isinstance(error, RemoteUnavailable) and not isinstance(error, RemoteThrottled) and not is_answer
