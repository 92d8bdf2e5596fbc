"""What each platform can do, as pages and documents tell it: capabilities by name, platforms side by side."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext_lazy as _

from stores.canonical.capabilities import Capabilities, Capability
from stores.platforms import registry
from stores.platforms.base import Platform, Scope, Serves

NAMES: dict[str, Any] = {
    "import_orders": _("Import all orders"),
    "search_orders": _("Search its orders"),
    "list_units": _("Cancellable units in the order list"),
    "list_money": _("Total and payment in the order list"),
    "receive_events": _("Be told of changes"),
    "read_order": _("Read one order live"),
    "cancel_order": _("Cancel a whole order"),
    "cancel_lines": _("Cancel some units"),
    "cancel_rest": _("Cancel the rest of a partly shipped order"),
    "cancel_while_packing": _("Cancel while it is being packed"),
    "refund_quote": _("Compute the refund"),
    "refund": _("Give money back"),
    "refund_part": _("Give back an amount of one's own"),
    "refund_shipping": _("Give shipping back"),
    "cancel_without_refund": _("Cancel without a refund"),
    "disputes": _("Tell of a disputed payment"),
    "labels": _("Tell of a bought shipping label"),
    "void_authorisation": _("Release an authorisation"),
    "restock": _("Put units back"),
    "restock_at_location": _("Put units back at a chosen location"),
    "keep_stock": _("Cancel without putting units back"),
    "notify_customer": _("Notify the customer"),
    "staff_note": _("Leave a note for staff"),
    "find_again": _("Find our effect after a lost answer"),
    "idempotency": _("Ignore the same request sent twice"),
    "undo": _("Undo"),
}

# What a platform lets Rescind know. It changes nothing there, so it is not counted in calls: told whole, or in part.
TOLD = frozenset({
    "import_orders", "search_orders", "list_units", "list_money", "receive_events", "read_order", "refund_quote",
    "disputes", "labels", "find_again", "idempotency",
})  # fmt: skip

SERVES = {
    Serves.ORDERS: _("orders"),
    Serves.PAYMENTS: _("payments"),
    Serves.STOCK: _("stock"),
    Serves.BOOKS: _("books"),
}


@dataclass(frozen=True)
class Vendor:
    """A platform for templates, which would call the class itself."""

    key: str
    label: str
    api_version: str
    scopes: tuple[Scope, ...]
    capabilities: Capabilities
    serves: str  # "orders, payments and stock": what one connection is to us

    @classmethod
    def of(cls, platform: type[Platform]) -> Vendor:
        roles = str(get_text_list([str(SERVES[role]) for role in platform.serves], _("and")))
        return cls(platform.key, platform.label, platform.api_version, platform.scopes, platform.capabilities, roles)


@dataclass(frozen=True)
class Row:
    """One capability on each of the platforms shown."""

    key: str
    label: Any
    cells: tuple[tuple[str, Capability], ...]  # (platform's label, what it can)

    @property
    def scale(self) -> str:
        """The vocabulary of its cells; `_short` is that of the table."""
        return "told" if self.key in TOLD else "support"


def rows(platforms: dict[str, Capabilities]) -> list[Row]:
    """platforms: label → capabilities. In the order in which the capabilities are declared."""
    keys = [field.name for field in fields(Capabilities)]
    return [
        Row(key, NAMES.get(key, key.replace("_", " ")), tuple((p, getattr(can, key)) for p, can in platforms.items()))
        for key in keys
    ]


def vendors() -> list[Vendor]:
    """Every platform this version knows, by its name."""
    return sorted((Vendor.of(platform) for platform in registry.all_platforms()), key=lambda vendor: vendor.label)
