"""Speaking GraphQL with one shop: token, documents, cost, and the platform's errors as our classes.

GraphQL answers 200 with `errors`; what each code lets us know follows the vendor's page of response
codes and the enums of errors in its schema.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

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
from stores.kernel.http.responses import Answer
from stores.kernel.http.transport import LONGEST_WAIT, Usage
from stores.platforms.shopify import capabilities

THROTTLED = "THROTTLED"
THROTTLED_TRIES = 2
SERVER_FAULT = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT"})
# Said before a document is executed: nothing happened, and repeating it cannot help.
NEVER_RAN = frozenset(
    {
        "MAX_COST_EXCEEDED", "SHOP_INACTIVE", "undefinedField", "argumentNotAccepted", "argumentLiteralsIncompatible",
        "missingRequiredArguments", "missingRequiredInputObjectAttribute", "variableMismatch", "variableNotDefined",
        "variableRequiresValidType", "INVALID_VARIABLE", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED",
        "parseError", "undefinedDirective", "undefinedType", "undefinedFragment", "selectionMismatch", "BAD_REQUEST",
        "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "IDEMPOTENCY_KEY_REQUIRED",
    }
)  # fmt: skip
SAID = ("message", "explanation")
NO_ID = re.compile(r"invalid (global )?id\b", re.IGNORECASE)
CONCURRENT = "IDEMPOTENCY_CONCURRENT_REQUEST"
HOPELESS_WAIT = 300.0  # seconds
BUCKET = 100.0  # points a second; only when an answer does not say


class Api:
    """One shop's GraphQL door; also the transport's Caller (token and rate limit)."""

    def __init__(self, connection: ConnectorContext, base_url: str, version: str) -> None:
        self.connection = connection
        self.base_url = base_url
        self.url = f"{base_url}/admin/api/{version}/graphql.json"

    # --- calls ---------------------------------------------------------------------------------
    def read(self, document: str, variables: Mapping[str, Any], *, cost: float) -> Mapping[str, Any]:
        """The `data` of a query. `cost`: the points it asks for. Told to wait a second at most, it waits."""
        for _ in range(THROTTLED_TRIES):
            try:
                return data_of(self._send(document, variables, cost=cost, effect=False, key=""), effect=False)
            except RemoteThrottled as exc:
                if exc.code != THROTTLED or (exc.retry_after or 0) > LONGEST_WAIT:
                    raise
                clock.wait(exc.retry_after or LONGEST_WAIT)
        return data_of(self._send(document, variables, cost=cost, effect=False, key=""), effect=False)

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
            if exc.status in capabilities.STATUSES:
                exc.user_message = str(capabilities.STATUSES[exc.status])
            raise
        return answer

    # --- the transport's Caller ----------------------------------------------------------------
    def auth_headers(self) -> Mapping[str, str]:
        fixed = self.connection.secrets.get("token", "")
        return {"X-Shopify-Access-Token": fixed or self.connection.token(self._fetch_token)}

    def renew(self) -> bool:
        if self.connection.secrets.get("token"):
            return False
        self.connection.forget_token()
        return True

    def _fetch_token(self) -> tuple[str, float]:
        """Client credentials grant: a token of about 24 h. Raises CredentialsRejected for a refusal."""
        wanted = {
            "grant_type": "client_credentials",
            "client_id": self.connection.settings.get("client_id", ""),
            "client_secret": self.connection.secrets.get("client_secret", ""),
        }
        try:
            answer = self.connection.transport.send(
                "POST", f"{self.base_url}/admin/oauth/access_token", form=wanted, cost=0
            )
        except RemoteRefused as exc:
            if exc.status not in (400, 403):
                raise
            raise CredentialsRejected("token refused", code=exc.code, status=exc.status) from exc
        token, life = _token_of(answer.body)
        return token, life

    def usage(self, answer: Answer) -> Usage | None:
        try:
            cost = answer.body["extensions"]["cost"]
            bucket = cost["throttleStatus"]
            return Usage(
                requested=float(cost["requestedQueryCost"]),
                actual=None if cost.get("actualQueryCost") is None else float(cost["actualQueryCost"]),
                available=float(bucket["currentlyAvailable"]),
                maximum=float(bucket["maximumAvailable"]),
                per_second=float(bucket["restoreRate"]),
            )
        except (KeyError, TypeError, ValueError):
            return None


def _token_of(body: Any) -> tuple[str, float]:
    token, life = (body.get("access_token"), body.get("expires_in", 86_399)) if isinstance(body, dict) else (None, 0)
    if not isinstance(token, str) or not token.isprintable() or not token:
        raise RemoteUnavailable("no token in the answer", code="bad_token")
    return token, float(life) if isinstance(life, int) and 0 < life < 10**8 else 3600.0


# --- answers ------------------------------------------------------------------------------------------


def data_of(answer: Answer, *, effect: bool) -> Mapping[str, Any]:
    """The `data` of an answer. Raises by what its `errors` let us know; default for an effect: unknown."""
    body = answer.body
    if not isinstance(body, Mapping):
        raise _unknown("bad_shape", answer, effect=effect)
    data, errors = body.get("data"), body.get("errors")
    if not errors:
        if isinstance(data, Mapping):
            return data
        raise _unknown("no_data", answer, effect=effect)
    if isinstance(data, Mapping) and _tells_enough(data, errors, effect=effect):
        return data
    raise error_of(errors, answer, effect=effect)


def _tells_enough(data: Mapping[str, Any], errors: Any, *, effect: bool) -> bool:
    """Something below was withheld (a field without its scope) and the rest stands.

    For an effect: its payload came back, so it ran, whatever else is said.
    """
    if effect:
        return any(value is not None for value in data.values())
    return (
        bool(data) and None not in data.values() and all(code_of(error) == "ACCESS_DENIED" for error in _list(errors))
    )


def error_of(errors: Any, answer: Answer, *, effect: bool) -> RemoteError:
    """The class of top-level errors."""
    if isinstance(errors, str):  # "[API] Invalid API key or access token"
        return CredentialsRejected("errors is a text", code="INVALID_TOKEN", **_told(answer))
    first: Any = next(iter(_list(errors)), {})
    code = code_of(first)
    if code == THROTTLED:
        return _throttled(answer)
    if code in SERVER_FAULT:
        return _unknown(code, answer, effect=effect)
    if code == CONCURRENT:
        return RemoteConflict("same key still running", code=code, **_told(answer))
    if _names_no_id(first) and (not effect or not _path(first)):
        return RemoteRefused("no such id", code="not_found", user_message=str(capabilities.NOT_FOUND), **_told(answer))
    if code == "ACCESS_DENIED" and (not effect or len(_path(first)) <= 1):
        return RemoteRefused(
            "access denied", code=code, user_message=capabilities.access_denied(_list(errors)), **_told(answer)
        )
    if code in NEVER_RAN or not effect:
        message = capabilities.CODES.get(code) or capabilities.CODE_BUG
        return RemoteRefused("refused", code=code or "graphql", user_message=str(message), **_told(answer))
    # Null bubbled up from inside a payload, or a code nobody knows: it may have run.
    return _unknown(code or "graphql", answer, effect=effect)


def code_of(error: Any) -> str:
    extensions = error.get("extensions") if isinstance(error, Mapping) else None
    code = extensions.get("code") if isinstance(extensions, Mapping) else None
    return code[:80] if isinstance(code, str) else ""


def _names_no_id(error: Any) -> bool:
    """ "Invalid global id '7'" or "invalid id": said of an id that is none, or of another kind, without a code."""
    extensions = error.get("extensions") if isinstance(error, Mapping) else None
    problems = _list(extensions.get("problems") or []) if isinstance(extensions, Mapping) else []
    said = [row.get(name) for row in (error, *problems) if isinstance(row, Mapping) for name in SAID]
    return any(NO_ID.search(text) for text in said if isinstance(text, str))


def wait_seconds(body: Any) -> float:
    """max(1, (requested - available) / restore rate), as the vendor's page on rate limits has it; at most an hour."""
    try:
        cost = body["extensions"]["cost"]
        bucket = cost["throttleStatus"]
        missing = float(cost["requestedQueryCost"]) - float(bucket["currentlyAvailable"])
        return min(max(1.0, missing / (float(bucket["restoreRate"]) or BUCKET)), 3600.0)
    except (KeyError, TypeError, ValueError):
        return 1.0


def _throttled(answer: Answer) -> RemoteThrottled:
    """A bucket that can never hold what we ask for (a shop on a very slow day) is waited for longer, and said."""
    wait, said = wait_seconds(answer.body), ""
    try:
        cost = answer.body["extensions"]["cost"]
        if float(cost["requestedQueryCost"]) > float(cost["throttleStatus"]["maximumAvailable"]):
            wait, said = max(wait, HOPELESS_WAIT), str(capabilities.BUCKET_TOO_SMALL)
    except (KeyError, TypeError, ValueError):
        pass
    return RemoteThrottled("throttled", code=THROTTLED, retry_after=wait, user_message=said, **_told(answer))


def _path(error: Any) -> list[Any]:
    path = error.get("path") if isinstance(error, Mapping) else None
    return path if isinstance(path, list) else []


def _list(errors: Any) -> list[Any]:
    return errors if isinstance(errors, list) else [errors]


def _told(answer: Answer) -> dict[str, Any]:
    return {"status": answer.status, "request_id": answer.request_id, "answer": answer.body}


def _unknown(code: str, answer: Answer, *, effect: bool) -> RemoteError:
    kind = OutcomeUnknown if effect else RemoteUnavailable
    return kind(code, code=code, **_told(answer))
