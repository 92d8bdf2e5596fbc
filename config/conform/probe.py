"""A question to a real shop about one doubt, and what can be learned from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Settings = Mapping[str, str]  # switch -> setting, as the simulator spells them


class Unseen(Exception):
    """The shop answered, and nothing follows from it: in words."""


@dataclass(frozen=True)
class Learned:
    """`said`: what was seen, for people. No name, no address: it is printed and kept."""

    said: str
    settings: Settings = field(default_factory=dict)


@dataclass(frozen=True)
class Probe:
    """`doubt`: its number in docs/vendors.md, "" for what differs from shop to shop without being a doubt.

    ask(adapter, order id): the id is "" unless somebody named one. switches: those that it can tell. sends: what it
    changes, in words; such a probe runs only with --write, on the order that was named. Raises Unseen and RemoteError.
    """

    doubt: str
    reads: str
    ask: Callable[[Any, str], Learned]
    switches: tuple[str, ...] = ()
    sends: str = ""

    @property
    def name(self) -> str:
        return "-".join(self.switches) or self.ask.__name__


def one_of(settings: Mapping[Any, str], seen: Any) -> str:
    """The setting that `seen` means. Raises Unseen for what the simulator has none for."""
    if seen not in settings:
        raise Unseen(f"{seen}: the simulator has no such setting")
    return settings[seen]


def decimals(amounts: list[str]) -> str:
    """How amounts are written: their decimal places, as in "2" or "0 to 4"."""
    places = sorted({len(amount.partition(".")[2]) for amount in amounts})
    if not places:
        raise Unseen("there is no order to read amounts of")
    return str(places[0]) if len(places) == 1 else f"{places[0]} to {places[-1]}"
