"""GET /orders: pages by number and size, filters, and the two envelopes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sandbox.platforms.modern_dropship import serializers
from sandbox.platforms.modern_dropship.acts import refused
from sandbox.platforms.modern_dropship.build import Body
from sandbox.platforms.modern_dropship.session import Session

Query = Mapping[str, Sequence[str]]
FLAGS = {"shipped": "shipped_at", "posted": "is_posted", "billed": "is_billed", "refunded": "is_refunded"}
MOST = 500  # records a read, by the page of 2020


def orders(session: Session, query: Query, version: str) -> tuple[list[Any], bool]:
    """(one page, whether there is more). Raises Refused for a page that is no number."""
    page, size = number(query, "page", 0), min(number(query, "limit", 50), MOST)
    rows = list(session.all("order"))
    if session.switch("list_order") == "newest_first":
        rows.reverse()
    chosen = [body for body in rows if fits(body, query)]
    start = page * size
    shown = [serializers.order(session, body, version) for body in chosen[start : start + size]]
    return shown, start + size < len(chosen)


def fits(body: Body, query: Query) -> bool:
    for name, field in FLAGS.items():
        if name in query and bool(body.get(field)) != (query[name][0].lower() == "true"):
            return False
    if "createdMin" in query and body["created_at"] < moment(query["createdMin"][0]):
        return False
    codes = {"buyerOrderCode": "buyer_code", "sellerOrderCode": "seller_code"}
    return all(body[field] == query[name][0] for name, field in codes.items() if name in query)


def number(query: Query, name: str, default: int) -> int:
    said = query.get(name, [str(default)])[0]
    if not (said.isascii() and said.isdecimal()):
        raise refused(400, f"{name} must be a number", listed=True)
    return int(said)


def moment(said: str) -> float:
    try:
        return datetime.fromisoformat(said).timestamp()
    except ValueError as exc:
        raise refused(400, "createdMin must be RFC 3339", listed=True) from exc
