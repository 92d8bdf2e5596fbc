"""Rows of the inbox that come together are written together: one statement, one flush to the disk for all that wait.

SQLite has one writer at a time, and its waiting is a sleep that grows; every commit is flushed. So one thread of the
process writes, its own row and those that came while the one before it wrote; the others wait for it here.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.db import connection, transaction

from cancellations.models import Inbox

MOST: Final = 50  # rows of one statement


@dataclass
class Waiting:
    """One row on its way. `pk`: None when the event was there already. `error`: what its thread has to raise."""

    row: Inbox
    is_done: bool = False
    pk: int | None = None
    error: BaseException | None = None


_waiting: deque[Waiting] = deque()
_writing = threading.Lock()


def insert(row: Inbox) -> int | None:
    """The new row's key once it is on the disk; None when the event came before. Raises what the database raises."""
    mine = Waiting(row)
    _waiting.append(mine)
    with _writing:
        while not mine.is_done:
            _write_all([_waiting.popleft() for _ in range(min(MOST, len(_waiting)))])
    if mine.error:
        raise mine.error
    return mine.pk


def _write_all(some: Sequence[Waiting]) -> None:
    """None is left undone: whoever waits would wait for ever. What fails together is tried one by one."""
    try:
        _write(some)
    except BaseException as exc:  # noqa: BLE001  raised again in the thread whose row it is
        if len(some) > 1 and isinstance(exc, Exception):
            for each in some:
                _write_all([each])
            return
        for each in some:
            each.error, each.is_done = exc, True


def _write(some: Sequence[Waiting]) -> None:
    values = [value for each in some for value in _values(each.row)]
    with transaction.mark_for_rollback_on_error(connection.alias), connection.cursor() as cursor:
        cursor.execute(_statement(connection.vendor, len(some)), values)
        made = {(endpoint, key): pk for pk, endpoint, key in cursor.fetchall()}
    for each in some:  # two of one event in one statement: the first has it
        each.pk, each.is_done = made.pop((each.row.endpoint, each.row.event_key), None), True


def _values(row: Inbox) -> list[Any]:
    columns = Inbox._meta.concrete_fields[1:]  # all but the key
    return [column.get_db_prep_save(getattr(row, column.attname), connection) for column in columns]


@cache
def _statement(_vendor: str, rows: int) -> str:
    """Written out: the ORM puts a transaction of two more statements around its own and does not tell what is new."""
    quote, meta = connection.ops.quote_name, Inbox._meta
    names = ", ".join(quote(str(column.column)) for column in meta.concrete_fields[1:])
    marks = ", ".join(["%s"] * (len(meta.concrete_fields) - 1))
    unique = f"{quote('endpoint')}, {quote('event_key')}"
    values = ", ".join([f"({marks})"] * rows)
    into = f"INSERT INTO {quote(meta.db_table)} ({names}) VALUES {values}"  # noqa: S608  names of ours
    return f"{into} ON CONFLICT ({unique}) DO NOTHING RETURNING {quote('id')}, {unique}"
