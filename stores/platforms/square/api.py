"""Speaking REST with one seller: token, pinned version, envelope, and Square's own codes (ErrorCode) as our classes.

And looks into answers: money in minor units, quantities as decimal text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from stores.connectors.errors import PLAIN, Outcomes, Row, Said, code_in
from stores.connectors.fields import iso
from stores.connectors.rest import RestApi, by_cursor
from stores.kernel.errors import CredentialsRejected, OutcomeUnknown, RemoteConflict, RemoteRefused, RemoteUnavailable
from stores.kernel.http.json_readers import Misread, Node, inner, maybe, nodes, text
from stores.kernel.http.responses import Answer
from stores.platforms.square import capabilities

VERSION = "2025-08-20"
MOVES, MOST_MOVES = 1000, 5  # rows of a page, and pages


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

    def auth_headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.connection.secrets.get('token', '')}"}

    def get(self, path: str) -> Node:
        return self._body(self.send("GET", path))

    def ask(self, path: str, body: Mapping[str, Any]) -> Node:
        """A read whose question is too long for an address."""
        return self._body(self.send("POST", path, body))

    def order(self, order_id: str) -> Node:
        return inner(self.get(f"v2/orders/{self.part(order_id)}"), "order")

    def payment(self, ident: str) -> Node:
        return inner(self.get(f"v2/payments/{self.part(ident)}"), "payment")

    def refund(self, ident: str) -> Node:
        return inner(self.get(f"v2/refunds/{self.part(ident)}"), "refund")

    @cached_property
    def places(self) -> list[Node]:
        """The seller's locations, asked for once."""
        return nodes(self.get("v2/locations"), "locations")

    def movements(self, items: Sequence[str], places: Sequence[str], state: str, *, since: str) -> list[Node]:
        """Adjustments into or out of a state, oldest first; at most 5,000."""
        asked = {"catalog_object_ids": list(items), "location_ids": list(places), "types": ["ADJUSTMENT"],
                 "states": [state], "limit": MOVES} | ({"updated_after": since} if since else {})  # fmt: skip

        def page(cursor: str) -> tuple[list[Node], str]:
            told = self.ask("v2/inventory/changes/batch-retrieve", asked | ({"cursor": cursor} if cursor else {}))
            return [maybe(change, "adjustment") for change in nodes(told, "changes")], text(told, "cursor")

        return by_cursor(page, MOST_MOVES)[0]

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


# --- looks into answers -------------------------------------------------------------------------------
QUANTITY = re.compile(r"[0-9]{1,12}(\.[0-9]{1,5})?", re.ASCII)


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def currency_of(order: Node) -> str:
    """Of the order's total: Square keeps one currency."""
    return iso(text(maybe(order, "total_money"), "currency"))


def quantity(parent: Node, name: str = "quantity") -> Decimal:
    """ "1" or "0.75"; 0 for null."""
    said = text(parent, name)
    if not said:
        return Decimal(0)
    if not QUANTITY.fullmatch(said):
        raise Misread(name)
    return Decimal(said)
