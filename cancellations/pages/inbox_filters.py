"""The chips above the list of cancellations: each choice is an address, and applies at once, without script too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from cancellations.forms.cancellations import CancellationSearch
from cancellations.planning import reasons
from stores.canonical.request import Reason
from stores.models import User


@dataclass(frozen=True)
class Choice:
    address: str
    words: str
    is_on: bool


@dataclass(frozen=True)
class Chip:
    """One filter. words: with what was chosen."""

    name: str
    words: str
    is_on: bool
    choices: Sequence[Choice] = ()


def context(viewer: User, form: CancellationSearch, people: Sequence[User]) -> dict[str, Any]:
    """people: who may have asked."""
    asked = cast("QueryDict", form.data)
    others = [(str(person.uuid), str(person)) for person in people if person.pk != viewer.pk]
    picks = [
        _chip(asked, "show", _("State"), _("Any state"), [(v, str(w)) for v, w in form.fields["show"].choices if v]),  # type: ignore[attr-defined]
        _chip(asked, "reason", _("Reason"), _("Any reason"), [(r.value, reasons.label(r)) for r in Reason]),
        _chip(asked, "by", _("By"), _("Anybody"), others, without=("mine",)),
    ]
    return {
        "whose": [
            Choice(_address(asked, "mine", "", without=("by",)), _("All of my shops"), not asked.get("mine")),
            Choice(_address(asked, "mine", "1", without=("by",)), _("Only mine"), bool(asked.get("mine"))),
        ],
        "picks": picks,
        "date_words": _days(form),
    }


def _chip(
    asked: QueryDict, name: str, label: str, none: str, options: Iterable[tuple[str, str]], without: Sequence[str] = ()
) -> Chip:
    now, rows = asked.get(name, ""), list(options)
    chosen = next((words for value, words in rows if value == now), "")
    choices = [
        Choice(_address(asked, name, value, without), words, value == now) for value, words in [("", none), *rows]
    ]
    return Chip(name, f"{label}: {chosen}" if chosen else label, bool(now), choices)


def _address(asked: QueryDict, name: str, value: str, without: Sequence[str] = ()) -> str:
    """The list as it is asked now, on its first page, with this one changed."""
    drop = {name, "after", *without}
    kept = [(key, text) for key, texts in asked.lists() if key not in drop for text in texts if text]
    return f"?{urlencode(kept + ([(name, value)] if value else []))}"


def _days(form: CancellationSearch) -> str:
    """`Date: from 2026-11-20 to 2026-11-22`."""
    given = form.cleaned_data
    ends = (("since", _("from %(day)s")), ("until", _("to %(day)s")))
    words = [label % {"day": given[name]} for name, label in ends if given.get(name)]
    return " ".join((_("Date:"), *words)) if words else ""
