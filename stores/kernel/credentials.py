"""What a platform needs to be connected, declared on the adapter; forms, masks and docs come from it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """Not secret: stored in clear, shown again. `pattern` is matched fully. `group`: as for Secret."""

    name: str
    label: str
    help: str = ""
    pattern: str = ""
    required: bool = True
    is_secret: bool = False
    group: str = ""


@dataclass(frozen=True)
class Secret:
    """Encrypted at rest, never shown again, never logged. `group`: alternatives of which one must be complete."""

    name: str
    label: str
    help: str = ""
    group: str = ""
    required: bool = False
    is_secret: bool = True
    pattern: str = ""
