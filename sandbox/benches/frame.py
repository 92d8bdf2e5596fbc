"""What every bench uses: the shape of a figure, percentiles, and a line about the machine."""

from __future__ import annotations

import importlib
import json
import math
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from django.db import connection

HELPERS = {
    "__init__", "clients", "edits", "frame", "full_desk", "ground", "money_cases", "money_page", "plan_faults",
    "random_plans", "sequences", "served", "stock_admin", "subjects", "tampering",
}  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """One line: {"bench", "figure", "value", "unit", ...notes}."""

    bench: str
    figure: str
    value: float | int | str
    unit: str
    notes: Mapping[str, Any] = field(default_factory=dict)

    def to_line(self) -> str:
        value = round(self.value, 3) if isinstance(self.value, float) else self.value
        first = {"bench": self.bench, "figure": self.figure, "value": value, "unit": self.unit}
        return json.dumps(first | dict(self.notes), ensure_ascii=False, default=str)


def names() -> list[str]:
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in HELPERS)


def find(name: str) -> ModuleType:
    """The bench of this name. Raises KeyError."""
    if name not in names():
        raise KeyError(name)
    return importlib.import_module(f"sandbox.benches.{name}")


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` (0-1) of all values do not exceed (nearest rank). Raises ValueError for none."""
    if not values:
        raise ValueError("no values")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def spread(bench: str, figure: str, seconds: Sequence[float], **notes: Any) -> Iterator[Figure]:
    """p50, p95 and the maximum of durations, in milliseconds."""
    for word, share in (("p50", 0.5), ("p95", 0.95), ("max", 1.0)):
        value = percentile(seconds, share) * 1000
        yield Figure(bench, f"{figure} {word}", value, "ms", {"n": len(seconds), **notes})


@contextmanager
def stopwatch() -> Iterator[Callable[[], float]]:
    """A function that gives the seconds since the start; after the block it stands still."""
    began, ended = time.perf_counter(), 0.0

    def seconds() -> float:
        return (ended or time.perf_counter()) - began

    yield seconds
    ended = time.perf_counter()


def machine(bench: str) -> Figure:
    """What the figures were taken on; the load says whether something else ran."""
    notes = {
        "python": platform.python_version(),
        "database": connection.vendor,
        "load": os.getloadavg()[0],
        "system": platform.platform(terse=True),
    }
    return Figure(bench, "machine", os.cpu_count() or 0, "cores", notes)
