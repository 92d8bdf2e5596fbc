"""A database that is away for a moment: restarted, failing over, locked by somebody else.

What is known by then (an answer of a shop, a mail handed over) must not be lost for a second's outage.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, TypeVar

from django.db import DataError, Error, IntegrityError, NotSupportedError, ProgrammingError, connection, connections
from django.db.models import Field, Model

from stores.kernel import clock

logger = logging.getLogger(__name__)
T = TypeVar("T")
TRIES: Final = 20  # a second apart: a restart, less than what is left of a lease after the longest request


OUR_BUGS: Final = (DataError, IntegrityError, ProgrammingError, NotSupportedError)  # the same each time


def is_away(exc: BaseException) -> bool:
    """Does the error tell of the database's state, and nothing of what was asked of it?"""
    return isinstance(exc, Error) and not isinstance(exc, OUR_BUGS)


def drop_broken() -> None:
    """Close this thread's connections that broke or are too old; the next statement opens a fresh one."""
    for each in connections.all(initialized_only=True):
        if not each.in_atomic_block:  # one inside a transaction is its owner's
            each.close_if_unusable_or_obsolete()


def patiently(act: Callable[[], T], *, tries: int = TRIES) -> T:
    """Do it, again each second while the database is away. `act` is safe to do twice. Raises the last error.

    Not inside a transaction, which would be broken by then.
    """
    for _ in range(tries - 1):
        try:
            return act()
        except Error as exc:
            if not is_away(exc):
                raise
            logger.warning("the database is away", extra={"kind": type(exc).__name__})
            drop_broken()
            clock.wait(1.0)
    return act()


@contextmanager
def unimportant(what: str) -> Iterator[None]:
    """Bookkeeping: when the database is away it is left out, and what it is about goes on."""
    try:
        yield
    except Error as exc:
        if not is_away(exc):
            raise
        logger.warning("left out, the database is away", extra={"topic": what, "kind": type(exc).__name__})


def update(model: type[Model], where: Mapping[str, Any], fields: Mapping[str, Any]) -> int:
    """One UPDATE by equal columns; how many rows. For the writes that each step makes: Django spells them anew, which
    costs several times what the database does.

    where, fields: plain values by field name; None in `where`: is null. Anything else goes Django's own way.
    """
    values = [*fields.values(), *where.values()]
    is_plain = not any(isinstance(value, Model) or hasattr(value, "resolve_expression") for value in values)
    asked = tuple((name, where[name] is None) for name in where)
    found = _spelt(model, tuple(fields), asked) if is_plain else None
    if found is None:
        return model._default_manager.filter(**where).update(**fields)
    given = [*fields.values(), *(value for value in where.values() if value is not None)]
    with connection.cursor() as cursor:
        prepared = [column.get_db_prep_save(value, connection) for column, value in zip(found[1], given, strict=True)]
        cursor.execute(found[0], prepared)
        return int(cursor.rowcount)


@cache
def _spelt(
    model: type[Model], fields: tuple[str, ...], where: tuple[tuple[str, bool], ...]
) -> tuple[str, list[Field[Any, Any]]] | None:
    """The statement, and the field of each value in it; None where one needs more than a placeholder."""
    written = [_field(model, name) for name in fields]
    compared = [(_field(model, name), is_null) for name, is_null in where]
    if any(hasattr(field, "get_placeholder") for field in written):
        return None
    name = connection.ops.quote_name
    sets = ", ".join(f"{name(str(field.column))} = %s" for field in written)
    tests = " AND ".join(f"{name(str(field.column))} {'IS NULL' if is_null else '= %s'}" for field, is_null in compared)
    statement = f"UPDATE {name(model._meta.db_table)} SET {sets} WHERE {tests}"  # noqa: S608  our own column names
    return statement, [*written, *(field for field, is_null in compared if not is_null)]


def _field(model: type[Model], name: str) -> Field[Any, Any]:
    found: Field[Any, Any] = model._meta.pk if name == "pk" else model._meta.get_field(name)  # type: ignore[assignment]
    return found
