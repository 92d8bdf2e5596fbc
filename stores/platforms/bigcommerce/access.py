"""What *Test connection* finds: the store, and one harmless read for each right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from stores.connectors.roles import Access, Scope
from stores.kernel.errors import RemoteRefused
from stores.kernel.http import json_readers
from stores.platforms.bigcommerce.api import Api

RIGHTS = (
    ("store_v2_information_read_only", "v3/settings/inventory"),
    ("store_v2_orders", "v2/orders?limit=1"),
    ("store_v2_transactions", "v3/orders/1/transactions"),
    ("store_inventory", "v3/inventory/items?limit=1"),
)


def check(api: Api, account: str, version: str, missing: Callable[[Sequence[str]], tuple[Scope, ...]]) -> Access:
    """The right to write cannot be asked for: it counts as granted with the right to read."""
    said = api.object("v2/store")
    granted = tuple(name for name, path in RIGHTS if _may(api, path))
    zone = said.get("timezone")
    return Access(
        shop_name=json_readers.text(said, "name"),
        currency=json_readers.text(said, "currency"),
        time_zone=json_readers.text(zone, "name") if isinstance(zone, Mapping) else "",
        granted=granted,
        missing=missing(granted),
        api_version=version,
        account=account,
    )


def _may(api: Api, path: str) -> bool:
    try:
        api.touch(path)
    except RemoteRefused as exc:
        if exc.status not in (403, 404):
            raise
        return exc.status == 404  # no such order: it was looked for, so the right is there
    return True
