"""The part of the contract that is about looking: whose an effect is, and what an unreadable answer may be taken for.

Both hold for every platform, whatever key of ours is alive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, cast

import pytest

from sandbox.world import World
from stores.canonical.commands import (
    CancelLine,
    CancelOrder,
    CancelRest,
    Command,
    CorrectStock,
    FoundForeign,
    RefundOrder,
    Unclear,
)
from stores.canonical.order import Order
from stores.kernel.errors import DeskError, OutcomeUnknown, RemoteError
from stores.kernel.http.responses import Answer
from tests.stores.platforms import by_hand
from tests.stores.platforms.rig import KEY, OTHER_KEY, TAG, Platform, Sent

MARKED = (RefundOrder, CancelOrder, CancelLine, CancelRest)
NAMES = ("id", "_id", "entity_id", "code", "message")  # what is left of an object that says nothing else


def bare(told: Any, depth: int = 3) -> Any:
    """An object with its envelope and its id, without a state and without a list."""
    if not isinstance(told, Mapping):
        return None
    kept = {name: value for name, value in told.items() if name in NAMES}
    return kept | {name: bare(value, depth - 1) for name, value in told.items() if depth and isinstance(value, Mapping)}


SPOILT: Mapping[str, Callable[[Any], Any]] = {
    "an empty object": lambda told: {},
    "null": lambda told: None,
    "data null": lambda told: {"data": None},
    "data empty": lambda told: {"data": {}},
    "every part null": lambda told: dict.fromkeys(told) if isinstance(told, Mapping) else None,
    "the id alone": bare,
}


class LookingContract:
    """Mixed into PlatformContract, which says how orders, commands and shops are made."""

    platform: ClassVar[type[Platform]]
    unmarked: ClassVar[tuple[type, ...]] = ()  # commands that leave nothing where a mark could stand

    def connect(self, world: World, journal: Sent | None = None) -> Platform:
        raise NotImplementedError

    def commands(self, world: World, shop: Platform) -> Mapping[type, tuple[Order, Command]]:
        raise NotImplementedError

    def count(self, world: World, command: Command) -> int:
        raise NotImplementedError

    # --- whose it is ----------------------------------------------------------------------------
    @pytest.mark.parametrize("colleague", ["in the desk", "by another app"])
    def test_a_twin_of_our_lost_request_is_foreign_and_is_not_repeated(self, world, colleague):
        shop = self.connect(world)
        wanted = {kind: pair for kind, pair in self.commands(world, shop).items() if self.keeps_marks(kind)}
        assert wanted
        for kind, (order, command) in wanted.items():
            with losing(shop), pytest.raises(OutcomeUnknown):
                shop.carry_out(command, key=KEY, tag=TAG)
            in_the_desk = by_hand.DESK.get((self.platform.key, kind)) if colleague == "in the desk" else None
            if in_the_desk:
                in_the_desk(world, order, command)
            else:
                self.through_another_app(world, command)

            assert isinstance(shop.find(command, tag=TAG, before=order), FoundForeign), kind
            assert self.count(world, command) == 1, kind

    def keeps_marks(self, kind: type) -> bool:
        return kind in MARKED and kind not in self.unmarked

    def through_another_app(self, world: World, command: Command) -> None:
        """The same call, with words where we would put our mark."""
        self.connect(world).carry_out(command, key=OTHER_KEY, tag="by hand")
        world.advance(120)

    # --- what cannot be read --------------------------------------------------------------------
    @pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
    def test_an_unreadable_look_proves_nothing(self, world, spoil):
        """Each read of a look is spoilt in turn, before the effect and after it."""
        shop, seen = self.connect(world), 0
        for order, command in self.commands(world, shop).values():
            seen += self.look_spoilt(shop, order, command, spoil)
            shop.carry_out(command, key=KEY, tag=TAG)
            world.advance(120)
            seen += self.look_spoilt(shop, order, command, spoil)
        assert seen

    def look_spoilt(self, shop: Platform, order: Order, command: Command, spoil: Callable[[Any], Any]) -> int:
        """How many reads could be spoilt."""
        seen = 0
        for at in range(self.reads(shop, command, order)):
            with spoiling(shop, at, spoil) as spoilt:
                found = outcome(partial(shop.find, command, tag=TAG, before=order))
            seen += len(spoilt)
            assert not spoilt or isinstance(found, RemoteError | Unclear), (type(command), at, found)
        return seen

    def reads(self, shop: Platform, command: Command, order: Order) -> int:
        """How many a look takes. Lists of stock movements are empty by right."""
        if isinstance(command, CorrectStock):
            return 0
        with spoiling(shop, -1, bare) as spoilt:
            shop.find(command, tag=TAG, before=order)
        return len(spoilt.reads)


class Spoilt(list[Any]):
    """The bodies that were changed; `reads`: all that were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[str] = []


@contextmanager
def spoiling(shop: Platform, at: int, spoil: Callable[[Any], Any]) -> Iterator[Spoilt]:
    """The read number `at` brings what `spoil` makes of it."""
    spoilt = Spoilt()

    def send(real: Callable[..., Answer], *words: Any, **named: Any) -> Answer:
        answer = real(*words, **named)
        spoilt.reads.append(words[1])
        if len(spoilt.reads) - 1 != at or spoil(answer.body) == answer.body:
            return answer
        spoilt.append(answer.body)
        return replace(answer, body=spoil(answer.body))

    with sending(shop, send):
        yield spoilt


@contextmanager
def losing(shop: Platform) -> Iterator[None]:
    """No effect leaves, and nobody can tell."""

    def send(real: Callable[..., Answer], *words: Any, **named: Any) -> Answer:
        if named.get("effect"):
            raise OutcomeUnknown("broke off", code="lost")
        return real(*words, **named)

    with sending(shop, send):
        yield


@contextmanager
def sending(shop: Platform, send: Callable[..., Answer]) -> Iterator[None]:
    transport = cast(Any, shop.connection.transport)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transport, "send", partial(send, transport.send))
        yield


def outcome(act: Callable[[], object]) -> object:
    try:
        return act()
    except DeskError as error:
        return error
