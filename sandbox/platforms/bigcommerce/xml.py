"""What v2 answers whoever does not ask for JSON: the same, as XML."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from sandbox.core.messages import Reply

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
