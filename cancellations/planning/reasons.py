"""Our reasons: what people read, and the choices each one starts with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stores.canonical.request import Reason
from stores.kernel.i18n import gettext as _


@dataclass(frozen=True)
class Habit:
    """What choosing a reason presets: None leaves the shop's own default."""

    label: Callable[[], str]
    restock: bool | None = None
    notify: bool | None = None


HABITS: dict[Reason, Habit] = {
    Reason.CUSTOMER: Habit(lambda: _("Customer changed their mind")),
    Reason.OUT_OF_STOCK: Habit(lambda: _("Out of stock"), restock=False),
    Reason.FRAUD: Habit(lambda: _("Suspected fraud"), notify=False),
    Reason.PAYMENT_DECLINED: Habit(lambda: _("Payment declined")),
    Reason.DUPLICATE: Habit(lambda: _("Ordered twice")),
    Reason.ADDRESS: Habit(lambda: _("Wrong or undeliverable address")),
    Reason.PRICE_ERROR: Habit(lambda: _("Wrong price")),
    Reason.STAFF_ERROR: Habit(lambda: _("Our mistake")),
    Reason.OTHER: Habit(lambda: _("Another reason")),
}


def label(reason: Reason) -> str:
    return HABITS[reason].label()
