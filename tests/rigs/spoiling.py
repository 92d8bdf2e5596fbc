"""Answers of a simulator in which single orders are spoilt on their way to us, as wild shops spoil them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from stores.kernel.http.transport import HttpTransport

Row = dict[str, Any]


@dataclass(frozen=True)
class Names:
    """id: of an order's row; mark: a field only an order has. spoil: what makes it unreadable, undated, nameless."""

    id: str
    mark: str
    spoil: Mapping[str, Any]
    times: tuple[str, ...]


NAMES: Mapping[str, Names] = {
    "bigcommerce": Names("id", "status_id", {"status_id": None}, ("date_modified", "date_created")),
    "magento": Names("entity_id", "increment_id", {"base_currency_code": ""}, ("updated_at", "created_at")),
    "modern_dropship": Names(
        "_id", "items", {"items": {}}, ("updated", "created", "buyerCreatedDate", "date"),
    ),
    "shopify": Names("id", "currencyCode", {"currencyCode": ""}, ("updatedAt", "processedAt")),
    "shoplazza": Names("id", "financial_status", {"currency": ""}, ("updated_at", "placed_at", "created_at")),
    "square": Names("id", "location_id", {"location_id": ""}, ("updated_at", "created_at")),
    "woocommerce": Names("id", "date_created_gmt", {"currency": ""}, ("date_modified_gmt", "date_created_gmt")),
}  # fmt: skip


@dataclass
class Spoiler:
    """`bad`: external ids → how; emptied, every order is as the platform means it."""

    platform: str
    bad: dict[str, str] = field(default_factory=dict)

    def __call__(self, body: Any) -> Any:
        if isinstance(body, list):
            return [self(one) for one in body]
        if not isinstance(body, dict):
            return body
        names = NAMES[self.platform]
        kind = self.bad.get(str(body.get(names.id))) if names.mark in body else None
        return HOW[kind](body, names) if kind else {name: self(value) for name, value in body.items()}


def _without_currency(row: Row, names: Names) -> Any:
    return row | dict(names.spoil)


def _without_dates(row: Row, names: Names) -> Any:
    """As a draft of WooCommerce: its times are null."""
    return row | {name: None for name in names.times if name in row}


def _nothing(row: Row, names: Names) -> Any:
    return None


def _without_id(row: Row, names: Names) -> Any:
    return {name: value for name, value in row.items() if name != names.id}


HOW: Mapping[str, Callable[[Row, Names], Any]] = {
    "field": _without_currency,
    "dates": _without_dates,
    "null": _nothing,
    "no id": _without_id,
}


def spoil(platform: str, monkeypatch: pytest.MonkeyPatch) -> Spoiler:
    spoiler, really = Spoiler(platform), HttpTransport.send

    def send(self: HttpTransport, *args: Any, **words: Any) -> Any:
        answer = really(self, *args, **words)
        return replace(answer, body=spoiler(answer.body))

    monkeypatch.setattr(HttpTransport, "send", send)
    return spoiler
