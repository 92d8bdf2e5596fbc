"""Lists that leave the desk as files leave a trace."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from stores.audit import trail
from stores.audit.actions import Action, declare
from stores.models import Store, User

ORDERS_EXPORTED = declare(Action("orders.exported", _("{actor} exported the order list")))


def note_orders(actor: User, stores: Sequence[Store], *, is_narrowed: bool) -> None:
    """Who took a list of orders out, of how many shops; the words that were searched for are not kept."""
    with transaction.atomic():
        trail.record(ORDERS_EXPORTED, actor=actor, target="orders:list", shops=len(stores), is_narrowed=is_narrowed)
