"""The vendor's errors, row by row: what Shoplazza says, and the class it becomes for an effect and a read.

Bodies are shapes of theirs; message texts are ours where theirs are not documented.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stores.kernel.errors import (
    CredentialsRejected,
    OutcomeUnknown,
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


def grpc(word: str) -> dict[str, str]:
    return {"error": f"rpc error: code = {word} desc = something"}


ROWS = (
    Row("200, InvalidParameter", 200,
        {"code": "InvalidParameter", "message": "invalid parameter", "errors": ["refund.refund_total is required"]},
        RemoteRefused, "InvalidParameter", "refund.refund_total is required"),
    Row("200, unknown code", 200, {"code": "Whatever", "errors": ["?"]}, OutcomeUnknown, "Whatever", "not known",
        RemoteUnavailable),
    Row("200, Aborted", 200, {"code": "Aborted", "message": "x"}, OutcomeUnknown, "Aborted", "not known",
        RemoteUnavailable),
    Row("200, Unauthenticated", 200, {"code": "Unauthenticated"}, CredentialsRejected, "Unauthenticated", "Reconnect"),
    Row("200, ResourceExhausted", 200, {"code": "ResourceExhausted"}, RemoteThrottled, "ResourceExhausted", "slow"),
    Row("200, errors of 2022-01", 200, {"errors": ["No."]}, OutcomeUnknown, "bad_code", "not known", RemoteRefused),
    Row("200, code Success without data", 200, {"code": "Success"}, OutcomeUnknown, "bad_shape", "not known",
        RemoteUnavailable),
    Row("200, a list", 200, [], OutcomeUnknown, "bad_shape", "not known", RemoteUnavailable),
    Row("400, errors map", 400, {"errors": {"limit": ["must be less than or equal to 250"]}}, RemoteRefused, "400",
        "limit must be less than or equal to 250"),
    Row("400, code", 400, {"code": "InvalidParameter", "errors": ["bad"]}, RemoteRefused, "InvalidParameter", "bad"),
    Row("400, Unauthorized", 400, {"errors": ["Unauthorized"]}, CredentialsRejected, "400", "Reconnect"),
    Row("400, unauthorized as error", 400, {"error": "unauthorized request"}, CredentialsRejected, "400", "Reconnect"),
    Row("401", 401, None, CredentialsRejected, "401", "Reconnect"),
    Row("403", 403, None, RemoteRefused, "403", "write_order"),
    Row("404, no resource", 404, {"errors": ["Unable to find resource"]}, RemoteRefused, "not_found", "no such order"),
    Row("404, no record", 404, {"errors": ["Record not found"]}, RemoteRefused, "not_found", "Record not found"),
    Row("404, no store", 404, {"code": "store_not_found", "errors": ["store not found"]}, RemoteRefused,
        "store_not_found", "store not found"),
    Row("405", 405, None, RemoteRefused, "405", "report"),
    Row("406, blank", 406, None, RemoteRefused, "406", "as it stands now"),
    Row("406, words", 406, {"errors": ["The order status does not allow this operation"]}, RemoteRefused, "406",
        "does not allow this operation"),
    Row("422, map", 422, {"errors": {"refund_total": ["is invalid", "is too large"]}}, RemoteRefused, "422",
        "refund_total is invalid; refund_total is too large"),
    Row("422, list", 422, {"errors": ["a", "b"]}, RemoteRefused, "422", "a; b"),
    Row("429", 429, {"errors": ["Too Many Requests"]}, RemoteThrottled, "429", "slow"),
    Row("500", 500, None, OutcomeUnknown, "500", "not known", RemoteUnavailable),
    Row("500, Aborted", 500, grpc("Aborted"), OutcomeUnknown, "Aborted", "not known", RemoteUnavailable),
    Row("500, DeadlineExceeded", 500, grpc("DeadlineExceeded"), OutcomeUnknown, "DeadlineExceeded", "not known",
        RemoteUnavailable),
    Row("500, NotFound", 500, grpc("NotFound"), RemoteRefused, "not_found", "no such order"),
    Row("500, Unauthenticated", 500, grpc("Unauthenticated"), CredentialsRejected, "Unauthenticated", "Reconnect"),
    Row("500, Unimplemented", 500, grpc("Unimplemented"), RemoteRefused, "Unimplemented", "version"),
    Row("not active", 500, {"error": "store is not active"}, RemoteRefused, "store_inactive", "Activate"),
    Row("not active, 403", 403, {"error": "store is not active"}, RemoteRefused, "store_inactive", "Activate"),
    Row("502", 502, None, OutcomeUnknown, "502", "not known", RemoteUnavailable),
    Row("503", 503, {"errors": ["busy"]}, OutcomeUnknown, "503", "not known", RemoteUnavailable),
)  # fmt: skip
