"""Speaking REST with one seller: token, pinned version, envelope, and Square's own codes (ErrorCode) as our classes.

And looks into answers: money in minor units, quantities as decimal text, and our record of units in a refund.
"""

from __future__ import annotations

import re
from base64 import b32encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, ClassVar

from stores.connectors.errors import PLAIN, Outcomes, Row, Said, code_in
from stores.connectors.rest import RestApi
from stores.connectors.roles import ConnectorContext
from stores.kernel.errors import (
    CredentialsRejected,
    OutcomeUnknown,
    RemoteConflict,
    RemoteRefused,
    RemoteUnavailable,
)
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node, first, maybe, node, nodes, text
from stores.kernel.http.responses import Answer
from stores.kernel.money import Money, exponent
from stores.platforms.square import capabilities

VERSION = "2025-08-20"


# --- refusals -----------------------------------------------------------------------------------------
WAIT = "REFUND_ALREADY_PENDING"
MOVED = frozenset({"VERSION_MISMATCH", "CONFLICT"})
TOKEN = frozenset({"UNAUTHORIZED", "ACCESS_TOKEN_EXPIRED", "ACCESS_TOKEN_REVOKED"})


def first_error(body: Any) -> Said:
    """Of a list of errors; whatever a gateway's page says, nobody knows what happened behind it."""
    errors = body.get("errors") if isinstance(body, Mapping) else None
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else {}
    return Said(code_in(first), code_in(first, "detail", 300), code_in(first, "field"))


def words_of(said: Said, status: int | None) -> str:
    """Ours for the code, and Square's own where it has some."""
    if not said.code or status not in PLAIN:
        return ""
    is_login = said.code in TOKEN or status == 401
    return capabilities.refused(said.code, "" if is_login else said.text)


OUTCOMES = Outcomes(
    rows=(
        Row(codes={WAIT}, becomes=RemoteConflict, retry_after=60.0, words=capabilities.CODES[WAIT], theirs=True),
        Row(codes=MOVED, becomes=RemoteConflict, words=capabilities.MOVED),
        Row(codes=TOKEN, becomes=CredentialsRejected),
        Row(codes={"NOT_FOUND"}, becomes=RemoteRefused, code="not_found"),
        Row(codes={"BAD_REQUEST"}, field="order.state", words=capabilities.PAID),
    ),
    parse=first_error,
    words=words_of,
    platform="Square",
)


class Api(RestApi):
    """One seller's REST API, in the version that every request names."""

    outcomes = OUTCOMES
    ident = re.compile(r"[A-Za-z0-9_-]{1,192}", re.ASCII)
    not_found = capabilities.CODES["NOT_FOUND"]
    unreadable = capabilities.UNREADABLE
    bucket_points = points_per_second = 10.0  # not published; of one seller
    headers: ClassVar[Mapping[str, str]] = {"Square-Version": VERSION}
    may_be_empty = frozenset({"DELETE"})

    def __init__(self, connection: ConnectorContext, base_url: str) -> None:
        super().__init__(connection)
        self.url = base_url
        self._places: list[Node] | None = None

    def address(self, path: str) -> str:
        return f"{self.url}/{path}"

    def auth_headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.connection.secrets.get('token', '')}"}

    def get(self, path: str) -> Node:
        return self._body(self.send("GET", path))

    def ask(self, path: str, body: Mapping[str, Any]) -> Node:
        """A read whose question is too long for an address."""
        return self._body(self.send("POST", path, body))

    def order(self, order_id: str) -> Node:
        return node(self.get(f"v2/orders/{self.part(order_id)}").get("order"), "order")

    def payment(self, ident: str) -> Node:
        return node(self.get(f"v2/payments/{self.part(ident)}").get("payment"), "payment")

    def refund(self, ident: str) -> Node:
        return node(self.get(f"v2/refunds/{self.part(ident)}").get("refund"), "refund")

    def places(self) -> list[Node]:
        """The seller's locations, asked for once."""
        if self._places is None:
            self._places = nodes(self.get("v2/locations"), "locations")
        return self._places

    def _body(self, answer: Answer) -> Node:
        if not isinstance(answer.body, Mapping) or (answer.body.get("errors") and len(answer.body) == 1):
            raise RemoteUnavailable("bad shape", code="bad_shape", status=answer.status, request_id=answer.request_id,
                                    user_message=str(self.unreadable))  # fmt: skip
        return answer.body

    def checked(self, answer: Answer, *, effect: bool) -> Answer:
        """An answer in another contract is not read; one that does not name its version is taken as asked for."""
        said = answer.headers.get("square-version", VERSION)
        if said != VERSION:
            kind = OutcomeUnknown if effect else RemoteUnavailable
            raise kind("another version", code="version", status=answer.status, request_id=answer.request_id,
                       user_message=capabilities.other_version(said[:20], VERSION))  # fmt: skip
        return answer


