"""What one says of oneself."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stores.forms.fields import Words


def zones() -> list[str]:
    """The names that are offered: a continent and a place, and UTC; never an alias of a country or an offset."""
    places = (name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [*sorted(places), "UTC"]


class OwnZone(forms.Form):
    """The zone that one's pages are written in; any that the system's data know."""

    time_zone = Words(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("A continent and a place, as in Europe/Berlin."),
        max_length=64,
        widget=forms.TextInput({"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"]
        try:
            return ZoneInfo(name).key
        except (KeyError, ValueError, OSError) as exc:
            raise ValidationError(
                _("There is no time zone “%(name)s”. Choose one of the list.") % {"name": name[:40]}
            ) from exc
