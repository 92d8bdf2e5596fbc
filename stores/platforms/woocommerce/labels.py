"""Shipping labels bought with WooCommerce Shipping, or with the plug-in before it: read out of the order's own data.

Their shape is the plug-ins' own and not promised: what does not look like a bought label is passed over.
Source: holds-and-ways.md, section 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stores.kernel import jsonsafe, shapes
from stores.kernel.shapes import Node

KEYS = ("wcshipping_labels", "wc_connect_labels")
NOT_BOUGHT = frozenset({"ANONYMIZED", "PURCHASE_ERROR", "PURCHASE_IN_PROGRESS"})


def bought(order: Node) -> Iterator[str]:
    """What names each label that was bought and not given back: carrier and tracking number, or its id."""
    for one in shapes.nodes(order, "meta_data"):
        if one.get("key") in KEYS:
            yield from (_name(label) for label in _rows(one.get("value")) if _is_bought(label))


def _rows(value: Any) -> list[Any]:
    """A list, or the text of one."""
    if isinstance(value, str):
        try:
            value = jsonsafe.loads(value)
        except ValueError:
            return []
    return value if isinstance(value, list) else []


def _is_bought(label: Any) -> bool:
    if not isinstance(label, dict) or not (label.get("label_id") or label.get("tracking")):
        return False
    return not label.get("refund") and label.get("status") not in NOT_BOUGHT


def _name(label: dict[str, Any]) -> str:
    said = [label.get("service_name") or label.get("carrier_id"), label.get("tracking") or label.get("label_id")]
    return " ".join(str(word)[:60] for word in said if isinstance(word, str | int) and word)
