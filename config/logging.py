"""JSON lines with allow-listed fields; no bodies, headers, tokens or addresses. CR and LF are escaped by JSON.

A line has an end, and so has what one fault may write: beyond MOST_A_MINUTE of the same kind are counted, not written.
What gunicorn says goes the same way: its own lines hold whole addresses and tracebacks.
"""

from __future__ import annotations

import json
import logging
import logging.config
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from stores.kernel.context import request_id
from stores.kernel.security import redaction
from stores.kernel.security.redaction import RedactFilter

ALLOWED = frozenset({
    "attempt", "cancellation", "chain", "code", "connection", "cost", "count", "delivery", "event", "fence", "kind",
    "order", "outcome", "platform", "preview", "seconds", "seq", "setting", "state", "status", "step", "store",
    "task", "topic", "worker", "path", "method", "port", "repeated",
})  # fmt: skip
LONGEST: Final = 1000  # characters of one value
MOST_A_MINUTE: Final = 20  # lines of one kind
MOST_KINDS: Final = 500  # remembered at once
SERVER: Final = "gunicorn.error"
OF_A_TASK: Final = ("exc", "traceback", "return_value", "args", "kwargs")  # celery puts them into its messages


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record)[:LONGEST],
            "request_id": request_id.get(),
        }
        line |= {k: str(v)[:LONGEST] for k, v in record.__dict__.items() if k in ALLOWED}
        line |= _of_request(record)
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _where(record.exc_info[2])
        return json.dumps(line, ensure_ascii=True, default=str)


class Repeats(logging.Filter):
    """Lets MOST_A_MINUTE lines of a kind through; the first one of a later minute says how many it stands for.

    A kind is where a line was written and what went wrong, never what varies: an attacker chooses addresses.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()
        self.kinds: dict[tuple[object, ...], list[int]] = {}  # kind: minute, lines seen in it

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return True  # of our own work, which nobody outside can multiply
        error = _where(record.exc_info[2])[-1:] if record.exc_info else None
        status = getattr(record, "status_code", getattr(record, "status", 0))
        kind = (record.name, record.pathname, record.lineno, str(error), str(status))
        minute = int(record.created // 60)
        with self.lock:
            if len(self.kinds) > MOST_KINDS:
                self.kinds.clear()
            seen = self.kinds.setdefault(kind, [minute, 0])
            if seen[0] != minute:
                if seen[1] > MOST_A_MINUTE:
                    record.repeated = seen[1] - MOST_A_MINUTE
                seen[:] = [minute, 0]
            seen[1] += 1
            return seen[1] <= MOST_A_MINUTE


def _message(record: logging.LogRecord) -> str:
    """Constant: what varies is an argument or, in Django and gunicorn, was put into the text before it came here."""
    if record.name.startswith(("django.request", "django.security")):
        return "A request was refused" if getattr(record, "status_code", 500) < 500 else "A request failed"
    text = str(record.msg)
    if record.name == SERVER:
        return "A request could not be read" if text.startswith("Invalid request") else text
    if record.name.startswith("celery"):
        return _of_celery(record)
    return text if record.args else record.getMessage()


def _of_celery(record: logging.LogRecord) -> str:
    """Its messages are made of what varies; an error's own words, and what a task was called with, stay out."""
    told = record.args
    if isinstance(told, Mapping):
        record.args = {name: "" if name in OF_A_TASK else value for name, value in told.items()}
    try:
        return " ".join(record.getMessage().split()).rstrip(": ")
    finally:
        record.args = told


def _of_request(record: logging.LogRecord) -> dict[str, str]:
    """Where Django speaks of a request: its path without tokens and query, its method and the status."""
    path = getattr(getattr(record, "request", None), "path", None)
    if not isinstance(path, str):
        return {}
    status = str(getattr(record, "status_code", ""))
    return {"path": redaction.address(path), "method": str(record.request.method)[:10], "status": status}  # type: ignore[attr-defined]


def _where(trace: Any) -> list[str]:
    """File and line of each frame: no values, so nothing personal."""
    frames = []
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return frames[-12:]


def configure(options: dict[str, Any]) -> None:
    """Django calls this with settings.LOGGING."""
    level = options["level"]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": {"()": JsonLines}},
            "filters": {"redact": {"()": RedactFilter}, "repeats": {"()": Repeats}},  # redact: the second net
            "handlers": {
                "lines": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["repeats", "redact"]}
            },
            "root": {"handlers": ["lines"], "level": level},
            "loggers": {
                "urllib3": {"level": "WARNING"},
                "django.security.DisallowedHost": {"level": "CRITICAL"},
                "kombu.connection": {"level": "ERROR"},  # a broker of files has no host name to miss
                SERVER: {"handlers": ["lines"], "level": "WARNING", "propagate": False},
            },
        }
    )
