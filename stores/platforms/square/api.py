"""Speaking REST with one seller: token, pinned version, envelope, and Square's own codes (ErrorCode) as our classes.

And looks into answers: money in minor units, quantities as decimal text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from stores.connectors.roles import ConnectorContext
from stores.kernel.errors import (
    CredentialsRejected,
    OutcomeUnknown,
    RemoteConflict,
    RemoteError,
    RemoteRefused,
    RemoteUnavailable,
)
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node, first, maybe, node, nodes, text
from stores.kernel.http.responses import Answer
from stores.kernel.http.transport import Usage
from stores.kernel.money import Money, exponent
from stores.platforms.square import capabilities

VERSION = "2025-08-20"
IDENT = re.compile(r"[A-Za-z0-9_-]{1,192}", re.ASCII)
BURST, PER_SECOND = 10.0, 10.0  # not published; of one seller


class Api:
    """One seller's door; also the transport's Caller (token and rate limit)."""

    def __init__(self, connection: ConnectorContext, base_url: str) -> None:
        self.connection = connection
        self.url = base_url
        self._places: list[Node] | None = None

    def get(self, path: str) -> Node:
        return self._read(self._send("GET", path))

    def ask(self, path: str, body: Mapping[str, Any]) -> Node:
        """A read whose question is too long for an address."""
        return self._read(self._send("POST", path, body))

    def order(self, order_id: str) -> Node:
        return node(self.get(f"v2/orders/{part(order_id)}").get("order"), "order")

    def payment(self, ident: str) -> Node:
        return node(self.get(f"v2/payments/{part(ident)}").get("payment"), "payment")

    def refund(self, ident: str) -> Node:
        return node(self.get(f"v2/refunds/{part(ident)}").get("refund"), "refund")

    def effect(self, method: str, path: str, body: Mapping[str, Any] | None = None, *, key: str = "") -> Answer:
        """Send through the journal, exactly once. Raises OutcomeUnknown for an answer of another contract."""
        answer = self._send(method, path, body, effect=True, key=key)
        check_version(answer, effect=True)
        return answer

    def places(self) -> list[Node]:
        """The seller's locations, asked for once."""
        if self._places is None:
            self._places = nodes(self.get("v2/locations"), "locations")
        return self._places

    def _read(self, answer: Answer) -> Node:
        check_version(answer, effect=False)
        if not isinstance(answer.body, Mapping) or (answer.body.get("errors") and len(answer.body) == 1):
            raise RemoteUnavailable("bad shape", code="bad_shape", status=answer.status, request_id=answer.request_id,
                                    user_message=str(capabilities.UNREADABLE))  # fmt: skip
        return answer.body

    def _send(self, method: str, path: str, body: Any = None, *, effect: bool = False, key: str = "") -> Answer:
        try:
            answer: Answer = self.connection.transport.send(
                method, f"{self.url}/{path}", json=body, headers={"Square-Version": VERSION}, effect=effect, key=key,
                caller=self, may_be_empty=method == "DELETE",
            )  # fmt: skip
        except RemoteError as exc:
            raise sorted_out(exc) from exc
        return answer

    # --- the transport's Caller ----------------------------------------------------------------
    def auth_headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.connection.secrets.get('token', '')}"}

    def renew(self) -> bool:
        """A personal access token does not expire and cannot be had again."""
        return False

    def usage(self, answer: Answer) -> Usage:
        return Usage(requested=1, actual=1, maximum=BURST, per_second=PER_SECOND)


def check_version(answer: Answer, *, effect: bool) -> None:
    """An answer in another contract is not read; one that does not name its version is taken as asked for."""
    said = answer.headers.get("square-version", VERSION)
    if said != VERSION:
        kind = OutcomeUnknown if effect else RemoteUnavailable
        raise kind("another version", code="version", status=answer.status, request_id=answer.request_id,
                   user_message=capabilities.other_version(said[:20], VERSION))  # fmt: skip


def part(ident: str) -> str:
    """An id as part of an address. Raises RemoteRefused for what is none, before anything is sent."""
    if not IDENT.fullmatch(ident):
        raise RemoteRefused("no such order", code="not_found", user_message=capabilities.refused("NOT_FOUND", ""))
    return quote(ident, safe="")


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


# --- refusals -----------------------------------------------------------------------------------------
MOVED = frozenset({"VERSION_MISMATCH", "CONFLICT"})
TOKEN = frozenset({"UNAUTHORIZED", "ACCESS_TOKEN_EXPIRED", "ACCESS_TOKEN_REVOKED"})
WAIT = "REFUND_ALREADY_PENDING"
WAIT_SECONDS = 60.0


def first_error(body: Any) -> tuple[str, str, str]:
    """(code, detail, field) of the first error; empty where there is none."""
    errors = body.get("errors") if isinstance(body, Mapping) else None
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else {}
    said = (first.get(name) for name in ("code", "detail", "field"))
    code, detail, field = (one if isinstance(one, str) else "" for one in said)
    return code[:80], detail[:300], field[:80]


def sorted_out(exc: RemoteError) -> RemoteError:
    """The transport's class by status, corrected by what the body says."""
    code, detail, field = first_error(exc.answer)
    if not code or exc.status is None:
        return exc
    if isinstance(exc, OutcomeUnknown) or not 400 <= exc.status < 500:
        exc.code = code  # whatever a gateway's page says, nobody knows what happened behind it
        return exc
    given: dict[str, Any] = {"status": exc.status, "request_id": exc.request_id, "answer": exc.answer}
    if code == WAIT:
        return RemoteConflict(
            detail, code=code, retry_after=WAIT_SECONDS, user_message=capabilities.refused(code, detail), **given
        )
    if code in MOVED:
        return RemoteConflict(detail, code=code, user_message=str(capabilities.MOVED), **given)
    if code in TOKEN or exc.status == 401:
        return CredentialsRejected(detail, code=code, user_message=capabilities.refused(code, ""), **given)
    if code == "NOT_FOUND":
        return RemoteRefused(detail, code="not_found", user_message=capabilities.refused(code, detail), **given)
    exc.code = code
    if isinstance(exc, RemoteRefused):
        exc.user_message = (
            str(capabilities.PAID)
            if field == "order.state" and code == "BAD_REQUEST"
            else capabilities.refused(code, detail)
        )
    return exc


# --- looks into answers -------------------------------------------------------------------------------
QUANTITY = re.compile(r"[0-9]{1,12}(\.[0-9]{1,5})?", re.ASCII)
MOST_MINOR = 10**15


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
