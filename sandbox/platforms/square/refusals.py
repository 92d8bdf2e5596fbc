"""How Square says no: one envelope, a category and a code."""

from __future__ import annotations

from typing import Any

INVALID = "INVALID_REQUEST_ERROR"
REFUND = "REFUND_ERROR"
PAYMENT = "PAYMENT_METHOD_ERROR"
AFTER_PAYMENT = "Orders cannot be canceled after payments have been processed."


class Refused(Exception):
    def __init__(self, code: str, detail: str = "", field: str = "", *, status: int = 400, category: str = INVALID):
        self.status = status
        self.body = body(code, detail, field, category=category)
        super().__init__(code)


def body(code: str, detail: str = "", field: str = "", *, category: str = INVALID) -> dict[str, Any]:
    told = {"category": category, "code": code} | ({"detail": detail} if detail else {})
    return {"errors": [told | ({"field": field} if field else {})]}


def not_found(what: str) -> Refused:
    return Refused("NOT_FOUND", f"{what} was not found.", status=404)


def missing(field: str) -> Refused:
    return Refused("MISSING_REQUIRED_PARAMETER", f"Missing required parameter `{field}`.", field)
