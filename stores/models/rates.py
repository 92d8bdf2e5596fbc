"""What currencies are worth in one another, a row for each day."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class RateSource(models.TextChoices):
    ECB = "ecb", _("European Central Bank")
    TYPED = "typed", _("typed in")


class ExchangeRate(models.Model):
    """One `base` is `rate` of `currency` on that day. rate: a plain decimal as text, exact on every database."""

    base = models.CharField(max_length=3)
    currency = models.CharField(max_length=3)
    rate = models.CharField(max_length=24)
    on = models.DateField()
    source = models.CharField(max_length=8, choices=RateSource.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["on", "source", "base", "currency"], name="one_exchange_rate_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.on} 1 {self.base} = {self.rate} {self.currency}"
