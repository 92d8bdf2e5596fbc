"""Which units a refund took: Square's refunds know no lines, so we write it into the reason and read it there.

    Customer changed their mind {k3f9*2 m7qd} [op 7f3a9c21]

Each line is named by the beginning of a digest of its uid, as long as it must be to tell the order's lines apart.
`{all 7}` = every unit that no earlier refund took, seven of them, where naming them does not fit; `{}` = none.
"""

from __future__ import annotations

import re
from base64 import b32encode
from collections.abc import Mapping, Sequence
from decimal import Decimal
from hashlib import sha256

from stores.kernel.errors import RemoteRefused
from stores.platforms.square import capabilities
from stores.platforms.square.fields import spelt

REASON_LIMIT = 192
SHORTEST, LONGEST = 4, 16
RECORD = re.compile(r"\{(?P<inside>[a-z0-9*. ]*)\} \[op [0-9a-f]{1,16}\]$", re.ASCII)
PART = re.compile(r"(?P<mark>[a-z2-7]{4,16})(\*(?P<units>[0-9]{1,7}(\.[0-9]{1,5})?))?", re.ASCII)
ALL = re.compile(r"all (?P<units>[0-9]{1,9}(\.[0-9]{1,5})?)", re.ASCII)
Units = dict[str, Decimal]


def digest(uid: str) -> str:
    return b32encode(sha256(uid.encode()).digest()).decode().lower()[:LONGEST]


def marks(uids: Sequence[str]) -> dict[str, str]:
    """uid → the shortest beginning of its digest that is its alone."""
    digests = {uid: digest(uid) for uid in uids}
    size = next(
        (n for n in range(SHORTEST, LONGEST) if len({found[:n] for found in digests.values()}) == len(digests)), LONGEST
    )
    return {uid: found[:size] for uid, found in digests.items()}


def reason(note: str, tag: str, units: Mapping[str, Decimal], left: Mapping[str, Decimal], *, is_settled: bool) -> str:
    """The refund's reason: our words shortened, the record and the tag whole.

    left: uid → units that no refund took. is_settled: no refund is under way that could still be undone.
    Raises RemoteRefused when the record does not fit.
    """
    for said in (_named(units, left), _all(units, left) if is_settled else ""):
        end = f"{said} {tag}"
        if said and len(end) <= REASON_LIMIT:
            room = REASON_LIMIT - len(end) - 1
            short = note.strip() if len(note.strip()) <= room else f"{note.strip()[: room - 1].rstrip()}…"
            return f"{short} {end}" if room > 1 and note.strip() else end
    raise RemoteRefused("record too long", code="record_too_long", user_message=str(capabilities.TOO_MANY_LINES))


def _named(units: Mapping[str, Decimal], left: Mapping[str, Decimal]) -> str:
    named = marks(list(left))
    parts = (named[uid] if count == 1 else f"{named[uid]}*{spelt(count)}" for uid, count in units.items())
    return f"{{{' '.join(parts)}}}"


def _all(units: Mapping[str, Decimal], left: Mapping[str, Decimal]) -> str:
    if dict(units) != {uid: count for uid, count in left.items() if count}:
        return ""
    return f"{{all {spelt(sum(units.values(), Decimal(0)))}}}"


def read(said: str, left: Mapping[str, Decimal]) -> Units | None:
    """uid → units; None when there is no record of ours, or none that can be placed. left: as it was before it."""
    found = RECORD.search(said)
    if found is None:
        return None
    if everything := ALL.fullmatch(found["inside"]):
        taken = {uid: count for uid, count in left.items() if count}
        return taken if sum(taken.values(), Decimal(0)) == Decimal(everything["units"]) else None
    units: Units = {}
    for word in found["inside"].split():
        one = PART.fullmatch(word)
        lines = [uid for uid in left if one and digest(uid).startswith(one["mark"])]
        if one is None or len(lines) != 1:
            return None
        units[lines[0]] = units.get(lines[0], Decimal(0)) + Decimal(one["units"] or 1)
    return units


def takes_none(said: str) -> bool:
    """A record of ours that says: money alone."""
    found = RECORD.search(said)
    return found is not None and not found["inside"].strip()
