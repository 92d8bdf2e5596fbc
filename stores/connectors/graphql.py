"""Speaking GraphQL with one account: what every adapter of a GraphQL API writes alike.

GraphQL answers 200 with `errors`: a table of the vendor's codes says what each lets us know. A subclass says where the
API lives, which headers prove who asks, and the words for a person. Reads give `data`; an effect goes through the
journal, once, and gives the answer for `read_answer`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from stores.connectors import fields
from stores.connectors.roles import ConnectorContext
from stores.kernel import clock
from stores.kernel.errors import (
    CredentialsRejected,
    OutcomeUnknown,
    RemoteConflict,
    RemoteError,
    RemoteRefused,
    RemoteThrottled,
    RemoteUnavailable,
)
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer
from stores.kernel.http.transport import LONGEST_WAIT, Usage

THROTTLED_TRIES = 2
MOST_PAGES = 60  # of one connection
LONGEST_CODE = 80
# What servers say of a document they do not understand (graphql-ruby's validation, Apollo's), before it is executed.
INVALID = frozenset({
    "undefinedField", "undefinedDirective", "undefinedType", "undefinedFragment", "selectionMismatch",
    "argumentNotAccepted", "argumentLiteralsIncompatible", "missingRequiredArguments",
    "missingRequiredInputObjectAttribute", "variableMismatch", "variableNotDefined", "variableRequiresValidType",
    "INVALID_VARIABLE", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED", "parseError", "BAD_REQUEST",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """What the codes of top-level errors let us know; of an effect, a code in no set leaves it unknown.

    never_ran: said before a document is executed, so that nothing happened and repeating it cannot help. server_fault:
    nobody knows. no_access: a right is missing. no_id: how it speaks of an id that is none, which it gives no code.
    words: (code, all errors) → for a person.
    """

    throttled: str
    server_fault: frozenset[str]
    concurrent: str
    no_access: str
    never_ran: frozenset[str]
    no_id: re.Pattern[str]
    not_found: str
    words: Callable[[str, Sequence[Any]], str]


class GraphQLApi(ABC):
    """One account's GraphQL API; also the transport's Caller (proof and rate limit)."""

    outcomes: ClassVar[Outcomes]
    statuses: ClassVar[Mapping[int | None, str]]  # HTTP status → words for a person

    def __init__(self, connection: ConnectorContext, url: str) -> None:
        self.connection = connection
        self.url = url

    @abstractmethod
    def auth_headers(self) -> Mapping[str, str]:
        """The headers that prove who asks."""

    @abstractmethod
    def renew(self) -> bool:
        """Whether another proof can be had, after this one was refused."""

    @abstractmethod
    def usage(self, answer: Answer) -> Usage | None:
        """What an answer tells of the rate limit."""

    @classmethod
    @abstractmethod
    def throttled(cls, answer: Answer) -> RemoteThrottled:
        """How long to wait, as the answer tells it."""

    # --- calls ---------------------------------------------------------------------------------
    def read(self, document: str, variables: Mapping[str, Any], *, cost: float) -> Node:
        """The `data` of a query. `cost`: the points it asks for. Told to wait a second at most, it waits."""
        for _ in range(THROTTLED_TRIES):
            try:
                return self._read(document, variables, cost)
            except RemoteThrottled as exc:
                if exc.code != self.outcomes.throttled or (exc.retry_after or 0) > LONGEST_WAIT:
                    raise
                clock.wait(exc.retry_after or LONGEST_WAIT)
        return self._read(document, variables, cost)

    def _read(self, document: str, variables: Mapping[str, Any], cost: float) -> Node:
        return self.data_of(self._send(document, variables, cost=cost, effect=False, key=""), effect=False)

    def effect(self, document: str, variables: Mapping[str, Any], *, cost: float, key: str = "") -> Answer:
        """Send a mutation through the journal, exactly once; what it proves is `data_of`'s and the caller's to say."""
        return self._send(document, variables, cost=cost, effect=True, key=key)

    def _send(self, document: str, variables: Mapping[str, Any], *, cost: float, effect: bool, key: str) -> Answer:
        try:
            answer: Answer = self.connection.transport.send(
                "POST",
                self.url,
                json={"query": " ".join(document.split()), "variables": variables},
                cost=cost,
                effect=effect,
                key=key,
                caller=self,
            )
        except RemoteError as exc:
            if exc.status in self.statuses:
                exc.user_message = str(self.statuses[exc.status])
            raise
        return answer

    # --- answers -------------------------------------------------------------------------------
    @classmethod
    def data_of(cls, answer: Answer, *, effect: bool) -> Node:
        """The `data` of an answer. Raises by what its `errors` let us know; default for an effect: unknown."""
        body = answer.body
        if not isinstance(body, Mapping):
            raise unknown("bad_shape", answer, effect=effect)
        data, errors = body.get("data"), body.get("errors")
        if not errors:
            if isinstance(data, Mapping):
                return data
            raise unknown("no_data", answer, effect=effect)
        if isinstance(data, Mapping) and cls._tells_enough(data, _list(errors), effect=effect):
            return data
        raise cls._error_of(errors, answer, effect=effect)

    @classmethod
    def _tells_enough(cls, data: Node, errors: Sequence[Any], *, effect: bool) -> bool:
        """Something below was withheld (a field without its right) and the rest stands.

        For an effect: its payload came back, so it ran, whatever else is said.
        """
        if effect:
            return any(value is not None for value in data.values())
        is_withheld = all(code_of(error) == cls.outcomes.no_access for error in errors)
        return bool(data) and None not in data.values() and is_withheld

    @classmethod
    def _error_of(cls, errors: Any, answer: Answer, *, effect: bool) -> RemoteError:
        """The class of top-level errors."""
        if isinstance(errors, str):  # "[API] Invalid API key or access token"
            return CredentialsRejected("errors is a text", code="INVALID_TOKEN", **told(answer))
        table, rows = cls.outcomes, _list(errors)
        first: Any = next(iter(rows), {})
        code, path = code_of(first), _path(first)
        if code == table.throttled:
            return cls.throttled(answer)
        if code in table.server_fault:
            return unknown(code, answer, effect=effect)
        if code == table.concurrent:
            return RemoteConflict("same key still running", code=code, **told(answer))
        if _is_said(table.no_id, first) and not (effect and path):
            return RemoteRefused("no such id", code="not_found", user_message=str(table.not_found), **told(answer))
        is_closed = code == table.no_access and (not effect or len(path) <= 1)
        if is_closed or code in table.never_ran or not effect:
            words = table.words(code, rows)
            return RemoteRefused("refused", code=code or "graphql", user_message=words, **told(answer))
        # Null bubbled up from inside a payload, or a code nobody knows: it may have run.
        return unknown(code or "graphql", answer, effect=effect)


def told(answer: Answer) -> dict[str, Any]:
    """What an error keeps of the answer it was made of."""
    return {"status": answer.status, "request_id": answer.request_id, "answer": answer.body}


def unknown(code: str, answer: Answer, *, effect: bool) -> RemoteError:
    kind = OutcomeUnknown if effect else RemoteUnavailable
    return kind(code, code=code, **told(answer))


def code_of(error: Any) -> str:
    code = _extensions(error).get("code")
    return code[:LONGEST_CODE] if isinstance(code, str) else ""


def _is_said(pattern: re.Pattern[str], error: Any) -> bool:
    """In the error's own words or in those of one of its problems."""
    rows = (error, *_list(_extensions(error).get("problems") or []))
    texts = [row.get(name) for row in rows if isinstance(row, Mapping) for name in ("message", "explanation")]
    return any(pattern.search(text) for text in texts if isinstance(text, str))


def _extensions(error: Any) -> Node:
    found = error.get("extensions") if isinstance(error, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _path(error: Any) -> list[Any]:
    path = error.get("path") if isinstance(error, Mapping) else None
    return path if isinstance(path, list) else []


def _list(errors: Any) -> list[Any]:
    return errors if isinstance(errors, list) else [errors]


# --- connections --------------------------------------------------------------------------------------
def has_more(page: Node) -> bool:
    """A connection has a page after this one."""
    return fields.flag(fields.node(page, "pageInfo"), "hasNextPage")


def pages(page: Node, ask: Callable[[str], Node], name: str = "pageInfo") -> Iterator[Node]:
    """A connection's page and those that follow it. ask: cursor → the next page. Raises Misread where it never ends."""
    for _ in range(MOST_PAGES):
        yield page
        if not has_more(page):
            return
        page = ask(fields.ident(fields.node(page, "pageInfo"), "endCursor"))
    raise Misread(name)


def every_node(page: Node, ask: Callable[[str], Node], name: str = "pageInfo") -> list[Node]:
    """All nodes: those of `page` and of what follows."""
    return [node for one in pages(page, ask, name) for node in fields.items({"of": one}, "of")]
