"""What ends by itself: the version that a connection is spoken to in, and its credentials; soonest first.

Days are the vendor's, declared by the connector, or the platform's word on one token. Read `endings` first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.db.models import Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stores.connectors import registry
from stores.connectors.roles import Connector, End
from stores.kernel.errors import UnknownConnector
from stores.models import Connection, ConnectionSecret, ConnectionState, Store, StoreState, User
from stores.selectors import access

NEAR: Final = timedelta(days=60)
OF_ITS_OWN: Final = ("access_token", "former_hook_secret")  # rows that end and are renewed without people


class What(StrEnum):
    VERSION = "version"
    CREDENTIALS = "credentials"


@dataclass(frozen=True)
class Ending:
    """One thing of one connection. `on`: the first day without it, None where the vendor names none, as `words` say."""

    connection: Connection
    stores: tuple[Store, ...]  # that live by it, and that the viewer may see
    label: str  # of the connector
    what: What
    version: str
    on: date | None
    words: str
    newer: str  # a version that this Rescind speaks as well, and that ends later
    today: date

    @property
    def days(self) -> int:
        """Until then; below zero when it is over."""
        return (self.on - self.today).days if self.on else 0

    @property
    def is_over(self) -> bool:
        return self.on is not None and self.on <= self.today

    @property
    def is_near(self) -> bool:
        return self.on is not None and self.on - self.today <= NEAR

    @property
    def said(self) -> str:
        """How long still, or since when no more."""
        if self.days < 0:
            return ngettext("overdue for %(n)s day", "overdue for %(n)s days", -self.days) % {"n": -self.days}
        if self.days == 0:
            return _("overdue since today")
        return ngettext("in %(n)s day", "in %(n)s days", self.days) % {"n": self.days}

    @property
    def tone(self) -> str:
        return "bad" if self.is_over else "warn" if self.is_near else ""

    @property
    def title(self) -> str:
        return _("Version %(version)s") % {"version": self.version} if self.what is What.VERSION else _("Credentials")


def seen_by(viewer: User, now: datetime) -> list[Ending]:
    """Of the connections that the viewer's shops live by."""
    return endings(access.stores_for(viewer, "stores.view"), now)


def of_all(now: datetime) -> list[Ending]:
    return endings(Store.objects.order_by("name", "pk"), now)


def endings(stores: Iterable[Store], now: datetime) -> list[Ending]:
    """Two for each connection that is in use: soonest first, those without a day behind, by name."""
    shops = {store.pk: store for store in stores if store.state != StoreState.DISCONNECTED}
    lives_by = Q(stores__in=shops) | Q(roles__store__in=shops)
    rows = Connection.objects.filter(lives_by, state=ConnectionState.ACTIVE).distinct().order_by("name", "pk")
    rows = rows.prefetch_related("roles")
    told = _told(rows)
    served = _served(rows, shops)
    found = [
        ending
        for row in rows
        for ending in _of(row, tuple(served[row.pk]), told.get(row.pk), now.astimezone(UTC).date())
    ]
    return sorted(found, key=lambda one: (one.on is None, one.on or date.max))


def _served(rows: Iterable[Connection], shops: Mapping[int, Store]) -> dict[int, list[Store]]:
    found = {row.pk: [shop for shop in shops.values() if shop.connection_id == row.pk] for row in rows}
    for row in rows:
        beside = [shops[role.store_id] for role in row.roles.all() if role.store_id in shops]
        found[row.pk] += [shop for shop in dict.fromkeys(beside) if shop not in found[row.pk]]
    return found


def _told(rows: Iterable[Connection]) -> dict[int, datetime]:
    """When the first of a connection's entered secrets ends, where its platform tells that."""
    secrets = ConnectionSecret.objects.filter(connection__in=rows, expires_at__isnull=False)
    ends = secrets.exclude(name__in=OF_ITS_OWN).values_list("connection")
    return dict(ends.annotate(Min("expires_at")))


def _of(row: Connection, stores: tuple[Store, ...], told: datetime | None, today: date) -> list[Ending]:
    try:
        kind = registry.get(row.connector)
    except UnknownConnector:
        return []
    if not isinstance(version := _version_in(kind, row.settings), str):
        return []  # a row that cannot be read has no calendar, and takes nobody else's away
    newer = _newer(kind, version)
    return [
        Ending(row, stores, kind.label, what, version, end.on, _(str(end.words)) if end.words else "", newer, today)
        for what, end in ((What.VERSION, _version(kind, version)), (What.CREDENTIALS, _credentials(kind, told)))
    ]


def _version_in(kind: type[Connector], settings: Any) -> Any:
    return kind.version_of(settings) if isinstance(settings, Mapping) else None


def _version(kind: type[Connector], version: str) -> End:
    """One that this Rescind does not know was entered by hand: nothing is known of its end."""
    return kind.version_ends.get(version, End(None, _("Rescind does not know this version.")))


def _newer(kind: type[Connector], version: str) -> str:
    later = {name: end.on for name, end in kind.version_ends.items() if end.on}
    ends = later.get(version)
    return max((name for name, on in later.items() if ends and on > ends), key=lambda name: later[name], default="")


def _credentials(kind: type[Connector], told: datetime | None) -> End:
    """The earlier one of both: of all of their kind, of these alone."""
    own = told.astimezone(UTC).date() if told else None
    known = kind.credentials_end
    days = [day for day in (own, known.on) if day]
    return End(min(days), "") if days else known
