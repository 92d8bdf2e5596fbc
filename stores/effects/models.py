"""Columns that owners share. Abstract: every table is its owner's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models


class Leased(models.Model):
    """Work that one worker at a time does; `leases` is the only way in. `next_attempt_at` is the only due time.

    guards: columns besides the fence that a holder's write compares with the row, so that whoever moved it meanwhile
    wins. moves: the table of allowed moves of `state`.
    """

    guards: ClassVar[tuple[str, ...]] = ("state",)
    moves: ClassVar[Mapping[Any, frozenset[Any]]] = {}

    lease_owner = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveBigIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
