"""Rows of some shops, asked so that SQLite goes by the rarer condition beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db import connection
from django.db.models import BigIntegerField, F, Func, Model, QuerySet

from stores.models import Store

M = TypeVar("M", bound=Model)


def shops(rows: QuerySet[M], stores: QuerySet[Store] | Sequence[int], *, column: str = "store_id") -> QuerySet[M]:
    """Where something else is asked, too, that has an index of its own and leaves few rows.

    SQLite knows nothing of how values are spread: of two indexes it likes the one on the shop, and reads every order
    of it. A plus sign in front of the column takes that choice away.
    """
    if connection.vendor != "sqlite":
        return rows.filter(**{f"{column}__in": stores})
    shop = Func(F(column), template="+%(expressions)s", output_field=BigIntegerField())
    return rows.alias(shop=shop).filter(shop__in=stores)
