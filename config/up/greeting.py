"""What `up` says on the console, and how it knows that the desk answers."""

from __future__ import annotations

import http.client
from collections.abc import Sequence
from typing import NamedTuple


class Account(NamedTuple):
    role: str
    email: str
    password: str


def answers(host: str, port: int, path: str = "/") -> bool:
    """Whether `path` gives 200 or a redirect."""
    line = http.client.HTTPConnection(_near(host), port, timeout=5)
    try:
        line.request("GET", path, headers={"Host": f"localhost:{port}"})
        return line.getresponse().status in (200, 301, 302, 303)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def address(host: str, port: int) -> str:
    return f"http://{_near(host)}:{port}/"


def ready(address: str, accounts: Sequence[Account], start_link: str, logs: str) -> list[str]:
    """The lines of a start that worked."""
    lines = ["", f"Rescind is ready: {address}"]
    if accounts:
        lines += ["", "This is the demo, with sandbox shops. Sign in as:"]
        wide = max(len(account.email) for account in accounts)
        lines += [f"  {a.role:<8} {a.email:<{wide}}  {a.password}" for a in accounts]
        lines += ["Leave the demo and begin for real: .venv/bin/python manage.py demo leave"]
    if start_link:
        lines += [
            "",
            "Nobody can sign in yet. This link makes the owner; it works once, for 24 hours:",
            f"  {start_link}",
        ]
    return [*lines, "", f"Logs: {logs}   Stop: Ctrl-C", ""]


def _near(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "", "127.0.0.1") else host  # noqa: S104  compared, not bound
