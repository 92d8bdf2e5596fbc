"""The form of an exchange rate: shape only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from stores.forms.fields import Number, Words


class TypedRate(forms.Form):
    """One unit of the installation's currency in another."""

    currency = Words(label=_("Currency"), max_length=20, help_text=_("Three capitals, for example JPY."))
    rate = Number(label=_("Rate"), max_length=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rate"].label = _("One %(home)s is") % {"home": settings.CURRENCY}
