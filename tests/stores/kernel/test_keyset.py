from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from stores.kernel import keyset
from stores.models import OrderRecord
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def nine_orders() -> list[OrderRecord]:
    """Newest first; three of them at the very same instant."""
    shop = make.store()
    hours = [1, 2, 3, 4, 4, 4, 5, 6, 7]
    made = [
        make.order_record(store=shop, order=make.canonical_order(placed_at=make.NOW - timedelta(hours=h)))
        for h in hours
    ]
    return sorted(made, key=lambda order: (order.placed_at, order.pk), reverse=True)


def test_pages_forward_and_back_show_every_row_once(nine_orders: list[OrderRecord]) -> None:
    rows = OrderRecord.objects.all()

    first = keyset.page_of(rows, size=4)
    second = keyset.page_of(rows, after=first.next, size=4)
    third = keyset.page_of(rows, after=second.next, size=4)
    back = keyset.page_of(rows, after=third.previous, size=4)

    assert [*first.rows, *second.rows, *third.rows] == nine_orders
    assert back.rows == second.rows
    assert (first.previous, third.next) == ("", "")


def test_going_back_to_the_top_shows_a_whole_first_page(nine_orders: list[OrderRecord]) -> None:
    rows = OrderRecord.objects.all()
    second = keyset.page_of(rows, after=keyset.page_of(rows, size=3).next, size=4)

    top = keyset.page_of(rows, after=second.previous, size=4)

    assert top.rows == nine_orders[:4]
    assert top.previous == ""


@pytest.mark.parametrize("text", ["", "older", "older-x-1", "older-1-2-3", "older-99999999999999999-1", "'; --", "９"])
def test_a_cursor_that_is_not_ours_gives_the_first_page(text: str, nine_orders: list[OrderRecord]) -> None:
    assert keyset.page_of(OrderRecord.objects.all(), after=text, size=4).rows == nine_orders[:4]


@pytest.mark.parametrize(("field", "kind"), [("total_minor", int), ("units_open", Decimal), ("placed_at", datetime)])
@pytest.mark.parametrize("rising", [False, True], ids=["falling", "rising"])
def test_pages_by_any_number_either_way_show_every_row_once(
    nine_orders: list[OrderRecord], field: str, kind: type, rising: bool
) -> None:
    for number, row in enumerate(nine_orders):
        OrderRecord.objects.filter(pk=row.pk).update(total_minor=number // 2, units_open=Decimal(number // 3) / 8)
    rows = OrderRecord.objects.all()
    how: dict[str, Any] = {"field": field, "kind": kind, "rising": rising}

    first = keyset.page_of(rows, size=4, **how)
    second = keyset.page_of(rows, after=first.next, size=4, **how)
    third = keyset.page_of(rows, after=second.next, size=4, **how)
    back = keyset.page_of(rows, after=third.previous, size=4, **how)

    seen = [*first.rows, *second.rows, *third.rows]
    assert [(getattr(row, field), row.pk) for row in seen] == sorted(
        ((getattr(row, field), row.pk) for row in seen), reverse=not rising
    )
    assert {row.pk for row in seen} == {row.pk for row in nine_orders}
    assert back.rows == second.rows
    assert keyset.beside(rows, str(keyset.Cursor(False, getattr(seen[3], field), seen[3].pk)), **how)[0] == seen[4]
    assert keyset.beside(rows, str(keyset.Cursor(True, getattr(seen[3], field), seen[3].pk)), **how)[0] == seen[2]
