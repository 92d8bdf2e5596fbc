"""Reading ahead: while one page of a listing is kept, the next one is already asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

from django.db import connection, connections

from stores.connectors.roles import Listing, OrderSource
from stores.kernel import clock

Page = tuple[Listing, datetime]  # with the instant at which it was asked for


def pages(platform: OrderSource, *, since: datetime | None, cursor: str, is_over: Callable[[], bool]) -> Iterator[Page]:
    """From `cursor` on, until the listing ends or the turn is over; a page that was asked for is always handed out.

    Whatever the platform raises is raised when its page would have come: what came before is kept by then. Inside a
    transaction nothing is read ahead, since another thread's connection would wait for it.
    """
    if connection.in_atomic_block:
        yield from _one_by_one(platform, since, cursor, is_over)
        return
    with ThreadPoolExecutor(1, thread_name_prefix="read-ahead") as reader:
        try:
            waiting: Future[Page] | None = reader.submit(_read, platform, since, cursor)
            while waiting is not None:
                listing, read_at = waiting.result()
                more = listing.cursor and not is_over()
                waiting = reader.submit(_read, platform, since, listing.cursor) if more else None
                yield listing, read_at
        finally:
            reader.submit(connections.close_all)  # the reader's own


def _one_by_one(
    platform: OrderSource, since: datetime | None, cursor: str, is_over: Callable[[], bool]
) -> Iterator[Page]:
    while True:
        listing, read_at = _read(platform, since, cursor)
        yield listing, read_at
        cursor = listing.cursor
        if not cursor or is_over():
            return


def _read(platform: OrderSource, since: datetime | None, cursor: str) -> Page:
    read_at = clock.now()
    return platform.list_orders(since=since, cursor=cursor), read_at
