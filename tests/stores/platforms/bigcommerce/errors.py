"""The vendor's errors, row by row: what BigCommerce says, and the class it becomes for an effect and a read.

Bodies are shapes of the vendor's descriptions; message texts are ours where theirs are not documented.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from stores.kernel.errors import (
    CredentialsRejected,
    OutcomeUnknown,
    RemoteConflict,
    RemoteError,
    RemoteRefused,
    RemoteThrottled,
    RemoteUnavailable,
)


@dataclass(frozen=True)
class Row:
    """`says`: words that a person must find in the message; `reads`: the class when the same meets a read."""

    id: str
    status: int
    body: Any  # None: blank
    becomes: type[RemoteError]
    code: str
    says: str
    reads: type[RemoteError] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    waits: float | None = None


def v3(status: int, title: str, **errors: str) -> dict[str, Any]:
    return {"status": status, "title": title, "type": "https://developer.bigcommerce.com/", "errors": errors}


def v2(status: int, message: str) -> list[dict[str, Any]]:
    return [{"status": status, "message": message}]


GONE = {"data": [{"order_id": 1, "status": 503, "error": "Tax service gone away"}], "meta": {}}
ROWS = (
    Row("204 of a write", 204, None, OutcomeUnknown, "empty", "not known", RemoteUnavailable),
    Row("207, part of it", 207, {"data": {}, "errors": {"status_id": "failed"}}, OutcomeUnknown, "bad_shape",
        "not known", RemoteUnavailable),
    Row("400, v2", 400, v2(400, "The field 'status_id' is invalid."), RemoteRefused, "400", "status_id"),
    Row("400, v3", 400, v3(400, "Malformed"), RemoteRefused, "400", "Malformed"),
    Row("401", 401, v3(401, "Unauthorized"), CredentialsRejected, "401", "Reconnect"),
    Row("403", 403, v3(403, "Your token lacks a scope."), RemoteRefused, "403", "lacks a right"),
    Row("404, v2", 404, v2(404, "The requested resource was not found."), RemoteRefused, "not_found", "no such order"),
    Row("404, v3", 404, v3(404, "Not found"), RemoteRefused, "not_found", "store hash"),
    Row("406", 406, None, RemoteRefused, "406", "report"),
    Row("409", 409, v3(409, "Conflict"), RemoteConflict, "409", "somebody else"),
    Row("413", 413, v2(413, "The limit is too large."), RemoteRefused, "413", "too large"),
    Row("415", 415, None, RemoteRefused, "415", "report"),
    Row("422, v3", 422, v3(422, "Quantity exceeds", quantity="more than is left"), RemoteRefused, "422",
        "quantity more than is left"),
    Row("422, in data", 422, {"data": [v3(422, "Unable to provide store credit for a guest customer.")]},
        RemoteRefused, "422", "store credit for a guest customer"),
    Row("423", 423, v3(423, "Locked"), RemoteUnavailable, "423", "locked", waits=300),
    Row("429, told", 429, v3(429, "Too many"), RemoteThrottled, "429", "slow", headers={"X-Retry-After": "12"},
        waits=12),
    Row("429, overloaded", 429, None, RemoteThrottled, "429", "slow", waits=30),
    Row("499", 499, None, OutcomeUnknown, "499", "not known", RemoteUnavailable),
    Row("500", 500, None, OutcomeUnknown, "500", "not known", RemoteUnavailable),
    Row("502", 502, v3(502, "Bad gateway"), OutcomeUnknown, "502", "not known", RemoteUnavailable),
    Row("503, maintenance", 503, v3(503, "Maintenance"), OutcomeUnknown, "503", "not known", RemoteUnavailable),
    Row("503, tax service", 503, GONE, OutcomeUnknown, "503", "not known", RemoteUnavailable),
    Row("504, errors alone", 504, {"errors": {"gateway": "timed out"}}, OutcomeUnknown, "504", "not known",
        RemoteUnavailable),
    Row("507", 507, v3(507, "Plan limit reached"), RemoteRefused, "plan_limit", "limit of its plan"),
)  # fmt: skip
