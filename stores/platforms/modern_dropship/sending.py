"""Ours to theirs, and what must hold in a fresh read before a line is sent. Pure."""

from __future__ import annotations

from typing import Any

from stores.canonical.commands import CancelLine
from stores.kernel.errors import RemoteRefused
from stores.platforms.modern_dropship import capabilities
from stores.platforms.modern_dropship.units import Tally


def order_body(reason: str, *, only_rest: bool) -> dict[str, Any]:
    """The flag is always said: `false` makes the network refuse an order of which something has shipped."""
    return {"reason": reason, "unfulfilledOnly": only_rest}


def line_body(command: CancelLine, reason: str) -> dict[str, Any]:
    """A whole line goes without `newQuantity`, whose default is 0: whether an explicit 0 is taken is not known."""
    keep = int(command.keep)
    return {"reason": reason, "newQuantity": keep} if keep else {"reason": reason}


def check_line(command: CancelLine, now: Tally) -> None:
    """The line stands as planned: this id, this product, live, and enough of it waits. Raises RemoteRefused."""
    item = now.item(command.line_id)
    if item is None:
        raise _no("line_gone", capabilities.LINE_GONE)
    if item.is_cancelled:
        raise _no("line_cancelled", capabilities.LINE_CANCELLED)
    if command.stock_key and item.code != command.stock_key:
        raise _no("line_changed", capabilities.LINE_CHANGED)
    if command.keep >= item.quantity:
        raise _no("line_smaller", capabilities.LINE_SMALLER)
    if item.quantity - command.keep > now.cancellable(item):
        raise _no("line_shipped", capabilities.LINE_SHIPPED)


def _no(code: str, said: str) -> RemoteRefused:
    return RemoteRefused(code, code=code, user_message=str(said))
