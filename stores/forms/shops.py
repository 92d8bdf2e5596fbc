"""Forms about shops. The connection form is built from what the platform's adapter declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from stores.connectors.roles import Connector
from stores.forms.fields import Name, Number, Words
from stores.kernel import numbers
from stores.kernel.credentials import Secret, Text
from stores.kernel.errors import InputRejected
from stores.models import Store
from stores.selectors import holds

LONGEST_HOLD_MINUTES = 24 * 60
TIERS = 3  # amounts with a longer hold that a page offers


class Credentials(forms.Form):
    """Fields by the adapter's declaration. Secrets are never rendered back: they are typed again."""

    def __init__(self, *args: Any, platform: type[Connector], known: Mapping[str, str] | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.declared = declared_by(platform)
        for field in self.declared:
            self.fields[field.name] = _field(field, (known or {}).get(field.name, ""))

    @property
    def plain(self) -> list[forms.BoundField]:
        """What is always asked: the shop, and the name it gets here."""
        own = {field.name for field in self.declared}
        asked = {field.name for field in self.declared if field.required}
        return [self[name] for name in self.fields if name in asked or name not in own]

    @property
    def ways(self) -> list[list[forms.BoundField]]:
        """Alternatives, of which one must be complete."""
        groups: dict[str, list[forms.BoundField]] = {}
        for field in self.declared:
            if field.group:
                groups.setdefault(field.group, []).append(self[field.name])
        return list(groups.values())

    @property
    def extras(self) -> list[forms.BoundField]:
        """What few need; hidden behind a summary unless it holds an error."""
        return [self[field.name] for field in self.declared if not field.required and not field.group]

    @property
    def has_wrong_extras(self) -> bool:
        return any(field.errors or field.value() for field in self.extras)

    def settings(self) -> dict[str, str]:
        """What is stored in clear; empty ones left out."""
        return self._given(is_secret=False)

    def secrets(self) -> dict[str, str]:
        return self._given(is_secret=True)

    def _given(self, *, is_secret: bool) -> dict[str, str]:
        names = [field.name for field in self.declared if field.is_secret is is_secret]
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name)}


class NewConnection(Credentials):
    """With a name for the shop; empty: the one the platform tells."""

    name = Name(label=_("Name in Rescind"), max_length=120, required=False, help_text=_("Empty: the shop's own name."))


class Attachment(forms.Form):
    """One connection in one role; "books:<uuid>"."""

    what = forms.ChoiceField(label=_("Connection"), widget=forms.RadioSelect)
    method = Words(
        label=_("Payment method"),
        required=False,
        max_length=60,
        help_text=_("For payments only, as the shop's platform spells it. Empty: all that no other connection takes."),
    )

    def __init__(self, *args: Any, offered: Sequence[tuple[str, Any]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = list(offered)  # type: ignore[attr-defined]


class ShopSettings(forms.Form):
    """Name, hold and time zone of a connected shop."""

    name = Name(label=_("Name in Rescind"), max_length=120)
    hold_minutes = Number(
        label=_("Hold"),
        help_text=_("Minutes in which a confirmed cancellation can be taken back. 0: it starts at once."),
        max_length=20,
        whole=True,
        most=LONGEST_HOLD_MINUTES,
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=lambda: [(z, z) for z in sorted(available_timezones())])

    def __init__(self, *args: Any, store: Store, **kwargs: Any) -> None:
        self.currency = store.currency
        initial = {"name": store.name, "hold_minutes": f"{store.hold_seconds // 60}", "time_zone": store.time_zone}
        kept = holds.tiers(store)
        self.tiers = range(1, max(TIERS, len(kept)) + 1)
        for at, (least, seconds) in enumerate(kept, start=1):
            initial |= {f"from_{at}": f"{least.amount:f}", f"minutes_{at}": f"{seconds // 60}"}
        super().__init__(*args, **(kwargs | {"initial": initial}))
        for at in self.tiers:
            self.fields[f"from_{at}"] = Number(label=_("From this amount"), required=False, max_length=20)
            self.fields[f"minutes_{at}"] = Number(
                label=_("Minutes"), required=False, max_length=20, whole=True, most=LONGEST_HOLD_MINUTES
            )

    @property
    def longer(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """(amount, minutes) of each step."""
        return [(self[f"from_{at}"], self[f"minutes_{at}"]) for at in self.tiers]

    @property
    def shows_longer(self) -> bool:
        return any(field.value() or field.errors for pair in self.longer for field in pair)

    def clean_hold_minutes(self) -> int:
        return int(self.cleaned_data["hold_minutes"])

    def clean(self) -> dict[str, Any]:
        """With `longer`: {from this amount in minor units: seconds}. A larger amount is never held shorter."""
        super().clean()
        found: dict[int, int] = {}
        last, usual = 0, self.cleaned_data.get("hold_minutes", 0)
        for amount, minutes in self.longer:
            pair = self._pair(amount, minutes)
            if pair is None:
                continue
            least, hold = pair
            if least <= last:
                self.add_error(amount.name, gettext("Write a larger amount than the one before."))
            elif hold < usual:
                self.add_error(minutes.name, gettext("Not shorter than for smaller amounts: %(n)s.") % {"n": usual})
            last, usual = least, hold
            found[least] = hold * 60
        self.cleaned_data["longer"] = found
        return self.cleaned_data

    def _pair(self, amount: forms.BoundField, minutes: forms.BoundField) -> tuple[int, int] | None:
        """Of a step that is filled in; half of one is told at the empty field."""
        typed = bool(amount.value()), bool(minutes.value())
        if not any(typed):
            return None
        for field, has_text in zip((amount, minutes), typed, strict=True):
            if not has_text:
                self.add_error(field.name, gettext("Write both, or leave both empty."))
        least, hold = (self.cleaned_data.get(field.name) for field in (amount, minutes))
        if least is None or hold is None:
            return None
        try:
            return numbers.in_currency(least, self.currency, field="").minor, int(hold)
        except InputRejected as exc:
            self.add_error(amount.name, exc.user_message)
            return None


def declared_by(platform: type[Connector]) -> tuple[Text | Secret, ...]:
    """The adapter's own fields, and the gateway where it does not speak of one itself."""
    own = platform.credentials
    if any(field.name == "base_url" for field in own):
        return own
    words = gettext("Only when the shop is reached through a gateway of yours. Private addresses need a setting.")
    return (*own, Text("base_url", gettext("Gateway address"), help=words, required=False))


def _field(declared: Text | Secret, known: str) -> forms.CharField:
    """`required` is said at the field by the service too, so that the page and the service agree on the words."""
    if declared.is_secret:
        widget: forms.Widget = forms.PasswordInput({"autocomplete": "off", "spellcheck": "false"}, render_value=False)
    else:
        widget = forms.TextInput({"autocomplete": "off", "spellcheck": "false"})
    return Words(
        label=declared.label,
        help_text=declared.help,
        required=declared.required,
        initial=known,
        max_length=500,
        widget=widget,
    )
