"""The embedded broker: kombu's folder of message files, made safe for a crowd.

kombu writes a message in place and believes what it reads: a file seen half-written, or one that is no message, ends
the worker (celery/kombu issue 1551; treeverse/dvc-task issue 73 for its table of queues). Here whatever is written
appears whole, by a rename in its folder, with its own sum; a reader takes a file by renaming it, so one of two gets
it; what is not as it was written is put aside in `bad/`. A message is a doorbell: a lost one costs a sweep.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)

LEFT_BEHIND_SECONDS = 60  # a write or a read takes milliseconds: older than that, its process is gone
KEPT_BAD = 100  # files; older ones go, so that a program writing nonsense cannot fill the disk
HALF, TAKEN = ".half", ".taken"


class Channel(filesystem.Channel):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.folder = Path(self.data_folder_in)
        for folder in (self.folder, self.control_folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._forget_left_behind()

    def _put(self, queue: str, payload: dict[str, Any], **_: Any) -> None:  # type: ignore[override]
        """Raises ChannelError when the folder cannot be written."""
        name = f"{time.time_ns():020}_{uuid.uuid4()}.{queue}.msg"
        try:
            _appear(self.folder / name, _sealed(dumps(payload)))
        except OSError as exc:
            raise ChannelError(f"Cannot add {name!r} to the queue's folder: {exc.strerror}") from exc

    def _get(self, queue: str, timeout: Any = None) -> dict[str, Any]:
        """The oldest message of `queue`, now ours alone. Raises Empty, and nothing else."""
        for name in self._waiting(queue):
            taken = self.folder / (name + TAKEN)
            try:
                (self.folder / name).rename(taken)
            except OSError:  # another reader was first
                continue
            try:
                message = _opened(taken.read_text())
            except (OSError, ValueError):
                self._put_aside(taken, name)
                continue
            with suppress(OSError):
                taken.unlink()
            return message
        raise Empty

    def _waiting(self, queue: str) -> list[str]:
        try:
            names = os.listdir(self.folder)
        except OSError:  # somebody cleared the place: the next message makes it anew
            return []
        return sorted(name for name in names if name.partition(".")[2] == f"{queue}.msg")

    def _put_aside(self, found: Path, name: str) -> None:
        logger.error("a message that cannot be read was put aside", extra={"path": f"bad/{name}"})
        bad = self.folder / "bad"
        with suppress(OSError):
            bad.mkdir(mode=0o700, exist_ok=True)
            found.replace(bad / name)
            for old in sorted(bad.iterdir(), key=lambda file: file.stat().st_mtime)[:-KEPT_BAD]:
                with suppress(OSError):
                    old.unlink()

    def _forget_left_behind(self) -> None:
        """Files of processes that died while they wrote or read one."""
        oldest = time.time() - LEFT_BEHIND_SECONDS
        for folder in (self.folder, self.control_folder):
            for file in [*folder.glob(f"*{HALF}"), *folder.glob(f"*{TAKEN}")]:
                with suppress(OSError):
                    if file.stat().st_ctime < oldest:
                        file.unlink()

    # --- which queue an exchange feeds: one small table, written whole -------------------------------
    def get_table(self, exchange: str) -> list[filesystem.exchange_queue_t]:
        """As it stands in its file; what this process itself has bound when nothing can be read there."""
        known = [key for key in self.state.bindings if key.exchange == exchange]
        own = [filesystem.exchange_queue_t(key.routing_key or "", "", key.queue) for key in known]
        return self._written_table(exchange) or own

    def _written_table(self, exchange: str) -> list[filesystem.exchange_queue_t]:
        try:
            rows = loads(self._exchange_file(exchange).read_text())
            return [filesystem.exchange_queue_t(*map(str, row)) for row in rows]
        except (OSError, ValueError, TypeError):
            return []

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._table_lock(exchange):
            table = self._written_table(exchange)
            if row not in table:
                self._write_table(exchange, [row, *table])

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **kwargs: Any) -> None:
        self._purge(queue)
        row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._table_lock(exchange):
            self._write_table(exchange, [other for other in self._written_table(exchange) if other != row])

    def _write_table(self, exchange: str, table: list[filesystem.exchange_queue_t]) -> None:
        try:
            _appear(self._exchange_file(exchange), dumps(table))
        except OSError as exc:
            raise ChannelError(f"Cannot write the table of {exchange!r}: {exc.strerror}") from exc

    @contextmanager
    def _table_lock(self, exchange: str) -> Iterator[None]:
        """Held by the kernel, so it ends with its process."""
        self.control_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._exchange_file(exchange).with_suffix(".lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    Channel = Channel


def _sealed(text: str) -> str:
    return f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}"


def _opened(sealed: str) -> dict[str, Any]:
    """Raises ValueError for all but a whole message of this broker.

    A sum instead of a look at the fields: a worker ends at any of some thirty that is not as it expects.
    """
    text = sealed.partition("\n")[2]
    if sealed != _sealed(text):
        raise ValueError("not written here, or not whole")
    return dict(loads(text))


def _appear(path: Path, text: str) -> None:
    """Write `path` so that nobody sees a part of it; its folder is made when it is gone. Raises OSError."""
    half = path.with_name(f"{path.name}.{uuid.uuid4().hex}{HALF}")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        half.write_text(text)
        half.replace(path)
    except OSError:
        with suppress(OSError):
            half.unlink()
        raise
