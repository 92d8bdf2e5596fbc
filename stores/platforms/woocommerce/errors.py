"""What shops and hosts say, as classes. The code decides, not the status: a refusal there travels as HTTP 500."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from stores.kernel.errors import (
    CredentialsRejected,
    OutcomeUnknown,
    RemoteError,
    RemoteRefused,
    RemoteThrottled,
    RemoteUnavailable,
)
from stores.platforms.woocommerce import messages

OWN = "woocommerce_rest_"
NO_ORDER = ("woocommerce_rest_shop_order_invalid_id", "woocommerce_rest_invalid_order_id")
# Refusals of a refund that travel as 500: looked at, and nothing is kept.
FINAL_500 = ("woocommerce_rest_cannot_create_order_refund", "woocommerce_rest_invalid_order_refund", *NO_ORDER)
CHECKED = re.compile(  # sums and units that no longer fit: preview and computed refunds
    r"woocommerce_rest_(quantity_exceeds_refundable|line_item_already_refunded|order_not_refundable"
    r"|preview_exceeds_max_refundable|refund_exceeds_remaining|refund_total_exceeds_(line|remaining))"
)
LOGIN_CODE = "woocommerce_rest_authentication_error"
# Logins that failed before anything was done. What else has this code may be a used nonce, in the shop's language.
NOT_ENTERED = re.compile(r"consumer (key|secret)|signature|timestamp", re.IGNORECASE)
READ_ONLY = re.compile(r"write permission", re.IGNORECASE)
NO_AUTOMATIC = re.compile(r"automatic refunds|gateway for this order does not exist", re.IGNORECASE)
# The provider gave no answer in time: core deletes its record of the refund, and the money may have moved all the same.
NO_ANSWER = re.compile(r"cURL error|timed?[ -]?out|timeout|connection (was )?(reset|closed|lost)", re.IGNORECASE)
TOO_MUCH = re.compile(r"invalid refund amount", re.IGNORECASE)
BEFORE_WORDPRESS = (403, 406, 501)  # with a page instead of JSON: the host's firewall, maybe after WordPress acted
NOT_THEIRS = (409, 423)  # no word of WooCommerce's: "not processed", as others mean by it, is promised by nobody here
NO_RIGHT = re.compile(r"woocommerce_rest_cannot_\w+|rest_forbidden\w*")


def code_of(body: Any) -> str:
    code = body.get("code") if isinstance(body, Mapping) else None
    return code[:80] if isinstance(code, str) else ""


def said_by(body: Any) -> str:
    """Their message in plain text; a shop may speak its own language."""
    said = body.get("message") if isinstance(body, Mapping) else None
    return re.sub(r"<[^>]*>", "", said)[:500] if isinstance(said, str) else ""


def sorted_out(exc: RemoteError, *, effect: bool, is_signed: bool = False) -> RemoteError:
    """The transport's class by status, corrected by what the body says. is_signed: with a nonce, good for once."""
    code, said = code_of(exc.answer), said_by(exc.answer)
    told: dict[str, Any] = {"status": exc.status, "request_id": exc.request_id, "answer": exc.answer}
    if isinstance(exc, RemoteThrottled):
        exc.user_message = str(messages.STATUSES[429])
        return exc
    if effect and exc.status in NOT_THEIRS:
        return OutcomeUnknown(str(exc.status), code=code or str(exc.status), **told)
    if exc.status == 401:
        return _login(exc, code, said, told, is_once=effect and is_signed)
    if code in NO_ORDER:
        return RemoteRefused(code, code="not_found", user_message=str(messages.NOT_FOUND), **told)
    if effect and exc.status == 500 and code in FINAL_500 and NO_ANSWER.search(said):
        return OutcomeUnknown(
            said, code="gateway_silent", user_message=messages.refused(messages.GATEWAY_SILENT, said), **told
        )
    if exc.status == 500 and code in FINAL_500:
        return RemoteRefused(code, code=code, user_message=_of_refund(said), **told)
    if exc.status and not code:
        return _page(exc, told, effect=effect)
    if isinstance(exc, RemoteRefused):
        exc.code = code or exc.code
        exc.user_message = _of_refusal(code, said, exc.status)
    return exc


def _login(exc: RemoteError, code: str, said: str, told: Mapping[str, Any], *, is_once: bool) -> RemoteError:
    """A key that may only read still opens the shop, so the connection stays.

    A used nonce under an effect: something on the way sent this very request twice, and the first may have acted.
    """
    if READ_ONLY.search(said):
        return RemoteRefused(said, code="read_only", user_message=str(messages.READ_ONLY), **told)
    if is_once and code in ("", LOGIN_CODE) and not NOT_ENTERED.search(said):
        return OutcomeUnknown(said or "401", code=code or "401", **told)
    return CredentialsRejected(said, code=code or "401", user_message=messages.refused(messages.LOGIN, said), **told)


def _of_refund(said: str) -> str:
    if NO_AUTOMATIC.search(said):
        return messages.refused(messages.NO_AUTOMATIC, said)
    return messages.refused(messages.STALE if TOO_MUCH.search(said) else messages.GATEWAY, said)


def _page(exc: RemoteError, told: Mapping[str, Any], *, effect: bool) -> RemoteError:
    """No JSON of theirs: whoever answered was not WooCommerce, or PHP died. Of a write nothing is known then."""
    if exc.status == 404:
        return RemoteRefused("no API here", code="no_api", user_message=str(messages.NO_API), **told)
    if exc.status in BEFORE_WORDPRESS:
        kind = OutcomeUnknown if effect else RemoteUnavailable
        return kind("a page", code="page", user_message="" if effect else str(messages.HOST), **told)
    return exc


def _of_refusal(code: str, said: str, status: int | None) -> str:
    if code == "rest_no_route":
        return str(messages.NO_ROUTE)
    if CHECKED.fullmatch(code):
        return messages.refused(messages.STALE, said)
    if NO_RIGHT.fullmatch(code):
        return messages.refused(messages.NO_RIGHT, said)
    return messages.refused(messages.default(status), said)
