"""What the system's chain records of exchange rates."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stores.audit.actions import Action, declare

TYPED = declare(Action("rates.typed", _("{actor} typed in an exchange rate: one {base} is {rate} {currency}")))
