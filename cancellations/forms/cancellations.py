"""Shapes of what people send on the cancellation pages; truth is checked by the services."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cancellations.selectors.cancellations import CancellationQuery
from stores.models import Store

SHOW = [
    ("", _("All")),
    ("look", _("Needs a look")),
    ("held", _("On hold")),
    ("awaiting_approval", _("Waits for approval")),
    ("running", _("Running")),
    ("done", _("Done")),
    ("differs", _("Done, with a difference")),
    ("refused", _("Refused")),
    ("withdrawn", _("Taken back")),
]


class CancellationSearch(forms.Form):
    q = forms.CharField(required=False, max_length=200, label=_("Cancellation, order number or name"))
    show = forms.ChoiceField(required=False, choices=SHOW, label=_("Show"))
    shop = forms.ModelChoiceField(
        queryset=Store.objects.none(), to_field_name="uuid", required=False, label=_("Shop"), empty_label=_("All shops")
    )
    since = forms.DateField(required=False, label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label=_("To"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, stores: QuerySet[Store], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shop"].queryset = stores  # type: ignore[attr-defined]

    def query(self) -> CancellationQuery:
        """What the valid fields say; an invalid one narrows nothing and shows its error."""
        self.is_valid()
        found = self.cleaned_data
        until = _midnight(found.get("until"))
        return CancellationQuery(
            text=found.get("q", ""),
            show=found.get("show", ""),
            store=found["shop"].uuid if found.get("shop") else None,
            since=_midnight(found.get("since")),
            until=until + timedelta(days=1) if until else None,
        )


def _midnight(day: Any) -> datetime | None:
    return datetime.combine(day, time.min, UTC) if day else None


class Why(forms.Form):
    """A reason in a person's words."""

    reason = forms.CharField(max_length=500, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))


class Settle(forms.Form):
    evidence = forms.CharField(
        max_length=200,
        label=_("Their record"),
        help_text=_("The platform's id of what was done: the refund's, the edit's, or the order's event."),
    )
    note = forms.CharField(max_length=500, label=_("What you saw and did"), widget=forms.Textarea(attrs={"rows": 2}))
