"""Strict fields, the same for every form: nothing is trimmed, mended, dropped or taken for something it is not."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from stores.kernel import addresses, numbers, plain_text
from stores.kernel.errors import InputRejected

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Words(forms.CharField):
    """Free text of one line or several. Control characters are refused, never dropped."""

    one_line = True

    def clean(self, value: Any) -> str:
        if found := plain_text.control_in(str(self.to_python(value)), one_line=self.one_line):
            raise ValidationError(_("Take out the control character %(code)s.") % {"code": found})
        return str(super().clean(value))


class LongWords(Words):
    one_line = False


class Name(Words):
    """What people know somebody or something by: no mark that turns the direction of reading either."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if found := plain_text.direction_in(text):
            raise ValidationError(_("Take out %(code)s: it turns the direction of reading.") % {"code": found})
        return text


class Number(forms.CharField):
    """As typed, through the one number parser; None when empty. `whole`: no fraction. `most`: the largest."""

    def __init__(self, *, whole: bool = False, most: int | None = None, **kwargs: Any) -> None:
        inputs = {"inputmode": "numeric" if whole else "decimal", "autocomplete": "off"}
        super().__init__(strip=False, widget=forms.TextInput(attrs=inputs), **kwargs)
        self.whole, self.most = whole, most

    def clean(self, value: Any) -> Decimal | None:  # type: ignore[override]
        text = super().clean(value)
        try:
            found = numbers.number(text, field="") if text else None
        except InputRejected as exc:
            raise ValidationError(exc.user_message) from exc
        if found is not None and self.whole and found % 1:
            raise ValidationError(_("Write a whole number."))
        if found is not None and self.most is not None and found > self.most:
            raise ValidationError(_("At most %(most)s.") % {"most": self.most})
        return found


class Day(forms.DateField):
    """2026-11-21 and nothing else."""

    def __init__(self, **kwargs: Any) -> None:
        inputs = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(required=False, widget=inputs, **kwargs)

    def to_python(self, value: Any) -> date | None:
        if value in (None, ""):
            return None
        try:
            if isinstance(value, str) and DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        raise ValidationError(_("Write the day as 2026-11-21."))


class TickInput(forms.CheckboxInput):
    """Hands on what was sent; Django's takes any text for a tick."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.get(name, "")

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value == "on", attrs)
        return context


class Tick(forms.ChoiceField):
    """A box: "on", or left out. Anything else is no tick and no lack of one."""

    widget = TickInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, choices=[("on", "on")], **kwargs)

    def clean(self, value: Any) -> bool:
        return super().clean(value) == "on"


class Address(forms.CharField):
    """An e-mail address in its one spelling (stores.kernel.addresses)."""

    widget = forms.EmailInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=addresses.MOST_CHARACTERS, strip=False, **kwargs)

    def clean(self, value: Any) -> str:
        try:
            return addresses.normal(str(super().clean(value)))
        except InputRejected as exc:
            raise ValidationError(exc.user_message) from exc
