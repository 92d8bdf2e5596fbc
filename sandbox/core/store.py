"""The world's file: plain sqlite3 in WAL mode, one connection a thread, short explicit transactions."""

from __future__ import annotations

import logging
import os
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

logger = logging.getLogger(__name__)
VERSION = 2  # of the tables, here and in the simulators
SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS timers (id INTEGER PRIMARY KEY, due REAL NOT NULL, kind TEXT NOT NULL, shop TEXT NOT NULL,
  body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS timers_due ON timers (due, id);
CREATE TABLE IF NOT EXISTS effects (seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, shop TEXT NOT NULL,
  order_id INTEGER, kind TEXT NOT NULL, cause TEXT NOT NULL, key TEXT NOT NULL, note TEXT NOT NULL,
  amount TEXT NOT NULL, currency TEXT NOT NULL, units INTEGER NOT NULL, request TEXT NOT NULL, detail TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS effects_order ON effects (order_id, kind);
CREATE TABLE IF NOT EXISTS keys (shop TEXT NOT NULL, field TEXT NOT NULL, key TEXT NOT NULL, arguments TEXT NOT NULL,
  started_at REAL NOT NULL, state TEXT NOT NULL, outcome TEXT, PRIMARY KEY (shop, field, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, shop TEXT NOT NULL, expires_at REAL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hooks (id INTEGER PRIMARY KEY, shop TEXT NOT NULL, topic TEXT NOT NULL, body TEXT NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, hook INTEGER NOT NULL, shop TEXT NOT NULL,
  topic TEXT NOT NULL, event TEXT NOT NULL,
  delivery TEXT NOT NULL, body BLOB NOT NULL, triggered_at REAL NOT NULL, due REAL NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'waiting');
CREATE INDEX IF NOT EXISTS outbox_due ON outbox (state, due);
CREATE TABLE IF NOT EXISTS switches (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS faults (id INTEGER PRIMARY KEY, name TEXT NOT NULL, operation TEXT NOT NULL,
  times INTEGER NOT NULL, skip INTEGER NOT NULL, detail TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS counters (name TEXT NOT NULL, operation TEXT NOT NULL, value REAL NOT NULL,
  PRIMARY KEY (name, operation)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS buckets (shop TEXT PRIMARY KEY, level REAL NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (shop TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, parent TEXT NOT NULL,
  at REAL NOT NULL, body TEXT NOT NULL, previous TEXT, PRIMARY KEY (shop, kind, id));
CREATE INDEX IF NOT EXISTS records_parent ON records (shop, kind, parent);
CREATE INDEX IF NOT EXISTS records_at ON records (shop, kind, at);
"""


class Conversion(NamedTuple):
    """How a file of an earlier version becomes one of this. tables: those by which it is known, with its version."""

    version: int
    tables: frozenset[str]
    convert: Callable[[sqlite3.Connection], None]


class Store:
    """Connections to one file. `write()` takes the writer's lock at once, so a request never fails half-way.

    Threads of one process queue at a lock of ours, which is quicker and fairer than SQLite's polling. A forked
    child starts with connections of its own. tables: what the simulators bring, in the words of SCHEMA.
    """

    def __init__(self, path: str, tables: str = "", conversions: Sequence[Conversion] = ()) -> None:
        self.path = path
        self.schema = tables + SCHEMA
        self.conversions = conversions
        self._start()
        if self._version() != VERSION:
            self._make()

    def _version(self) -> int:
        return int(self.db.execute("PRAGMA user_version").fetchone()[0])

    def _make(self) -> None:
        """All tables. What another version left is converted, or set aside where nobody here can read it."""
        with self.write() as db:
            version = self._version()
            if version == VERSION:  # another process was faster
                return
            rows = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            found = {row["name"] for row in rows.fetchall()}
            known = next((one for one in self.conversions if one.version == version and one.tables <= found), None)
            if known:
                known.convert(db)
            elif found:
                self._set_aside(db, version, found)
            for statement in filter(str.strip, self.schema.split(";")):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {VERSION}")

    def _set_aside(self, db: sqlite3.Connection, version: int, tables: set[str]) -> None:
        """A copy under another name, then nothing here. Not a rename: other processes may have the file open."""
        names = (f"{self.path}.version-{version}{number}" for number in ("", *(f"-{n}" for n in range(2, 1000))))
        aside = next(name for name in names if not Path(name).exists())
        with closing(sqlite3.connect(self.path)) as reader, closing(sqlite3.connect(aside)) as copy:
            reader.backup(copy)  # a connection that holds the writer's lock would wait for itself
        for name in tables:
            db.execute(f"DROP TABLE {name}")
        words = f"The world in {self.path} is of version {version}, which cannot be read here."
        logger.warning(f"{words} It was set aside as {aside}; a new one begins.")

    def _start(self) -> None:
        self.pid = os.getpid()
        self.local = threading.local()
        self.turn = threading.RLock()
        self.opened: list[sqlite3.Connection] = []

    @property
    def db(self) -> sqlite3.Connection:
        """This thread's connection."""
        if self.pid != os.getpid():
            self._start()
        held: sqlite3.Connection | None = getattr(self.local, "db", None)
        if held is None:
            held = self.local.db = self._connect()
        return held

    def _connect(self) -> sqlite3.Connection:
        made = sqlite3.connect(self.path, timeout=60, isolation_level=None, check_same_thread=False)
        made.execute("PRAGMA synchronous=OFF")  # a killed process loses nothing; only a power cut would
        made.execute("PRAGMA journal_mode=WAL")
        made.row_factory = sqlite3.Row
        self.opened.append(made)
        return made

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A write transaction; inside another one it joins that one."""
        db = self.db
        with self.turn:
            yield from self._transaction(db, "BEGIN IMMEDIATE")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One snapshot for several reads."""
        yield from self._transaction(self.db, "BEGIN")

    def _transaction(self, db: sqlite3.Connection, begin: str) -> Iterator[sqlite3.Connection]:
        if db.in_transaction:
            yield db
            return
        db.execute(begin)
        try:
            yield db
        except BaseException:
            db.rollback()
            raise
        db.commit()

    def count(self, name: str, operation: str, by: float = 1) -> None:
        """Adds to a counter: requests, throttled, cost, faults."""
        self.db.execute(
            "INSERT INTO counters VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value",
            (name, operation, by),
        )

    def empty(self) -> None:
        """Every table, without a row."""
        with self.write() as db:
            for name in re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", self.schema):
                db.execute(f"DELETE FROM {name}")

    def release(self) -> None:
        """Closes this thread's connection: for threads that end."""
        held: sqlite3.Connection | None = getattr(self.local, "db", None)
        if held is not None:
            self.opened.remove(held)
            held.close()
            self.local.db = None

    def close(self) -> None:
        for held in self.opened:
            held.close()
        self._start()
