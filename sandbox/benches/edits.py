"""Edits of audit tables and files, drawn evenly from the schema, by somebody with the database and the folder.

`places`: what a finding must name, one of them. `beyond`: docs/audit.md says that it cannot be seen.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, models

from stores.audit import files, trail
from stores.models import AuditChain, AuditEvent, Checkpoint

Table = type[models.Model]
Row = dict[str, Any]
TABLES: tuple[Table, ...] = (AuditChain, AuditEvent, Checkpoint)
WRONG = {"sqlite": ["'abc'", "1.5", "x'00ff'", "CAST(x'c3' AS TEXT)", "'a' || char(0)", "-1"], "postgresql": ["'abc'"]}
INVENTED = {"sqlite": ["''", "'{}'", "'x'", "0", "1", "4611686018427387904"], "postgresql": ["''", "'{}'", "0", "7"]}


@dataclass(frozen=True)
class Edit:
    """What was done, where it must be named, and whether it is beyond what can be seen."""

    kind: str
    what: str
    places: tuple[str, ...]
    beyond: bool = False


class NoEdit(Exception):
    """The database refuses it, or it changes nothing: another is drawn."""


# --- columns ------------------------------------------------------------------------------------------
def one_value(rng: random.Random) -> Edit:
    """Another value of the same type in one column of one row."""
    model, column, row = _draw(rng)
    table = connection.ops.quote_name(model._meta.db_table)
    others = f"(SELECT {column} FROM {table} WHERE {column} <> %s ORDER BY id LIMIT 1 OFFSET %s)"
    shifted = f"{column} + 1" if _is_number(model, column) else f"{column} || 'x'"
    drawn = rng.choice([others, shifted, rng.choice(INVENTED[connection.vendor])])
    values = [row[column], rng.randrange(3)] if drawn == others else []
    return _write(model, column, row, drawn, values, "value")


def wrong_type(rng: random.Random) -> Edit:
    """What no honest program writes there; NULL where that is allowed."""
    model, column, row = _draw(rng)
    is_nullable = next(field for field in model._meta.concrete_fields if field.column == column).null
    drawn = rng.choice([*WRONG[connection.vendor], *["NULL"] * is_nullable])
    return _write(model, column, row, drawn, [], "wrong type")


def swapped(rng: random.Random) -> Edit:
    """One column, exchanged between two rows."""
    model, column, row = _draw(rng)
    other = rng.choice(_rows(model))
    if other[column] == row[column] or column in ("id", "chain_id", "seq", "name", "store_id"):
        raise NoEdit  # what is unique is exchanged by `places_swapped`
    places = _places(model, column, row) + _places(model, column, other)
    _execute(model, f"SET {column} = %s WHERE id = %s", [other[column], row["id"]])
    _execute(model, f"SET {column} = %s WHERE id = %s", [row[column], other["id"]])
    return Edit(f"swapped {_name(model)}.{column}", f"{row['id']} with {other['id']}", places)


def places_swapped(rng: random.Random) -> Edit:
    """Two entries or checkpoints change places, or two chains their names or owners."""
    model = rng.choice(TABLES)
    row, other = rng.sample(_rows(model), 2)
    column = rng.choice(["name", "store_id"]) if model is AuditChain else "seq"
    if row[column] == other[column] or (model is not AuditChain and row["chain_id"] != other["chain_id"]):
        raise NoEdit
    parked = "'parked'" if column == "name" else "NULL" if column == "store_id" else "900000"
    _execute(model, f"SET {column} = {parked} WHERE id = %s", [row["id"]])
    _execute(model, f"SET {column} = %s WHERE id = %s", [row[column], other["id"]])
    _execute(model, f"SET {column} = %s WHERE id = %s", [other[column], row["id"]])
    return Edit(f"swapped {_name(model)}.{column}", f"{row['id']} with {other['id']}",
                _places(model, column, row) + _places(model, column, other))  # fmt: skip


# --- rows ---------------------------------------------------------------------------------------------
def row_deleted(rng: random.Random) -> Edit:
    model = rng.choice([AuditEvent, Checkpoint])
    row = rng.choice(_rows(model))
    _delete(model, row)
    return Edit(f"deleted {_name(model)}", str(row["id"]), _places(model, "seq", row))


def chain_deleted(rng: random.Random) -> Edit:
    """One chain or all, with or without what hangs on them."""
    chains = _rows(AuditChain)
    gone = chains if rng.random() < 0.3 else [rng.choice(chains)]
    with_rows = rng.random() < 0.6
    for chain in gone:
        for model in (AuditEvent, Checkpoint) if with_rows else ():
            model._default_manager.filter(chain=chain["id"]).delete()
        if rng.random() < 0.7:
            _delete(AuditChain, chain)
        elif with_rows:
            _execute(AuditChain, "SET seq = 0, head = %s WHERE id = %s", [trail.ZERO, chain["id"]])
        else:
            raise NoEdit
    return Edit("deleted chain", str(len(gone)), tuple(f"{chain['name']}: " for chain in gone))


def entry_forged(rng: random.Random) -> Edit:
    """One more entry with a good hash, at the end or past it, or one written anew with everything behind it."""
    chain = AuditChain.objects.order_by("?").first()
    if chain is None:
        raise NoEdit
    if rng.random() < 0.5:
        event = AuditEvent(chain=chain, seq=chain.seq + rng.choice([1, 1, 2, 50]), at=trail.stamp(), actor="console",
                           kind="shop.changed", object="store:x", body="{}", prev=chain.head)  # fmt: skip
        event.hash = trail.link_hash(event)
        event.save(force_insert=True)
        return Edit(
            "inserted event", f"past the end of {chain.name}", (f"{chain.name}: entry {chain.seq + 1} stands past",)
        )
    start = rng.randint(1, chain.seq)
    signed = Checkpoint.objects.filter(chain=chain, seq__gte=start).order_by("seq").first()
    _rewrite(chain, start)
    seq = signed.seq if signed else 0
    place = f"{chain.name}: entry {seq} is not what was signed"
    return Edit("rewritten with good hashes", f"{chain.name} from {start}", (place,), beyond=signed is None)


def end_cut(rng: random.Random) -> Edit:
    """The end taken away, the chain's row made to agree; sometimes with its checkpoints, sometimes with their files."""
    chain = rng.choice(list(AuditChain.objects.all()))
    keep, depth = rng.randint(1, chain.seq - 1), rng.randint(0, 2)
    signed = Checkpoint.objects.filter(chain=chain).order_by("-seq").values_list("seq", flat=True)[0]
    AuditEvent.objects.filter(chain=chain, seq__gt=keep).delete()
    head = AuditEvent.objects.get(chain=chain, seq=keep).hash
    AuditChain.objects.filter(pk=chain.pk).update(seq=keep, head=head)
    if depth:
        Checkpoint.objects.filter(chain=chain, seq__gt=keep).delete()
    for name in files.of(chain.name) if depth == 2 else ():
        if int(name[:-5]) > keep:
            (files.folder() / chain.name / name).unlink()
    is_system_alone = depth == 2 and chain.name == trail.SYSTEM  # nobody tells of the system's own last checkpoints
    return Edit(f"end cut, depth {depth}", f"{chain.name} to {keep}", (f"{chain.name}: entry ",),
                beyond=keep >= signed or is_system_alone)  # fmt: skip


