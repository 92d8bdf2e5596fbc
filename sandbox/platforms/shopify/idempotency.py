"""`@idempotent(key:)`: the same key and arguments give the first outcome again, told from what is there now."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo
from graphql.execution.values import get_directive_values

from sandbox.core import idempotency
from sandbox.platforms.shopify.session import Session

MANDATORY_SINCE = "2026-04"
Outcome = dict[str, Any]
WORDS = {
    "IDEMPOTENCY_CONCURRENT_REQUEST": "A request with this idempotency key is still running.",
    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH": "This idempotency key was used with other parameters.",
    "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED": "An earlier attempt with this idempotency key failed.",
}


class KeyRefused(Exception):
    """The key cannot be used; `code` is one of WORDS, or "MISSING"."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.words = WORDS.get(code, "The @idempotent directive is required for this mutation.")
        super().__init__(self.words)

    def as_error(self) -> GraphQLError:
        return GraphQLError(self.words, extensions={"code": "BAD_REQUEST" if self.code == "MISSING" else self.code})


def key_of(info: GraphQLResolveInfo) -> str | None:
    """The key on the field being resolved."""
    directive = info.schema.get_directive("idempotent")
    assert directive is not None, "our SDL declares it"
    given = get_directive_values(directive, info.field_nodes[0], info.variable_values)
    return str(given["key"]) if given else None


def once(
    session: Session, info: GraphQLResolveInfo, arguments: Mapping[str, Any], act: Callable[[], Outcome]
) -> Outcome:
    """Acts, or gives the stored outcome of the same key. Raises KeyRefused."""
    key, field = key_of(info), info.field_name
    if not key:
        if session.version >= MANDATORY_SINCE:
            raise KeyRefused("MISSING")
        return act()
    if session.fault("key_running", field):
        raise KeyRefused("IDEMPOTENCY_CONCURRENT_REQUEST")
    session.used_key = key
    said = json.dumps(arguments, sort_keys=True, default=str)
    earlier = idempotency.remembered(session, field, key)
    if earlier is not None:
        return replay(session, field, earlier, said)
    outcome = act()
    idempotency.keep(session, field, key, said, outcome)
    return outcome


def replay(session: Session, field: str, earlier: idempotency.Kept, said: str) -> Outcome:
    if earlier.arguments != said:
        raise KeyRefused("IDEMPOTENCY_KEY_PARAMETER_MISMATCH")
    outcome: Outcome = earlier.outcome
    if outcome.get("errors") and field == "inventoryAdjustQuantities" and session.version >= "2026-07":
        raise KeyRefused("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")
    return outcome
