"""What stands around the rows: tabs of views, chips with their choices, the kept list that is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cancellations.forms.search import HOW, LATELY, OrderSearch
from stores.models import SavedView, User
from stores.selectors import matching, order_lists
from stores.selectors.orders import OrderQuery
from stores.templatetags import desk, state_labels

STANDING = (  # views that everybody has: (address, name)
    ("", gettext_lazy("All")),
    ("cancellable=all&cancellable=part", gettext_lazy("Can be cancelled")),
    ("fulfilment=partial", gettext_lazy("Partly fulfilled")),
    ("payment=authorised", gettext_lazy("Authorised, not captured")),
    ("disputed=1", gettext_lazy("Disputed")),
)
SORTS = {  # column: (falling, rising)
    "age": ("", "oldest"),
    "can": ("open", "closed"),
    "total": ("most", "least"),
}
DRAWN_AT_ONCE = 20  # shops; of more the choices come when the chip is opened
MORE = ("country", "tag", "total_from", "total_to", "cancellable", "disputed")


@dataclass(frozen=True)
class Tab:
    """One view. view: the row behind it, None for those that everybody has."""

    address: str
    name: str
    is_current: bool
    view: SavedView | None = None

    @property
    def hint(self) -> str:
        """Who shared it, where it is not one's own."""
        if self.view is None or not self.view.is_shared:
            return ""
        if self.view.is_own:
            return _("Shared by you")
        who = self.view.owner or _("somebody who left")
        return _("Shared by %(who)s") % {"who": who}


@dataclass(frozen=True)
class Chip:
    """One filter. words: with what was chosen; options: (value, chip or name, whether it is on)."""

    name: str
    words: str
    is_on: bool
    options: Sequence[tuple[str, Any, bool]] = ()
    errors: str = ""


def context(viewer: User, form: OrderSearch, query: OrderQuery) -> dict[str, Any]:
    tabs = _tabs(viewer, form)
    draws_shops = len(form.stores) <= DRAWN_AT_ONCE or "shops" in form.data
    chips = {chip.name: chip for chip in _chips(form, query, draws_shops)}
    current = next((tab for tab in tabs if tab.is_current), None)
    return {
        "tabs": tabs,
        "own_view": current.view if current and current.view and current.view.is_own else None,
        "is_saved": current is not None,
        "chips": chips,
        "state_chips": [chips["fulfilment"], chips["payment"]],
        "cancellable_options": _options(form, "cancellable"),
        "has_more_errors": any(name in form.errors for name in MORE),
        "draws_shops": draws_shops,
        "sorts": {column: _sort(form, query, *names) for column, names in SORTS.items()},
        "sort_name": query.sort.name,
        "listed": form.listed if query.listed else None,
        "report": _report(form, query),
    }


def _tabs(viewer: User, form: OrderSearch) -> list[Tab]:
    asked = _plain(form.data)
    views = order_lists.views_of(viewer, form.stores)
    fixed = [Tab(address, str(name), _plain(QueryDict(address)) == asked) for address, name in STANDING]
    return fixed + [Tab(view.query, view.name, _plain(QueryDict(view.query)) == asked, view) for view in views]


def _plain(asked: Any) -> dict[str, list[str]]:
    """What an address asks, whatever the order of its parts and however it is shown."""
    lists = asked.lists() if hasattr(asked, "lists") else ()
    return {name: sorted(filter(None, values)) for name, values in lists if name not in HOW and any(values)}


def shops(form: OrderSearch, query: OrderQuery, *, draws_all: bool = True) -> Chip:
    """draws_all: not only those that are chosen."""
    stores = [store for store in form.stores if draws_all or store.uuid in query.shops]
    options = [(str(s.uuid), desk.platform(s.platform, s.name), s.uuid in query.shops) for s in stores]
    names = [store.name for store in stores if store.uuid in query.shops]
    return Chip("shop", _labelled(_("Shop"), names), bool(query.shops), options)


def _chips(form: OrderSearch, query: OrderQuery, draws_shops: bool) -> list[Chip]:
    return [
        _placed(form),
        shops(form, query, draws_all=draws_shops),
        _states(form, "fulfilment", _("Fulfilment")),
        _states(form, "payment", _("Payment")),
        Chip("sku", _labelled(_("SKU"), [query.sku] if query.sku else []), bool(query.sku)),
        _more(form),
    ]


def _placed(form: OrderSearch) -> Chip:
    given, lately = form.cleaned_data, form.cleaned_data.get("placed", "")
    options = [(value, words, value == lately) for value, words in LATELY.items()]
    words = [str(LATELY[lately])] if lately else []
    for name, label in (("placed_from", _("from %(day)s")), ("placed_to", _("to %(day)s"))):
        if not lately and given.get(name):
            words.append(label % {"day": given[name]})
    return Chip("placed", _labelled(_("Placed"), [" ".join(words)] if words else []), bool(words), options)


def _states(form: OrderSearch, name: str, label: str) -> Chip:
    on = form.cleaned_data.get(name, [])
    words = [str(state_labels.word(name, value)[0]) for value in on]
    return Chip(
        name, _labelled(label, words), bool(on), _options(form, name), " ".join(map(str, form.errors.get(name, [])))
    )


def _options(form: OrderSearch, name: str) -> list[tuple[str, Any, bool]]:
    field: Any = form.fields[name]
    on = form.cleaned_data.get(name, [])
    return [(value, desk.state(name, value), value in on) for value in field.known]


def _more(form: OrderSearch) -> Chip:
    on = [str(form.fields[name].label) for name in MORE if form.cleaned_data.get(name)]
    return Chip("more", _labelled(_("More"), on), bool(on))


def _labelled(label: str, chosen: Sequence[str]) -> str:
    """`Payment`, `Payment: Paid`, `Payment: Paid + 2`."""
    if not chosen:
        return label
    more = f" + {len(chosen) - 1}" if len(chosen) > 1 else ""
    return f"{label}: {chosen[0]}{more}"


def _sort(form: OrderSearch, query: OrderQuery, falling: str, rising: str) -> dict[str, str]:
    """The address that a column's head leads to, and how it is sorted now ("": not by it)."""
    now = {falling: "descending", rising: "ascending"}.get(query.sort.name, "")
    asked: Any = QueryDict(mutable=True)
    asked.update(form.data)
    for name in HOW:
        asked.pop(name, None)
    if wanted := rising if now == "descending" else falling:
        asked["sort"] = wanted
    return {"now": now, "address": f"?{asked.urlencode()}"}


def _report(form: OrderSearch, query: OrderQuery) -> dict[str, Any] | None:
    """Of a pasted list: the numbers no order has, and those that stand in several shops. None for anything else."""
    listed = form.listed
    if query.listed and listed is not None:
        if not listed.asked:
            return None
        return {"asked": listed.asked, "missing": listed.missing, "doubled": listed.doubled}
    numbers = matching.listed_numbers(query.words)
    if not numbers:
        return None
    places = order_lists.places_of(numbers, form.stores)
    doubled = [number for number, found in places.items() if len({store for _pk, store in found}) > 1]
    missing = [number for number in numbers if number not in places]
    return {"asked": len(numbers), "missing": missing, "doubled": doubled}