# --- files --------------------------------------------------------------------------------------------
def file_removed(rng: random.Random) -> Edit:
    path = _file(rng)
    path.unlink()
    return _of_file("removed file", path)


def folder_removed(rng: random.Random) -> Edit:
    path = _file(rng)
    shutil.rmtree(files.folder() if rng.random() < 0.3 else path.parent)
    return Edit("removed folder", path.parent.name, (f"{path.parent.name}: entry ",))


def file_edited(rng: random.Random) -> Edit:
    """A character changed, a part cut off, another file's words, or nothing readable at all."""
    path, other = _file(rng), _file(rng)
    text = path.read_text()
    at = rng.randrange(len(text) - 1)
    bad = rng.choice(['{"text":' * 2000, "9" * 5000, "null", "[]", '"x"', "\x00", ""])
    new = rng.choice([text[:at] + rng.choice('0aZ"{') + text[at + 1 :], text[:at], other.read_text(), bad])
    if new.strip() == text.strip():
        raise NoEdit
    path.write_text(new)
    return _of_file("edited file", path)


def file_moved(rng: random.Random) -> Edit:
    path, other = _file(rng), _file(rng)
    path.rename(
        rng.choice([other.parent / "000000000777.json", path.parent / "000000000778.json", path.parent / "x.json"])
    )
    return _of_file("moved file", path)


