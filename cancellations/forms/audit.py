"""What narrows the audit log, as it stands in the address."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cancellations.selectors.audit import AuditQuery
from stores.audit import actions
from stores.forms.fields import Day, Tick, Words
from stores.models import AuditChain, User


class AuditSearch(forms.Form):
    """Choices come from what the viewer may see; a value outside them is an error, never a wider list."""

    about = Words(
        required=False,
        max_length=120,
        label=_("Cancellation, order or id"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("C-2041, #1047 or an id")}),
    )
    since = Day(label=_("From (UTC)"))
    until = Day(label=_("To"))
    person = forms.ChoiceField(required=False, label=_("Person"))
    action = forms.ChoiceField(required=False, label=_("Action"))
    shop = forms.ChoiceField(required=False, label=_("Shop"))
    money = Tick(label=_("Money moved"))
    failed = Tick(label=_("Failed"))

    def __init__(self, *args: Any, chains: QuerySet[AuditChain], people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shops = [(chain.name, chain.store.name if chain.store else _("The system")) for chain in chains]
        self._offer("shop", _("All my shops"), shops)
        named = [(f"person:{person.uuid}", person.name) for person in people]
        self._offer("person", _("Anybody"), [*named, ("rescind", _("Rescind")), ("console", _("The console"))])
        self._offer("action", _("Anything"), [(action.name, action.name) for action in actions.every()])

    def _offer(self, name: str, nothing: Any, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  for the type checker
        field.choices = [("", nothing), *choices]

    def query(self) -> AuditQuery:
        """What the valid fields say; an invalid one narrows nothing and shows its error."""
        self.is_valid()
        found = self.cleaned_data
        return AuditQuery(
            since=_midnight(found.get("since")),
            until=_midnight(found.get("until"), days=1),
            actor=found.get("person", ""),
            action=found.get("action", ""),
            chain=found.get("shop", ""),
            about=found.get("about", ""),
            money=found.get("money", False),
            failed=found.get("failed", False),
        )


def _midnight(day: date | None, *, days: int = 0) -> str:
    """The start of that UTC day as the chain writes instants; "" for the end of the calendar too."""
    try:
        return f"{(day + timedelta(days=days)).isoformat()}T00:00:00.000000Z" if day else ""
    except OverflowError:
        return ""
