"""What a Shoplazza store tells of its doubts: in which order its list comes, whether it tells its throttle."""

from __future__ import annotations

from typing import Any

from config.conform.probe import Learned, Probe, Unseen, decimals
from stores.kernel.http import json_readers
from stores.platforms.shoplazza import Shoplazza

FEW = (("page_size", "50"),)


def orders(shop: Shoplazza) -> list[Any]:
    return list(json_readers.nodes(shop.api.get("orders", FEW), "orders"))


def list_order(shop: Shoplazza, _order: str) -> Learned:
    made = [at for order in orders(shop) if (at := json_readers.when(order, "created_at"))]
    if len(set(made)) < 2:
        raise Unseen("there is no order of two different moments to compare")
    is_newest_first = made[0] > made[-1]
    said = "newest first" if is_newest_first else "oldest first"
    return Learned(f"a list without `sort_by` comes {said}", {"shoplazza_list_order": said.replace(" ", "_")})


def amounts(shop: Shoplazza, _order: str) -> Learned:
    return Learned(f"totals are texts with decimals: {decimals([str(o.get('total_price', '')) for o in orders(shop)])}")


def paging(shop: Shoplazza, _order: str) -> Learned:
    told = [name for name in ("cursor", "has_more", "pre_cursor") if name in shop.api.get("orders", FEW)]
    return Learned(f"a list tells where it goes on by {', '.join(told) or 'nothing'}")


PROBES = (
    Probe("", "how a list goes on", paging),
    Probe("", "how amounts are written", amounts),
    Probe("10", "the order of a list", list_order, ("shoplazza_list_order",)),
)
