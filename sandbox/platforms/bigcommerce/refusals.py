"""How the platform says no: a bare list in v2, an object in v3, and both odd shapes of the payment actions."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from sandbox.core.messages import Refused, Reply

TYPE = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes"


def v2(status: int, message: str) -> Refused:
    return Refused(status, [{"status": status, "message": message}])


def v3(status: int, title: str, errors: dict[str, str] | None = None) -> Refused:
    return Refused(status, problem(status, title, errors))


def plain(version: str, status: int, title: str) -> Refused:
    """A refusal of the door itself, as the version of the path says it."""
    return v2(status, title) if version == "v2" else v3(status, title)


def problem(status: int, title: str, errors: dict[str, str] | None = None) -> dict[str, Any]:
    return {"status": status, "title": title, "type": TYPE, "errors": errors or {}}


def in_data(status: int, title: str, errors: dict[str, str] | None = None) -> Refused:
    """As payment actions say it."""
    return Refused(status, {"data": [problem(status, title, errors)]})


# --- What v2 answers whoever does not ask for JSON: the same, as XML ------------------------------
SINGLE = {"orders": "order", "products": "product", "shipments": "shipment", "coupons": "coupon", "taxes": "tax",
          "statuses": "status", "errors": "error"}  # fmt: skip


def reply(status: int, payload: Any, root: str, **headers: str) -> Reply:
    """`root`: the word of the path; a refusal is called errors."""
    name = "errors" if status >= 400 else root
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{element(name, payload)}'
    return Reply(status, text.encode(), {"Content-Type": "application/xml; charset=utf-8"} | headers)


def element(name: str, value: Any) -> str:
    if isinstance(value, dict):
        inner = "".join(element(key, one) for key, one in value.items())
    elif isinstance(value, list):
        inner = "".join(element(SINGLE.get(name, "value"), one) for one in value)
    else:
        inner = "" if value is None else escape(str(value).lower() if isinstance(value, bool) else str(value))
    return f"<{name}>{inner}</{name}>"
