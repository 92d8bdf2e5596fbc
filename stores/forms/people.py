"""Forms about people: shape only; whether it may be is the services' business."""

from __future__ import annotations

from typing import Any

from babel.numbers import list_currencies
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from stores.forms.fields import Address, Name, Number, Words
from stores.kernel import numbers
from stores.kernel.errors import InputRejected
from stores.kernel.money import Money
from stores.models import Membership, Role, Store, User


class NewPerson(forms.Form):
    """Name and password of somebody who joins; `email` says whose password it is."""

    name = Name(label=_("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 12 characters. A few words in a row are easy to keep and hard to guess."),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._email = email

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        person = User(email=given.get("email") or self._email, name=given.get("name", ""))
        if given.get("password"):
            try:
                validate_password(given["password"], person)
            except ValidationError as exc:
                self.add_error("password", exc)
        return given


class NewOwner(NewPerson):
    """The first person of an installation."""

    email = Address(
        label=_("E-mail address"),
        help_text=_("You sign in with it."),
        widget=forms.EmailInput({"autocomplete": "username"}),
    )
    field_order = ("name", "email", "password")


class Invite(forms.Form):
    """Whom, where and as what."""

    store = forms.ModelChoiceField(
        label=_("Shop"), queryset=Store.objects.none(), to_field_name="uuid", empty_label=None
    )
    email = Address(label=_("E-mail address"), widget=forms.EmailInput({"autocomplete": "off"}))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.STAFF, widget=forms.RadioSelect)

    def __init__(self, *args: Any, stores: QuerySet[Store], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["store"].queryset = stores  # type: ignore[attr-defined]

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class ChangeMembership(forms.Form):
    """Role and limits; an empty limit means the role's default, in another currency that nothing may be given back."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)
    limit_per_cancellation = Number(label=_("Limit per cancellation"), required=False, max_length=20)
    limit_per_day = Number(label=_("Limit in any 24 hours"), required=False, max_length=20)
    limit_all_per_day = Number(label=_("All currencies together, in any 24 hours"), required=False, max_length=20)
    new_currency = Words(label=_("Another currency"), required=False, max_length=20)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        self.currency, self.home = membership.store.currency, settings.CURRENCY
        initial = {
            "role": membership.role,
            "limit_per_cancellation": _shown(membership.limit_per_cancellation, self.currency),
            "limit_per_day": _shown(membership.limit_per_day, self.currency),
            "limit_all_per_day": _shown(membership.limit_all_per_day, self.home),
        }
        rows = membership.currency_limits.order_by("currency") if membership.pk else []
        self.known = [row.currency for row in rows]
        for row in rows:
            initial[f"{row.currency}_per_cancellation"] = _shown(row.per_cancellation, row.currency)
            initial[f"{row.currency}_per_day"] = _shown(row.per_day, row.currency)
        super().__init__(*args, **(kwargs | {"initial": initial}))
        for name in ("limit_per_cancellation", "limit_per_day"):
            self.fields[name].help_text = _("In %(currency)s. Empty: the usual limit of the role.") % {
                "currency": self.currency
            }
        self.fields["limit_all_per_day"].help_text = _(
            "In %(home)s, by the stored exchange rates, on days with orders not in %(currency)s. "
            "Empty: the usual limit of the role."
        ) % {"home": self.home, "currency": self.currency}
        self.fields["new_currency"].help_text = _("Three capitals, for example JPY. With both limits in it.")
        for currency in (*self.known, "new"):
            for name, label in (("per_cancellation", _("Per cancellation")), ("per_day", _("In any 24 hours"))):
                self.fields[f"{currency}_{name}"] = Number(label=label, required=False, max_length=20)

    @property
    def elsewhere(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """(currency, per cancellation, per day) of every other currency in which this person has limits."""
        return [(code, self[f"{code}_per_cancellation"], self[f"{code}_per_day"]) for code in self.known]

    @property
    def shows_others(self) -> bool:
        """Is there anything to see among the other currencies?"""
        others = (self["new_currency"], self["new_per_cancellation"], self["new_per_day"], self["limit_all_per_day"])
        return bool(self.known) or any(field.errors or field.value() for field in others)

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])

    def clean_new_currency(self) -> str:
        code: str = self.cleaned_data["new_currency"]
        if not code:
            return ""
        if code not in list_currencies():
            raise ValidationError(gettext("Write the three capitals of a currency, for example JPY."))
        if code == self.currency:
            raise ValidationError(gettext("This is the shop's own currency: its limits stand above."))
        if code in self.known:
            raise ValidationError(gettext("It has limits already: change them above."))
        return code

    def clean(self) -> dict[str, Any]:
        """With `others`: {currency: (per cancellation, per day)}, and every limit in minor units of its currency."""
        super().clean()
        given = self.cleaned_data
        for name in ("limit_per_cancellation", "limit_per_day"):
            given[name] = self._minor(name, self.currency)
        given["limit_all_per_day"] = self._minor("limit_all_per_day", self.home)
        codes = {code: code for code in self.known} | {"new": given.get("new_currency", "")}
        pairs = {code: self._pair(prefix, code) for prefix, code in codes.items()}
        given["others"] = {code: pair for code, pair in pairs.items() if pair}
        return given

    def place(self, field: str) -> str:
        """Where an error stands that a service names by its currency."""
        code, _underscore, rest = field.partition("_")
        return f"new_{rest}" if code and code == self.cleaned_data.get("new_currency") else field

    def _pair(self, prefix: str, code: str) -> tuple[int, int] | None:
        """Both limits of a currency, or none; one alone is told at the empty one."""
        names = f"{prefix}_per_cancellation", f"{prefix}_per_day"
        typed = [bool(self[name].value()) for name in names]
        if prefix == "new" and not code:
            if any(typed) and "new_currency" not in self.errors:
                self.add_error("new_currency", gettext("Write the currency of these limits."))
            return None
        if not any(typed):
            if prefix == "new":
                self.add_error(names[0], gettext("Write both limits."))
            return None
        for name, has_text in zip(names, typed, strict=True):
            if not has_text:
                self.add_error(name, gettext("Write both limits, or leave both empty: then nothing may be given back."))
        first, second = (self._minor(name, code) for name in names)
        return None if first is None or second is None else (first, second)

    def _minor(self, name: str, currency: str) -> int | None:
        amount = self.cleaned_data.get(name)
        try:
            return None if amount is None else numbers.in_currency(amount, currency, field=name).minor
        except InputRejected as exc:
            self.add_error(name, exc.user_message)
            return None


def _shown(minor: int | None, currency: str) -> str:
    return "" if minor is None else f"{Money.from_minor(minor, currency).amount:f}"


def put_errors(form: forms.Form, exc: InputRejected) -> None:
    """Show what a service rejected at the field it names, above the form when it names none."""
    field = form.place(exc.field) if isinstance(form, ChangeMembership) else exc.field
    form.add_error(field if field in form.fields else None, exc.user_message)
