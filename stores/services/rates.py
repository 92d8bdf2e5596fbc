"""Exchange rates: typed in by an owner, or read each day from the European Central Bank where that is switched on.

Source: "Euro foreign exchange reference rates", daily file; one euro in some thirty currencies, on bank days at about
16:00 CET.
"""

from __future__ import annotations

import logging
import re
from datetime import date, datetime, timedelta
from decimal import Decimal

from babel.numbers import list_currencies
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from stores.audit import rate_actions, trail
from stores.kernel import clock
from stores.kernel.errors import InputRejected, NotAllowed, RemoteUnavailable
from stores.kernel.http import document
from stores.kernel.http.contracts import Timeouts
from stores.models import ExchangeRate, RateSource, User
from stores.selectors import access

logger = logging.getLogger(__name__)
ECB = "ecb"
ADDRESS = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"
EVERY = timedelta(hours=4)  # a day's file that came late, or not at all, is there at the next time
DAY = re.compile(r"""<Cube\s+time=["']([0-9]{4}-[0-9]{2}-[0-9]{2})["']""", re.ASCII)
RATE = re.compile(r"""<Cube\s+currency=["']([A-Z]{3})["']\s+rate=["']([0-9]{1,9}(?:\.[0-9]{1,8})?)["']""", re.ASCII)

_last: list[datetime] = []  # of this process; two that read the same file are harmless


def type_in(*, actor: User, currency: str, rate: Decimal) -> None:
    """One unit of the installation's currency is `rate` of `currency`, today. Raises NotAllowed, InputRejected."""
    if not access.can(actor, "settings.manage"):
        raise NotAllowed
    if currency == settings.CURRENCY or currency not in list_currencies():
        raise InputRejected("currency", _("Write the three capitals of another currency, for example JPY."))
    if rate <= 0:
        raise InputRejected("rate", _("A rate is above zero."))
    one = {"on": clock.now().date(), "source": RateSource.TYPED, "base": settings.CURRENCY, "currency": currency}
    with transaction.atomic():
        before = ExchangeRate.objects.filter(**one).values_list("rate", flat=True).first()
        ExchangeRate.objects.update_or_create(**one, defaults={"rate": f"{rate:f}"})
        trail.record(
            rate_actions.TYPED, actor=actor, target=f"rate:{settings.CURRENCY}-{currency}", base=settings.CURRENCY,
            currency=currency, rate=f"{rate:f}", earlier=before or "",
        )  # fmt: skip


def due(now: datetime) -> list[str]:
    """The source to ask now, at most every four hours of this process; [] where none is switched on."""
    if settings.EXCHANGE_RATES != ECB or (_last and now - _last[0] < EVERY):
        return []
    _last[:] = [now]
    return [ECB]


def fetch() -> int:
    """Read today's file and keep what is new; how many rates it held. What cannot be read waits for the next time."""
    limits = Timeouts(connect=settings.PLATFORM_CONNECT_TIMEOUT_SECONDS, read=settings.PLATFORM_READ_TIMEOUT_SECONDS)
    try:
        on, found = parse(document.read(ADDRESS, limits=limits))
    except (RemoteUnavailable, ValueError) as exc:
        logger.warning("exchange rates were not read", extra={"kind": type(exc).__name__})
        return 0
    if on > clock.now().date():
        logger.warning("exchange rates of a later day were not kept")
        return 0
    rows = [ExchangeRate(base="EUR", currency=key, rate=rate, on=on, source=RateSource.ECB) for key, rate in found]
    ExchangeRate.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def parse(text: str) -> tuple[date, list[tuple[str, str]]]:
    """The day and [(currency, one euro in it)]. Raises ValueError for a text that has no such table."""
    day, known = DAY.search(text), list_currencies()
    found = [(key, rate) for key, rate in dict(RATE.findall(text)).items() if key in known and Decimal(rate) > 0]
    if day is None or not found:
        raise ValueError("no table of rates")
    return date.fromisoformat(day[1]), found
