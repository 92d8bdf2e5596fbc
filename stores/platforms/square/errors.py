"""What Square says, as classes: its own codes (ErrorCode) decide, the status only where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stores.kernel.errors import CredentialsRejected, OutcomeUnknown, RemoteConflict, RemoteError, RemoteRefused
from stores.platforms.square import capabilities

MOVED = frozenset({"VERSION_MISMATCH", "CONFLICT"})
TOKEN = frozenset({"UNAUTHORIZED", "ACCESS_TOKEN_EXPIRED", "ACCESS_TOKEN_REVOKED"})
WAIT = "REFUND_ALREADY_PENDING"
WAIT_SECONDS = 60.0


def told(body: Any) -> tuple[str, str, str]:
    """(code, detail, field) of the first error; empty where there is none."""
    errors = body.get("errors") if isinstance(body, Mapping) else None
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else {}
    said = (first.get(name) for name in ("code", "detail", "field"))
    code, detail, field = (one if isinstance(one, str) else "" for one in said)
    return code[:80], detail[:300], field[:80]


def sorted_out(exc: RemoteError) -> RemoteError:
    """The transport's class by status, corrected by what the body says."""
    code, detail, field = told(exc.answer)
    if not code or exc.status is None:
        return exc
    if isinstance(exc, OutcomeUnknown) or not 400 <= exc.status < 500:
        exc.code = code  # whatever a gateway's page says, nobody knows what happened behind it
        return exc
    given: dict[str, Any] = {"status": exc.status, "request_id": exc.request_id, "answer": exc.answer}
    if code == WAIT:
        return RemoteConflict(
            detail, code=code, retry_after=WAIT_SECONDS, user_message=capabilities.refused(code, detail), **given
        )
    if code in MOVED:
        return RemoteConflict(detail, code=code, user_message=str(capabilities.MOVED), **given)
    if code in TOKEN or exc.status == 401:
        return CredentialsRejected(detail, code=code, user_message=capabilities.refused(code, ""), **given)
    if code == "NOT_FOUND":
        return RemoteRefused(detail, code="not_found", user_message=capabilities.refused(code, detail), **given)
    exc.code = code
    if isinstance(exc, RemoteRefused):
        exc.user_message = (
            str(capabilities.PAID)
            if field == "order.state" and code == "BAD_REQUEST"
            else capabilities.refused(code, detail)
        )
    return exc
