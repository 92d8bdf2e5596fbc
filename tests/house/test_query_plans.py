"""Every list, page and sweep asks the database for what it shows by an index: nothing reads a growing table whole.

When this file fails for a page: make its question one that an index answers (ids first; a partial index whose WHERE the
question repeats), or, where it rightly reads the first rows of an order, add it to RIGHTLY with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection
from django.test import Client

from cancellations.execution import restored
from cancellations.forms.cancellations import SHOW
from cancellations.intake import inbox
from cancellations.models import Cancellation, Inbox
from cancellations.scheduler import sweep
from stores.kernel import clock
from stores.services import orders, unreadable
from tests import make
from tests.rigs import many, plans

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

FILTERS: dict[str, dict[str, tuple[str, ...]]] = {
    "orders": {
        "cancellable": ("all", "part", "none"), "fulfilment": ("partial",), "payment": ("authorised", "pending"),
        "disputed": ("1",), "placed_from": ("2026-11-20",), "placed_to": ("2026-11-10",), "total_from": ("40",),
        "total_to": ("11",), "shop": ("{shop}",), "q": ("#50003", "50003, 50004"),
        "after": ("older-1795253400000000-5", "newer-1795253400000000-5"), "sort": ("oldest", "most", "least", "open"),
        "placed": ("7",), "count": ("1",),
    },
    "cancellations": {
        "show": tuple(word for word, _label in SHOW), "q": ("C-2005",), "shop": ("{shop}",),
        "since": ("2026-11-20",), "until": ("2026-11-20",), "after": ("older-1795253400000000-5",),
        "mine": ("1",), "reason": ("customer", "fraud"),
    },
    "audit": {
        "about": ("C-2003", "#50003", "x5"), "money": ("on",), "failed": ("on",), "since": ("2026-11-20",),
        "until": ("2026-11-20",), "action": ("step.outcome",), "person": ("rescind",), "shop": ("{shop}",),
        "after": ("older-5", "newer-5"),
    },
}  # fmt: skip


EXPORTS = ("orders.csv", "audit.csv")


def addresses() -> Iterator[str]:
    for page, filters in FILTERS.items():
        yield page
        for name, values in filters.items():
            yield from (f"{page}?{urlencode({name: value}, safe='{}')}" for value in values)
    yield from (*EXPORTS, "shops", "people", "capabilities", "audit/seal")
    yield from (
        "orders/{order}",
        "orders/{order}/live",
        "cancellations/{cancellation}",
        "shops/{shop}",
        "audit/{shop}/5",
    )
    yield from (
        "orders?shop={shop}&disputed=1",
        "orders?total_from=40&total_to=41",
        "cancellations?shop={shop}&show=done",
    )


def by_words() -> Iterator[str]:
    found = ("50003", "priya", "nobody at all", "li", "47.98", "+49 151 2345678")
    yield from (f"orders?{urlencode({'q': words})}" for words in found)
    yield from (f"orders?{urlencode({name: 'x'})}" for name in ("sku", "tag", "country"))
    yield from (f"cancellations?{urlencode({'q': words})}" for words in ("50003", "x5", "priya"))


RIGHTLY = {  # (page, table): why it may read from one end to the other
    ("audit.csv", "stores_auditevent"): "an export of everything",
    ("orders?count=1", "stores_orderrecord"): "counts 10,001 rows at most",
}
INDEX = {  # a list narrowed by this is read by this; any other index would read all orders of a shop and sort them
    "orders?disputed=1": "order_disputed",
    "orders?total_to=11": "order_by_total",
    "orders?total_from=40&total_to=41": "order_by_total",
    "orders?cancellable=all": "order_by_cancellable",
    "orders?payment=authorised": "order_by_payment",
    "orders?fulfilment=partial": "order_by_fulfilment",
    "orders": "order_by_store_time",
    "orders?shop={shop}": "order_by_store_time",
    "orders?sort=oldest": "order_by_store_time",
    "orders?sort=most": "order_by_total",
    "orders?sort=least": "order_by_total",
    "orders?sort=open": "order_by_units",
    "orders?q=%2350003": "stores_orderrecord_number_folded",
    "orders/{order}": "order_copies",
    "cancellations?show=done": "cancellation_by_state_time",
    "cancellations?shop={shop}": "cancellation_by_store",
    "audit": "stores_auditevent_chain_id",
}


@pytest.fixture
def names(db: None) -> Iterator[dict[str, Any]]:
    """What stands in the addresses. SQLite plans the same for few rows; PostgreSQL looks at how they are spread."""
    with time_machine.travel(make.NOW, tick=False):
        rows = many.of_everything(30 if connection.vendor == "sqlite" else 300)
        plans.settle()
        done = Cancellation.objects.filter(state="done").latest("pk")
        yield {"order": rows[20].uuid, "cancellation": done.uuid, "shop": rows[1].store.uuid, "store": rows[1].store}


def test_no_page_reads_a_growing_table_whole(names: dict[str, Any], browser_of: Callable[..., Client]) -> None:
    browser, found, wrong = browser_of(make.person(is_owner=True)), [], []
    for address in [*addresses(), *(by_words() if plans.finds_words_by_index() else ())]:
        with plans.watching(address) as seen:
            ask = browser.post if address in EXPORTS else browser.get
            answer = ask(f"/{address.format(**names)}")
            assert answer.status_code == 200, address
            list(getattr(answer, "streaming_content", ()))
        found += seen.whole_reads()
        if connection.vendor == "sqlite" and (index := INDEX.get(address)) and not seen.uses(index):
            wrong.append((address, index))

    assert not list(map(str, unexplained(found)))
    assert not wrong


def test_no_sweep_reads_a_growing_table_whole(names: dict[str, Any]) -> None:
    hook, shop, now = Inbox.objects.latest("pk").pk, names["store"], clock.now()
    sweep._last_round.clear()
    works: dict[str, Callable[[], Any]] = {
        "sweep": lambda: sweep.run(now),
        "forget old hooks": lambda: inbox.forget_old(now),
        "a worker starts": restored.worker_started,
        "read a hook": lambda: inbox.handle(hook),
        "keep a page of a listing": lambda: orders.save_many(shop, [make.canonical_order()], now),
        "try unreadable ones again": lambda: unreadable.retry_due(shop, None),  # type: ignore[arg-type]  # none is due
    }
    found = []
    for name, work in works.items():
        with plans.watching(name) as seen:
            work()
        found += seen.whole_reads()

    assert not list(map(str, unexplained(found)))


def unexplained(found: list[plans.WholeRead]) -> list[plans.WholeRead]:
    return [read for read in found if not any(fnmatch(read.page, p) and read.table == t for p, t in RIGHTLY)]
