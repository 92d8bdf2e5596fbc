"""Lists of orders: pages by number, in an order nobody promises, without a filter for what changed (section 4).

An import walks everything. Later runs read all that is not shipped, which is a small set, and what was created in the
last two days. Pages shift while orders come and go, so each page but the first is read together with the one before it;
the same order twice does no harm, since the copy is kept by id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from stores.canonical.order import Order
from stores.kernel.errors import InputRejected
from stores.platforms.base import Listing
from stores.platforms.modern_dropship import mapping
from stores.platforms.modern_dropship.api import Api, rows

PAGE = 50  # the documented default: a larger page that is cut down would look like the last one
NEW = timedelta(days=2)
MOST_PAGES = 100_000
ALL, OPEN, CREATED = "all", "open", "created"


@dataclass(frozen=True)
class Cursor:
    """`since`: lower bound of the phase `created`, as the platform writes it."""

    phase: str
    page: int = 0
    since: str = ""

    def __str__(self) -> str:
        return f"{self.phase}|{self.page}|{self.since}"

    @classmethod
    def read(cls, said: str) -> Cursor:
        """Raises InputRejected for what is not a cursor of ours."""
        phase, page, since = (*said.split("|"), "", "")[:3]
        known = phase in (ALL, OPEN, CREATED) and said.count("|") == 2
        if not known or not (page.isascii() and page.isdecimal()) or int(page) > MOST_PAGES:
            raise InputRejected("cursor", _("This is no place in the list."))
        return cls(phase, int(page), since)

    def query(self, page: int) -> Mapping[str, str]:
        asked = {"page": str(page), "limit": str(PAGE)}
        if self.phase == OPEN:
            asked["shipped"] = "false"
        if self.phase == CREATED:
            asked["createdMin"] = self.since
        return asked


def begin(since: datetime | None, now: datetime) -> Cursor:
    if since is None:
        return Cursor(ALL)
    earliest = min(since, now - NEW).astimezone(UTC)
    return Cursor(OPEN, since=earliest.isoformat(timespec="seconds").replace("+00:00", "Z"))


def list_orders(api: Api, at: Cursor) -> Listing:
    """Raises Misread."""
    found, is_last = _page(api, at, at.page)
    if at.page:
        earlier, _was_last = _page(api, at, at.page - 1)
        found = {**earlier, **found}
    return Listing(tuple(found.values()), _after(at, is_last=is_last))


def _page(api: Api, at: Cursor, page: int) -> tuple[dict[str, Order], bool]:
    """(orders by id, whether the list ends here)"""
    shown, more = rows(api.read(f"/orders?{urlencode(at.query(page))}"))
    orders = [mapping.to_order(row, is_listed=True) for row in shown]
    is_last = not shown or (len(shown) < PAGE if more is None else not more)
    return {order.external_id: order for order in orders}, is_last


def _after(at: Cursor, *, is_last: bool) -> str:
    if not is_last and at.page < MOST_PAGES:
        return str(Cursor(at.phase, at.page + 1, at.since))
    return str(Cursor(CREATED, 0, at.since)) if at.phase == OPEN else ""
