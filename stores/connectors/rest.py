"""Speaking REST with one account: what every adapter of a REST API writes alike.

A subclass says where the API lives, which headers prove who asks, and what its refusals mean (`errors.Outcomes`). Reads
give bodies that were looked at; an effect goes through the journal, once, and gives the answer for `read_answer`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote, urlencode

from stores.connectors.errors import Outcomes
from stores.connectors.roles import ConnectorContext
from stores.kernel.errors import RemoteError, RemoteRefused, RemoteUnavailable
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer
from stores.kernel.http.transport import Caller, Usage

Query = Sequence[tuple[str, str]]
NO_CONTENT = 204
MOST_PAGES = 40
Place = TypeVar("Place")
Item = TypeVar("Item")


class RestApi(ABC):
    """One account's REST API; also the transport's Caller (proof and rate limit)."""

    outcomes: ClassVar[Outcomes]
    ident: ClassVar[re.Pattern[str]]  # what an id in an address looks like
    not_found: ClassVar[str]  # words: there is no such order
    unreadable: ClassVar[str]  # words: an answer that cannot be understood
    bucket_points: ClassVar[float]
    points_per_second: ClassVar[float]
    headers: ClassVar[Mapping[str, str]] = {}  # of every request, none of them secret
    may_be_empty: ClassVar[frozenset[str]] = frozenset()  # methods that may be answered without a body
    effect_seconds: ClassVar[float | None] = None  # how long an effect may take to be answered; None: as reads
    plain_in_query: ClassVar[str] = ""  # characters that stand in a query as they are

    def __init__(self, connection: ConnectorContext, url: str = "") -> None:
        """url: where the API lives, without a final slash."""
        self.connection = connection
        self.url = url

    def address(self, path: str) -> str:
        """The whole address."""
        return f"{self.url}/{path}"

    @abstractmethod
    def auth_headers(self) -> Mapping[str, str]:
        """The headers that prove who asks."""

    # --- reads ---------------------------------------------------------------------------------
    def read(self, path: str, query: Query = ()) -> Any:
        """The body of a GET; None only where 204 says that there is nothing."""
        answer = self.send("GET", path + (f"?{urlencode(query, safe=self.plain_in_query)}" if query else ""))
        if answer.body is None and answer.status != NO_CONTENT:
            raise RemoteUnavailable("empty", code="empty", status=answer.status, request_id=answer.request_id,
                                    user_message=str(self.unreadable))  # fmt: skip
        return answer.body

    def understood(self) -> AbstractContextManager[None]:
        """Around what looks into its answers: a shape that nobody promised means that the read failed."""
        return json_readers.understood(str(self.unreadable))

    def object(self, path: str, query: Query = ()) -> Node:
        return json_readers.node(self.read(path, query), "body")

    def items(self, path: str, query: Query = ()) -> list[Any]:
        """A bare list, whatever its rows are."""
        return json_readers.items({"body": self.read(path, query)}, "body")

    def nodes(self, path: str, query: Query = ()) -> list[Node]:
        """A bare list of objects."""
        return json_readers.nodes({"body": self.read(path, query)}, "body")

    def ask(self, path: str, body: Mapping[str, Any]) -> Node:
        """A POST that changes nothing and stores nothing, so it may be repeated like a read."""
        return json_readers.node(self.send("POST", path, body).body, "body")

    # --- effects -------------------------------------------------------------------------------
    def effect(self, method: str, path: str, body: Mapping[str, Any] | None = None, *, key: str = "") -> Answer:
        """Send through the journal, exactly once. key: the platform's own idempotency key in the body or a header."""
        return self.send(method, path, body, effect=True, key=key)

    # --- the way -------------------------------------------------------------------------------
    def send(self, method: str, path: str, body: Any = None, *, effect: bool = False, key: str = "") -> Answer:
        """Raises the classes of stores.kernel.errors, by the status and then by `outcomes`."""
        url = self.address(path)
        try:
            answer: Answer = self.connection.transport.send(
                method,
                url,
                json=body,
                headers=self.headers,
                effect=effect,
                key=key,
                timeout=self.effect_seconds if effect else None,
                caller=self.caller(method, url, effect=effect),
                may_be_empty=method in self.may_be_empty,
            )
        except RemoteError as exc:
            raise self.sorted_out(exc, path, effect=effect) from exc
        return self.checked(answer, effect=effect)

    def sorted_out(self, exc: RemoteError, path: str, *, effect: bool) -> RemoteError:
        """By the table; for those whose refusals mean something else at another path."""
        return self.outcomes.sorted_out(exc, effect=effect)

    def checked(self, answer: Answer, *, effect: bool) -> Answer:
        """The answer; for those whose 2xx may be of another contract, or say no inside: raise then."""
        return answer

    def caller(self, method: str, url: str, *, effect: bool) -> Caller:
        """Who proves this one request; another one where each is signed by itself."""
        return self

    # --- the transport's Caller ----------------------------------------------------------------
    def renew(self) -> bool:
        """A token that a person typed does not expire, and another one cannot be had."""
        return False

    def usage(self, answer: Answer) -> Usage:
        """One point a request, where answers say nothing of the limit."""
        return Usage(requested=1, actual=1, maximum=self.bucket_points, per_second=self.points_per_second)

    # --- addresses -----------------------------------------------------------------------------
    @classmethod
    def part(cls, ident: str) -> str:
        """An id as a part of an address. Raises RemoteRefused for what is none, before anything is sent."""
        if not cls.ident.fullmatch(ident):
            raise RemoteRefused("no such order", code="not_found", user_message=str(cls.not_found))
        return quote(ident, safe="")


def chunks(rows: Sequence[Item], most: int) -> Iterator[Sequence[Item]]:
    """So many at a time."""
    return (rows[start : start + most] for start in range(0, len(rows), most))


def by_cursor(page: Callable[[str], tuple[Sequence[Node], str]], most: int) -> tuple[list[Node], bool]:
    """The rows of so many pages, and whether these are all. page: a cursor, "" at first → its rows and the next cursor;
    one that leads back to itself leads nowhere."""
    found: list[Node] = []
    cursor = ""
    for _number in range(most):
        rows, following = page(cursor)
        found += rows
        if following in ("", cursor):
            return found, not following
        cursor = following
    return found, False


def every(page: Callable[[Place], tuple[Sequence[Node], Place | None]], first: Place) -> list[Node]:
    """A short list whole. page: a place (a number, a cursor) → its rows and the next place, None at the end.

    Raises Misread for a list without an end: half of it read as all would hide what is there.
    """
    found: list[Node] = []
    place: Place | None = first
    for _number in range(MOST_PAGES):
        if place is None:
            break
        rows, place = page(place)
        found += rows
    if place is not None:
        raise Misread("too many pages")
    return found
