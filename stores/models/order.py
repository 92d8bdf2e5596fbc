"""The mirrored copy of an order: for search and for the first look. Never believed for an effect."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from stores.kernel.money import Money


class OrderRecord(models.Model):
    """What lists show and search; `search` is the folded text of what is searched. All of the order: `snapshot`."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.CASCADE, related_name="orders")
    external_id = models.CharField(max_length=120)
    number = models.CharField(max_length=60)
    number_folded = models.CharField(max_length=60, db_index=True)  # no "#", lower case
    search = models.TextField()
    customer_name = models.CharField(max_length=200, blank=True)
    customer_email = models.CharField(max_length=254, blank=True)
    placed_at = models.DateTimeField()
    updated_at = models.DateTimeField()  # the platform's
    cancelled_at = models.DateTimeField(null=True)
    fulfilment = models.CharField(max_length=16)
    payment = models.CharField(max_length=16)
    cancellable = models.CharField(max_length=8)
    units_open = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    units_ordered = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    total_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    is_disputed = models.BooleanField(default=False)
    is_summary = models.BooleanField(default=True)
    read_at = models.DateTimeField()
    bought = models.CharField(max_length=120, blank=True, default="")  # its first line, as a list shows it
    lines = models.PositiveSmallIntegerField(default=0)  # how many different things
    described_as = models.PositiveSmallIntegerField(default=0)  # services.orders.DESCRIPTION when it was written
    source_folded = models.CharField(max_length=60, blank=True, default="")  # of a copy: the number of its original

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["store", "external_id"], name="one_copy_per_order")]
        indexes: ClassVar = [
            models.Index(models.F("placed_at").desc(), models.F("id").desc(), name="order_by_time"),
            models.Index("store", models.F("placed_at").desc(), models.F("id").desc(), name="order_by_store_time"),
            models.Index(
                "cancellable", models.F("placed_at").desc(), models.F("id").desc(), name="order_by_cancellable"
            ),
            models.Index("payment", models.F("placed_at").desc(), models.F("id").desc(), name="order_by_payment"),
            models.Index("fulfilment", models.F("placed_at").desc(), models.F("id").desc(), name="order_by_fulfilment"),
            models.Index(
                models.F("placed_at").desc(),
                models.F("id").desc(),
                condition=models.Q(is_disputed=True),
                name="order_disputed",
            ),
            models.Index(
                "total_minor",
                "currency",
                "store",
                models.F("placed_at").desc(),
                models.F("id").desc(),
                name="order_by_total",  # all that a list of a range asks for: the rows themselves are not read
            ),
            models.Index(models.F("units_open").desc(), models.F("id").desc(), name="order_by_units"),
            models.Index(fields=["id"], condition=models.Q(described_as=0), name="order_undescribed"),
            models.Index(fields=["source_folded"], condition=~models.Q(source_folded=""), name="order_copies"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def total(self) -> Money:
        """What the order is worth now, in the shop's currency."""
        return Money.from_minor(self.total_minor, self.currency)


class OrderSnapshot(models.Model):
    """The whole order as it was read: canonical JSON of stores.canonical.order.Order, written with its record.

    Four fifths of what is known of an order, and no list reads it: a table of its own keeps theirs small.
    """

    order = models.OneToOneField(OrderRecord, primary_key=True, on_delete=models.CASCADE, related_name="snapshot")
    text = models.TextField()

    def __str__(self) -> str:
        return str(self.order_id)
