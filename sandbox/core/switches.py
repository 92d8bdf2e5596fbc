"""Behaviour nobody could verify, and moods of the platform: each a switch with all its settings.

`item` is its number among the platform's doubts in docs/vendors.md ("" = a mood, not a doubt). Adapter tests run under
every single setting, and under all pairs of those that touch money. Here: what a switch is, and those of the world
itself; each simulator brings its own, `sandbox.switches` knows them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Switch:
    name: str
    settings: tuple[str, ...]  # the first one is the default
    about: str
    item: str = ""
    touches_money: bool = False
    platform: str = ""  # "": it bends the world of all

    @property
    def default(self) -> str:
        return self.settings[0]


WORLD = (
    Switch("hooks", ("once", "twice", "reordered", "lost"), "delivery of webhooks"),
    Switch("clock", ("true", "ahead", "behind"), "the platform's clock is five minutes off in what it tells"),
)
CLOCK_SKEW_SECONDS = {"true": 0, "ahead": 300, "behind": -300}
Row = tuple[str, tuple[str, ...], str, str, bool]


def table(platform: str, *rows: Row, prefix: str | None = None) -> tuple[Switch, ...]:
    """Switches of one platform from rows of (name, settings, about, item, touches money); names begin with its key."""
    start = f"{platform}_" if prefix is None else prefix
    return tuple(
        Switch(f"{start}{name}", settings, about, item, touches_money, platform)
        for name, settings, about, item, touches_money in rows
    )


def known(brought: Iterable[Switch]) -> dict[str, Switch]:
    """Every switch by name: the world's own and those that the simulators bring."""
    return {switch.name: switch for switch in (*WORLD, *brought)}


def check(all_of_them: Mapping[str, Switch], name: str, value: str) -> None:
    """Raises ValueError for a switch or a setting nobody registered."""
    if name not in all_of_them:
        raise ValueError(f"no switch {name!r}; there are: {', '.join(all_of_them)}")
    if value not in all_of_them[name].settings:
        raise ValueError(f"{name} takes {', '.join(all_of_them[name].settings)}, not {value!r}")
