"""Which units a refund took, for platforms and payment providers whose refunds know no lines.

We write it into the reason, which is text of ours, and read it there:

    Customer changed their mind {k3f9*2 m7qd} [op 7f3a9c21]

Each line is named by the beginning of a digest of its id, as long as it must be to tell the order's lines apart.
`{all 7}` = every unit that no earlier refund took, seven of them, where naming them does not fit; `{}` = none. Pure.
"""

from __future__ import annotations

import re
from base64 import b32encode
from collections.abc import Mapping, Sequence
from decimal import Decimal
from hashlib import sha256

from stores.connectors.errors import refusal
from stores.connectors.roles.effects import shortened

SHORTEST, LONGEST = 4, 16
RECORD = re.compile(r"\{(?P<inside>[a-z0-9*. ]*)\} \[op [0-9a-f]{1,16}\]$", re.ASCII)
UNITS = re.compile(r"(?P<mark>[a-z2-7]{4,16})(\*(?P<units>[0-9]{1,7}(\.[0-9]{1,5})?))?", re.ASCII)
EVERYTHING = re.compile(r"all (?P<units>[0-9]{1,9}(\.[0-9]{1,5})?)", re.ASCII)
Units = Mapping[str, Decimal]  # line id → units


def spelt(units: Decimal) -> str:
    """No exponent, no zeros at the end."""
    return format(units.normalize(), "f") if units else "0"


def digest(line: str) -> str:
    return b32encode(sha256(line.encode()).digest()).decode().lower()[:LONGEST]


def marks(lines: Sequence[str]) -> dict[str, str]:
    """Line id → the shortest beginning of its digest that is its alone."""
    digests = {line: digest(line) for line in lines}
    sizes = (n for n in range(SHORTEST, LONGEST) if len({found[:n] for found in digests.values()}) == len(digests))
    size = next(sizes, LONGEST)
    return {line: found[:size] for line, found in digests.items()}


def written(note: str, tag: str, units: Units, left: Units, *, is_settled: bool, limit: int, too_many: str) -> str:
    """At most `limit` characters: our words shortened, the record and the tag whole.

    left: units that no refund took. is_settled: no refund is under way that could still be undone.
    Raises RemoteRefused, with the words `too_many`, when the record does not fit.
    """
    for said in (_named(units, left), _all(units, left) if is_settled else ""):
        end = f"{said} {tag}"
        if said and len(end) <= limit:
            room = limit - len(end) - 1
            return f"{shortened(note, room)} {end}" if room > 1 and note.strip() else end
    raise refusal("record_too_long", too_many)


def _named(units: Units, left: Units) -> str:
    named = marks(list(left))
    parts = (named[line] if count == 1 else f"{named[line]}*{spelt(count)}" for line, count in units.items())
    return f"{{{' '.join(parts)}}}"


def _all(units: Units, left: Units) -> str:
    if dict(units) != {line: count for line, count in left.items() if count}:
        return ""
    return f"{{all {spelt(sum(units.values(), Decimal(0)))}}}"


def read(said: str, left: Units) -> dict[str, Decimal] | None:
    """Line id → units; None when there is no record of ours, or none that can be placed. left: as it was before it."""
    found = RECORD.search(said)
    if found is None:
        return None
    if everything := EVERYTHING.fullmatch(found["inside"]):
        taken = {line: count for line, count in left.items() if count}
        return taken if sum(taken.values(), Decimal(0)) == Decimal(everything["units"]) else None
    units: dict[str, Decimal] = {}
    for word in found["inside"].split():
        one = UNITS.fullmatch(word)
        lines = [line for line in left if one and digest(line).startswith(one["mark"])]
        if one is None or len(lines) != 1:
            return None
        units[lines[0]] = units.get(lines[0], Decimal(0)) + Decimal(one["units"] or 1)
    return units


def is_there(said: str) -> bool:
    return RECORD.search(said) is not None


def takes_none(said: str) -> bool:
    """A record of ours that says: money alone."""
    found = RECORD.search(said)
    return found is not None and not found["inside"].strip()
