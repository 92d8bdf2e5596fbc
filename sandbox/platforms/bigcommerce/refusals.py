"""How the platform says no: a bare list in v2, an object in v3, and both odd shapes of the payment actions."""

from __future__ import annotations

from typing import Any

from sandbox.core.messages import Refused

TYPE = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes"


def v2(status: int, message: str) -> Refused:
    return Refused(status, [{"status": status, "message": message}])


def v3(status: int, title: str, errors: dict[str, str] | None = None) -> Refused:
    return Refused(status, problem(status, title, errors))


def plain(version: str, status: int, title: str) -> Refused:
    """A refusal of the door itself, as the version of the path says it."""
    return v2(status, title) if version == "v2" else v3(status, title)


def problem(status: int, title: str, errors: dict[str, str] | None = None) -> dict[str, Any]:
    return {"status": status, "title": title, "type": TYPE, "errors": errors or {}}


def in_data(status: int, title: str, errors: dict[str, str] | None = None) -> Refused:
    """As payment actions say it."""
    return Refused(status, {"data": [problem(status, title, errors)]})
