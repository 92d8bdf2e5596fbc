"""Typed looks into a parsed answer. What is missing is empty; what has the wrong shape raises Misread, nothing else.

For every adapter whose platform promises no schema: several names may be given, the first that is there counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any

from stores.kernel.errors import RemoteUnavailable

Node = Mapping[str, Any]
LONGEST_ID = 120
MOST_UNITS = 1_000_000_000
# Sums of floats arrive as 62.400000000000006, and what should be nothing as 1.4E-14.
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,60})?([eE]-[0-9]{1,2})?", re.ASCII)
NOISE = Decimal("1E-10")
NEVER = re.compile(r"0000-|-0001-")  # MySQL's 0000-00-00, and what PHP makes of it
NO_ID = re.compile(r"[0-]{36}", re.ASCII)  # .NET's empty GUID: what was refused has no other
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


class Misread(ValueError):
    """An answer that does not have the shape we rely on; its text names the field."""


@contextmanager
def understood(user_message: str) -> Iterator[None]:
    """Around a read: a shape we cannot use means that the read failed, nothing else did."""
    try:
        yield
    except Misread as exc:
        raise RemoteUnavailable(f"misread {exc}", code="bad_shape", user_message=str(user_message)) from exc


def first(parent: Node, *names: str) -> Any:
    """The value of the first name that is there and not null."""
    return next((parent[name] for name in names if parent.get(name) is not None), None)


def node(value: Any, name: str) -> Node:
    if not isinstance(value, Mapping):
        raise Misread(name)
    return value


def inner(parent: Any, name: str) -> Node:
    """An object that must be there."""
    return node(parent.get(name) if isinstance(parent, Mapping) else None, name)


def maybe(parent: Node, name: str) -> Node:
    """An object, or an empty one for null."""
    return {} if parent.get(name) is None else inner(parent, name)


def or_empty(parent: Node, name: str) -> Node:
    """An object, or an empty one for whatever else stands there: PHP writes an empty object as a list."""
    found = parent.get(name)
    return found if isinstance(found, Mapping) else {}


def items(parent: Node, *names: str) -> list[Any]:
    """A list of whatever; nothing for null. For rows that are read one by one."""
    found = first(parent, *names)
    if found is None:
        return []
    if not isinstance(found, list):
        raise Misread(names[0])
    return found


def nodes(parent: Node, *names: str) -> list[Node]:
    """A list of objects; none for null."""
    found = items(parent, *names)
    if not all(isinstance(item, Mapping) for item in found):
        raise Misread(names[0])
    return found


def listed(parent: Node, name: str) -> list[Node]:
    """A list of objects that must be there: without it the answer is not read as an empty one."""
    if parent.get(name) is None:
        raise Misread(name)
    return nodes(parent, name)


def text(parent: Node, *names: str) -> str:
    """A text, "" for null; without what no database can keep (NUL, half surrogates)."""
    found = first(parent, *names)
    if found is None:
        return ""
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    if not isinstance(found, str):
        raise Misread(names[0])
    return clean(found)


def joined(parent: Node, *names: str) -> str:
    """The texts under all of these names, with a space between; what is empty is left out."""
    return " ".join(texts(parent, *names))


def clean(words: str) -> str:
    """Without what no database can keep: NUL, half surrogates."""
    if words.isascii() and "\0" not in words:
        return words
    return words.replace("\0", "").encode("utf-8", "replace").decode()


def ident(parent: Node, *names: str) -> str:
    """An id is opaque text, and never missing; one that is all zeros and dashes is missing."""
    found = text(parent, *names)
    if not found or len(found) > LONGEST_ID or NO_ID.fullmatch(found):
        raise Misread(names[0])
    return found


def flag(parent: Node, *names: str) -> bool:
    """False for null: servers leave out what is false."""
    found = first(parent, *names)
    if found is None:
        return False
    if not isinstance(found, bool):
        raise Misread(names[0])
    return found


def units(parent: Node, *names: str) -> Decimal:
    """Whole pieces; 0 for null."""
    found = first(parent, *names)
    if found is None:
        return Decimal(0)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= MOST_UNITS:
        raise Misread(names[0])
    return Decimal(found)


def decimal(parent: Node, *names: str) -> Decimal:
    """A number as JSON has it or as text; 0 for null and for ""; without the noise of floats."""
    found = first(parent, *names)
    if found is None or found == "":
        return Decimal(0)
    if isinstance(found, bool) or not isinstance(found, str | int | Decimal):
        raise Misread(names[0])
    said = f"{found:f}" if isinstance(found, Decimal) else str(found)
    if not NUMBER.fullmatch(said):
        raise Misread(names[0])
    number = Decimal(said)
    return number if number == number.quantize(NOISE) else number.quantize(NOISE).normalize()


def whole(parent: Node, *names: str) -> Decimal:
    """Whole pieces that are told as any number may be: 3, 3.0, "3"; 0 for null."""
    found = decimal(parent, *names)
    if found < 0 or found != found.to_integral_value():
        raise Misread(names[0])
    return found


def currency(parent: Node, *names: str) -> str:
    """Three capitals, of the first name that is not empty; "" for none."""
    said = next((code for name in names if (code := text(parent, name))), "")
    if said and not CURRENCY.fullmatch(said):
        raise Misread(names[0])
    return said


def at(parent: Node, *names: str) -> datetime:
    """An instant that must be there: without it the answer is half an answer."""
    found = when(parent, *names)
    if found is None:
        raise Misread(names[-1])
    return found


def texts(parent: Node, *names: str) -> tuple[str, ...]:
    """The texts under all of these names that are not empty."""
    return tuple(filter(None, (text(parent, name) for name in names)))


def when(parent: Node, *names: str, zone: tzinfo | None = None) -> datetime | None:
    """An aware instant in UTC; None for null, "" and for a year before 2, by which some servers say *never*.

    zone: of a text that names none; without it such a text is misread.
    """
    said = text(parent, *names)
    if not said or NEVER.match(said):
        return None
    try:
        found = datetime.fromisoformat(said)
        if found.tzinfo is None and zone is None:
            raise Misread(names[0])
        found = found if found.tzinfo else found.replace(tzinfo=zone)
        return None if found.year <= 1 else found.astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise Misread(names[0]) from exc


def utc(parent: Node, name: str) -> datetime | None:
    """An instant whose text does not say that it is UTC."""
    return when(parent, name, zone=UTC)


def utc_at(parent: Node, name: str) -> datetime:
    """One that must be there."""
    found = utc(parent, name)
    if found is None:
        raise Misread(name)
    return found
