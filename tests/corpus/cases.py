"""The cases on disk, and a person's wish as the planner takes it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from stores.canonical.order import Order
from stores.canonical.request import CancelRequest, RefundChoice
from stores.kernel.money import Money

HERE = Path(__file__).parent
NAMES = {"platform", "source", "oddity", "order", "sandbox", "ask", "right", "carried"}
ASKS = {"lines", "own", "shipping", "refund", "keep_stock"}


@dataclass(frozen=True)
class Case:
    name: str
    body: Mapping[str, Any]

    @property
    def feed(self) -> ModuleType:
        """Of its platform."""
        return import_module(f"tests.corpus.{self.body['platform']}.feed")

    @property
    def right(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.body["right"]
        return found

    @property
    def asks(self) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """What is asked, and what is right then."""
        return list(zip(self.body.get("ask", ()), self.right.get("asked", ()), strict=True))

    @property
    def is_carried(self) -> bool:
        return bool(self.body.get("carried", True)) and "unreadable" not in self.right and bool(self.asks)


def every() -> Iterator[Case]:
    for path in sorted(HERE.glob("*/*.json")):
        yield Case(f"{path.parent.name}/{path.stem}", json.loads(path.read_text(), parse_float=Decimal))


def wish(order: Order, ask: Mapping[str, Any]) -> CancelRequest:
    """Raises KeyError for a line that the order does not have."""
    assert set(ask) <= ASKS, set(ask) - ASKS
    words: dict[str, Any] = {"lines": _lines(order, ask["lines"])}
    if "own" in ask:
        words |= {"refund": RefundChoice.PART, "part": {order.payments[0].id: _money(order, ask["own"])}}
    if "refund" in ask:
        words["refund"] = RefundChoice(ask["refund"])
    if "shipping" in ask:
        words["shipping"] = _money(order, ask["shipping"])
    if "keep_stock" in ask:
        words["keep_stock"] = frozenset(_lines(order, dict.fromkeys(ask["keep_stock"], 1)))
    return CancelRequest(**words)


def _lines(order: Order, asked: Any) -> dict[str, Decimal]:
    if asked == "everything":
        return {line.id: line.cancellable for line in order.lines if line.cancellable}
    names = {line.title: line.id for line in order.lines} | {line.id: line.id for line in order.lines}
    return {names[name]: Decimal(units) for name, units in asked.items()}


def _money(order: Order, said: str) -> Money:
    return Money(Decimal(said), order.customer_currency)
