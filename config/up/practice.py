"""The sandbox is a folder that a deployment may leave out: whether it is here, and words for when it is not."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

NOT_HERE = "This installation has no sandbox: the folder sandbox/ is missing. Demo, benches and simulators live in it."


def is_here() -> bool:
    found = find_spec("sandbox")
    return found is not None and found.origin is not None  # a folder of leftovers has no origin


def is_served() -> bool:
    """Can a practice shop be had? Where the sandbox is here and `up` serves it."""
    return bool(settings.SANDBOX_URL) and is_here()


def people() -> list[Any]:
    """Who can sign in to the demo with one click: role, name, email, password. Nobody outside it."""
    if not settings.DEMO or not is_here():
        return []
    from sandbox.demo import cast

    return list(cast.CAST)


def require() -> None:
    """Raises CommandError with words."""
    if not is_here():
        raise CommandError(NOT_HERE)
