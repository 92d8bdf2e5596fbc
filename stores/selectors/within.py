"""Rows of some shops, asked so that SQLite goes by the rarer condition beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast

from django.db import connection
from django.db.models import BigIntegerField, F, Func, Model, QuerySet

from stores.models import Store

M = TypeVar("M", bound=Model)


def shops(rows: QuerySet[M], stores: QuerySet[Store] | Sequence[int], *, column: str = "store_id") -> QuerySet[M]:
    """Where something else is asked, too, that has an index of its own and leaves few rows.

    SQLite knows nothing of how values are spread: of two indexes it likes the one on the shop, and reads every order
    of it. A plus sign in front of the column takes that choice away.
    """
    found: Any  # alias() forgets the model
    if connection.vendor != "sqlite":
        found = rows.filter(**{f"{column}__in": stores})
        return cast("QuerySet[M]", found)
    shop = Func(F(column), template="+%(expressions)s", output_field=BigIntegerField())
    found = rows.alias(shop=shop).filter(shop__in=stores)
    return cast("QuerySet[M]", found)
