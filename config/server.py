"""gunicorn's threads with answers of ours for what no parser of HTTP understands: constant, and with all headers."""

from __future__ import annotations

import logging
import sys
from typing import Any

from gunicorn import util
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

from config import plain

logger = logging.getLogger(__name__)

THEIRS = (errors.ParseException, errors.ForbiddenProxyRequest)  # the client's mistake; anything else is ours


class Worker(ThreadWorker):  # type: ignore[misc]
    """`gunicorn --worker-class config.server.Worker`."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """gunicorn would write the caller's address and bytes into its log, and the bytes into the page."""
        status = 400 if isinstance(exc, THEIRS) else 500
        logger.warning("A request could not be read", extra={"status": status, "kind": type(exc).__name__})
        line, headers, body = plain.bare(status)
        told = "".join(f"{name}: {value}\r\n" for name, value in headers)
        try:
            util.write_nonblock(client, f"HTTP/1.1 {line}\r\nConnection: close\r\n{told}\r\n".encode("latin-1") + body)
        except Exception:
            logger.debug("The answer to what could not be read was not taken", exc_info=sys.exc_info())
