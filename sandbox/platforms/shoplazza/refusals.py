"""How the platform says no: bodies as its registry and its pages of errors show them."""

from __future__ import annotations

from sandbox.core.messages import Refused
from sandbox.platforms.shoplazza.session import Session

NOT_NOW = {"errors": ["The order status does not allow this operation"]}  # text ours
NO_RESOURCE = {"errors": ["Unable to find resource"]}
NO_RECORD = {"errors": ["Record not found"]}
NO_STORE = {"code": "store_not_found", "errors": ["store not found"]}
INACTIVE = {"error": "store is not active"}
TOO_MANY = {"errors": ["Too Many Requests"]}  # text ours
UNAUTHORIZED = {"errors": ["Unauthorized"]}
FORBIDDEN = {"errors": ["Forbidden"]}


def missing(words: str) -> Refused:
    return Refused(400, {"code": "InvalidParameter", "message": "invalid parameter", "errors": [words]})


def field_wrong(field: str, words: str, status: int = 422) -> Refused:
    return Refused(status, {"errors": {field: [words]}})


def not_now(session: Session) -> Refused:
    return Refused(406, None if session.switch("blank_406") == "yes" else NOT_NOW)
