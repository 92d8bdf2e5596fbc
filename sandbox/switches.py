"""All switches of the sandbox, those of the world and of every simulator in the registry: for tests that try each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from sandbox.core.switches import Switch, known
from sandbox.registry import SIMULATORS


def everything() -> dict[str, Switch]:
    """Every switch by name."""
    return known(switch for kind in SIMULATORS for switch in kind.switches)


def of(platform: str) -> tuple[Switch, ...]:
    """The switches of one platform and those that bend the world of all."""
    return tuple(switch for switch in everything().values() if switch.platform in (platform, ""))


def singles(platform: str = "shopify") -> Iterator[dict[str, str]]:
    """Every switch alone at each setting that is not its default."""
    for switch in of(platform):
        for value in switch.settings[1:]:
            yield {switch.name: value}


def money_pairs(platform: str = "shopify") -> Iterator[dict[str, str]]:
    """All pairs of settings of two switches that touch money, defaults left out."""
    for one, other in combinations([switch for switch in of(platform) if switch.touches_money], 2):
        for first in one.settings[1:]:
            for second in other.settings[1:]:
                yield {one.name: first, other.name: second}
