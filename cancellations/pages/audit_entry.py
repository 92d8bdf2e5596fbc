"""An audit event in the words of people: a sentence, what it is about, what changed, what else was noted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from stores.audit import actions
from stores.kernel import i18n
from stores.kernel.money import Money
from stores.models import AuditEvent

LONG = re.compile(r"[0-9a-f]{32,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # hashes and uuids
NOT_FACTS = ("before", "after", "request_id")
IN_THE_LIST = 4  # facts; the page of the entry shows all
PAGES = {"cancellation": "cancellations:detail", "order": "orders:detail", "store": "shops:detail"}


@dataclass(frozen=True)
class Entry:
    """One row of the log. `labels`: names of what events name, from the selector."""

    event: AuditEvent
    labels: Mapping[str, str]

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.event.at)

    @property
    def clock(self) -> str:
        """To the millisecond, in UTC, as it is hashed."""
        return self.event.at[11:23]

    @property
    def day(self) -> str:
        return self.event.at[:10]

    @property
    def who(self) -> str:
        actor = self.event.actor
        known = {"rescind": _("Rescind"), "console": _("The console")}
        if actor.startswith("platform:"):
            return actor.removeprefix("platform:").replace("_", " ").title()
        return known.get(actor) or self.labels.get(actor) or _("Somebody who was removed")

    @property
    def sentence(self) -> str:
        return actions.sentence(self.event.kind, actor=self.who, facts=self.body)

    @property
    def is_failure(self) -> bool:
        action = actions.find(self.event.kind)
        return action is not None and action.is_failure

    @cached_property
    def body(self) -> dict[str, Any]:
        """{} for a body that is not an object any more: tampered, and the page must still come."""
        try:
            body = json.loads(self.event.body)
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}

    @property
    def request_id(self) -> str:
        return show(self.body.get("request_id"))

    @property
    def subject(self) -> str:
        """ "C-2041 · #1047", a shop's or person's name; else what kind of thing and the start of its id."""
        kind, _colon, tail = self.event.object.partition(":")
        if self.event.object == "chain:system":
            return _("The system")
        return self.labels.get(self.event.object) or f"{kind} {short(tail)}"

    @property
    def subject_url(self) -> str:
        kind, _colon, tail = self.event.object.partition(":")
        try:
            return reverse(PAGES[kind], args=[tail]) if self.event.object in self.labels else ""
        except (KeyError, NoReverseMatch):
            return ""

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """(what, before, after) of everything that differs."""
        before, after = (part if isinstance(part, dict) else {} for part in map(self.body.get, ("before", "after")))
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        return [(label(name), self._value(name, before.get(name)), self._value(name, after.get(name)))
                for name in names]  # fmt: skip

    def _value(self, name: str, value: Any) -> str:
        """Limits that older entries hold in minor units are told as amounts in the shop's currency."""
        store = self.event.chain.store
        if name.startswith("limit_") and type(value) is int and store is not None:
            return i18n.money(Money.from_minor(value, store.currency))
        if value is not None or not name.startswith("limit_"):
            return show(value)
        return _("none: somebody else is asked") if name.startswith("limit_in_") else _("as the role has it")

    @property
    def why(self) -> str:
        """The words a person gave with it, where they were not erased."""
        _kind, _colon, tail = self.event.object.partition(":")
        return self.labels.get(f"note:{tail}", "") if self.body.get("note") else ""

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Everything else that was noted and is not empty, whole."""
        return self._noted(whole=True)

    @property
    def amounts(self) -> list[tuple[str, str]]:
        """What was noted of money: it stands beside the sentence."""
        return [(label(name), show(value)) for name, value in self.body.items()
                if name not in NOT_FACTS and isinstance(value, dict) and value.get("is") == "Money"]  # fmt: skip

    @property
    def few_facts(self) -> list[tuple[str, str]]:
        """The first of them, hashes and ids in short."""
        return self._noted(whole=False)[:IN_THE_LIST]

    def _noted(self, *, whole: bool) -> list[tuple[str, str]]:
        left_out = NOT_FACTS if whole else (*NOT_FACTS, "note")  # its digest tells a reader nothing
        shown = ((name, show(value, whole=whole)) for name, value in self.body.items() if name not in left_out)
        return [(label(name), text) for name, text in shown if text]


def label(name: str) -> str:
    return name.replace("_", " ")


def short(text: str) -> str:
    return f"{text[:4]}…{text[-2:]}" if len(text) > 12 else text


def show(value: Any, *, whole: bool = True) -> str:
    """One fact as text; hashes and ids in short unless `whole`."""
    match value:
        case None:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case {"is": "Money", "amount": str(), "currency": str()}:
            return _money(value)
        case {"digest": str()}:
            return show(value["digest"], whole=whole)
        case dict():
            return ", ".join(f"{label(name)} {show(part, whole=whole)}" for name, part in value.items() if name != "is")
        case list():
            return ", ".join(filter(None, (_item(part, whole=whole) for part in value)))
        case str() if LONG.fullmatch(value) and not whole:
            return short(value)
    return str(value)


def _item(value: Any, *, whole: bool) -> str:
    """A row of a list: its values alone ("units same"), since each row has the same names."""
    plain = isinstance(value, dict) and "is" not in value
    return " ".join(show(part, whole=whole) for part in value.values()) if plain else show(value, whole=whole)


def _money(value: dict[str, Any]) -> str:
    try:
        return i18n.money(Money(Decimal(value["amount"]), value["currency"]))
    except (ArithmeticError, ValueError):
        return f"{value['currency']} {value['amount']}"