def understood() -> AbstractContextManager[None]:
    return json_readers.understood(str(capabilities.UNREADABLE))


MOVES, MOST_MOVES = 1000, 5


def movements(api: Api, items: Sequence[str], places: Sequence[str], state: str, *, since: str) -> Iterator[Node]:
    """Adjustments into or out of a state, oldest first; at most 5,000."""
    asked: dict[str, Any] = {"catalog_object_ids": list(items), "location_ids": list(places), "types": ["ADJUSTMENT"],
                             "states": [state], "limit": MOVES}  # fmt: skip
    if since:
        asked["updated_after"] = since
    for _turn in range(MOST_MOVES):
        page = api.ask("v2/inventory/changes/batch-retrieve", asked)
        for change in nodes(page, "changes"):
            yield maybe(change, "adjustment")
        cursor = text(page, "cursor")
        if not cursor or cursor == asked.get("cursor"):
            return
        asked["cursor"] = cursor


# --- looks into answers -------------------------------------------------------------------------------
QUANTITY = re.compile(r"[0-9]{1,12}(\.[0-9]{1,5})?", re.ASCII)
MOST_MINOR = 10**15


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def currency_of(order: Node) -> str:
    """Of the order's total: Square keeps one currency."""
    return checked(text(maybe(order, "total_money"), "currency"))


def checked(currency: str) -> str:
    try:
        Money.zero(currency)
        exponent(currency)
    except (ValueError, LookupError) as exc:
        raise Misread("currency") from exc
    return currency


def amount_of(parent: Node, name: str, currency: str) -> Money:
    """Zero for null. Two currencies in one order are no order we understand."""
    found = first(parent, name)
    if found is None:
        return Money.zero(currency)
    amount = first(node(found, name), "amount") or 0
    if isinstance(amount, bool) or not isinstance(amount, int) or abs(amount) > MOST_MINOR:
        raise Misread(name)
    if amount and text(found, "currency") != currency:
        raise Misread(f"{name}.currency")
    return Money.from_minor(amount, currency)


def quantity(parent: Node, name: str = "quantity") -> Decimal:
    """ "1" or "0.75"; 0 for null."""
    said = text(parent, name)
    if not said:
        return Decimal(0)
    if not QUANTITY.fullmatch(said):
        raise Misread(name)
    return Decimal(said)


def spelt(units: Decimal) -> str:
    """As Square writes quantities: no exponent, no zeros at the end."""
    return format(units.normalize(), "f") if units else "0"


# --- which units a refund took ------------------------------------------------------------------------
# Square's refunds know no lines, so we write into the reason which units one took, and read it there:
#
#     Customer changed their mind {k3f9*2 m7qd} [op 7f3a9c21]
#
# Each line is named by the beginning of a digest of its uid, as long as it must be to tell the order's lines apart.
# `{all 7}` = every unit that no earlier refund took, seven of them, where naming them does not fit; `{}` = none.
REASON_LIMIT = 192
SHORTEST, LONGEST = 4, 16
RECORD = re.compile(r"\{(?P<inside>[a-z0-9*. ]*)\} \[op [0-9a-f]{1,16}\]$", re.ASCII)
UNITS = re.compile(r"(?P<mark>[a-z2-7]{4,16})(\*(?P<units>[0-9]{1,7}(\.[0-9]{1,5})?))?", re.ASCII)
EVERYTHING = re.compile(r"all (?P<units>[0-9]{1,9}(\.[0-9]{1,5})?)", re.ASCII)
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


def refund_reason(
    note: str, tag: str, units: Mapping[str, Decimal], left: Mapping[str, Decimal], *, is_settled: bool
) -> str:
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


def read_record(said: str, left: Mapping[str, Decimal]) -> Units | None:
    """uid → units; None when there is no record of ours, or none that can be placed. left: as it was before it."""
    found = RECORD.search(said)
    if found is None:
        return None
    if everything := EVERYTHING.fullmatch(found["inside"]):
        taken = {uid: count for uid, count in left.items() if count}
        return taken if sum(taken.values(), Decimal(0)) == Decimal(everything["units"]) else None
    units: Units = {}
    for word in found["inside"].split():
        one = UNITS.fullmatch(word)
        lines = [uid for uid in left if one and digest(uid).startswith(one["mark"])]
        if one is None or len(lines) != 1:
            return None
        units[lines[0]] = units.get(lines[0], Decimal(0)) + Decimal(one["units"] or 1)
    return units


def takes_none(said: str) -> bool:
    """A record of ours that says: money alone."""
    found = RECORD.search(said)
    return found is not None and not found["inside"].strip()
