"""The vendor's errors, row by row: what the store or its host says, and the class it becomes.

Bodies are shapes of theirs; message texts are the vendor's where it tells them.
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


@dataclass(frozen=True)
class Row:
    """`body` text: a page of HTML. `says`: words that a person must find; `reads`: the class when a read meets it."""

    id: str
    status: int
    body: Any
    becomes: type[RemoteError]
    code: str
    says: str
    reads: type[RemoteError] | None = None


PAGE = "<html><body>There has been a critical error on this website.</body></html>"


def said(status: int, code: str, message: str = "Words of theirs.", data: Any = None) -> dict[str, Any]:
    return {"code": code, "message": message, "data": {"status": status} if data is None else data}


def own(status: int, name: str, message: str = "Words of theirs.", data: Any = None) -> dict[str, Any]:
    return said(status, f"woocommerce_rest_{name}", message, data)


GATEWAY = "An error occurred while attempting to create the refund using the payment gateway API."
MANUAL = "The payment gateway for this order does not support automatic refunds."
GONE = "The payment gateway for this order does not exist."
READ_ONLY = "The API key provided does not have write permissions."
REFUND = "cannot_create_order_refund"

ROWS = (
    *(Row(f"401 {name}", 401, own(401, name), CredentialsRejected, f"woocommerce_rest_{name}", "signed connection")
      for name in ("cannot_view", "cannot_edit", "cannot_create")),
    Row("401 wrong secret", 401, own(401, "authentication_error", "Consumer secret is invalid."), CredentialsRejected,
        "woocommerce_rest_authentication_error", "Consumer secret is invalid."),
    Row("401 parameter", 401, own(401, "authentication_missing_parameter"), CredentialsRejected,
        "woocommerce_rest_authentication_missing_parameter", "does not accept our key"),
    Row("401 read only", 401, own(401, "authentication_error", READ_ONLY), RemoteRefused, "read_only", "Read/Write"),
    Row("401 page", 401, PAGE, CredentialsRejected, "401", "does not accept our key"),
    Row("403 cannot_view", 403, own(403, "cannot_view"), RemoteRefused, "woocommerce_rest_cannot_view", "shop manager"),
    Row("404 no route", 404, said(404, "rest_no_route"), RemoteRefused, "rest_no_route", "permalinks"),
    Row("404 page", 404, PAGE, RemoteRefused, "no_api", "No WooCommerce answers"),
    Row("404 order", 404, own(404, "shop_order_invalid_id", "Invalid ID."), RemoteRefused, "not_found", "deleted"),
    Row("400 order", 400, own(400, "shop_order_invalid_id", "Invalid ID."), RemoteRefused, "not_found", "deleted"),
    Row("404 order of a preview", 404, own(404, "invalid_order_id"), RemoteRefused, "not_found", "deleted"),
    Row("400 parameter", 400, said(400, "rest_invalid_param", "Invalid parameter(s): per_page"), RemoteRefused,
        "rest_invalid_param", "per_page"),
    Row("400 missing", 400, said(400, "rest_missing_callback_param"), RemoteRefused, "rest_missing_callback_param",
        "value wrong"),
    Row("500 amount", 500, own(500, REFUND, "Invalid refund amount.", 500), RemoteRefused, f"woocommerce_rest_{REFUND}",
        "amounts changed"),
    Row("500 no gateway", 500, own(500, REFUND, GONE, 500), RemoteRefused, f"woocommerce_rest_{REFUND}", "by hand"),
    Row("500 manual", 500, own(500, REFUND, MANUAL, 500), RemoteRefused, f"woocommerce_rest_{REFUND}", "by hand"),
    Row("500 gateway fails", 500, own(500, REFUND, GATEWAY, 500), RemoteRefused, f"woocommerce_rest_{REFUND}",
        "Look at the provider"),
    *(Row(f"500 {what}", 500, own(500, REFUND, said_by_provider, 500), OutcomeUnknown, "gateway_silent",
          "may have moved", RemoteRefused)
      for what, said_by_provider in (
          ("gateway timed out", "cURL error 28: Operation timed out after 70000 milliseconds with 0 bytes received"),
          ("gateway time-out", "The provider's API request failed: timeout."),
          ("gateway reset", "Connection reset by peer"))),
    Row("500 gateway's text", 500, own(500, REFUND, "Charge <b>ch_1</b> is disputed.", 500), RemoteRefused,
        f"woocommerce_rest_{REFUND}", "Charge ch_1 is disputed."),
    Row("500 order", 500, own(500, "invalid_order_id", "Invalid order ID.", 404), RemoteRefused, "not_found",
        "deleted"),
    Row("500 zero", 500, own(500, "invalid_order_refund", "Too little.", 400), RemoteRefused,
        "woocommerce_rest_invalid_order_refund", "Too little."),
    *(Row(f"422 {name}", 422, own(422, name), RemoteRefused, f"woocommerce_rest_{name}", "amounts changed")
      for name in ("quantity_exceeds_refundable", "line_item_already_refunded", "order_not_refundable",
                   "preview_exceeds_max_refundable", "refund_exceeds_remaining", "refund_total_exceeds_line")),
    *(Row(f"400 {name}", 400, own(400, name), RemoteRefused, f"woocommerce_rest_{name}", "value wrong")
      for name in ("invalid_refund_amount", "invalid_refund_total", "duplicate_line_item", "duplicate_tax_id",
                   "line_item_not_found", "missing_quantity_or_refund_total", "missing_line_items",
                   "invalid_line_item", "invalid_quantity")),
    *(Row(f"{status} page", status, PAGE, OutcomeUnknown, str(status), "not known", RemoteUnavailable)
      for status in (500, 502, 503, 504)),
    Row("500 critical error as JSON", 500, said(500, "internal_server_error"), OutcomeUnknown, "internal_server_error",
        "not known", RemoteUnavailable),
    *(Row(f"{status} page", status, PAGE, OutcomeUnknown, "page", "not known", RemoteUnavailable)
      for status in (403, 406, 501)),
    Row("409 page", 409, PAGE, OutcomeUnknown, "409", "not known", RemoteConflict),
    Row("423 page", 423, PAGE, OutcomeUnknown, "423", "not known", RemoteUnavailable),
    Row("429 page", 429, PAGE, RemoteThrottled, "429", "slow down"),
    Row("200 page", 200, PAGE, OutcomeUnknown, "not_json", "not known", RemoteUnavailable),
    Row("200 a list", 200, [], OutcomeUnknown, "bad_shape", "not known", RemoteUnavailable),
    Row("302", 302, PAGE, OutcomeUnknown, "302", "not known", RemoteUnavailable),
)  # fmt: skip
