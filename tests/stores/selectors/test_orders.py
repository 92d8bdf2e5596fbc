from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stores.canonical.order import Cancellable, Fulfilment, PaymentState, Person
from stores.models import OrderRecord, Role, Store, User
from stores.selectors import matching, orders
from stores.selectors.orders import OrderQuery
from stores.selectors.sorting import SORTINGS
from stores.services import orders as kept
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def owner() -> User:
    return make.person(is_owner=True)


@pytest.fixture
def shop() -> Store:
    return make.store()


Keep = Callable[..., OrderRecord]


@pytest.fixture
def keep(shop: Store) -> Keep:
    def save(number: str, name: str = "", email: str = "", *, into: Store | None = None, **fields: Any) -> OrderRecord:
        order = make.canonical_order(number=number, customer=Person(name=name, email=email), **fields)
        return kept.save(into or shop, order, make.NOW)

    return save


def found(owner: User, words: str = "", **fields: Any) -> list[str]:
    page = orders.search(owner, OrderQuery(words=words, **fields))
    return sorted(row.number for row in page.rows)


class TestWords:
    @pytest.fixture(autouse=True)
    def _shelf(self, keep: Keep) -> None:
        keep("#1047", "Priya Raman", "priya.raman@example.com", lines=[make.line(title="Café table", sku="RED-42")])
        keep("#10470", "李伟", "li.wei@example.com", lines=[make.line(title="丙烯酸立方体", sku="AC_100%")])
        keep("#2001", "Olivia Müller", "o.mueller@example.org", lines=[make.line(title="Lamp", sku="A\\B")])
        keep("WC-20981", "Ｔｏｍａｓ Li", "tomas@example.net", lines=[make.line(title="O'Reilly; DROP", sku="x")])

    @pytest.mark.parametrize(
        ("words", "numbers"),
        [
            ("#1047", ["#1047", "#10470"]),
            ("1047", ["#1047", "#10470"]),
            ("＃１０４７０", ["#10470"]),
            ("#104", ["#1047", "#10470"]),
            ("10", ["#1047", "#10470"]),
            ("wc-20981", ["WC-20981"]),
            ("WC", ["WC-20981"]),
            ("priya", ["#1047"]),
            ("PRIYA raman", ["#1047"]),
            ("raman priya", ["#1047"]),
            ("raman@example", ["#1047"]),
            ("cafe", ["#1047"]),
            ("CAFÉ", ["#1047"]),
            ("muller", ["#2001"]),
            ("MÜLLER", ["#2001"]),
            ("tomas", ["WC-20981"]),
            ("red-42", ["#1047"]),
            ("ed-4", ["#1047"]),
            ("李伟", ["#10470"]),
            ("李", ["#10470"]),
            ("丙烯酸", ["#10470"]),
            ("立方", ["#10470"]),
            ("li", ["#10470", "WC-20981"]),
            ("ol", []),
            ("o'r", ["WC-20981"]),
            ("drop", ["WC-20981"]),
            ("nobody", []),
            ("priya müller", []),
        ],
    )
    def test_find_the_orders_that_hold_them(self, owner: User, words: str, numbers: list[str]) -> None:
        assert found(owner, words) == numbers

    @pytest.mark.parametrize(
        ("words", "numbers"),
        [
            ("%", ["#10470"]),
            ("%%%", []),
            ("100%", ["#10470"]),
            ("1_0", []),
            ("ac_100%", ["#10470"]),
            ("c_1", ["#10470"]),
            ("___", []),
            ("a\\b", ["#2001"]),
            ("a\\", ["#2001"]),
            ("\\", ["#2001"]),
            ("'", ["WC-20981"]),
            ("'; DROP TABLE stores_orderrecord; --", []),
            ('" OR 1=1', []),
            ("search:*", []),
            ("NEAR(a b)", []),
            ("\x00", ["#1047", "#10470", "#2001", "WC-20981"]),
            ("a" * 3000, []),
            ("👍", []),
            ("\u202e", ["#1047", "#10470", "#2001", "WC-20981"]),
            ("{{ 7*7 }}", []),
        ],
    )
    def test_hostile_characters_mean_themselves(self, owner: User, words: str, numbers: list[str]) -> None:
        assert found(owner, words) == numbers

    @pytest.mark.parametrize(
        "pasted",
        [
            "1047, 2001",
            "#1047 #2001",
            "#1047\n#2001\n",
            "1047\r\n2001",
            "1047;2001;",
            "  １０４７   ＃２００１ ",
            "1047,9999,2001",
        ],
    )
    def test_a_pasted_list_finds_exactly_these(self, owner: User, pasted: str) -> None:
        assert found(owner, pasted) == ["#1047", "#2001"]

    def test_a_list_may_hold_numbers_with_letters(self, owner: User) -> None:
        assert found(owner, "WC-20981 1047") == ["#1047", "WC-20981"]

    def test_two_words_with_digits_may_still_be_words_of_one_order(self, owner: User, keep: Keep) -> None:
        keep("#3000", lines=[make.line(title="Mug size 42", sku="AS-1001")])

        assert found(owner, "AS-1001 42") == ["#3000"]

    def test_the_exact_number_stands_on_top(self, owner: User) -> None:
        OrderRecord.objects.filter(number="#1047").update(placed_at=make.NOW - timedelta(days=300))

        page = orders.search(owner, OrderQuery(words="1047"), size=1)
        older = orders.search(owner, OrderQuery(words="1047"), after=page.next, size=1)

        assert [row.number for row in page.rows] == ["#1047", "#10470"]
        assert older.rows == page.rows  # there is nothing older: the only page again

    def test_a_changed_order_is_found_by_its_new_words_only(self, owner: User, keep: Keep) -> None:
        record = keep("#5000", "Before Smith")
        order = kept.order_of(record)
        later = make.NOW + timedelta(minutes=1)

        kept.save(record.store, replace(order, customer=Person(name="After Jones"), updated_at=later), later)

        assert found(owner, "smith") == []
        assert found(owner, "jones") == ["#5000"]

    def test_a_removed_order_is_not_found(self, owner: User, shop: Store) -> None:
        order = OrderRecord.objects.get(number="#1047")

        assert kept.forget(shop, order.external_id)

        assert found(owner, "1047") == ["#10470"]


