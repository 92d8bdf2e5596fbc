"""Shapes of what people send on the cancellation pages; truth is checked by the services."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cancellations.actions import SendNow
from cancellations.selectors.cancellations import CancellationQuery
from stores.canonical.request import Reason
from stores.forms.fields import Day, LongWords, Words
from stores.kernel.context import reader_zone
from stores.models import Store, User
from stores.selectors import days

SHOW = [
    ("", _("All")),
    ("look", _("Needs a look")),
    ("held", _("On hold")),
    ("awaiting_approval", _("Awaiting approval")),
    ("running", _("Running")),
    ("done", _("Done")),
    ("differs", _("Done, with a difference")),
    ("refused", _("Refused")),
    ("withdrawn", _("Taken back")),
    ("expired", _("Approval expired")),
]


class CancellationSearch(forms.Form):
    """What narrows the list. A value that does not fit narrows nothing and is said at its field."""

    q = Words(required=False, max_length=200, label=_("Cancellation, order number or customer"))
    show = forms.ChoiceField(required=False, choices=SHOW, label=_("State"))
    shop = forms.ModelChoiceField(
        queryset=Store.objects.none(), to_field_name="uuid", required=False, label=_("Shop"), empty_label=_("All shops")
    )
    since = Day(label=_("From"))
    until = Day(label=_("To"))
    reason = forms.ChoiceField(required=False, choices=[("", ""), *((r.value, r.value) for r in Reason)])
    by = forms.ChoiceField(required=False, label=_("By"))
    mine = forms.ChoiceField(required=False, choices=[("", ""), ("1", _("Only mine"))])

    def __init__(
        self,
        *args: Any,
        stores: QuerySet[Store],
        viewer: UUID | None = None,
        people: Iterable[User] = (),
        **kwargs: Any,
    ) -> None:
        """viewer: whose the cancellations are that somebody calls mine; people: who may have asked."""
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        self.fields["by"].choices = [("", ""), *((str(one.uuid), one.name) for one in people)]  # type: ignore[attr-defined]
        self.fields["shop"].queryset = stores  # type: ignore[attr-defined]

    def query(self) -> CancellationQuery:
        self.is_valid()
        found = self.cleaned_data
        return CancellationQuery(
            text=found.get("q", ""),
            show=found.get("show", ""),
            store=found["shop"].uuid if found.get("shop") else None,
            since=_midnight(found.get("since")),
            until=_midnight(found.get("until"), after=1),
            reason=found.get("reason", ""),
            person=self.viewer if found.get("mine") else UUID(found["by"]) if found.get("by") else None,
        )


def _midnight(day: date | None, *, after: int = 0) -> datetime | None:
    """The start of that day in the reader's zone; None for none, and for what lies outside the calendar."""
    here = days.zone(reader_zone.get() or "UTC")
    try:
        return datetime.combine(day + timedelta(days=after), time.min, here).astimezone(UTC) if day else None
    except OverflowError:
        return None


def _words(label: Any) -> LongWords:
    return LongWords(max_length=500, label=label, widget=forms.Textarea(attrs={"rows": 2}))


class Decision(forms.Form):
    """Ids of fields carry the deed's name, since one page shows several of these."""

    def __init__(self, posted: Any = None) -> None:
        super().__init__(posted, auto_id=f"{type(self).__name__.lower()}-%s")


class Release(Decision):
    reason = forms.ChoiceField(label=_("Why now?"), choices=SendNow.choices, widget=forms.RadioSelect)

    def clean_reason(self) -> SendNow:
        return SendNow(self.cleaned_data["reason"])


class Retry(Decision):
    reason = _words(_("Why it may work now"))


class Stand(Decision):
    reason = _words(_("What you saw, and why it may stand"))


class Settle(Decision):
    evidence = Words(
        max_length=200,
        label=_("Their record"),
        help_text=_("The platform's id of what was done: the refund's, the payment's, or the order's."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    note = _words(_("What you saw and did"))
