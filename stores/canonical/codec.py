"""Canonical JSON for plans, orders and audit bodies, and back again.

Dump: RFC 8785 subset: UTF-8, keys sorted, no spaces, no floats; Decimals and times as strings.
Load: driven by the dataclass's own annotations; Raises ValueError for what does not fit.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from hashlib import sha256
from typing import Any, TypeVar, cast


def plain(value: Any) -> Any:
    """Dataclasses to dicts (with "is" for members of a union), Decimal and time to strings."""
    if is_dataclass(value) and not isinstance(value, type):
        body = {f.name: plain(getattr(value, f.name)) for f in fields(value)}
        return {"is": type(value).__name__, **body}
    match value:
        case None | bool() | int() | str() if not isinstance(value, Enum):
            return value
        case Enum():
            return value.value
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Mapping():
            return {str(k): plain(v) for k, v in value.items()}
        case frozenset() | set():
            return sorted(plain(v) for v in value)
        case list() | tuple():
            return [plain(v) for v in value]
    raise TypeError(f"no canonical form for {type(value).__name__}")


def dumps(value: Any) -> str:
    """The one text of a value: equal values give equal bytes."""
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, hexadecimal."""
    return sha256(dumps(value).encode()).hexdigest()


T = TypeVar("T")


def load(kind: type[T], body: Any) -> T:
    """Read `body` (from JSON) as `kind`. Raises ValueError naming what did not fit."""
    try:
        return cast(T, _read(kind, body))
    except (KeyError, TypeError, ArithmeticError) as exc:
        raise ValueError(f"not a {getattr(kind, '__name__', kind)}: {exc}") from exc


def loads(kind: type[T], text: str) -> T:
    return load(kind, json.loads(text))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _read(kind: Any, body: Any) -> Any:
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _read_union(typing.get_args(kind), body)
    if origin in (tuple, frozenset, list):
        return (
            origin(_read(typing.get_args(kind)[0], item) for item in body)
            if _is_uniform(kind)
            else _read_fixed(kind, body)
        )
    if origin is dict:
        return {k: _read(typing.get_args(kind)[1], v) for k, v in body.items()}
    if is_dataclass(kind):
        return cast(Any, kind)(
            **{f.name: _read(_hints(cast(type, kind))[f.name], body[f.name]) for f in fields(kind) if f.name in body}
        )
    return _read_leaf(kind, body)


def _is_uniform(kind: Any) -> bool:
    args = typing.get_args(kind)
    return len(args) == 1 or args[-1] is Ellipsis


def _read_fixed(kind: Any, body: Any) -> tuple[Any, ...]:
    return tuple(_read(part, item) for part, item in zip(typing.get_args(kind), body, strict=True))


def _read_union(kinds: tuple[Any, ...], body: Any) -> Any:
    if body is None:
        if type(None) in kinds:
            return None
        raise TypeError("null")
    choices = [k for k in kinds if k is not type(None)]
    if len(choices) == 1:
        return _read(choices[0], body)
    return _read(next(k for k in choices if k.__name__ == body["is"]), body)


def _read_leaf(kind: Any, body: Any) -> Any:
    if kind is Decimal:
        return Decimal(body)
    if kind is datetime:
        return datetime.fromisoformat(body)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(body)
    if kind is Any or isinstance(body, kind):
        return body
    raise TypeError(f"{body!r} is not {kind.__name__}")