class TestFilters:
    def test_by_state(self, owner: User, keep: Keep) -> None:
        keep("#1", cancellable=Cancellable.ALL, fulfilment=Fulfilment.UNFULFILLED, payment=PaymentState.AUTHORISED)
        keep("#2", cancellable=Cancellable.PART, fulfilment=Fulfilment.PARTIAL, payment=PaymentState.PAID)
        keep("#3", cancellable=Cancellable.NONE, fulfilment=Fulfilment.FULFILLED, payment=PaymentState.PAID)

        assert found(owner, cancellable=(Cancellable.ALL, Cancellable.PART)) == ["#1", "#2"]
        assert found(owner, payment=(PaymentState.PAID,)) == ["#2", "#3"]
        assert found(owner, payment=(PaymentState.PAID,), fulfilment=(Fulfilment.PARTIAL,)) == ["#2"]

    def test_by_day_in_each_shops_own_zone(self, owner: User, keep: Keep) -> None:
        tokyo, lisbon = make.store(time_zone="Asia/Tokyo"), make.store(time_zone="Europe/Lisbon")
        midnight_in_tokyo = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
        keep("#1", into=tokyo, placed_at=midnight_in_tokyo)
        keep("#2", into=tokyo, placed_at=midnight_in_tokyo - timedelta(seconds=1))
        keep("#3", into=lisbon, placed_at=midnight_in_tokyo)

        assert found(owner, placed_from=date(2026, 11, 19), placed_to=date(2026, 11, 19)) == ["#1"]
        assert found(owner, placed_from=date(2026, 11, 18), placed_to=date(2026, 11, 18)) == ["#2", "#3"]

    def test_by_amount_in_each_shops_own_currency(self, owner: User, keep: Keep) -> None:
        for number, currency in (("#1", "USD"), ("#2", "JPY"), ("#3", "KWD")):
            shop = make.store(currency=currency)
            keep(number, into=shop, currency=currency, lines=[make.line(price="100", currency=currency)])

        assert found(owner, total_from=Decimal(100), total_to=Decimal(100)) == ["#1", "#2", "#3"]
        assert found(owner, total_from=Decimal("100.001")) == []
        assert found(owner, total_to=Decimal("99.999")) == []

    def test_by_shop(self, owner: User, keep: Keep) -> None:
        other = make.store()
        keep("#1")
        keep("#2", into=other)

        assert found(owner, shops=(other.uuid,)) == ["#2"]

    def test_by_day_in_the_readers_zone(self, owner: User, keep: Keep) -> None:
        keep("#1", into=make.store(time_zone="Asia/Tokyo"), placed_at=datetime(2026, 11, 18, 23, 30, tzinfo=UTC))

        day: dict[str, Any] = {"placed_from": date(2026, 11, 19), "placed_to": date(2026, 11, 19)}
        assert found(owner, **day, zone="Europe/Berlin") == ["#1"]
        assert found(owner, **day, zone="America/New_York") == []
        assert found(owner, **day, zone="Mars/Olympus") == []

    def test_by_sku_tag_and_country_as_a_whole(self, owner: User, keep: Keep) -> None:
        home = Person(shipping_address=("Unter den Linden 1", "10117 Berlin", "Germany"))
        keep("#1", lines=[make.line(sku="SHIRT-M")], tags=("gift wrap", "VIP"))
        keep("#2", lines=[make.line(sku="SHIRT-MX")], tags=("gift",))
        kept.save(make.store(), make.canonical_order(number="#3", customer=home), make.NOW)

        assert found(owner, sku="shirt-m") == ["#1"]
        assert found(owner, tag="vip") == ["#1"]
        assert found(owner, tag="gift") == ["#2"]
        assert found(owner, tag="wrap") == []
        assert found(owner, country="de") == ["#3"]
        assert found(owner, country="d") == []

    @pytest.mark.parametrize("day", [date.min, date.max])
    def test_the_ends_of_time_are_days_too(self, owner: User, keep: Keep, day: date) -> None:
        make.store(time_zone="Asia/Tokyo")
        keep("#1")

        found(owner, placed_from=day, placed_to=day)


