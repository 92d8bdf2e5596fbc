"""The sandbox is a folder that a deployment may leave out: whether it is here, and words for when it is not."""

from __future__ import annotations

from importlib.util import find_spec

from django.core.management.base import CommandError

NOT_HERE = "This installation has no sandbox: the folder sandbox/ is missing. Demo, benches and simulators live in it."


def is_here() -> bool:
    found = find_spec("sandbox")
    return found is not None and found.origin is not None  # a folder of leftovers has no origin


def require() -> None:
    """Raises CommandError with words."""
    if not is_here():
        raise CommandError(NOT_HERE)
