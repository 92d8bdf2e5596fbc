"""What each connector can do, as pages and documents tell it: capabilities by name, connectors side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext_lazy as _

from stores.canonical.capabilities import Capability, Declared
from stores.connectors.roles import BookKeeper, Connector, Messenger, OrderSource, Refunder, Scope, StockKeeper
from stores.platforms import registry

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
    "credit_note": _("Write a credit note"),
    "send_message": _("Send a message"),
}

# What a platform lets Rescind know. It changes nothing there, so it is not counted in calls: told whole, or in part.
TOLD = frozenset({
    "import_orders", "search_orders", "list_units", "list_money", "receive_events", "read_order", "refund_quote",
    "disputes", "labels", "find_again", "idempotency",
})  # fmt: skip

# What one account is to us; stock also where a refund or a cancel puts units back by itself.
SERVES: dict[type[Connector], Any] = {
    OrderSource: _("orders"),
    Refunder: _("payments"),
    StockKeeper: _("stock"),
    BookKeeper: _("books"),
    Messenger: _("messages"),
}


@dataclass(frozen=True)
class Vendor:
    """A connector for templates, which would call the class itself."""

    key: str
    label: str
    api_version: str
    scopes: tuple[Scope, ...]
    capabilities: Declared
    serves: str  # "orders, payments and stock": what one connection is to us

    @classmethod
    def of(cls, kind: type[Connector]) -> Vendor:
        roles = str(get_text_list([str(SERVES[role]) for role in served(kind)], _("and")))
        return cls(kind.key, kind.label, kind.api_version, kind.scopes, kind.capabilities, roles)


@dataclass(frozen=True)
class Row:
    """One capability on each of the connectors that say it."""

    key: str
    label: Any
    cells: tuple[tuple[str, Capability], ...]  # (connector's label, what it can)

    @property
    def scale(self) -> str:
        """The vocabulary of its cells; `_short` is that of the table."""
        return "told" if self.key in TOLD else "support"


def rows(connectors: Mapping[str, Declared]) -> list[Row]:
    """connectors: label → capabilities. What their roles ask for, in the order of `NAMES`."""
    return [row for key, name in NAMES.items() if (row := Row(key, name, _cells(key, connectors))).cells]


def _cells(key: str, connectors: Mapping[str, Declared]) -> tuple[tuple[str, Capability], ...]:
    return tuple((label, getattr(can, key)) for label, can in connectors.items() if hasattr(can, key))


def served(kind: type[Connector]) -> list[type[Connector]]:
    """The roles that one account of it serves, in the order of `SERVES`."""
    plays = {*kind.roles()}
    if issubclass(kind, OrderSource) and kind.capabilities.restock.is_offered:
        plays.add(StockKeeper)
    return [role for role in SERVES if role in plays]


def vendors() -> list[Vendor]:
    """Every platform this version knows, by its name."""
    return sorted((Vendor.of(platform) for platform in registry.all_platforms()), key=lambda vendor: vendor.label)
