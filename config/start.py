"""What every process goes through before it works: web, worker, scheduler. Commands have it from the framework.

A deployment that must not be in use does not start: exit code 3, with which gunicorn gives up instead of trying again,
and which the units of docs/operations.md do not restart. Needs the settings and no apps, so it costs milliseconds.
"""

from __future__ import annotations

import ipaddress
import logging
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, run_checks
from django.db import Error
from django.utils.log import configure_logging

from config import plain
from stores import checks

logger = logging.getLogger(__name__)

REFUSED = 3
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_seen: list[str] = []  # what was checked; gunicorn's workers have it from their parent


def check(*, host: str = "") -> None:
    """Leave with the errors of `stores.checks` on standard error; warnings go to the log, once.

    host: the address this process listens on, where that is known.
    """
    settings.HOST = host or settings.HOST
    if settings.HOST in _seen:
        return
    found = checks.found()
    if errors := [message for message in found if message.is_serious()]:
        lines = [f"  {message.msg} {message.hint or ''} ({message.id})" for message in errors]
        sys.stderr.write("\n".join(["Rescind does not start:", *lines, ""]))
        raise SystemExit(REFUSED)
    if not _seen:
        configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
        _log(found)
    _seen.append(settings.HOST)


def look_at_database() -> None:
    """What only the database can say goes to the log of a worker that starts; one that is away says nothing."""
    with suppress(Error):
        _log(run_checks(tags=[Tags.database], databases=["default"]))


def _log(found: Iterable[CheckMessage]) -> None:
    for message in found:
        said = f"{message.msg} {message.hint or ''}"
        logger.warning("the deployment is not as it should be", extra={"code": message.id, "setting": said})


def guarded(application: Application) -> Application:
    """Answer this machine only, wherever the server was told to listen: in the demo, whose passwords are public, and
    with DEBUG, whose error pages show what is inside. `runserver` and other servers name their address to nobody.
    """
    is_open_demo = settings.DEMO and not settings.DEMO_ALLOW_HOSTS
    if not (is_open_demo or settings.DEBUG):
        return application
    why = "The demo (rescind.E014)" if is_open_demo else "DEBUG (rescind.E015)"

    def near_only(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if _is_near(environ.get("REMOTE_ADDR", "")):
            return application(environ, start_response)
        start_response("403 Forbidden", [("Content-Type", "text/plain"), *plain.headers().items()])
        return [f"{why} answers on its own machine only.".encode()]

    return near_only


def _is_near(address: str) -> bool:
    """Of this machine; a peer on a local socket has no address."""
    try:
        return not address or ipaddress.ip_address(address.removeprefix("::ffff:")).is_loopback
    except ValueError:
        return False
