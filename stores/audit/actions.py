"""What can be recorded. Each app declares its own actions at import; names are dotted, sentences are for people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

NAME = re.compile(r"[a-z]+(_[a-z]+)*(\.[a-z]+(_[a-z]+)*)+")


@dataclass(frozen=True)
class Action:
    """One thing that can happen.

    sentence: "{actor} confirmed the preview"; may name facts too ("{actor} invited a person as {role}").
    personal: facts that must never stand in the chain; only their keyed digest is written.
    moves_money, is_failure: what the filters of the audit page go by; what moved money is signed at once,
    unless it only foretells.
    words: for facts that are codes, what the sentence says in their place.
    """

    name: str
    sentence: Any  # str, or a lazy translation of one
    personal: tuple[str, ...] = ()
    moves_money: bool = False
    is_failure: bool = False
    foretells: bool = False
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, hash=False)


class _Missing(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


_declared: dict[str, Action] = {}


def declare(action: Action) -> Action:
    """Register; give the action back. Raises ValueError for a name that is taken or not dotted lower case."""
    if not NAME.fullmatch(action.name) or len(action.name) > 60:
        raise ValueError(f"not an action name: {action.name!r}")
    if action.name in _declared:
        raise ValueError(f"declared twice: {action.name}")
    _declared[action.name] = action
    return action


def is_declared(action: Action) -> bool:
    return _declared.get(action.name) == action


def find(name: str) -> Action | None:
    """The action of a stored event; None for a name that a later version dropped."""
    return _declared.get(name)


def every() -> list[Action]:
    return [_declared[name] for name in sorted(_declared)]


def names(*, moves_money: bool = False, is_failure: bool = False) -> list[str]:
    """Names of the actions with the asked-for traits."""
    return [a.name for a in every() if a.moves_money >= moves_money and a.is_failure >= is_failure]


def at_once() -> list[str]:
    """Names of the actions that do not wait for the hour to be signed."""
    return [a.name for a in every() if a.moves_money and not a.foretells]


def sentence(name: str, *, actor: str, facts: dict[str, Any]) -> str:
    """The event in words; the bare name when nobody declares it any more."""
    action = find(name)
    if action is None:
        return f"{actor}: {name}"
    plain = {key: value for key, value in facts.items() if isinstance(value, str | int)}
    words = {key: str(action.words.get(key, {}).get(str(value), value)) for key, value in plain.items()}
    return str(action.sentence).format_map(_Missing(words | {"actor": actor}))


CHECKPOINT = declare(Action("audit.checkpoint", _("{actor} signed a checkpoint of a chain")))
EXPORTED = declare(Action("audit.exported", _("{actor} exported the audit log")))
RESTORED = declare(Action("audit.restored", _("The database was put back from a copy; the chains go on behind it")))
BROKEN = declare(Action("audit.broken", _("The seal of a chain is broken"), is_failure=True))
