"""The brake: while a row stands open, no effect leaves the installation, or one shop."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

EVERYWHERE = "everywhere"


class EmergencyStop(models.Model):
    """Who pressed it and when; who asked that it ends, and who ended it. A person left out: the console.

    `place` is EVERYWHERE or the shop's primary key as text: one open stop for each, whoever presses.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    place = models.CharField(max_length=24)
    store = models.ForeignKey("stores.Store", null=True, on_delete=models.PROTECT, related_name="+")
    pressed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    pressed_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place"], condition=Q(ended_at=None), name="one_open_stop_per_place")
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def words(self) -> str:
        """What a step, a page and a refused confirmation say of it."""
        who = str(self.pressed_by) if self.pressed_by else _("the console")
        told = {"who": who, "at": f"{self.pressed_at:%Y-%m-%d %H:%M}"}
        return _("Stopped by %(who)s on %(at)s UTC: nothing is sent until it is lifted.") % told
