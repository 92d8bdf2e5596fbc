"""Every field of every form: what is no number, no day, no choice and no text is refused at that field, in words.

A new form is found by itself. When this fails for one: build it of the fields in stores/forms/fields.py.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms

import cancellations.forms
import stores.forms
from stores.forms import fields
from stores.models import AuditChain, Membership, Role, Store, User
from stores.platforms import registry
from tests import make

NUMBERS = [" 5 ", "5 ", "\t5", "5\n", "1_000", "１２", "1e5", "+5", "-5", "0x10", "5,0", "5.", ".5", "NaN", "٣",
           "5\u00a0", "\u202e5", "5\0", "1234567890123", "1.123456"]  # fmt: skip
DAYS = [" 2026-11-21", "2026-11-21 ", "21.11.2026", "11/21/2026", "2026-11-31", "２026-11-21", "20261121", "zzz"]
CONTROL = ["a\0b", "a\x07b", "\x1b[31m", "a\x7fb", "a\x85b"]
LINES = ["a\nb", "a\tb", "a\u2028b"]
MARKS = ["a\u202eb", "\u2066a", "a\u200fb", "a\u061cb"]
SECRET = {"password"}  # of a person: any text, and never shown


def _forms() -> Iterator[type[forms.Form]]:
    for package in (stores.forms, cancellations.forms):
        for found in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{found.name}")
            for kind in vars(module).values():
                if isinstance(kind, type) and issubclass(kind, forms.Form) and kind.__module__ == module.__name__:
                    yield kind


def _is_allauths(kind: type[forms.Form]) -> bool:
    """Ours in its words alone: its fields are those of the library."""
    return any(base.__module__.startswith("allauth.") for base in kind.__mro__)


FORMS = {kind.__name__: kind for kind in _forms() if kind.__name__ != "Decision" and not _is_allauths(kind)}


def _made(name: str, data: dict[str, str]) -> forms.Form:
    """The form with what it needs around it, from rows that are there."""
    store = Store.objects.first() or make.store()
    kind: Any = FORMS[name]
    needs: dict[str, Any] = {}
    match name:
        case "AuditSearch":
            needs = {"chains": AuditChain.objects.all(), "people": User.objects.all()}
        case "CancellationSearch" | "OrderSearch" | "Invite":
            needs = {"stores": Store.objects.all()}
        case "ChangeMembership":
            person = make.person()
            needs = {"membership": Membership.objects.create(person=person, store=store, role=Role.STAFF)}
        case "ShopSettings":
            needs = {"store": store}
        case "Attachment":
            needs = {"offered": [("books:1", "Books")]}
        case "Credentials" | "NewConnection":
            needs = {"platform": registry.get("woocommerce")}
    return kind(data, **needs)


def _bad(field: forms.Field) -> list[str]:
    match field:
        case fields.Number():
            return NUMBERS
        case fields.Day():
            return DAYS
        case fields.Tick():
            return ["zzz", "1", "true", " on"]
        case fields.Name():
            return [*CONTROL, *LINES, *MARKS]
        case fields.LongWords():
            return CONTROL
        case fields.Words():
            return [*CONTROL, *LINES]
        case fields.Address():
            return [*MARKS, "a b@example.com", "ana@example.com "]
        case forms.ChoiceField() | forms.ModelChoiceField():
            return ["zzz", "\0", " "]
    pytest.fail(f"{type(field).__name__} takes too much: use a field of stores/forms/fields.py")


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(FORMS))
def test_each_field_refuses_what_is_none_of_its_kind(name):
    wrong = []
    for field_name, field in _made(name, {}).fields.items():
        if field_name in SECRET:
            continue
        for text in _bad(field):
            refused = _made(name, {field_name: text}).errors.get(field_name, [])
            if not refused or refused == ["This field is required."]:
                wrong.append(f"{field_name}={text!r}")

    assert wrong == []


@pytest.mark.parametrize("text", [" 5 ", "5 ", "\t5"])
def test_blanks_around_a_number_are_named(text):
    with pytest.raises(forms.ValidationError, match="without blanks"):
        fields.Number().clean(text)


def test_line_ends_stand_in_long_words_and_a_ticked_box_is_a_tick():
    assert fields.LongWords().clean("one\ntwo\tthree") == "one\ntwo\tthree"
    assert fields.Tick().clean("on") is True
    assert fields.Tick().clean("") is False
