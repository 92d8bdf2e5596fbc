"""The vendor's errors, row by row: what Square says, and the class it becomes for an effect and a read."""

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

AFTER_PAYMENT = "Orders cannot be canceled after payments have been processed."


@dataclass(frozen=True)
class Row:
    """`says`: words that a person must find; `reads`: the class when the same meets a read; code: as it is stored."""

    status: int
    code: str
    becomes: type[RemoteError]
    says: str
    reads: type[RemoteError] | None = None
    field: str = ""
    detail: str = "Something is wrong."
    kept: str = ""
    category: str = "INVALID_REQUEST_ERROR"

    @property
    def body(self) -> Any:
        told = {"category": self.category, "code": self.code, "detail": self.detail}
        return {"errors": [told | ({"field": self.field} if self.field else {})]}


ROWS = (
    Row(400, "BAD_REQUEST", RemoteRefused, "refunded instead", field="order.state", detail=AFTER_PAYMENT),
    Row(400, "BAD_REQUEST", RemoteRefused, "as it stands"),
    Row(400, "VERSION_MISMATCH", RemoteConflict, "changed in Square meanwhile"),
    Row(409, "CONFLICT", RemoteConflict, "changed in Square meanwhile"),
    Row(400, "REFUND_AMOUNT_INVALID", RemoteRefused, "less than this", category="REFUND_ERROR"),
    Row(400, "REFUND_ALREADY_PENDING", RemoteConflict, "still on its way", category="REFUND_ERROR"),
    Row(400, "PAYMENT_NOT_REFUNDABLE", RemoteRefused, "no longer refunds", category="REFUND_ERROR"),
    Row(400, "PAYMENT_NOT_REFUNDABLE_DUE_TO_DISPUTE", RemoteRefused, "disputes this payment", category="REFUND_ERROR"),
    Row(400, "REFUND_DECLINED", RemoteRefused, "bank declined", category="REFUND_ERROR"),
    Row(400, "REFUND_ERROR_PAYMENT_NEEDS_COMPLETION", RemoteRefused, "released instead", category="REFUND_ERROR"),
    Row(400, "DELAYED_TRANSACTION_CANCELED", RemoteRefused, "released already", category="PAYMENT_METHOD_ERROR"),
    Row(400, "DELAYED_TRANSACTION_CAPTURED", RemoteRefused, "can be refunded now", category="PAYMENT_METHOD_ERROR"),
    Row(400, "DELAYED_TRANSACTION_EXPIRED", RemoteRefused, "ran out", category="PAYMENT_METHOD_ERROR"),
    Row(400, "DELAYED_TRANSACTION_FAILED", RemoteRefused, "failed", category="PAYMENT_METHOD_ERROR"),
    Row(400, "ORDER_UNPAID_NOT_RETURNABLE", RemoteRefused, "Nothing was paid"),
    Row(400, "CURRENCY_MISMATCH", RemoteRefused, "currency"),
    Row(400, "LOCATION_MISMATCH", RemoteRefused, "another location"),
    Row(400, "INVALID_VALUE", RemoteRefused, "Something is wrong."),
    Row(400, "MISSING_REQUIRED_PARAMETER", RemoteRefused, "Something is wrong."),
    Row(400, "UNKNOWN_BODY_PARAMETER", RemoteRefused, "Something is wrong."),
    Row(400, "IDEMPOTENCY_KEY_REUSED", RemoteRefused, "report it"),
    Row(401, "UNAUTHORIZED", CredentialsRejected, "Reconnect", category="AUTHENTICATION_ERROR"),
    Row(401, "ACCESS_TOKEN_EXPIRED", CredentialsRejected, "expired", category="AUTHENTICATION_ERROR"),
    Row(401, "ACCESS_TOKEN_REVOKED", CredentialsRejected, "revoked", category="AUTHENTICATION_ERROR"),
    Row(403, "INSUFFICIENT_SCOPES", RemoteRefused, "lacks a right", category="AUTHENTICATION_ERROR"),
    Row(403, "INSUFFICIENT_PERMISSIONS_FOR_REFUND", RemoteRefused, "does not let this token refund"),
    Row(403, "FORBIDDEN", RemoteRefused, "forbids"),
    Row(404, "NOT_FOUND", RemoteRefused, "does not show this order", kept="not_found"),
    Row(429, "RATE_LIMITED", RemoteThrottled, "slow down", category="RATE_LIMIT_ERROR"),
    Row(500, "INTERNAL_SERVER_ERROR", OutcomeUnknown, "not known", RemoteUnavailable, category="API_ERROR"),
    Row(500, "TEMPORARY_ERROR", OutcomeUnknown, "not known", RemoteUnavailable, category="API_ERROR"),
    Row(502, "BAD_GATEWAY", OutcomeUnknown, "not known", RemoteUnavailable, category="API_ERROR"),
    Row(503, "SERVICE_UNAVAILABLE", OutcomeUnknown, "not known", RemoteUnavailable, category="API_ERROR"),
    Row(504, "GATEWAY_TIMEOUT", OutcomeUnknown, "not known", RemoteUnavailable, category="API_ERROR"),
)
