"""Keeping orders together: pasted numbers, a selection, everything that matches at this moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from stores.kernel import clock
from stores.kernel.errors import InputRejected
from stores.kernel.search_text import fold_number
from stores.models import ListedOrder, OrderList, OrderRecord, Store, User
from stores.selectors import matching, order_lists, orders
from stores.selectors.orders import OrderQuery

MOST = 10_000  # orders of a list, and numbers pasted at once
MOST_CHARACTERS = 400_000  # of a pasted text
BATCH = 2_000


def paste(*, actor: User, text: str, stores: Sequence[Store]) -> OrderList:
    """The orders of the numbers in `text`, and which numbers nobody has. Raises InputRejected for none or too many."""
    if len(text) > MOST_CHARACTERS:
        raise InputRejected("numbers", _("This is too long. Paste the list in parts."))
    typed = {fold_number(token): token for token in matching.tokens_of(text) if fold_number(token)}
    if not typed:
        raise InputRejected("numbers", _("Paste order numbers, one a line or with commas between them."))
    if len(typed) > MOST:
        said = {"most": f"{MOST:,}", "number": f"{len(typed):,}"}
        raise InputRejected("numbers", _("These are %(number)s numbers; at most %(most)s at once.") % said)
    places = order_lists.places_of(list(typed), stores)
    missing = [text for number, text in typed.items() if number not in places]
    doubled = [text for number, text in typed.items() if len({store for _pk, store in places.get(number, ())}) > 1]
    found = [pk for rows in places.values() for pk, _store in rows]
    return _kept(actor, found, asked=len(typed), missing=missing, doubled=doubled)


def pick(*, actor: User, uuids: Iterable[UUID], stores: Sequence[Store], question: str = "") -> OrderList:
    """Orders chosen one by one. Raises InputRejected when none of them is one the actor sees."""
    rows = OrderRecord.objects.filter(uuid__in=list(uuids)[:MOST], store_id__in=[store.pk for store in stores])
    found = list(rows.values_list("pk", flat=True))
    if not found:
        raise InputRejected("pick", _("Select orders first."))
    return _kept(actor, found, question=question)


def match(*, actor: User, query: OrderQuery, stores: Sequence[Store], question: str) -> OrderList:
    """Everything that matches now: what comes or goes afterwards changes nothing. Raises InputRejected for too many."""
    rows = orders.matching_in(query, orders.stores_of(actor, query, stores))
    found = list(rows.order_by().values_list("pk", flat=True)[: MOST + 1])
    if len(found) > MOST:
        raise InputRejected("all", _("More than %(most)s orders match. Narrow the list first.") % {"most": f"{MOST:,}"})
    return _kept(actor, found, question=question)


def _kept(actor: User, orders: Sequence[int], **fields: Any) -> OrderList:
    with transaction.atomic():
        made = OrderList.objects.create(owner=actor, created_at=clock.now(), **fields)
        rows = (ListedOrder(list=made, order_id=pk) for pk in dict.fromkeys(orders))
        ListedOrder.objects.bulk_create(rows, batch_size=BATCH)
    return made