class TestOtherTraces:
    """What a customer, a carrier or a bank names an order by."""

    @pytest.fixture(autouse=True)
    def _shelf(self, keep: Keep, shop: Store) -> None:
        someone = Person(
            name="Ana", phone="+49 (0)151 2345-678", shipping_address=("12 High Street", "SW1A 1AA London", "GB")
        )
        order = make.canonical_order(
            number="#1", customer=someone, payments=(make.payment(id="gid://shopify/OrderTransaction/ch_3Abc99"),),
            lines=[make.line(price="47.98")],
        )  # fmt: skip
        kept.save(shop, order, make.NOW)
        keep("#2", lines=[make.line(price="4798")])
        keep("#3", into=make.store(currency="JPY"), currency="JPY", lines=[make.line(price="4180", currency="JPY")])

    @pytest.mark.parametrize(
        ("words", "numbers"),
        [
            ("+49 151 2345678", ["#1"]),
            ("0151/2345678", ["#1"]),
            ("01512345678", ["#1"]),
            ("(0151) 234-5678", ["#1"]),
            ("0151 2345679", []),
            ("SW1A 1AA", ["#1"]),
            ("sw1a", ["#1"]),
            ("ch_3abc99", ["#1"]),
            ("47.98", ["#1"]),
            ("US$47.98", ["#1"]),
            ("$47,98", ["#1"]),
            ("47,98 USD", ["#1"]),
            ("4,798.00", ["#2"]),
            ("4.798,00", ["#2"]),
            ("¥4,180", ["#3"]),
            ("47.99", []),
        ],
    )
    def test_find_it(self, owner: User, words: str, numbers: list[str]) -> None:
        assert found(owner, words) == numbers

    def test_a_house_number_is_no_order_number(self, owner: User) -> None:
        assert found(owner, "12") == []


