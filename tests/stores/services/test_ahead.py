"""While one page is kept the next is asked for; what fails, fails where its page would have come."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from stores.connectors.roles import Listing
from stores.kernel.errors import RemoteUnavailable
from stores.services import prefetch


class Three:
    """Three pages; `asked` tells when each was asked for, and by which thread."""

    def __init__(self, fails_at: str = "none") -> None:
        self.asked = {cursor: threading.Event() for cursor in ("", "2", "3")}
        self.threads: set[int] = set()
        self.fails_at = fails_at

    def list_orders(self, *, since: datetime | None, cursor: str = "") -> Listing:
        self.threads.add(threading.get_ident())
        self.asked[cursor].set()
        if cursor == self.fails_at:
            raise RemoteUnavailable("down")
        return Listing((), cursor={"": "2", "2": "3", "3": ""}[cursor])


def cursors(shop: Any, is_over: Callable[[], bool] = lambda: False) -> list[str]:
    return [page.cursor for page, _ in prefetch.pages(shop, since=None, cursor="", is_over=is_over)]


@pytest.mark.django_db(transaction=True)
def test_the_next_page_is_asked_for_while_this_one_is_kept() -> None:
    shop: Any = Three()

    pages = prefetch.pages(shop, since=None, cursor="", is_over=lambda: False)
    first, _ = next(pages)

    assert first.cursor == "2"
    assert shop.asked["2"].wait(5)
    assert not shop.asked["3"].is_set()
    assert [page.cursor for page, _ in pages] == ["3", ""]


@pytest.mark.django_db(transaction=True)
def test_a_page_that_fails_is_told_after_the_page_before_it() -> None:
    shop: Any = Three(fails_at="3")
    pages = prefetch.pages(shop, since=None, cursor="", is_over=lambda: False)

    assert [next(pages)[0].cursor, next(pages)[0].cursor] == ["2", "3"]
    with pytest.raises(RemoteUnavailable):
        next(pages)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_asked_for_once_the_turn_is_over() -> None:
    shop = Three()

    assert cursors(shop, is_over=lambda: True) == ["2"]
    assert not shop.asked["2"].is_set()


@pytest.mark.django_db
def test_inside_a_transaction_pages_come_one_by_one() -> None:
    shop = Three()

    assert cursors(shop) == ["2", "3", ""]
    assert shop.threads == {threading.get_ident()}
