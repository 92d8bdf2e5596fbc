"""JSON lines with allow-listed fields; no bodies, headers, tokens or addresses. CR and LF are escaped by JSON."""

from __future__ import annotations

import json
import logging
import logging.config
from datetime import UTC, datetime
from typing import Any

from stores.kernel.context import request_id
from stores.kernel.redact import RedactFilter

ALLOWED = frozenset({
    "attempt", "cancellation", "chain", "code", "cost", "count", "delivery", "event", "fence", "kind", "order",
    "outcome", "platform", "preview", "seconds", "seq", "setting", "state", "status", "step", "store", "task",
    "topic", "worker", "path", "method", "port",
})  # fmt: skip


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage() if not record.args or record.name.startswith("celery") else record.msg,
            "request_id": request_id.get(),
        }
        line |= {k: str(v) for k, v in record.__dict__.items() if k in ALLOWED}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _where(record.exc_info[2])
        return json.dumps(line, ensure_ascii=True, default=str)


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
            "filters": {"redact": {"()": RedactFilter}},  # the second net
            "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["redact"]}},
            "root": {"handlers": ["lines"], "level": level},
            "loggers": {
                "urllib3": {"level": "WARNING"},
                "django.security.DisallowedHost": {"level": "CRITICAL"},
                "kombu.connection": {"level": "ERROR"},  # a broker of files has no host name to miss
            },
        }
    )
