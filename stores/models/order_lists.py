"""Lists of orders that people keep: a view (a question, asked anew each time) and a list (the orders themselves)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class SavedView(models.Model):
    """A question to the order list under a name. `query`: as it stands in the address, without a page.

    A shared one is seen in `shops`, those that its maker saw when sharing it; so it stays when the maker leaves
    (`owner` None), and nobody learns of it whose shops are others. One that is not shared goes with its owner.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="views")
    name = models.CharField(max_length=60)
    query = models.TextField(blank=True)
    is_shared = models.BooleanField(default=False)
    shops = models.ManyToManyField("stores.Store", related_name="+", blank=True)
    created_at = models.DateTimeField()
    is_own = False  # in memory only: the viewer's, as selectors.order_lists read it

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "name"], name="one_view_of_a_name")]

    def __str__(self) -> str:
        return self.name


class OrderList(models.Model):
    """Orders as they were chosen or pasted at one moment. Its owner's alone; forgotten after some days.

    `question`: the address they were chosen from, "" for a pasted list. `missing`: numbers that no order has;
    `doubled`: numbers that stand in several shops. Both as they were pasted.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    question = models.TextField(blank=True)
    asked = models.PositiveIntegerField(default=0)  # numbers pasted
    missing = models.JSONField(default=list)
    doubled = models.JSONField(default=list)
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.uuid)


class ListedOrder(models.Model):
    """One order of a list."""

    list = models.ForeignKey(OrderList, on_delete=models.CASCADE, related_name="rows", db_index=False)
    order = models.ForeignKey("stores.OrderRecord", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["list", "order"], name="once_in_a_list")]

    def __str__(self) -> str:
        return f"{self.list_id} {self.order_id}"
