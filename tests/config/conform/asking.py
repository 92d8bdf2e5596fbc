"""A shop of the sandbox with orders to look at, and the command that asks it."""

from __future__ import annotations

from io import StringIO

from django.core.management import call_command

from sandbox import connections
from tests.rigs.desk import Desk


def stock_up(desk: Desk) -> None:
    """Orders that show what can be seen, of two days: paid and open; at Magento one that was refunded whole."""
    platform = desk.store.platform
    if platform == "magento":
        connections.of(desk.world, platform).staff(made(desk, shipping="0")).refund(3)
    made(desk, age_days=2)
    made(desk)


def made(desk: Desk, **spec) -> str:
    platform = desk.store.platform
    lines = [connections.line(platform, quantity=3, price="10.00")]
    return connections.make_order(desk.world, platform, "demo", lines=lines, **spec)


def conform(desk: Desk, *arguments: str) -> str:
    said = StringIO()
    call_command("conform", str(desk.store.uuid), *arguments, stdout=said)
    return said.getvalue()
