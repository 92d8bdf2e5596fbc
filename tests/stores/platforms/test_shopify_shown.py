"""Each field we ask for is mapped to a canonical field that exists, or dropped with a reason."""

from __future__ import annotations

import dataclasses
import types
import typing

import pytest

from stores.canonical.order import LineItem, Order, Placement
from stores.canonical.request import Quote
from stores.platforms.shopify import documents
from tests.stores.platforms.shopify import shown

TABLES = {
    "header": (shown.HEADER, Order),
    "lines": (shown.LINES, LineItem),
    "places": (shown.PLACES, Placement),
    "history": (shown.HISTORY, Order),
    "quote": (shown.QUOTE, Quote),
}
ROWS = [(name, path, said, kind) for name, (table, kind) in TABLES.items() for path, said in table.items()]
ASKED = documents.order(documents.Kind(both=True, full=True)) + documents.SUGGEST + documents.RETURNS


@pytest.mark.parametrize(("table", "path", "said", "kind"), ROWS, ids=[f"{row[0]} {row[1]}" for row in ROWS])
def test_a_field_is_shown_or_dropped_with_a_reason(table, path, said, kind):
    if said.startswith("-"):
        assert len(said) > 15
        return
    for name in said.split("."):
        fields = {field.name: field for field in dataclasses.fields(kind)}
        assert name in fields, f"{said}: {kind.__name__} has no {name}"
        kind = _inside(typing.get_type_hints(kind)[name])

    assert path.rpartition(".")[2] in ASKED


def _inside(kind: typing.Any) -> typing.Any:
    """The dataclass in an optional or a tuple."""
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) in (tuple, typing.Union):
        inner = [part for part in typing.get_args(kind) if part not in (type(None), Ellipsis)]
        return _inside(inner[0])
    return kind
