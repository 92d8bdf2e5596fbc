"""Commands in words, as steps are called."""

from __future__ import annotations

from stores.canonical.commands import (
    CancelLine,
    CancelOrder,
    CancelRest,
    Command,
    CorrectStock,
    EditOrder,
    RefundOrder,
    VoidPayment,
)
from stores.kernel.i18n import gettext as _
from stores.kernel.i18n import ngettext


def title(command: Command) -> str:
    match command:
        case CancelOrder():
            return _whole(command)
        case RefundOrder():
            return _refund(command)
        case EditOrder(lines=lines):
            return ngettext("Reduce %(n)s line of the order", "Reduce %(n)s lines of the order", len(lines))
        case CancelRest():
            return _("Cancel everything that has not left")
        case CancelLine():
            return _line(command)
        case VoidPayment():
            return _("Release what was only authorised")
        case CorrectStock(changes=changes):
            if any(change.delta > 0 for change in changes):
                return _("Put the units back in stock")
            return _("Take kept units out of stock again")


def _whole(command: CancelOrder) -> str:
    """Money may have gone back in a step of its own, so a cancel that moves none says nothing of it."""
    return _("Cancel the whole order and refund it") if command.refund else _("Cancel the whole order")


def _refund(command: RefundOrder) -> str:
    if not command.lines:
        return _("Give money back")
    if not command.payments:
        return _("Take units off the order, no money moves")
    return _("Take units off the order and give money back")


def refund_title(label: str, *, is_manual: bool) -> str:
    """What becomes of the money, in the effects and in the receipt alike."""
    if is_manual:
        return _("Refund recorded for %(label)s", label=label)
    return _("Refund to %(label)s", label=label)


def _line(command: CancelLine) -> str:
    if not command.keep:
        return _("Cancel the line %(line)s", line=command.stock_key)
    return ngettext("Keep %(n)s unit of %(line)s", "Keep %(n)s units of %(line)s", command.keep, line=command.stock_key)
