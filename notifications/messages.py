"""The words of what colleagues are told, by mail or another channel.

No customer, no order: the page behind the link shows them to who may see them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from notifications.models import Delivery
from stores.kernel import clock, i18n
from stores.kernel.money import Money, summed
from stores.models import Connection, User
from stores.selectors import calendar

CALENDAR, OF_CONNECTION = "/shops/calendar", "connection:"
LISTED = 20  # of many in one mail; the page has the rest


@dataclass(frozen=True)
class Words:
    """subject, text: of a mail of its own; short: its line in a mail of several. All may name what `_facts` gives."""

    subject: str | Promise
    text: str | Promise
    short: str | Promise


KINDS: Mapping[str, Words] = {
    "cancellation.differs": Words(
        gettext_lazy("%(reference)s needs a look"),
        gettext_lazy("What the shop shows now differs from what the preview promised."),
        gettext_lazy("the shop shows something else than was promised"),
    ),
    "cancellation.stopped": Words(
        gettext_lazy("%(reference)s needs a look"),
        gettext_lazy("Rescind stopped and waits for a person to decide."),
        gettext_lazy("stopped, a person must decide"),
    ),
    "cancellation.refused": Words(
        gettext_lazy("%(reference)s was refused by the shop"),
        gettext_lazy("The shop refused, and nothing was done. Look whether it is wanted still."),
        gettext_lazy("refused by the shop, nothing was done"),
    ),
    "cancellation.approval": Words(
        gettext_lazy("%(reference)s waits for your approval"),
        gettext_lazy(
            "%(who)s asks for approval in %(shop)s: %(amount)s to give back, %(why)s.\n"
            "Nothing is sent before somebody approves. It lapses at %(until)s UTC."
        ),
        gettext_lazy("waits for approval: %(amount)s, asked by %(who)s"),
    ),
    "cancellation.expired": Words(
        gettext_lazy("%(reference)s was not approved in time"),
        gettext_lazy("Nobody approved it within 24 hours. Nothing was sent."),
        gettext_lazy("not approved in time, nothing was sent"),
    ),
    "cancellation.unseen": Words(
        gettext_lazy("%(reference)s needs a look"),
        gettext_lazy(
            "Its approval has lapsed, and the database was put back from a copy: whether it was approved and\n"
            "carried out since that copy is not known. Look at the order."
        ),
        gettext_lazy("lapsed after a restore, whether it was carried out is not known"),
    ),
    "connection.ending": Words(
        gettext_lazy("%(reference)s: %(what)s, %(when)s"),
        gettext_lazy(
            "%(what)s of the connection %(reference)s: %(when)s.\n"
            "From then on its vendor no longer promises that Rescind can work there. The calendar says what to do."
        ),
        gettext_lazy("%(what)s, %(when)s"),
    ),
}
WHY_ASKED: Mapping[str, str | Promise] = {
    "above_limit": gettext_lazy("above their limit"),
    "per_cancellation": gettext_lazy("above their limit"),
    "per_day": gettext_lazy("above their limit for 24 hours"),
    "all_per_day": gettext_lazy("above their limit for 24 hours in all currencies together"),
    "currency": gettext_lazy("in a currency in which they have no limit"),
    "no_rate": gettext_lazy("on a day in several currencies without an exchange rate"),
    "disputed": gettext_lazy("although the payment is disputed"),
}
UNKNOWN = Words(gettext_lazy("%(reference)s needs a look"), "", "")


def subject(delivery: Delivery) -> str:
    return str(_of(delivery).subject) % _facts(delivery)


def text(delivery: Delivery) -> str:
    return f"{str(_of(delivery).text) % _facts(delivery)}\n\n{_where(delivery)}\n"


def subject_of_many(deliveries: Sequence[Delivery]) -> str:
    if all(map(_is_approval, deliveries)):
        said = _("%(n)s cancellations of %(shop)s wait for your approval")
        return said % {"n": len(deliveries), "shop": deliveries[0].store or ""}
    said = ngettext("%(n)s message about %(shop)s", "%(n)s messages about %(shop)s", len(deliveries))
    return said % {"n": len(deliveries), "shop": deliveries[0].store or ""}


def text_of_many(deliveries: Sequence[Delivery]) -> str:
    lines = [_line(delivery) for delivery in deliveries[:LISTED]]
    if more := len(deliveries) - LISTED:
        lines += [_("and %(n)s more") % {"n": more}] if more > 0 else []
    path = CALENDAR if all(map(_is_of_connection, deliveries)) else "/cancellations?show=look"
    if all(map(_is_approval, deliveries)):
        path = "/cancellations?show=awaiting_approval"
        lines = [_("%(sums)s to give back in all. Nothing is sent before somebody approves.")
                 % {"sums": _sums(deliveries)}, "", *lines]  # fmt: skip
    where = f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else _("Open Rescind to see them.")
    return "\n".join([*lines, "", where, ""])


def _is_approval(delivery: Delivery) -> bool:
    return delivery.kind == "cancellation.approval"


def _sums(deliveries: Sequence[Delivery]) -> str:
    """Per currency, never added."""
    amounts = (Money.from_minor(row.payload["minor"], row.payload["currency"]) for row in deliveries)
    return " + ".join(map(i18n.money, summed((amount.currency, amount) for amount in amounts).values()))


def _line(delivery: Delivery) -> str:
    facts = _facts(delivery)
    return f"{facts['reference']}: {str(_of(delivery).short) % facts}"


def _of(delivery: Delivery) -> Words:
    return KINDS.get(delivery.kind, UNKNOWN)


def _facts(delivery: Delivery) -> dict[str, str]:
    told = delivery.payload
    asked_by = User.objects.filter(uuid=told["asked_by"]).first() if told.get("asked_by") else None
    ending = _ending(delivery) if _is_of_connection(delivery) else {}
    facts = {
        "reference": told.get("reference", ""),
        "shop": delivery.store or "",
        "who": asked_by or "",
        "amount": _amount(told),
        "why": WHY_ASKED.get(told.get("why", ""), WHY_ASKED["above_limit"]),
        "until": str(told.get("until", ""))[:16].replace("T", " "),
    } | ending
    return {name: " ".join(str(value).split()) for name, value in facts.items()}


def _is_of_connection(delivery: Delivery) -> bool:
    return delivery.subject.startswith(OF_CONNECTION)


def _ending(delivery: Delivery) -> dict[str, Any]:
    """Of what ends: the connection's name, and how long it still is when the mail leaves."""
    told, found = delivery.payload, Connection.objects.filter(uuid=delivery.subject.removeprefix(OF_CONNECTION)).first()
    is_version = told["what"] == calendar.What.VERSION
    return {
        "reference": found or "",
        "what": _("version %(version)s") % told if is_version else _("credentials"),
        "when": _when(date.fromisoformat(told["on"])),
    }


def _when(on: date) -> str:
    days = (on - clock.now().date()).days
    if days <= 0:
        return _("overdue since %(on)s") % {"on": on}
    said = ngettext("ends on %(on)s, in %(n)s day", "ends on %(on)s, in %(n)s days", days)
    return said % {"on": on, "n": days}


def _amount(told: Mapping[str, Any]) -> str:
    return i18n.money(Money.from_minor(told["minor"], told["currency"])) if "minor" in told else ""


def _where(delivery: Delivery) -> str:
    """The page's address; without a public one, how to find it."""
    if _is_of_connection(delivery):
        return f"{settings.PUBLIC_URL}{CALENDAR}" if settings.PUBLIC_URL else _("Open Rescind: Shops, Calendar.")
    if settings.PUBLIC_URL:
        return f"{settings.PUBLIC_URL}/cancellations/{delivery.subject.removeprefix('cancellation:')}"
    return _("Open Rescind and look for %(reference)s.") % {"reference": delivery.payload.get("reference", "")}
