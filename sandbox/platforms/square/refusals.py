"""How Square says no: one envelope, a category and a code."""

from __future__ import annotations

from typing import Any

from sandbox.core import messages

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
