"""stores/templatetags: what people read of money, units, times, states; and the helpers of addresses and forms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

import pytest
import time_machine
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from cancellations.states import CancellationState, StepState
from stores.canonical.capabilities import Support
from stores.canonical.order import Cancellable, Fulfilment, PaymentState, PaymentStatus, Readiness
from stores.kernel.context import reader_zone
from stores.kernel.money import Money
from stores.models import Store
from stores.models.store import StoreState
from stores.platforms import registry
from stores.templatetags import desk, state_labels

NOW = datetime(2026, 11, 19, 14, 2, tzinfo=UTC)
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(autouse=True)
def british():
    with translation.override("en-gb"), time_machine.travel(NOW, tick=False):
        yield


def show(source: str, query: str = "", **context: object) -> str:
    request = RequestFactory().get(f"/orders?{query}")
    return Template(source).render(Context({"request": request, **context}))


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("47.98", "USD", "US$47.98"),
        ("39.9", "EUR", "€39.90"),
        ("1240", "JPY", "JP¥1,240"),
        ("1.25", "KWD", f"KWD{NBSP}1.250"),
        ("58", "SGD", f"SGD{NBSP}58.00"),
        ("-3.2", "GBP", "−£3.20"),
        ("1.2345", "USD", "US$1.2345"),
        ("0.000001", "USD", "US$0.000001"),
        ("1", "XYZ", f"XYZ{NBSP}1.00"),
    ],
)
def test_money_follows_its_currency_and_hides_no_digit(amount: str, currency: str, text: str) -> None:
    assert desk.money(Money(Decimal(amount), currency)) == text


def test_nothing_is_a_dash() -> None:
    assert {desk.money(None), desk.units(None), desk.at(None), desk.when(None), desk.seconds(None)} == {"—"}


def test_american_english_never_shows_a_dollar_that_could_be_any_dollar() -> None:
    assert translation.get_supported_language_variant("en-us") == "en-gb"
    assert desk.language_tag() == "en-GB"


@pytest.mark.parametrize(
    ("value", "text", "plain"),
    [(Decimal("2.000"), "2", "2"), (Decimal("1.50"), "1.5", "1.5"), (Decimal("1E+3"), "1,000", "1000"), (0, "0", "0")],
)
def test_units_carry_no_idle_zeros(value: Decimal, text: str, plain: str) -> None:
    assert (desk.units(value), desk.plain_number(value)) == (text, plain)


@pytest.mark.parametrize(
    ("away", "text"),
    [
        (-2, "just now"),
        (-20, "20 sec ago"),
        (-59, "59 sec ago"),
        (-119, "1 min ago"),
        (-7300, "2 hr ago"),
        (-90_000, "1 day ago"),
        (-86_400 * 400, "400 days ago"),
        (600, "in 10 min"),
    ],
)
def test_relative_times_round_down_and_never_climb_to_weeks(away: int, text: str) -> None:
    html = show('{% when at None "ago" %}', at=NOW + timedelta(seconds=away))

    assert f"data-relative>{text}</time>" in html


@pytest.mark.parametrize(
    ("at", "how", "text"),
    [
        (NOW, "short", "15:02"),
        (NOW - timedelta(days=2), "short", "17 Nov, 15:02"),
        (NOW - timedelta(days=400), "short", "15 Oct 2025, 16:02"),
        (NOW, "long", "19 Nov 2026, 15:02"),
        (NOW, "clock", "15:02:00"),
        (NOW + timedelta(days=1), "clock", "20 Nov, 15:02:00"),
        (datetime(2026, 11, 18, 23, 30, tzinfo=UTC), "short", "00:30"),
    ],
    ids=[
        "today",
        "this year",
        "another year in summer time",
        "long",
        "clock",
        "clock tomorrow",
        "today in the shop, yesterday in UTC",
    ],
)
def test_times_stand_in_the_zone_of_the_shop(at: datetime, how: str, text: str) -> None:
    html = show("{% when at shop how %}", at=at, shop=Store(time_zone="Europe/Berlin"), how=how)

    assert f">{text}</time>" in html
    assert f'datetime="{at:%Y-%m-%dT%H:%M:%SZ}"' in html


def test_the_title_of_a_time_names_its_zone() -> None:
    assert 'title="19 Nov 2026, 15:02:00, Berlin time"' in show('{% when at "Europe/Berlin" %}', at=NOW)
    assert 'title="19 Nov 2026, 14:02:00, UTC"' in show("{% when at %}", at=NOW)


@pytest.fixture
def in_tokyo():
    token = reader_zone.set("Asia/Tokyo")
    yield
    reader_zone.reset(token)


def test_a_reader_who_said_a_zone_reads_every_time_in_it(in_tokyo) -> None:
    assert ">23:02</time>" in show("{% when at %}", at=NOW)
    assert ">23:02</time>" in show("{% when at shop %}", at=NOW, shop=Store(time_zone="Europe/Berlin"))
    assert "23:02:00, Tokyo time" in show("{% when at shop %}", at=NOW, shop=Store(time_zone="Europe/Berlin"))
    assert show("{% page_zone %}") == "Tokyo time"


def test_a_reader_in_a_zone_that_does_not_exist_reads_utc() -> None:
    token = reader_zone.set("Mars/Olympus")
    html = show("{% when at %} {% page_zone %}", at=NOW)
    reader_zone.reset(token)

    assert ">14:02</time>" in html
    assert html.endswith(" UTC")


@pytest.mark.parametrize(
    ("away", "text"),
    [
        (timedelta(seconds=20), "0 mins"),
        (timedelta(minutes=12), "12 mins"),
        (timedelta(hours=1, minutes=59), "1 hr"),
        (timedelta(hours=23), "23 hrs"),
        (timedelta(days=1), "18 Nov"),
        (timedelta(days=400), "Oct 2025"),
    ],
)
def test_an_age_is_short_and_then_a_day(away: timedelta, text: str) -> None:
    html = show('{% when at None "age" %}', at=NOW - away)

    assert f"data-age>{text}</time>" in html


def test_a_time_without_a_shop_says_that_it_is_utc() -> None:
    assert desk.at(NOW) == "19 Nov 2026, 14:02 UTC"
    assert desk.at(NOW, "Asia/Tokyo") == "19 Nov 2026, 23:02"


def test_an_unknown_zone_is_utc_so_that_the_page_still_comes() -> None:
    assert desk.at(NOW, Store(time_zone="Mars/Olympus")) == "19 Nov 2026, 14:02"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 secs"),
        (41, "41 secs"),
        (581, "9 mins 41 secs"),
        (600, "10 mins"),
        (7_384, "2 hrs 3 mins"),
        (-5, "0 secs"),
    ],
)
def test_lengths_of_time_have_at_most_two_parts(value: int, text: str) -> None:
    assert desk.seconds(value) == text


def test_time_left_counts_from_now() -> None:
    assert desk.left(NOW + timedelta(minutes=9, seconds=41)) == "9 mins 41 secs"


@pytest.mark.parametrize(
    ("vocabulary", "states"),
    [
        ("fulfilment", Fulfilment),
        ("payment", PaymentState),
        ("cancellable", Cancellable),
        ("readiness", Readiness),
        ("transaction", PaymentStatus),
        ("cancellation", CancellationState),
        ("step", StepState),
        ("support", Support),
        ("shop", StoreState),
    ],
)
def test_every_state_of_the_product_has_a_word_and_a_tone(vocabulary: str, states: type[StrEnum]) -> None:
    assert {str(state.value) for state in states} <= set(state_labels.WORDS[vocabulary])


def test_a_state_nobody_knows_is_shown_by_its_own_code() -> None:
    html = show('{% state "payment" "half_pledged" %}')

    assert html == '<span class="chip plain">Half pledged</span>'


def test_an_empty_state_shows_nothing() -> None:
    assert show('{% state "payment" "" %}') == ""


def test_chips_escape_their_words() -> None:
    assert "&lt;b&gt;" in show('{% chip name "ok" %}', name="<b>")


def test_messages_have_the_tone_of_their_level() -> None:
    assert [desk.tone(level) for level in ("success", "sticky error", "warning", "info", "")] == [
        "ok",
        "bad",
        "warn",
        "info",
        "info",
    ]


def test_digests_are_short_and_short_values_whole() -> None:
    assert desk.digest("a91fcc00ff04") == "a91f…04"
    assert desk.digest("abc") == "abc"


def test_an_icon_is_silent_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in desk.icon("refund")
    assert 'role="img" aria-label="Refund"' in desk.icon("refund", "Refund")


def test_a_platform_badge_tells_the_platform_to_those_who_cannot_see_it() -> None:
    html = desk.platform("modern_dropship", "Northline & Sons")

    assert '<span class="hide">Modern Dropship: </span>' in html
    assert "Northline &amp; Sons" in html


@pytest.mark.parametrize("kind", registry.all_platforms(), ids=lambda kind: kind.key)
def test_a_badge_spells_the_platform_as_it_spells_itself(kind) -> None:
    assert f'<span class="hide">{kind.label}: </span>' in desk.platform(kind.key, "Northline")


def test_a_badge_begins_with_the_two_letters_of_its_platform() -> None:
    assert '<b aria-hidden="true">Mg</b>' in desk.platform("magento", "Trade")
    assert '<b aria-hidden="true">Ye</b>' in desk.platform("yesterdays", "Trade")


def test_a_filter_pill_switches_its_value_and_returns_to_the_first_page() -> None:
    source = '{% toggle "payment" "paid" %}'

    assert show(source, "q=li&after=xyz") == "?q=li&amp;payment=paid"
    assert show(source, "payment=paid&payment=voided") == "?payment=voided"
    assert show('{% is_on "payment" "paid" as on %}{{ on }}', "payment=paid") == "True"


def test_a_search_form_carries_the_rest_of_the_query() -> None:
    html = show('{% keep_query "q" %}', 'q=li&after=x&payment=paid&payment="><b>')

    assert html.count("<input") == 2
    assert 'name="payment" value="&quot;&gt;&lt;b&gt;"' in html


def test_lists_read_as_a_sentence() -> None:
    lists: list[list[str]] = [[], ["a"], ["a", "b"], ["a", "b", "c"]]

    assert [desk.sentence(parts) for parts in lists] == ["", "a", "a and b", "a, b and c"]


class Ask(forms.Form):
    amount = forms.CharField(help_text="At most US$47.98.")
    how = forms.ChoiceField(choices=[("full", "All"), ("none", "Nothing")], widget=forms.RadioSelect)
    notify = forms.BooleanField(required=False, help_text="Shopify writes itself.")


def test_fields_know_how_they_are_laid_out() -> None:
    assert [desk.kind(field) for field in Ask()] == ["box", "choice", "tick"]


def test_a_rejected_field_is_tied_to_its_help_and_its_error() -> None:
    form = Ask({"amount": ""})

    html = show('{% include "components/_form.html" %}', form=form)

    assert 'aria-describedby="id_amount_helptext id_amount_error"' in html
    assert 'id="id_amount_helptext"' in html
    assert '<ul class="errorlist" id="id_amount_error">' in html
    assert '<a href="#id_amount">Amount</a>' in html
    assert "data-focus" in html
