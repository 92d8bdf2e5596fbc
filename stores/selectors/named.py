"""Orders by what people call them: the number, or the platform's own id. Each is looked up by its own index."""

from __future__ import annotations

from typing import TypedDict

from django.db.models import QuerySet

from stores.kernel.search_text import fold_number
from stores.models import OrderRecord, Store


class Pk(TypedDict):
    pk: int


def ids(text: str, stores: QuerySet[Store]) -> QuerySet[OrderRecord, Pk]:
    """Primary keys, as a query to be asked within another one.

    A union, since OR over two columns reads every order; and with the shops, since the index of their ids begins there.
    """
    wanted = text.strip()
    mine = OrderRecord.objects.filter(store__in=stores.order_by()).order_by().values("pk")
    return mine.filter(number_folded=fold_number(wanted)).union(mine.filter(external_id=wanted))
