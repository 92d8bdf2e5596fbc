"""Canonical JSON for plans, orders and audit bodies, and back again.

Dump: RFC 8785 subset: UTF-8, keys sorted, no spaces, no floats; Decimals and times as strings.
Load: driven by the dataclass's own annotations; Raises ValueError for what does not fit.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from hashlib import sha256
from typing import Any, TypeVar, cast


def plain(value: Any) -> Any:
    """Dataclasses to dicts (with "is" for members of a union), Decimal and time to strings."""
    kind: Any = type(value)
    if kind is str or value is None or kind is bool or kind is int:
        return value
    if kind is Decimal:
        return format(value, "f")
    if kind is tuple:
        return [plain(v) for v in value]
    if names := _names(kind):
        return {"is": kind.__name__, **{name: plain(getattr(value, name)) for name in names}}
    match value:
        case Enum():
            return value.value
        case Mapping():
            return {str(k): plain(v) for k, v in value.items()}
        case frozenset() | set():
            return sorted(plain(v) for v in value)
        case list() | tuple():
            return [plain(v) for v in value]
    return _plain_scalar(value)


def _plain_scalar(value: Any) -> Any:
    match value:
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case int() | str():
            return value
    raise TypeError(f"no canonical form for {type(value).__name__}")


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """The fields of a dataclass; nothing for any other type."""
    return tuple(f.name for f in fields(kind)) if is_dataclass(kind) else ()


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
        return cast(T, _reader(cast(Any, kind))(body))
    except (KeyError, TypeError, AttributeError, ArithmeticError) as exc:
        raise ValueError(f"not a {getattr(kind, '__name__', kind)}: {exc}") from exc


def loads(kind: type[T], text: str) -> T:
    return load(kind, json.loads(text))


Reader = Callable[[Any], Any]


@cache
def _reader(kind: Any) -> Reader:
    """How to read one annotation, worked out once: an order of 1,000 lines has 30,000 values."""
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _union_reader(typing.get_args(kind))
    if origin in (tuple, frozenset, list):
        return _many_reader(kind, origin)
    if origin is dict:
        return _dict_reader(typing.get_args(kind)[1])
    if is_dataclass(kind):
        return _dataclass_reader(cast(type, kind))
    return _leaf_reader(kind)


def _dataclass_reader(kind: type) -> Reader:
    readers: dict[str, Reader] = {}

    def read(body: Any) -> Any:
        if not readers:  # not before the first use: types may name each other
            hints = typing.get_type_hints(kind)
            readers.update({f.name: _reader(hints[f.name]) for f in fields(kind)})
        return kind(**{name: reader(body[name]) for name, reader in readers.items() if name in body})

    return read


def _many_reader(kind: Any, origin: Any) -> Reader:
    args = typing.get_args(kind)
    if len(args) == 1 or args[-1] is Ellipsis:
        one = _reader(args[0])
        return lambda body: origin([one(item) for item in body])
    parts = [_reader(part) for part in args]
    return lambda body: tuple(part(item) for part, item in zip(parts, body, strict=True))


def _dict_reader(kind: Any) -> Reader:
    one = _reader(kind)
    return lambda body: {key: one(value) for key, value in body.items()}


def _union_reader(kinds: tuple[Any, ...]) -> Reader:
    choices = {k.__name__: _reader(k) for k in kinds if k is not type(None)}
    alone = next(iter(choices.values())) if len(choices) == 1 else None
    may_be_none = type(None) in kinds

    def read(body: Any) -> Any:
        if body is None:
            if may_be_none:
                return None
            raise TypeError("null")
        return alone(body) if alone else choices[body["is"]](body)

    return read


def _leaf_reader(kind: Any) -> Reader:
    if kind is Decimal:
        return Decimal
    if kind in (datetime, date):
        return cast(Reader, kind.fromisoformat)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind

    def read(body: Any) -> Any:
        if kind is Any or isinstance(body, kind):
            return body
        raise TypeError(f"{body!r} is not {kind.__name__}")

    return read
