"""The vendor's errors, row by row: what Magento says, and the class it becomes for an effect and a read."""

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

RIGHT = "The consumer isn't authorized to access %resources."
REPORT = "Internal Error. Details are available in Magento log file. Report ID: webapi-65f0c1a2b3d4e"
MEMO = "Creditmemo Document Validation Error(s):\n"


@dataclass(frozen=True)
class Row:
    """`says`: words a person must find in the message; `reads`: the class when the same meets a read.

    body: a message, (message, parameters), a whole body, or None for HTML.
    """

    id: str
    status: int
    body: Any
    becomes: type[RemoteError]
    code: str
    says: str
    reads: type[RemoteError] | None = None


def memo(line: str) -> Row:
    return Row(line[:40], 400, MEMO + line, RemoteRefused, "400", line)


ROWS = (
    memo("A creditmemo can not be created when an order has a status of holded"),
    memo("The order does not allow a creditmemo to be created."),
    memo("We can't create creditmemo for the invoice."),
    memo("The quantity to creditmemo must not be greater than the unrefunded quantity for product SKU MUG"),
    memo("The most money available to refund is $5.00."),
    memo("The credit memo's total must be positive."),
    memo("You can't create a creditmemo without products."),
    memo("The creditmemo contains incorrect product items."),
    memo("The return to stock argument contains product item that is not part of the original order."),
    Row("%1 in a list", 400, ("A creditmemo can not be created when an order has a status of %1", ["holded"]),
        RemoteRefused, "400", "has a status of holded"),
    Row("shipping", 400, ("Maximum shipping amount allowed to refund is: %1", ["$5.00"]), RemoteRefused, "400",
        "refund is: $5.00"),
    Row("not saved", 400, "Could not save a Creditmemo, see error log for details", OutcomeUnknown, "not_saved",
        "Look at the payment provider", RemoteUnavailable),
    Row("final", 400, "You can not cancel Credit Memo", RemoteRefused, "400", "You can not cancel"),
    Row("input", 400, ('"%fieldName" is required. Enter and try again.', {"fieldName": "items"}), RemoteRefused, "400",
        '"items" is required'),
    Row("limits", 400, ("Maximum SearchCriteria pageSize is %max", {"max": "300"}), RemoteRefused, "400", "is 300"),
    Row("several errors", 400, {"message": "Wrong", "errors": [{"message": "%1 is bad", "parameters": ["qty"]}]},
        RemoteRefused, "400", "Wrong; qty is bad"),
    Row("decoding", 400, "Decoding error: \nSyntax error", RemoteRefused, "400", "Decoding error: Syntax error"),
    Row("no right", 401, (RIGHT, {"resources": "Magento_Sales::cancel"}), RemoteRefused, "acl", "Magento_Sales::cancel",
        CredentialsRejected),
    Row("no right, as the schema has it", 401, (RIGHT, [{"resources": "Magento_Sales::cancel"}]), RemoteRefused, "acl",
        "Grant it under System", CredentialsRejected),
    Row("nonce", 401, "oauth_problem=nonce_used", OutcomeUnknown, "nonce_used", "not known", CredentialsRejected),
    Row("clock", 401, "oauth_problem=timestamp_refused", CredentialsRejected, "timestamp_refused", "clock"),
    Row("signature", 401, "oauth_problem=signature_invalid", CredentialsRejected, "signature_invalid", "secret"),
    Row("signature in words", 401, "The signature is invalid. Verify and try again.", CredentialsRejected,
        "signature_invalid", "secret"),
    Row("token", 401, "oauth_problem=token_rejected", CredentialsRejected, "token_rejected", "access token"),
    Row("consumer", 401, "oauth_problem=consumer_key_rejected", CredentialsRejected, "consumer_key_rejected",
        "consumer key"),
    Row("401 of nobody knows whom", 401, None, OutcomeUnknown, "401", "not known", CredentialsRejected),
    Row("403 of a firewall", 403, None, RemoteRefused, "403", "firewall"),
    Row("no entity", 404, "The entity that was requested doesn't exist. Verify the entity and try again.",
        RemoteRefused, "not_found", "does not show this order"),
    Row("no route", 404, "Request does not match any route.", RemoteRefused, "no_route", "store code"),
    Row("409 of nobody knows whom", 409, None, OutcomeUnknown, "409", "not known", RemoteConflict),
    Row("423 of nobody knows whom", 423, None, OutcomeUnknown, "423", "not known", RemoteUnavailable),
    Row("too many", 429, None, RemoteThrottled, "429", "slow down"),
    Row("too many, JSON", 429, "Too Many Requests", RemoteThrottled, "429", "slow down"),
    Row("500 with a report", 500, REPORT, OutcomeUnknown, "500", "not known", RemoteUnavailable),
    Row("500, HTML", 500, None, OutcomeUnknown, "500", "not known", RemoteUnavailable),
    Row("502", 502, None, OutcomeUnknown, "502", "not known", RemoteUnavailable),
    Row("maintenance", 503, None, OutcomeUnknown, "503", "not known", RemoteUnavailable),
    Row("504", 504, None, OutcomeUnknown, "504", "not known", RemoteUnavailable),
)  # fmt: skip


def body_of(row: Row) -> dict[str, Any]:
    """What `responses` takes."""
    if row.body is None:
        return {"body": "<html><body>no</body></html>", "content_type": "text/html"}
    if isinstance(row.body, tuple):
        return {"json": {"message": row.body[0], "parameters": row.body[1]}}
    return {"json": row.body if isinstance(row.body, dict) else {"message": row.body}}
