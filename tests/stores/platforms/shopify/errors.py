"""The vendor's errors, row by row: what Shopify says, the class it becomes, and whether an effect may have run.

Bodies are shapes of theirs; message texts are ours, since theirs are not documented.
"""

from __future__ import annotations

from dataclasses import dataclass
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

COST = {
    "cost": {
        "requestedQueryCost": 310,
        "actualQueryCost": None,
        "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 12, "restoreRate": 100.0},
    }
}


@dataclass(frozen=True)
class Row:
    """`says`: a word that a person must find in the message; `reads`: the class when the same meets a read."""

    id: str
    becomes: type[RemoteError]
    code: str
    says: str
    status: int = 200
    body: Any = None
    reads: type[RemoteError] | None = None


def top(code: str, path: list[Any] | None = None, **extensions: Any) -> Any:
    error: dict[str, Any] = {"message": "No.", "extensions": {"code": code, **extensions}}
    return {"errors": [error | ({"path": path} if path else {})]}


def cancel_error(code: str) -> Any:
    error = {"field": ["orderId"], "message": "Order has already been cancelled", "code": code}
    return {"data": {"orderCancel": {"job": None, "jobResult": None, "orderCancelUserErrors": [error]}}}


HTTP = (
    Row("400", RemoteRefused, "400", "did not understand", 400),
    Row("401", CredentialsRejected, "401", "Reconnect", 401, {"errors": "[API] Invalid API key or access token"}),
    Row("402", RemoteRefused, "402", "frozen", 402),
    Row("403", RemoteRefused, "403", "rights", 403),
    Row("404", RemoteRefused, "404", "shop address", 404),
    Row("406", RemoteRefused, "406", "in the form we asked for", 406),
    Row("409", RemoteConflict, "409", "read again", 409),
    Row("414", RemoteRefused, "414", "too long", 414),
    Row("415", RemoteRefused, "415", "did not accept the form", 415),
    Row("422", RemoteRefused, "422", "invalid", 422),
    Row("423", RemoteUnavailable, "423", "locked", 423),
    Row("429", RemoteThrottled, "429", "slow down", 429),
    Row("430", RemoteRefused, "430", "support", 430),
    Row("500", OutcomeUnknown, "500", "looks before", 500, reads=RemoteUnavailable),
    Row("502", OutcomeUnknown, "502", "looks before", 502, reads=RemoteUnavailable),
    Row("503", OutcomeUnknown, "503", "looks before", 503, reads=RemoteUnavailable),
    Row("504", OutcomeUnknown, "504", "looks before", 504, reads=RemoteUnavailable),
)
GLOBAL_ID = {"value": "7", "problems": [{"path": [], "explanation": "Invalid global id '7'"}]}
TOP = (
    Row("an id that is none", RemoteRefused, "not_found", "does not show",
        body={"errors": [{"message": "Variable $id of type ID! was provided invalid value", "extensions": GLOBAL_ID}]}),
    Row("an id of something else", RemoteRefused, "not_found", "does not show",
        body={"errors": [{"message": "invalid id", "extensions": {"code": "RESOURCE_NOT_FOUND"}}]}),
    Row("an id deep inside an effect", OutcomeUnknown, "RESOURCE_NOT_FOUND", "looks before", reads=RemoteRefused,
        body={"errors": [{"message": "invalid id", "path": ["orderCancel", "job"],
                          "extensions": {"code": "RESOURCE_NOT_FOUND"}}]}),
    Row("THROTTLED", RemoteThrottled, "THROTTLED", "slow down", body=top("THROTTLED") | {"extensions": COST}),
    Row("MAX_COST_EXCEEDED", RemoteRefused, "MAX_COST_EXCEEDED", "too large", body=top("MAX_COST_EXCEEDED")),
    Row("ACCESS_DENIED", RemoteRefused, "ACCESS_DENIED", "write_orders",
        body=top("ACCESS_DENIED", ["orderCancel"], requiredAccess="`write_orders`") | {"data": {"orderCancel": None}}),
    Row("ACCESS_DENIED without a name", RemoteRefused, "ACCESS_DENIED", "Test the connection",
        body=top("ACCESS_DENIED")),
    Row("SHOP_INACTIVE", RemoteRefused, "SHOP_INACTIVE", "not active", body=top("SHOP_INACTIVE")),
    Row("INTERNAL_SERVER_ERROR", OutcomeUnknown, "INTERNAL_SERVER_ERROR", "looks before",
        body=top("INTERNAL_SERVER_ERROR"), reads=RemoteUnavailable),
    Row("undefined field", RemoteRefused, "undefinedField", "administrator", body=top("undefinedField")),
    Row("bad type", RemoteRefused, "variableMismatch", "administrator", body=top("variableMismatch")),
    Row("errors as a text", CredentialsRejected, "INVALID_TOKEN", "Reconnect",
        body={"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}),
    Row("a code nobody knows", OutcomeUnknown, "SOMETHING_NEW", "looks before", body=top("SOMETHING_NEW"),
        reads=RemoteRefused),
    Row("null bubbled up from inside", OutcomeUnknown, "ACCESS_DENIED", "looks before",
        body=top("ACCESS_DENIED", ["orderCancel", "job"]) | {"data": {"orderCancel": None}}, reads=RemoteRefused),
    Row("no data at all", OutcomeUnknown, "no_data", "looks before", body={"data": None}, reads=RemoteUnavailable),
    Row("a list", OutcomeUnknown, "bad_shape", "looks before", body=[], reads=RemoteUnavailable),
    Row("IDEMPOTENCY_CONCURRENT_REQUEST", RemoteConflict, "IDEMPOTENCY_CONCURRENT_REQUEST", "somebody else",
        body=top("IDEMPOTENCY_CONCURRENT_REQUEST")),
    Row("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", RemoteRefused, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "did nothing",
        body=top("IDEMPOTENCY_KEY_PARAMETER_MISMATCH")),
    Row("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", RemoteRefused, "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "Retry",
        body=top("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")),
)  # fmt: skip
CANCEL = (
    Row("INVALID", RemoteRefused, "INVALID", "Read it again", body=cancel_error("INVALID")),
    Row("NOT_FOUND", RemoteRefused, "NOT_FOUND", "60 days", body=cancel_error("NOT_FOUND")),
    Row("NO_REFUND_PERMISSION", RemoteRefused, "NO_REFUND_PERMISSION", "without refund",
        body=cancel_error("NO_REFUND_PERMISSION")),
    Row("NO_REFUND_TO_STORE_CREDIT_PERMISSION", RemoteRefused, "NO_REFUND_TO_STORE_CREDIT_PERMISSION", "store credit",
        body=cancel_error("NO_REFUND_TO_STORE_CREDIT_PERMISSION")),
    Row("B2B", RemoteRefused, "STORE_CREDIT_REFUND_B2B_NOT_SUPPORTED", "companies",
        body=cancel_error("STORE_CREDIT_REFUND_B2B_NOT_SUPPORTED")),
    Row("MISSING_CUSTOMER", RemoteRefused, "STORE_CREDIT_REFUND_MISSING_CUSTOMER", "customer",
        body=cancel_error("STORE_CREDIT_REFUND_MISSING_CUSTOMER")),
    Row("EXPIRATION_IN_PAST", RemoteRefused, "STORE_CREDIT_REFUND_EXPIRATION_IN_PAST", "past",
        body=cancel_error("STORE_CREDIT_REFUND_EXPIRATION_IN_PAST")),
    Row("INTERNAL_ERROR", OutcomeUnknown, "INTERNAL_ERROR", "looks before", body=cancel_error("INTERNAL_ERROR")),
    Row("a new code", RemoteRefused, "BRAND_NEW", "already been cancelled", body=cancel_error("BRAND_NEW")),
    Row("neither job nor error", OutcomeUnknown, "bad_shape", "looks before",
        body={"data": {"orderCancel": {"job": None, "jobResult": None, "orderCancelUserErrors": []}}}),
)  # fmt: skip
EFFECTS = HTTP + TOP + CANCEL
READS = HTTP + TOP
