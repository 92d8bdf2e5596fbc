"""Rows of a listing, read one by one: one that cannot be read takes no other with it, and no place in the list.

Whatever the mapping stumbles over in a row is that row's. A page that is no list at all, and every error of the way to
the shop, stays an error of the page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar

from django.utils.translation import gettext as _

from stores.canonical.order import Order
from stores.kernel.errors import RemoteUnavailable
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node

# What a mapping raises for a row of the outer world; Misread is a ValueError, `decimal`'s are ArithmeticErrors.
UNREADABLE = (ValueError, LookupError, ArithmeticError, TypeError, AttributeError)
BAD_SHAPE = "bad_shape"  # the code of a read that was answered with something else than an order
FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,59}", re.ASCII)
LONGEST_NUMBER = 60
MARK = 20  # digits of a cursor's last id

T = TypeVar("T")


@dataclass(frozen=True)
class Unreadable:
    """A row of a listing that is no order we understand. `external_id` and `number`: "" when even these are missing.

    digest: of the whole row; what stays the same row keeps it.
    """

    external_id: str
    number: str
    reason: str  # words for a person, without personal data
    updated_at: datetime | None = None
    digest: str = ""


class Fields(NamedTuple):
    """Where a platform's row says who it is: names of its id, and what reads its number and time of change."""

    ids: tuple[str, ...]
    number: Callable[[Node], str]
    changed: Callable[[Node], datetime | None]


@dataclass(frozen=True)
class Page:
    """The rows of a page as they could be read."""

    orders: tuple[Order, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()

    def __add__(self, other: Page) -> Page:
        return Page(self.orders + other.orders, self.unreadable + other.unreadable)


def read(raws: Iterable[Any], fields: Fields, to_order: Callable[[Node], Order | None]) -> Page:
    """Each row by itself. to_order: None for a row that is no order (a cart, a return)."""
    orders: list[Order] = []
    unreadable: list[Unreadable] = []
    for raw in raws:
        try:
            order = to_order(json_readers.node(raw, "order"))
        except UNREADABLE as exc:
            unreadable.append(unread(raw, fields, exc))
        except RemoteUnavailable as exc:  # read by itself, as far as the page needs it
            if exc.code != BAD_SHAPE:
                raise
            unreadable.append(unread(raw, fields, exc))
        else:
            orders += [order] if order else []
    return Page(tuple(orders), tuple(unreadable))


def unread(raw: Any, fields: Fields, exc: Exception) -> Unreadable:
    return Unreadable(
        external_id=ident(raw, fields),
        number=(told(lambda: fields.number(raw)) or "")[:LONGEST_NUMBER],
        reason=reason(exc) if isinstance(raw, Mapping) else _("The list holds something there that is no order."),
        updated_at=_changed(raw, fields),
        digest=digest(raw),
    )


def reason(exc: BaseException) -> str:
    """Words for a person. Only the name of a field is told: values may be somebody's."""
    found: BaseException | None = exc
    while found is not None and not isinstance(found, Misread):
        found = found.__cause__
    name = str(found) if found else ""
    if FIELD.fullmatch(name):
        return _("The field “%(name)s” is missing or not as the platform describes it.") % {"name": name}
    return _("Its fields do not fit together.")


# --- what a row tells, readable or not ---------------------------------------------------------------
def ident(raw: Any, fields: Fields) -> str:
    """ "" where it has none."""
    return told(lambda: json_readers.ident(raw, *fields.ids)) or ""


def mark(raws: Sequence[Any], fields: Fields) -> str:
    """What tells a page from the one before it, fit for a cursor: the last id on it; "" where no row has one.

    Two pages without any id look alike and are not the same: "" never means that a list repeats itself.
    """
    found = next((name for raw in reversed(raws) if (name := ident(raw, fields))), "")
    is_plain = found.isascii() and found.isdecimal() and len(found) < MARK
    return found if is_plain or not found else digest(found)


def newest(raws: Iterable[Any], fields: Fields) -> datetime | None:
    """The latest time of change that a page tells; None where no row tells one."""
    times = [_changed(raw, fields) for raw in raws]
    return max((at for at in times if at is not None), default=None)


def _changed(raw: Any, fields: Fields) -> datetime | None:
    return told(lambda: fields.changed(raw))


def told(look: Callable[[], T]) -> T | None:
    """What a look finds; None where it finds nothing that can be read."""
    try:
        return look()
    except UNREADABLE:
        return None


def digest(raw: Any) -> str:
    return sha256(json.dumps(raw, sort_keys=True, default=str).encode()).hexdigest()[:32]
