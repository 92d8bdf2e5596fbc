"""Behaviour nobody could verify, and moods of the platform: each a switch with all its settings.

`item` is the number in section 16 of its platform's fact sheet ("" = a mood, not a doubt). Adapter tests run under
every single setting, and under all pairs of those that touch money. Item 2 in part: both members of refundMethod set
cannot happen, since the vendor's schema marks that input `@oneOf`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True)
class Switch:
    name: str
    settings: tuple[str, ...]  # the first one is the default
    about: str
    item: str = ""
    touches_money: bool = False
    platform: str = "shopify"

    @property
    def default(self) -> str:
        return self.settings[0]


# Shoplazza: `item` is the number in section 16 of its sheet.
SHOPLAZZA = tuple(
    Switch(f"shoplazza_{name}", settings, about, item, money, "shoplazza")
    for name, settings, about, item, money in (
        ("cancel_refunds", ("no", "yes"), "cancel gives the money back by itself", "1", True),
        ("cancel_restocks", ("no", "yes"), "cancel puts waiting units back", "1", False),
        ("cancel_voids", ("no", "yes"), "cancel releases an authorisation", "1", True),
        ("cancel_notifies", ("no", "yes"), "cancel writes to the customer", "1", False),
        ("cancel_answer", ("true", "generic"), "the answer of cancel shows the order, or an older state", "", False),
        ("cancel_shipped", ("refused", "allowed"), "cancel of a shipped or partly shipped order", "2", False),
        ("second_cancel", ("ok", "refused"), "cancel of a cancelled order: 200 or 406", "2", True),
        ("refund_after_cancel", ("refused", "allowed"), "refund of a cancelled order: 406 or 200", "3", True),
        ("cancel_after_refund", ("allowed", "refused"), "cancel of an order that was refunded whole", "3", True),
        ("line_quantity", ("stays", "falls"), "`quantity` of a line after a waiting_ship refund", "4", False),
        ("delete_quantity", ("told", "zero"), "`delete_quantity` of a waiting_ship refund", "4", False),
        ("zero_refund", ("allowed", "refused"), "refund_total 0.00 with lines", "4", True),
        ("refund_payments", ("optional", "all"), "must refund_payments name every payment line", "5", True),
        ("gift_card", ("last", "first"), "which payment an unnamed refund takes first", "5", True),
        ("empty_refund", ("refused", "everything"), "2025-06 and later: refund without a body", "6", True),
        ("limit", ("standard", "wide"), "size of both buckets", "", False),
        ("limit_headers", ("none", "told"), "throttle header and Retry-After", "8", False),
        ("hook_signature", ("base64", "hex", "none"), "signature of webhooks", "9", False),
        ("list_order", ("newest_first", "oldest_first"), "order of a list without sort_by", "10", False),
        ("ship_quantity", ("absent", "told", "zero"), "`ship_quantity` of a shipment's line", "10", False),
        ("blank_406", ("yes", "no"), "a 406 without a body", "11", False),
        ("refund_seconds", ("2", "0", "60", "never"), "how long a refund record is pending", "", True),
    )
)
# Modern Dropship: `item` as above, in its own sheet.
MODERN_DROPSHIP = tuple(
    Switch(f"modern_dropship_{name}", settings, about, item, False, "modern_dropship")
    for name, settings, about, item in (
        ("envelope", ("bare", "data"), "2022-03-03: an order in `data`, lists with hasMore", "1"),
        ("names", ("by_version", "both", "old"), "field names of the 2022 column, of both, of 2021", "1"),
        ("fulfilments", ("told", "absent"), "an order's `fulfillments`", "1"),
        ("second_cancel", ("refused", "ok"), "cancel of what is cancelled: 400, or 200 without effect", "2"),
        ("unknown_order", ("404", "400"), "an order nobody knows: 404, or 400 `not found` as in 2020", "2"),
        ("split_original", ("full", "reduced"), "quantity of an item after a part of it was cancelled", "3"),
        ("old_shipments", ("stay", "moved"), "what shipments point at after a split: the old item or the new", "3"),
        ("item_answer", ("original", "new"), "which item a partial cancellation answers", "3"),
        ("reason", ("kept", "dropped"), "whether the reason stands at the cancelled items", ""),
        ("zero_quantity", ("cancels", "refused"), "newQuantity: 0 said explicitly", "4"),
        ("item_unposted", ("allowed", "refused"), "cancel of an item while the order is not posted", "5"),
        ("limit", ("none", "two"), "two requests a second", "6"),
        ("list_order", ("newest_first", "oldest_first"), "order of a list", "6"),
        ("event", ("wrapped", "bare"), "an event's body: around the order, or the order itself", "7"),
    )
)
ALL = (
    Switch("cancel_refusals", ("sync", "job"), "Where a refused cancel says so", "1"),
    Switch("refusal_field", ("order_id", "base", "none"), "`field` of INVALID", "1"),
    Switch("method_absent", ("no_refund", "refund", "refused"), "orderCancel without refundMethod", "2", True),
    Switch("cancel_on_hold", ("allowed", "refused"), "orderCancel with a fulfilment order on hold", "3"),
    Switch("unpaid_refund", ("removed", "refused"), "CANCEL lines without transactions on an unpaid order", "4", True),
    Switch(
        "no_restock_stock", ("committed_gone", "committed_stays", "restocked"), "NO_RESTOCK of unshipped units", "5"
    ),
    Switch("issued_gift_card", ("stays", "disabled"), "gift card sold on a cancelled order", "6", True),
    Switch(
        "idempotent_missing", ("top_level", "user_error", "http_400"), "@idempotent missing in 2026-04 and later", "7"
    ),
    Switch("idempotency_conflict", ("top_level", "user_error"), "where mismatch and concurrency are said", "7", True),
    Switch("key_hours", ("24", "1", "none"), "how long a key is remembered; none: not at all", "7", True),
    Switch("limit", ("standard", "advanced", "plus", "enterprise", "slow"), "bucket and restore rate", "8"),
    Switch("unsized_list_cost", ("one", "ten"), "cost of a list without `first`", "8"),
    Switch("second_cancel", ("job_fails", "refused", "same_job"), "two queued cancels of one order", "9", True),
    Switch("customer", ("shown", "hidden"), "customer fields for a custom app", "10"),
    Switch("missing_location", ("chosen", "refused"), "restock without locationId"),
    Switch("empty_transactions", ("moves_nothing", "platform_decides"), "refundCreate with lines only", "", True),
    Switch("fulfilment_after_cancel", ("CLOSED", "CANCELLED"), "status of a cancelled order's fulfilment orders"),
    Switch("service_answers", ("accepts", "rejects", "waits"), "a service asked to give an order back"),
    Switch("search_lag", ("0", "5", "60"), "seconds the search index is behind"),
    Switch("job_seconds", ("1-3", "0", "60", "never"), "how long a cancel job takes"),
    Switch("pending_seconds", ("60", "0", "never"), "how long `bogus_pending` keeps a refund PENDING", "", True),
    Switch("hooks", ("once", "twice", "reordered", "lost"), "delivery of webhooks", platform=""),
    Switch(
        "clock", ("true", "ahead", "behind"), "the platform's clock is five minutes off in what it tells", platform=""
    ),
    *SHOPLAZZA,
    *MODERN_DROPSHIP,
)
REGISTRY = {switch.name: switch for switch in ALL}
CLOCK_SKEW_SECONDS = {"true": 0, "ahead": 300, "behind": -300}


def check(name: str, value: str) -> None:
    """Raises ValueError for a switch or a setting nobody registered."""
    if name not in REGISTRY:
        raise ValueError(f"no switch {name!r}; there are: {', '.join(REGISTRY)}")
    if value not in REGISTRY[name].settings:
        raise ValueError(f"{name} takes {', '.join(REGISTRY[name].settings)}, not {value!r}")


def defaults() -> dict[str, str]:
    return {switch.name: switch.default for switch in ALL}


def of(platform: str) -> tuple[Switch, ...]:
    """The switches of one platform and those that bend the world of all."""
    return tuple(switch for switch in ALL if switch.platform in (platform, ""))


def singles(platform: str = "shopify") -> Iterator[dict[str, str]]:
    """Every switch alone at each setting that is not its default."""
    for switch in of(platform):
        for value in switch.settings[1:]:
            yield {switch.name: value}


def money_pairs(platform: str = "shopify") -> Iterator[dict[str, str]]:
    """All pairs of settings of two switches that touch money, defaults left out."""
    for one, other in combinations([switch for switch in of(platform) if switch.touches_money], 2):
        for first in one.settings[1:]:
            for second in other.settings[1:]:
                yield {one.name: first, other.name: second}
