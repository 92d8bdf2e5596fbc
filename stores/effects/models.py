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


class Effect(Leased):
    """Something that changes the outer world, sent with an intent and looked for when nobody knows.

    Its table has a `state` of its owner's words and `attempts` (`Attempted`). A generation is one key: the same key,
    the same bytes. `result`: the stored receipt.
    """

    generation = models.PositiveSmallIntegerField(default=1)
    tries = models.PositiveSmallIntegerField(default=0)  # of this generation, rate limits not counted
    first_sent_at = models.DateTimeField(null=True)  # of this generation: the key's age
    unknown_since = models.DateTimeField(null=True)
    looks = models.PositiveSmallIntegerField(default=0)
    absent_since = models.DateTimeField(null=True)  # first of the agreeing reads
    refusal = models.CharField(max_length=300, blank=True)  # their last final no, until looks agree with it
    result = models.JSONField(default=dict)
    detail = models.CharField(max_length=300, blank=True)  # safe words for the page

    class Meta:
        abstract = True


class Attempted(models.Model):
    """One row per send, never updated after `finished_at`. `body` is sealed by the vault: it may hold words.

    Its owner adds the key to the row that was sent, `related_name="attempts"`.
    """

    generation = models.PositiveSmallIntegerField()
    fence = models.PositiveBigIntegerField()
    key = models.CharField(max_length=45)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=300)
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    code = models.CharField(max_length=80, blank=True)
    request_id = models.CharField(max_length=80, blank=True)
    answer = models.TextField(blank=True)  # redacted, shortened

    class Meta:
        abstract = True
        ordering: ClassVar = ["pk"]