@pytest.mark.parametrize(
    ("sort", "numbers"),
    [("", "321"), ("oldest", "123"), ("most", "132"), ("least", "231"), ("open", "213"), ("closed", "312")],
)
def test_sorted_as_it_is_asked(owner: User, keep: Keep, sort: str, numbers: str) -> None:
    for number, total, units in ((1, "30", 2), (2, "10", 3), (3, "20", 1)):
        line = make.line(price=str(Decimal(total) / units), ordered=units)
        row = keep(f"#{number}", lines=[line], placed_at=make.NOW + timedelta(hours=number))
        OrderRecord.objects.filter(pk=row.pk).update(total_minor=int(total) * 100, units_open=units)

    page = orders.search(owner, OrderQuery(sort=SORTINGS[sort]))

    assert "".join(row.number[1:] for row in page.rows) == numbers


@pytest.mark.parametrize(
    "text",
    ['"1001"\n"1002"', "“1001”, “1002”", "１００１ １００２", "'1001';'1002'", "#1001\t#1002", "1001,1002,,1001"],
)
def test_a_pasted_list_may_be_quoted_or_of_full_width(text: str) -> None:
    assert matching.listed_numbers(text) == ["1001", "1002"]


@pytest.mark.parametrize("text", ["", "1001", "li wei", "AS-1001 42", "priya, 1002"])
def test_words_are_no_list(text: str) -> None:
    assert matching.listed_numbers(text) == []


def test_rows_of_an_older_version_are_described_again(owner: User, keep: Keep) -> None:
    keep("#1", lines=[make.line(title="Lamp", variant="brass"), make.line(title="Bulb")], tags=("vip",))
    OrderRecord.objects.update(bought="", lines=0, described_as=0, search=" 1 ")

    assert kept.describe_again(10) == 1
    assert kept.describe_again(10) == 0

    row = OrderRecord.objects.get()
    assert (row.bought, row.lines) == ("Lamp, brass", 2)
    assert found(owner, "bulb") == found(owner, tag="vip") == ["#1"]


class TestWhoSees:
    def test_only_orders_of_ones_own_shops(self, keep: Keep, shop: Store) -> None:
        keep("#1")
        keep("#2", into=make.store())
        staff = make.person()
        make.membership(staff, shop, Role.STAFF)

        assert found(staff) == ["#1"]

    def test_nobody_sees_anything_without_a_shop(self, keep: Keep) -> None:
        keep("#1")

        assert found(make.person()) == []


@pytest.mark.parametrize("words", ["", "wei", "#1", "1, 2", "li wei"])
def test_the_number_of_queries_does_not_grow(owner: User, keep: Keep, words: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert [row.store.name for row in orders.search(owner, OrderQuery(words=words)).rows]
        return len(seen)

    keep("#1", "Li Wei")
    for_one = queries()
    for number in range(2, 22):
        keep(f"#{number}", "Li Wei", into=make.store())

    assert queries() == for_one <= 3


def test_an_export_reads_every_row_once(owner: User, keep: Keep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "CHUNK", 3)
    for number in range(8):
        keep(f"#{number}")

    rows = list(orders.every(owner, OrderQuery()))

    assert sorted(row.number for row in rows) == [f"#{number}" for number in range(8)]


class TestTheWordIndex:
    @pytest.fixture(autouse=True)
    def _only_where_it_stands(self) -> None:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_indexes WHERE indexname = 'stores_order_words'")
                if not cursor.fetchone():
                    pytest.skip("this PostgreSQL has no pg_trgm")
        elif not matching.has_word_index():
            pytest.skip("this SQLite has no FTS5")

    @pytest.mark.parametrize("words", ["muller", "li", "李伟", "ac_100%", "raman priya"])
    def test_is_what_a_search_goes_through(self, owner: User, words: str) -> None:
        rows = OrderRecord.objects.filter(matching.condition(words))

        plan = _plan(rows)

        assert "stores_order_words" in plan
        assert "scan stores_orderrecord" not in plan.lower()

    def test_stands_after_every_migration(self) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute(
                    "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'stores_order_words%'"
                )
                assert cursor.fetchone()[0] == 3


def _plan(rows: Any) -> str:
    if connection.vendor == "sqlite":
        return str(rows.explain())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return str(rows.explain())
