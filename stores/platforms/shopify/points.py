"""What each document asks for, in points, before it is sent: the platform holds that much back until it has answered.

Counted as in documents.py; a test compares with what the simulator counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from stores.platforms.shopify.documents import Kind

HEAD = 4  # the order itself, its cancellation, an open dispute and one spare
HEAD_BAGS = 12
FIXED = 14  # app, customer, addresses, terms, risk, shipping lines
FIXED_BAGS = 2


@dataclass(frozen=True)
class Sizes:
    """How much a first read asks for; a small order fits."""

    lines: int = 8
    groups: int = 3
    shares: int = 8
    payments: int = 8
    refunds: int = 3
    shipments: int = 3
    units: int = 6


def bag(both: bool) -> int:
    return 3 if both else 2


def order(sizes: Sizes, kind: Kind) -> int:
    bags = HEAD_BAGS + (FIXED_BAGS if kind.full else 0)
    head = HEAD + bags * bag(kind.both) + (FIXED if kind.full else 0)
    return (
        head
        + payments(sizes.payments, kind.both)
        + refunds(sizes.refunds, sizes.units, kind.both)
        + shipments(sizes.shipments, sizes.units)
        + lines(sizes.lines, kind)
        + groups(sizes.groups, sizes.shares)
    )


def payments(count: int, both: bool) -> int:
    return count * (2 + 2 * bag(both))


def refunds(count: int, units: int, both: bool) -> int:
    money = 2 + 3 * (2 + bag(both))
    return count * (1 + bag(both) + money + 2 + 3 * units)


def shipments(count: int, units: int) -> int:
    return count * (7 + 2 * units)


def lines(count: int, kind: Kind) -> int:
    fixed = 3 * bag(kind.both) + 7 if kind.full else 0
    return 2 + count * (1 + fixed)


def groups(count: int, shares: int) -> int:
    return 2 + count * (7 + 2 * shares)


def inner(name: str, both: bool) -> int:
    one = {"lineItems": 2, "fulfillmentLineItems": 2, "refundLineItems": 3, "transactions": 2 + bag(both)}[name]
    return 3 + 100 * one


def suggested() -> int:
    """The list of refund lines has no size, so the platform counts one; what comes back is charged."""
    return 36
