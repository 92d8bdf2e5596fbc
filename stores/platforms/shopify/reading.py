"""Reading one order whole: a small one in one call, what is longer read on until nothing is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from stores.canonical.order import Order
from stores.kernel.errors import RemoteRefused, RemoteUnavailable
from stores.platforms.shopify import capabilities, documents, fields, mapping, points
from stores.platforms.shopify.api import Api
from stores.platforms.shopify.documents import Kind
from stores.platforms.shopify.fields import Misread, Node
from stores.platforms.shopify.points import Sizes

ORDER_ID = re.compile(r"gid://shopify/Order/[0-9]{1,20}", re.ASCII)
MOST_PAGES = 60  # of one list: 60 × 40 lines


@contextmanager
def understood() -> Iterator[None]:
    """A shape that the schema does not promise is an answer we cannot use: the read failed, nothing else did."""
    try:
        yield
    except Misread as exc:
        raise RemoteUnavailable(f"misread {exc}", code="bad_shape", user_message=str(capabilities.UNREADABLE)) from exc


def not_found() -> RemoteRefused:
    return RemoteRefused("no such order", code="not_found", user_message=str(capabilities.NOT_FOUND))


def check_id(external_id: str) -> str:
    if not ORDER_ID.fullmatch(external_id):
        raise not_found()
    return external_id


def read_order(api: Api, external_id: str) -> Order:
    """Everything, live. Most orders have one currency, so the second one is only asked for when there is one."""
    check_id(external_id)
    with understood():
        kind, sizes = Kind(both=False, full=True), Sizes()
        raw = _first(api, external_id, sizes, kind)
        if _has_two_currencies(raw):
            kind = Kind(both=True, full=True)
            raw = _first(api, external_id, sizes, kind)
        return mapping.to_order(_whole(api, raw, sizes, kind))


def look_again(api: Api, before: Order) -> Order:
    """What can have moved since a full read, at about half the cost."""
    check_id(before.external_id)
    kind, sizes = Kind(both=before.currency != before.customer_currency, full=False), sizes_of(before)
    with understood():
        raw = _first(api, before.external_id, sizes, kind)
        if kind.both == _has_two_currencies(raw):
            renewed = mapping.renewed(before, _whole(api, raw, sizes, kind))
            if renewed is not None:
                return renewed
    return read_order(api, before.external_id)


def sizes_of(before: Order) -> Sizes:
    """Just enough for the order as it was and one more of each: less is held back from the rate limit meanwhile."""
    groups = {place.group_id for line in before.lines for place in line.placements}
    return Sizes(
        lines=min(len(before.lines) + 1, 40),
        groups=min(len(groups) + 2, 5),
        shares=min(len(before.lines) + 1, 12),
        payments=min(len(before.payments) + 3, 12),
        refunds=min(len(before.refunds) + 2, 4),
        shipments=min(len(before.shipments) + 1, 4),
        units=min(len(before.lines) + 1, 8),
    )


def _has_two_currencies(raw: Node) -> bool:
    return fields.text(raw, "currencyCode") != fields.text(raw, "presentmentCurrencyCode")


def _first(api: Api, external_id: str, sizes: Sizes, kind: Kind) -> dict[str, Any]:
    variables = {"id": external_id, **asdict(sizes)}
    data = api.read(documents.order(kind), variables, cost=points.order(sizes, kind))
    if data.get("order") is None:
        raise not_found()
    return dict(fields.node(data, "order"))


def _whole(api: Api, raw: dict[str, Any], sizes: Sizes, kind: Kind) -> Node:
    """`raw` with every list complete."""
    order_id = fields.ident(raw)
    more_lines = _Pages("lineItems", documents.lines(kind), {"id": order_id, "lines": 50}, points.lines(50, kind))
    more_groups = _Pages(
        "fulfillmentOrders", documents.GROUPS, {"id": order_id, "groups": 5, "shares": 40}, points.groups(5, 40)
    )
    raw["lineItems"] = more_lines.after(api, fields.node(raw, "lineItems"))
    raw["fulfillmentOrders"] = more_groups.after(api, fields.node(raw, "fulfillmentOrders"))
    _lengthen(api, raw, sizes, kind)
    for name, owner, inner in INNER:
        raw[name] = [{**item, inner: _inner(api, item, owner, inner, kind)} for item in fields.items(raw, name)]
    if fields.text(raw, "returnStatus") != "NO_RETURN":
        raw["returns"] = _returns(api, order_id)
    return raw


INNER = (
    ("fulfillmentOrders", "FulfillmentOrder", "lineItems"),
    ("fulfillments", "Fulfillment", "fulfillmentLineItems"),
    ("refunds", "Refund", "refundLineItems"),
    ("refunds", "Refund", "transactions"),
)


def _lengthen(api: Api, raw: dict[str, Any], sizes: Sizes, kind: Kind) -> None:
    """Lists without pages are asked for again at their largest size, when the first one was full."""
    order_id, both = fields.ident(raw), kind.both
    for name, had, most, document, cost, more in (
        ("transactions", sizes.payments, 100, documents.payments(both), points.payments(100, both), {}),
        ("refunds", sizes.refunds, 24, documents.refunds(both), points.refunds(24, 4, both), {"units": 4}),
        ("fulfillments", sizes.shipments, 50, documents.SHIPMENTS, points.shipments(50, 4), {"units": 4}),
    ):
        if len(fields.items(raw, name)) >= had:
            data = api.read(document, {"id": order_id, **more}, cost=cost)
            raw[name] = fields.items(fields.node(data, "order"), name)
            if len(raw[name]) >= most:
                raise Misread(f"more than {most} {name}")


@dataclass(frozen=True)
class _Pages:
    """The further pages of one connection of the order."""

    name: str
    document: str
    variables: Mapping[str, Any]
    cost: float

    def after(self, api: Api, page: Any) -> list[Node]:
        """All nodes: those of `page` and of what follows."""
        nodes = list(fields.items({"of": page}, "of"))
        for _ in range(MOST_PAGES):
            info = fields.node(page, "pageInfo")
            if not fields.flag(info, "hasNextPage"):
                return nodes
            variables = {**self.variables, "after": fields.ident(info, "endCursor")}
            page = fields.node(fields.node(api.read(self.document, variables, cost=self.cost), "order"), self.name)
            nodes += fields.items({"of": page}, "of")
        raise Misread(self.name)


def _inner(api: Api, item: Node, owner: str, inner: str, kind: Kind) -> list[Node]:
    page, nodes = item.get(inner), list(fields.items(item, inner))
    if not isinstance(page, Mapping):  # complete already
        return nodes
    for _ in range(MOST_PAGES):
        info = fields.node(page, "pageInfo")
        if not fields.flag(info, "hasNextPage"):
            return nodes
        variables = {"id": fields.ident(item), "after": fields.ident(info, "endCursor")}
        data = api.read(documents.inner(owner, inner, kind.both), variables, cost=points.inner(inner, kind.both))
        page = fields.node(fields.node(data, "node"), "inner")
        nodes += fields.items({"of": page}, "of")
    raise Misread(inner)


def _returns(api: Api, order_id: str) -> list[Node] | None:
    """None when the app may not read returns: then only their existence is known."""
    try:
        data = api.read(documents.RETURNS, {"id": order_id}, cost=23)
    except RemoteRefused as exc:
        if exc.code != "ACCESS_DENIED":
            raise
        return None
    return fields.items(fields.node(data, "order"), "returns")
