from __future__ import annotations

from typing import Any

import pytest

from stores.canonical.order import Order
from stores.connectors import rows
from stores.kernel.errors import RemoteRefused, RemoteThrottled, RemoteUnavailable
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.platforms.shopify import fields as shopify
from tests import make

FIELDS = rows.Fields(("id",), lambda raw: json_readers.text(raw, "number"), lambda raw: json_readers.when(raw, "at"))


def to_order(raw: Node) -> Order | None:
    if "raises" in raw:
        raise raw["raises"]
    return make.canonical_order(external_id=json_readers.ident(raw, "id")) if "is_cart" not in raw else None


def read(*raws: Any) -> rows.Page:
    return rows.read(raws, FIELDS, to_order)


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize(
    "error",
    [Misread("currency"), ValueError("x"), KeyError("x"), TypeError(), AttributeError(),
     ZeroDivisionError(), RemoteUnavailable(code="bad_shape")],
)  # fmt: skip
def test_a_row_takes_no_other_with_it(place, error):
    raws: list[Any] = [{"id": str(n)} for n in range(3)]
    raws[place] = raws[place] | {"raises": error}

    page = read(*raws)

    assert [order.external_id for order in page.orders] == [str(n) for n in range(3) if n != place]
    assert [row.external_id for row in page.unreadable] == [str(place)]


@pytest.mark.parametrize("raw", [None, 1, "text", [], ["id"]])
def test_a_row_that_is_no_object_is_kept_by_a_digest(raw):
    page = read({"id": "1"}, raw)

    assert [order.external_id for order in page.orders] == ["1"]
    (row,) = page.unreadable
    assert (row.external_id, row.number, len(row.digest)) == ("", "", 32)
    assert row.reason == "The list holds something there that is no order."
    assert read(raw).unreadable[0].digest == row.digest


def test_what_is_no_order_is_neither():
    assert read({"id": "1", "is_cart": True}) == rows.Page()


@pytest.mark.parametrize("error", [RemoteUnavailable("away"), RemoteThrottled("slow"), RemoteRefused("no")])
def test_an_error_of_the_way_is_one_of_the_page(error):
    with pytest.raises(type(error)):
        read({"id": "1", "raises": error})


def test_as_much_is_told_of_it_as_can_be_read():
    page = read({"id": 7, "number": "#7", "at": "2026-11-20T10:00:00Z", "raises": ValueError()})
    (bare,) = read({"id": [], "number": {}, "at": "yesterday", "raises": ValueError()}).unreadable

    assert page.unreadable[0].external_id == "7"
    assert page.unreadable[0].number == "#7"
    assert str(page.unreadable[0].updated_at) == "2026-11-20 10:00:00+00:00"
    assert (bare.external_id, bare.number, bare.updated_at) == ("", "", None)


@pytest.mark.parametrize("kind", [Misread, shopify.Misread])
def test_the_reason_names_the_field(kind):
    assert "“line_items.total”" in rows.reason(kind("line_items.total"))


@pytest.mark.parametrize(
    "error",
    [ValueError("not an ISO 4217 code: 'Ida Moser'"), KeyError("ida@example.com"), Misread("Ida Moser, Hauptstr. 1")],
)
def test_the_reason_tells_nobodys_words(error):
    assert rows.reason(error) == "Its fields do not fit together."


def test_the_reason_of_a_read_is_that_of_its_cause():
    with pytest.raises(RemoteUnavailable) as caught, json_readers.understood("unreadable"):
        raise Misread("created_at")

    assert "“created_at”" in rows.reason(caught.value)


@pytest.mark.parametrize("after", [[], [None], [{"id": None}, 3]])
@pytest.mark.parametrize("ident", [7, "1234567890123456789"])
def test_the_mark_of_a_page_is_the_last_id_on_it(ident, after):
    assert rows.mark([{"id": "1"}, {"id": ident}, *after], FIELDS) == str(ident)


@pytest.mark.parametrize("ident", ["a|b", "²", "9" * 20])
def test_an_id_of_another_kind_breaks_no_cursor(ident):
    found = rows.mark([{"id": ident}], FIELDS)

    assert set(found) <= set("0123456789abcdef")
    assert len(found) == 32


@pytest.mark.parametrize("raws", [[], [None, None], [{"id": ""}]])
def test_a_page_without_ids_has_no_mark(raws):
    assert rows.mark(raws, FIELDS) == ""


def test_the_newest_row_is_found_among_those_that_tell_their_time():
    raws = [{"at": "2026-11-20T10:00:00Z"}, {"at": "2026-11-20T12:00:00Z"}, {"at": "?"}, None, {}]

    assert str(rows.newest(raws, FIELDS)) == "2026-11-20 12:00:00+00:00"
    assert rows.newest(raws[2:], FIELDS) is None
