"""A receipt as its step keeps it, and back again.

Version 2 is the receipt's own JSON without its empty fields. Version 1 said no version and kept `facts`, plain text by
name; it is read here and nowhere else:
  refunded, outstanding   "52.80 USD"; one platform left out the currency, and its amount is not read
  cancelled_at, asked_at, counted_from, counted_to   ISO 8601; one platform left out the zone, which was UTC
  counts                  "<item>@<location>:<before>:<after>:<asked>;…"
  stock                   "97 → 100, 5 → 7" of the same counts, or alone
  stock_before, stock_wanted   "<item>@<location>=<units>,…", until the count after
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from stores.canonical import codec
from stores.canonical.receipts import NOTHING, EffectState, Outcome, Receipt, RefundState, Reported, StockCount
from stores.kernel.money import Money

VERSION = 2
EMPTY: tuple[object, ...] = (None, "", [])
COUNT = re.compile(r"(-?[\d.]+) → (-?[\d.]+)")

T = TypeVar("T")


def to_json(receipt: Receipt) -> dict[str, Any]:
    """As it is kept; when to ask again stands in the step's `next_attempt_at`."""
    reported = {name: value for name, value in codec.plain(receipt.reported).items() if value not in EMPTY}
    return {"version": VERSION, "outcome": str(receipt.outcome), "ids": dict(receipt.ids), "reported": reported}


def load(result: Mapping[str, Any]) -> Receipt:
    """Raises ValueError for what is none, or of a version that is not known here."""
    return Receipt(outcome=codec.load(Outcome, result.get("outcome")), ids=ids_in(result), reported=reported_in(result))


def ids_in(result: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(ident) for name, ident in (result.get("ids") or {}).items()}


def reported_in(result: Mapping[str, Any]) -> Reported:
    """`NOTHING` where the step brought no answer. Raises ValueError."""
    match result.get("version", 1):
        case 1:
            return _of_text(result.get("facts") or {})
        case 2:
            return codec.load(Reported, result.get("reported") or {})
        case version:
            raise ValueError(f"a receipt of version {version}")


# --- version 1 -----------------------------------------------------------------------------------------
def _of_text(told: object) -> Reported:
    """What cannot be read is left out: it was words for people then, and no row is lost by it."""
    facts = {name: said for name, said in told.items() if isinstance(said, str)} if isinstance(told, Mapping) else {}
    if not facts:
        return NOTHING
    refund_state = facts.get("refund_state", "")
    return Reported(
        state=_known(EffectState, facts.get("state", "")),
        cancelled_at=_time(facts, "cancelled_at"),
        refunded=_money(facts.get("refunded", "")),
        refund_state=_known(RefundState, refund_state) or (RefundState.PENDING if refund_state else None),
        outstanding=_money(facts.get("outstanding", "")),
        stock=_stock(facts),
        counted_from=_time(facts, "counted_from"),
        counted_to=_time(facts, "counted_to"),
        asked_at=_time(facts, "asked_at"),
        found=facts.get("found", ""),
    )


def _known(kind: Callable[[str], T], word: str) -> T | None:
    try:
        return kind(word)
    except ValueError:
        return None


def _time(facts: Mapping[str, str], name: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(facts.get(name, ""))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _money(said: str) -> Money | None:
    amount, _space, currency = said.partition(" ")
    try:
        return Money(Decimal(amount), currency)
    except (InvalidOperation, ValueError):
        return None


def _stock(facts: Mapping[str, str]) -> tuple[StockCount, ...]:
    """All counts or none: half of them would prove what nobody counted."""
    try:
        return tuple(_counts(facts))
    except (InvalidOperation, ValueError):
        return ()


def _counts(facts: Mapping[str, str]) -> Iterator[StockCount]:
    if said := facts.get("counts", ""):
        for part in said.split(";"):
            where, before, after, asked = part.rsplit(":", 3)
            yield _count(where, Decimal(before), Decimal(after), Decimal(asked))
    elif said := facts.get("stock_before", ""):
        wanted = _levels(facts.get("stock_wanted", ""))
        for where, units in _levels(said).items():
            yield _count(where, units, None, wanted.get(where, Decimal(0)))
    else:
        for before, after in COUNT.findall(facts.get("stock", "")):
            yield _count("", Decimal(before), Decimal(after), None)


def _count(where: str, before: Decimal, after: Decimal | None, asked: Decimal | None) -> StockCount:
    """where: "<item>@<location>". Raises ValueError for what is no number."""
    if not all(units.is_finite() for units in (before, after, asked) if units is not None):
        raise ValueError("units must be finite")
    item, _at, place = where.rpartition("@")
    return StockCount(stock_item_id=item, location_id=place, before=before, after=after, asked=asked)


def _levels(said: str) -> dict[str, Decimal]:
    pairs = (part.rpartition("=") for part in said.split(",") if part)
    return {where: Decimal(units) for where, _is, units in pairs}
