"""Behaviour nobody could verify, and moods of the platform: each a switch with all its settings.

`item` is its number among the platform's doubts in docs/vendors.md ("" = a mood, not a doubt). Adapter tests run under
every single setting, and under all pairs of those that touch money. Item 2 in part: both members of refundMethod set
cannot happen, since the vendor's schema marks that input `@oneOf`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
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


WORLD = (
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
)
CLOCK_SKEW_SECONDS = {"true": 0, "ahead": 300, "behind": -300}


@cache
def everything() -> dict[str, Switch]:
    """Every switch by name: the world's own, Shopify's, and those that each platform's package brings."""
    from sandbox.registry import PLATFORMS  # the packages know what a switch is

    brought = (switch for kind in PLATFORMS.values() for switch in getattr(kind, "switches", ()))
    return {switch.name: switch for switch in (*WORLD, *brought)}


def check(name: str, value: str) -> None:
    """Raises ValueError for a switch or a setting nobody registered."""
    known = everything()
    if name not in known:
        raise ValueError(f"no switch {name!r}; there are: {', '.join(known)}")
    if value not in known[name].settings:
        raise ValueError(f"{name} takes {', '.join(known[name].settings)}, not {value!r}")


def defaults() -> dict[str, str]:
    return {switch.name: switch.default for switch in everything().values()}


def of(platform: str) -> tuple[Switch, ...]:
    """The switches of one platform and those that bend the world of all."""
    return tuple(switch for switch in everything().values() if switch.platform in (platform, ""))


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