# --- how ----------------------------------------------------------------------------------------------
@cache
def columns() -> list[tuple[Table, str]]:
    """Of every audit table, as the schema has them."""
    with connection.cursor() as cursor:
        described = [
            (model, connection.introspection.get_table_description(cursor, model._meta.db_table)) for model in TABLES
        ]
    return [(model, column.name) for model, found in described for column in found]


def _draw(rng: random.Random) -> tuple[Table, str, Row]:
    model, column = rng.choice(columns())
    return model, column, rng.choice(_rows(model))


def _rows(model: Table) -> list[Row]:
    names = [field.attname for field in model._meta.concrete_fields]
    return [dict(row) for row in model._default_manager.order_by("pk").values(*names)]


def _write(model: Table, column: str, row: Row, drawn: str, values: list[Any], how: str) -> Edit:
    places = _places(model, column, row)
    _execute(model, f"SET {column} = {drawn} WHERE id = %s", [*values, row["id"]])
    return Edit(f"{how} {_name(model)}.{column}", f"{row['id']}: {row[column]!r} became {drawn}", places,
                beyond=column == "id" and model is not AuditChain)  # fmt: skip


def _execute(model: Table, change: str, values: list[Any]) -> None:
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
        before = _fetched(cursor)
        cursor.execute(f"UPDATE {table} {change}", values)
        cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
        if _fetched(cursor) == before:
            raise NoEdit


def _fetched(cursor: Any) -> list[Any]:
    try:
        return list(cursor.fetchall())
    except DatabaseError:  # text that is no UTF-8: changed, surely
        return []


def _delete(model: Table, row: Row) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE id = %s", [row["id"]])


def _rewrite(chain: AuditChain, start: int) -> None:
    events = list(AuditEvent.objects.filter(chain=chain, seq__gte=start).select_related("chain").order_by("seq"))
    prev = events[0].prev
    events[0].body = '{"forged":true}'
    for event in events:
        event.prev = prev
        event.hash = prev = trail.link_hash(event)
        event.save()
    AuditChain.objects.filter(pk=chain.pk).update(head=prev)


def _places(model: Table, column: str, row: Row) -> tuple[str, ...]:
    """What must be named: the chain; of an entry or a checkpoint its number, or where a row lost its chain, its id."""
    if model is AuditChain:
        return (f"{row['name']}: ",)
    chain = AuditChain.objects.values_list("name", flat=True).get(pk=row["chain_id"])
    following = row["seq"] + 1 if column == "id" else row["seq"]
    return (f"{chain}: entry {row['seq']} ", f"{chain}: entry {following} ", f"the id {row['id']} ")


def _is_number(model: Table, column: str) -> bool:
    field = next(field for field in model._meta.concrete_fields if field.column == column)
    return isinstance(field, models.IntegerField | models.ForeignKey)


def _name(model: Table) -> str:
    return model._meta.db_table.removeprefix("stores_")


def _file(rng: random.Random) -> Path:
    return rng.choice(sorted(files.folder().glob("*/*.json")))


def _of_file(kind: str, path: Path) -> Edit:
    return Edit(kind, f"{path.parent.name}/{path.name}", (f"{path.parent.name}: entry {int(path.stem)} ",))


WAYS: Sequence[Callable[[random.Random], Edit]] = (
    *[one_value] * 6, *[wrong_type] * 4, *[swapped] * 3, places_swapped, row_deleted, chain_deleted, entry_forged,
    end_cut, file_removed, folder_removed, file_edited, file_moved,
)  # fmt: skip
