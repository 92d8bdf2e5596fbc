"""Forms about people: shape only; whether it may be is the services' business."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from stores.forms.fields import Address, Name, Number
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
    """Role and limits; an empty limit means the role's default."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)
    limit_per_cancellation = Number(label=_("Limit per cancellation"), required=False, max_length=20)
    limit_per_day = Number(label=_("Limit in any 24 hours"), required=False, max_length=20)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        self.currency = membership.store.currency
        initial = {
            "role": membership.role,
            "limit_per_cancellation": self._shown(membership.limit_per_cancellation),
            "limit_per_day": self._shown(membership.limit_per_day),
        }
        super().__init__(*args, **(kwargs | {"initial": initial}))
        for name in ("limit_per_cancellation", "limit_per_day"):
            self.fields[name].help_text = _("In %(currency)s. Empty: the usual limit of the role.") % {
                "currency": self.currency
            }

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])

    def clean_limit_per_cancellation(self) -> int | None:
        return self._minor("limit_per_cancellation")

    def clean_limit_per_day(self) -> int | None:
        return self._minor("limit_per_day")

    def _shown(self, minor: int | None) -> str:
        return "" if minor is None else f"{Money.from_minor(minor, self.currency).amount:f}"

    def _minor(self, name: str) -> int | None:
        amount = self.cleaned_data[name]
        try:
            return None if amount is None else numbers.in_currency(amount, self.currency, field=name).minor
        except InputRejected as exc:
            raise ValidationError(exc.user_message) from exc


def put_errors(form: forms.Form, exc: InputRejected) -> None:
    """Show what a service rejected at the field it names, above the form when it names none."""
    form.add_error(exc.field if exc.field in form.fields else None, exc.user_message)
