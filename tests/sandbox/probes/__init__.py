"""For each switch of a simulator a probe: something to ask from outside, of which every setting answers otherwise.

One module a simulator, with `PROBES`; what they share stands here; test_switches.py asks them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from sandbox.world import World

Probe = Callable[[World, Any], Any]


@dataclass(frozen=True, kw_only=True)
class Probes:
    """`of`: by the switch's name without the platform's. `prepare`: limits and checkers of a new world."""

    of: Mapping[str, Probe]
    client: Callable[[World], Any]
    prepare: Callable[[World], None]
    prefix: str


def of(key: str) -> Probes:
    """Raises LookupError for a simulator that brings none."""
    name = f"tests.sandbox.probes.{key}"
    if find_spec(name) is None:
        raise LookupError(f"{key} has no probes: {name.replace('.', '/')}.py must say PROBES = Probes(...)")
    found: Probes = import_module(name).PROBES
    return found
