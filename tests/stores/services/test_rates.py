"""Exchange rates are typed in by an owner, or read from the European Central Bank each day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
import requests
from django.urls import reverse

from stores.kernel.errors import InputRejected, NotAllowed
from stores.models import AuditEvent, ExchangeRate
from stores.selectors import rates as selector
from stores.services import rates
from tests import make

pytestmark = pytest.mark.django_db
FILE = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <Cube><Cube time='2026-11-20'>
    <Cube currency='USD' rate='1.1535'/><Cube currency='JPY' rate='181.27'/><Cube currency='XQX' rate='3'/>
  </Cube></Cube>
</gesmes:Envelope>"""


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(make.NOW, tick=False)


def stored():
    rows = ExchangeRate.objects.order_by("currency")
    return [(row.source, row.base, row.currency, row.rate, row.on) for row in rows]


class TestTyped:
    def test_it_is_stored_for_today_and_recorded(self, cast):
        rates.type_in(actor=cast.owner, currency="JPY", rate=Decimal("151.50"))
        rates.type_in(actor=cast.owner, currency="JPY", rate=Decimal("150"))

        assert stored() == [("typed", "USD", "JPY", "150", make.NOW.date())]
        assert selector.as_of(make.NOW).convert(make.money("300", "JPY"), "USD") == make.money("2.00")
        body = AuditEvent.objects.filter(kind="rates.typed").latest("pk").body
        assert '"earlier":"151.50"' in body
        assert '"rate":"150"' in body

    @pytest.mark.parametrize("who", ["admin_a", "staff_a", "auditor_a", "stranger"])
    def test_only_owners_do(self, cast, who):
        with pytest.raises(NotAllowed):
            rates.type_in(actor=getattr(cast, who), currency="JPY", rate=Decimal(150))

    @pytest.mark.parametrize(
        ("currency", "rate", "field"), [("USD", "1", "currency"), ("yen", "1", "currency"), ("JPY", "0", "rate")]
    )
    def test_what_is_none_is_refused(self, cast, currency, rate, field):
        with pytest.raises(InputRejected) as told:
            rates.type_in(actor=cast.owner, currency=currency, rate=Decimal(rate))

        assert told.value.field == field
        assert stored() == []

    def test_the_page_shows_and_takes_them(self, cast, browser_of):
        browser, url = browser_of(cast.owner), reverse("people:rates")

        assert browser.post(url, {"currency": "JPY", "rate": "1e2"}).context["form"].errors.keys() == {"rate"}
        assert browser.post(url, {"currency": "usd", "rate": "1"}).status_code == 422
        assert browser.post(url, {"currency": "JPY", "rate": "150.25"}).status_code == 302
        ExchangeRate.objects.create(base="USD", currency="KRW", rate="1400", on=date(2026, 11, 1), source="typed")

        page = " ".join(browser.get(url).content.decode().split())
        assert "1 USD = 150.25 JPY" in page
        assert "older than 7 days" in page


class TestRead:
    def test_the_days_file_is_kept_once(self, network):
        network.get(rates.ADDRESS, body=FILE)
        network.get(rates.ADDRESS, body=FILE)

        assert [rates.fetch(), rates.fetch()] == [2, 2]

        day = date(2026, 11, 20)
        assert stored() == [("ecb", "EUR", "JPY", "181.27", day), ("ecb", "EUR", "USD", "1.1535", day)]

    @pytest.mark.parametrize(
        "answer",
        [
            {"body": "<html>Sign in</html>"},
            {"body": ""},
            {"body": FILE.replace("1.1535", "-1").replace("181.27", "NaN")},
            {"body": FILE.replace("2026-11-20", "2026-13-45")},
            {"body": FILE.replace("2026-11-20", "2026-11-22")},
            {"body": "x" * 300_000},
            {"body": b"\xff\xfe"},
            {"status": 500},
            {"status": 302, "headers": {"Location": "https://example.com/"}},
            {"body": requests.ConnectionError()},
        ],
        ids=["a page", "nothing", "no numbers", "no day", "tomorrow", "huge", "no text", "500", "moved", "away"],
    )
    def test_what_cannot_be_read_changes_nothing(self, network, answer):
        network.get(rates.ADDRESS, **answer)

        assert rates.fetch() == 0
        assert stored() == []

    @pytest.mark.parametrize(("source", "asked"), [("", []), ("ecb", ["ecb"])])
    def test_only_where_it_is_switched_on_and_every_four_hours(self, settings, monkeypatch, source, asked):
        settings.EXCHANGE_RATES = source
        monkeypatch.setattr(rates, "_last", [])

        assert rates.due(make.NOW) == asked
        assert rates.due(make.NOW + timedelta(hours=3.9)) == []
        assert rates.due(make.NOW + timedelta(hours=4)) == asked
