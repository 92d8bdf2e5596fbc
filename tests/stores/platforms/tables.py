"""What the stories that all platforms share must be told of one: its tables, in `<key>/tables.py` beside this file.

test_faults.py sends each effect under each fault, test_switches.py carries each story through under each switch of the
simulator. A new platform brings its tables and no story.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest

from sandbox.core import ledger
from sandbox.world import World
from stores.canonical.commands import Command, Resend
from stores.canonical.order import Order
from stores.canonical.receipts import Receipt
from stores.kernel.http.contracts import Prepared
from stores.platforms import registry
from tests.stores.connectors.contracts import outcome_of
from tests.stores.platforms.rig import OTHER_KEY, Platform, Sent

Kinds = type | tuple[type, ...]
Setting = Mapping[str, str]  # switch to value
HERE = "tests.stores.platforms"


@dataclass(frozen=True)
class Entry:
    """How the simulator's ledger writes a command down. `of_order`: the entry names the order."""

    kind: str
    cause: str = ""
    of_order: bool = True


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One effect, as it is sent under faults.

    on: what faults call its request. reads: what is read before it is sent, by the same names.
    made: an order of its own, and the command. heard: what comes in place of what is usual (test_faults.HEARD).
    armed: with which words a fault is armed. doubles: two requests are two effects here, and a person decides on more.
    """

    on: str
    made: Callable[[World, Platform], tuple[Order, Command]]
    reads: tuple[str, ...] = ()
    heard: Mapping[str, Kinds] = field(default_factory=dict)
    armed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    doubles: bool = False
    is_found: bool = True  # False: nothing says whose a movement is, so looking never tells


@dataclass(frozen=True)
class Story:
    """A plan on an order of its own. `units`: what the ledger's cancel must take off, where one entry says it all."""

    made: Callable[[World, Platform], tuple[Order, list[Command]]]
    units: int | None = None


@dataclass(frozen=True)
class Barred:
    """Under this setting the order cannot be read: what is said, and the settings of a connection that can.

    retry_after: seconds, where it would be asked again.
    """

    heard: type
    mended: Mapping[str, str] | None = None
    retry_after: float | None = None


@dataclass(frozen=True, kw_only=True)
class Told:
    """One story that has been told to its end."""

    world: World
    setting: Setting
    story: str
    before: Order
    after: Order
    commands: list[Command]


def nothing(*_words: Any) -> None:
    """Where a platform has no more to say."""


@dataclass(frozen=True, kw_only=True)
class Tables:
    """Everything that the stories ask of one platform.

    Connecting: `connect(world, journal=None, **settings)`; `prepare`: limits and checkers of a new world; `entries`:
    how each command stands in the ledger; `resend`: stored bytes once more, where that is another way than a new send.
    Faults: `effects` by name; `order`: one to read, with all that makes a reading ask further; `reads` and `quotes`:
    what reading and quoting ask for; `stale`: (name of an effect, read) of which an older state may be shown;
    `unauthorised`: a 401 in the platform's words, and `at_401` what it means on an effect; `heard`: what comes in place
    of what is usual, on every effect.
    Switches: `stories` by name; `pairs`: those that a pair of settings is told in; `quiet`: switches that change
    nothing of an effect, told in `in_short` alone; `barred`; `forgets_keys`: a second request is a second effect;
    `asks`: settings under which looking asks a person; `keeps_stock`: under which less stock moves than was asked for;
    `unasked`: settings under which the platform moves money that nobody asked for, at most what was paid.
    """

    key: str
    connect: Callable[..., Platform]
    entries: Mapping[type, Entry]
    prepare: Callable[[World], object] = nothing
    resend: Callable[[Platform, Command, Prepared], Receipt] | None = None
    # --- faults
    effects: Mapping[str, Effect]
    order: Callable[[World, Platform], Order]
    reads: tuple[str, ...]
    quotes: tuple[str, ...] = ()
    stale: tuple[str, str]
    unauthorised: tuple[str, Mapping[str, Any]] = ("error_before", {"status": 401})
    at_401: type | None = None
    under_faults: Setting = field(default_factory=dict)
    heard: Mapping[str, Kinds] = field(default_factory=dict)
    # --- switches
    stories: Mapping[str, Story]
    pairs: Callable[[Setting], tuple[str, ...]]
    quiet: frozenset[str] = frozenset()
    in_short: tuple[str, ...] = ()
    barred: Mapping[tuple[str, str], Barred] = field(default_factory=dict)
    forgets_keys: tuple[tuple[str, str], ...] = ()
    asks: tuple[tuple[str, str], ...] = ()
    keeps_stock: tuple[tuple[str, str], ...] = ()
    unasked: tuple[tuple[str, str], ...] = ()
    harmless: Callable[[World, Order, list[Command]], None] = nothing
    ends: Callable[[Told], None] = nothing

    def happened(self, world: World, command: Command) -> list[ledger.Effect]:
        """The ledger's entries of this command's kind and order, whoever made them."""
        entry = self.entries[type(command)]
        found = world.effects(command.order_id if entry.of_order else None, kind=entry.kind)
        return [effect for effect in found if effect.cause == (entry.cause or effect.cause)]

    def again(self, shop: Platform, command: Command, journal: Sent, *, key: str, tag: str) -> object:
        """What comes of a second send, under the same key or a new one as the adapter asks; None: a person decides."""
        may = shop.may_resend(command, age=0)
        if may is Resend.PERSON:
            return None
        if may is Resend.SAME_KEY and self.resend and journal.requests:
            return outcome_of(partial(self.resend, shop, command, journal.requests[-1]))
        return outcome_of(partial(shop.carry_out, command, key=key if may is Resend.SAME_KEY else OTHER_KEY, tag=tag))

    def stories_under(self, setting: Setting) -> tuple[str, ...]:
        """Those in which a single switch is told."""
        return self.in_short if self.quiet & set(setting) else tuple(self.stories)


def always(*stories: str) -> Callable[[Setting], tuple[str, ...]]:
    return lambda setting: stories


# --- whose they are -------------------------------------------------------------------------------
@cache
def of(key: str) -> Tables:
    """Raises LookupError for a platform that brings none."""
    name = f"{HERE}.{key}.tables"
    if not (find_spec(f"{HERE}.{key}") and find_spec(name)):
        raise LookupError(
            f"{key} has no tables: {name.replace('.', '/')}.py must say TABLES = Tables(...), from which the stories "
            "of faults and switches are told (docs/adding-a-platform.md, section 4)"
        )
    found: Tables = import_module(name).TABLES
    return found


def every() -> Iterator[Tables]:
    """Of every platform that brings some; test_tables.py names those that bring none."""
    for key in registry.PLATFORMS:
        try:
            yield of(key)
        except LookupError:
            continue


def told_as(setting: Setting) -> str:
    """A setting in the id of a test."""
    return ", ".join(f"{name}={value}" for name, value in setting.items()) or "as it is"


def case(told: Tables, *words: Any, named: tuple[str, ...]) -> Any:
    """A parameter set of one platform: `shopify-refund-drop_after`."""
    return pytest.param(told, *words, id="-".join((told.key, *named)))
