"""Orders of some shops, asked so that the database goes by the rarer condition beside it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import BigIntegerField, F, Func, QuerySet

from stores.models import OrderRecord, Store


def orders(stores: Iterable[Store], *, is_rare: bool) -> QuerySet[OrderRecord]:
    """is_rare: something else is asked, too, that has an index of its own and leaves few orders.

    SQLite knows nothing of how values are spread: of two indexes it takes the one on the shop, and reads every order
    of it. A plus sign in front of the column takes that choice away.
    """
    pks = [store.pk for store in stores]
    if not is_rare or connection.vendor != "sqlite":
        return OrderRecord.objects.filter(store_id__in=pks)
    shop = Func(F("store_id"), template="+%(expressions)s", output_field=BigIntegerField())
    return OrderRecord.objects.alias(shop=shop).filter(shop__in=pks)
