"""The search box and its filters. A value that does not fit is told at its field; the rest still narrows the list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stores.canonical.order import Cancellable, Fulfilment, PaymentState
from stores.forms.fields import Day, LongWords, Number
from stores.models import Store
from stores.selectors import matching
from stores.selectors.orders import OrderQuery
from stores.templatetags import state_labels

MOST_CHARACTERS: Final = 3000
QUICK: Final = (  # pills that are always there; the rest is chosen in the panels
    ("cancellable", "all"),
    ("cancellable", "part"),
    ("fulfilment", "partial"),
    ("payment", "authorised"),
    ("disputed", "1"),
)


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
    shop = forms.ChoiceField(label=gettext_lazy("Shop"), required=False)
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

    def __init__(self, *args: Any, stores: Iterable[Store], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stores = list(stores)
        shop = cast(forms.ChoiceField, self.fields["shop"])
        shop.choices = [("", _("All my shops")), *((str(store.uuid), store.name) for store in self.stores)]
        shop.error_messages["invalid_choice"] = _("This shop is not one of yours. Choose one of the list.")

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

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for first, last in (("placed_from", "placed_to"), ("total_from", "total_to")):
            low, high = values.get(first), values.get(last)
            if low is not None and high is not None and low > high:
                self.add_error(last, _("This must not be before (or below) the other end."))
        return values

    def chosen(self) -> list[tuple[str, str, Any]]:
        """What narrows the list besides the box and the quick pills: (name, value in the address, words)."""
        found: list[tuple[str, str, Any]] = []
        for name in ("cancellable", "fulfilment", "payment"):
            picked = self.cleaned_data.get(name, [])
            found += [(name, v, state_labels.word(name, v)[0]) for v in picked if (name, v) not in QUICK]
        if shop := next((s for s in self.stores if str(s.uuid) == self.cleaned_data.get("shop")), None):
            found.append(("shop", str(shop.uuid), shop.name))
        for name in ("placed_from", "placed_to", "total_from", "total_to"):
            if self.cleaned_data.get(name) is not None:
                text = self.data[name]
                found.append((name, text, f"{self.fields[name].label}: {text}"))
        return found

    def query(self) -> OrderQuery:
        """What fits of the form; a rejected field asks for nothing."""
        self.is_valid()
        given = self.cleaned_data
        shop = next((store.uuid for store in self.stores if str(store.uuid) == given.get("shop")), None)
        return OrderQuery(
            words=given.get("q", ""),
            shop=shop,
            cancellable=tuple(map(Cancellable, given.get("cancellable", []))),
            fulfilment=tuple(map(Fulfilment, given.get("fulfilment", []))),
            payment=tuple(map(PaymentState, given.get("payment", []))),
            is_disputed=given.get("disputed") == "1",
            placed_from=given.get("placed_from"),
            placed_to=given.get("placed_to"),
            total_from=given.get("total_from"),
            total_to=given.get("total_to"),
        )
