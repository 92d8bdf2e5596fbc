"""The search box and its filters. A value that does not fit is told at its field; the rest still narrows the list.

A shop that is not the reader's stays asked for: the list then holds what they may see of it, which is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stores.canonical.order import Cancellable, Fulfilment, PaymentState
from stores.forms.fields import Day, LongWords, Number, Words
from stores.kernel import clock, countries
from stores.kernel.context import reader_zone
from stores.models import OrderList, Store
from stores.selectors import days, matching
from stores.selectors.orders import OrderQuery
from stores.selectors.sorting import NEWEST, SORTINGS
from stores.templatetags import state_labels

MOST_CHARACTERS: Final = 3000
LATELY: Final = {"1": gettext_lazy("today"), "7": gettext_lazy("last 7 days"), "30": gettext_lazy("last 30 days")}
HOW: Final = ("after", "go", "count", "sort")  # of an address: how it is shown, not what it asks


class Several(forms.MultipleChoiceField):
    """Values of the address that are known; an unknown one is named, the known ones stay."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, vocabulary: str, values: Iterable[str], **kwargs: Any) -> None:
        self.known = [str(value) for value in values]
        choices = [(value, state_labels.word(vocabulary, value)[0]) for value in self.known]
        super().__init__(required=False, choices=choices, **kwargs)

    def clean(self, value: Any) -> list[str]:
        given = self.to_python(value)
        unknown = [text for text in given if not self.valid_value(text)]
        if unknown:
            allowed = ", ".join(self.known)
            raise forms.ValidationError(
                _("“%(value)s” is not known here. Allowed: %(allowed)s.")
                % {"value": unknown[0][:40], "allowed": allowed}
            )
        return given


class OrderSearch(forms.Form):
    q = LongWords(label=gettext_lazy("Search"), required=False)
    shop = forms.MultipleChoiceField(label=gettext_lazy("Shop"), required=False)
    placed = forms.ChoiceField(label=gettext_lazy("Placed"), required=False, choices=[("", ""), *LATELY.items()])
    cancellable = Several(label=gettext_lazy("Can be cancelled"), vocabulary="cancellable", values=Cancellable)
    fulfilment = Several(label=gettext_lazy("Fulfilment"), vocabulary="fulfilment", values=Fulfilment)
    payment = Several(label=gettext_lazy("Payment"), vocabulary="payment", values=PaymentState)
    disputed = forms.ChoiceField(
        label=gettext_lazy("Disputed"), required=False, choices=[("", ""), ("1", gettext_lazy("Disputed"))]
    )
    placed_from = Day(label=gettext_lazy("Placed from"))
    placed_to = Day(label=gettext_lazy("Placed to"))
    total_from = Number(required=False, label=gettext_lazy("Total from"))
    total_to = Number(required=False, label=gettext_lazy("Total to"))
    sku = Words(required=False, label=gettext_lazy("SKU"), max_length=80)
    country = Words(required=False, label=gettext_lazy("Country"), max_length=60)
    tag = Words(required=False, label=gettext_lazy("Tag"), max_length=80)
    list = Words(required=False, label=gettext_lazy("Chosen orders"), max_length=36)
    sort = forms.ChoiceField(required=False, choices=[(name, name) for name in SORTINGS])

    def __init__(self, *args: Any, stores: Iterable[Store], listed: OrderList | None = None, **kwargs: Any) -> None:
        """listed: the kept list that the address names, where it is the reader's."""
        super().__init__(*args, **kwargs)
        self.stores, self.listed = [*stores], listed
        shop: Any = self.fields["shop"]
        shop.choices = [(str(store.uuid), store.name) for store in self.stores]
        shop.error_messages["invalid_choice"] = _(
            "This shop is not one of yours. Choose one of the list; of others you see nothing here."
        )

    def clean_q(self) -> str:
        text: str = self.cleaned_data["q"]
        if len(text) > MOST_CHARACTERS:
            raise forms.ValidationError(
                _("At most %(most)s characters; paste the list in parts.") % {"most": MOST_CHARACTERS}
            )
        if len(matching.tokens_of(text)) > matching.MOST_NUMBERS:
            raise forms.ValidationError(
                _("At most %(most)s numbers at once; paste the list in parts.") % {"most": matching.MOST_NUMBERS}
            )
        return text

    def clean_list(self) -> str:
        named: str = self.cleaned_data["list"]
        if named and (self.listed is None or self.listed.uuid != _uuid(named)):
            raise forms.ValidationError(_("These orders were chosen by somebody else, or more than a week ago."))
        return named

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for first, last in (("placed_from", "placed_to"), ("total_from", "total_to")):
            low, high = values.get(first), values.get(last)
            if low is not None and high is not None and low > high:
                self.add_error(last, _("This must not be before (or below) the other end."))
        return values

    def query(self) -> OrderQuery:
        """What fits of the form; a rejected field asks for nothing, but for a shop and a list, which ask for theirs."""
        self.is_valid()
        given = self.cleaned_data
        first, last = self._placed(given)
        return OrderQuery(
            words=given.get("q", ""),
            shops=self._shops(),
            cancellable=tuple(map(Cancellable, given.get("cancellable", []))),
            fulfilment=tuple(map(Fulfilment, given.get("fulfilment", []))),
            payment=tuple(map(PaymentState, given.get("payment", []))),
            is_disputed=given.get("disputed") == "1",
            placed_from=first,
            placed_to=last,
            total_from=given.get("total_from"),
            total_to=given.get("total_to"),
            sku=given.get("sku", ""),
            country=countries.code(given.get("country", "")),
            tag=given.get("tag", ""),
            listed=self._listed(given),
            sort=SORTINGS.get(given.get("sort", ""), NEWEST),
            zone=reader_zone.get(),
        )

    def _shops(self) -> tuple[UUID, ...]:
        """Also those that are not the reader's."""
        asked: Any = self.data
        return tuple(filter(None, map(_uuid, asked.getlist("shop")))) if hasattr(asked, "getlist") else ()

    def _listed(self, given: dict[str, Any]) -> int | None:
        if not self.data.get("list"):
            return None
        return self.listed.pk if self.listed is not None and given.get("list") else NO_LIST

    def _placed(self, given: dict[str, Any]) -> tuple[date | None, date | None]:
        """Days: *last 7 days* are today and the six before, in the reader's zone."""
        if lately := given.get("placed"):
            today = clock.now().astimezone(days.zone(reader_zone.get() or "UTC")).date()
            return today - timedelta(days=int(lately) - 1), None
        return given.get("placed_from"), given.get("placed_to")


NO_LIST: Final = 0  # no kept list has this key: nothing is found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
