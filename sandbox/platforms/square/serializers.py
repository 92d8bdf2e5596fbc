"""Records as Square tells them: without what we keep for ourselves, and times in its own spelling."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sandbox.core import messages
from sandbox.core.records import Session

Body = dict[str, Any]


def serialize(record: Any) -> Any:
    """Names that begin with an underscore are ours."""
    if isinstance(record, dict):
        return {name: serialize(value) for name, value in record.items() if not name.startswith("_")}
    return [serialize(one) for one in record] if isinstance(record, list) else record


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stamp(said: str) -> float:
    """Raises ValueError for what is no time."""
    return datetime.fromisoformat(said).timestamp()


def keep(session: Session, order: Body) -> None:
    """An order is listed by what it says of its last change."""
    session.put("order", order["id"], order, at=stamp(order["updated_at"]))


# --- How Square says no: one envelope, a category and a code --------------------------------------
INVALID = "INVALID_REQUEST_ERROR"
REFUND = "REFUND_ERROR"
PAYMENT = "PAYMENT_METHOD_ERROR"
ACCESS = "AUTHENTICATION_ERROR"
AFTER_PAYMENT = "Orders cannot be canceled after payments have been processed."


class Refused(messages.Refused):
    def __init__(self, code: str, detail: str = "", field: str = "", *, status: int = 400, category: str = INVALID):
        super().__init__(status, body(code, detail, field, category=category))


def body(code: str, detail: str = "", field: str = "", *, category: str = INVALID) -> dict[str, Any]:
    said = {"category": category, "code": code, "detail": detail, "field": field}
    return {"errors": [{name: value for name, value in said.items() if value}]}


def not_found(what: str) -> Refused:
    return Refused("NOT_FOUND", f"{what} was not found.", status=404)


def missing(field: str) -> Refused:
    return Refused("MISSING_REQUIRED_PARAMETER", f"Missing required parameter `{field}`.", field)
