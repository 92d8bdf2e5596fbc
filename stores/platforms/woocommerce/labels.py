"""Shipping labels bought with WooCommerce Shipping, or with the plug-in before it: read out of the order's own data.

Their shape is the plug-ins' own and not promised: what does not look like a bought label is passed over.
Source: the extensions' own code, as far as it is public (docs/vendors.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stores.kernel.http import json_readers, safe_json
from stores.kernel.http.json_readers import Node
from stores.platforms.woocommerce import messages

KEYS = ("wcshipping_labels", "wc_connect_labels")  # the newer one first: it took the labels of the older one over
NEVER_BOUGHT = "PURCHASE_ERROR"  # one under way soon is; a customer's data that was erased gives no money back
NOT_GIVEN_BACK = frozenset({"rejected", "unknown"})  # states of a refund after which the label is as good as before


def bought(order: Node) -> Iterator[str]:
    """What names each label that was bought and not given back: carrier and tracking number, or its id."""
    told = json_readers.nodes(order, "meta_data")
    values = [one.get("value") for key in KEYS for one in told if one.get("key") == key]
    once: dict[Any, dict[str, Any]] = {}
    for label in (row for value in values for row in _rows(value)):
        if isinstance(label, dict) and (label.get("label_id") or label.get("tracking")):
            once.setdefault(str(label.get("label_id") or label.get("tracking")), label)
    yield from (_name(label) for label in once.values() if _is_bought(label))
    if any(map(_is_spoilt, values)):
        yield str(messages.LABEL_UNREADABLE)


def _rows(value: Any) -> list[Any]:
    """A list, or the text of one."""
    if isinstance(value, str):
        try:
            value = safe_json.loads(value)
        except ValueError:
            return []
    return value if isinstance(value, list) else []


def _is_spoilt(value: Any) -> bool:
    """The older plug-in wrote some with bare quotes in their names: labels, but no text that can be read."""
    return isinstance(value, str) and '"label_id"' in value and not _rows(value)


def _is_bought(label: dict[str, Any]) -> bool:
    if label.get("error") or label.get("status") == NEVER_BOUGHT:
        return False
    back = label.get("refund")
    return not back or (isinstance(back, dict) and back.get("status") in NOT_GIVEN_BACK)


def _name(label: dict[str, Any]) -> str:
    said = [label.get("service_name") or label.get("carrier_id"), label.get("tracking") or label.get("label_id")]
    return " ".join(str(word)[:60] for word in said if isinstance(word, str | int) and word)
