"""The order page: copy first, live next, what would happen at each change, and a button that means what it says."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from cancellations.models import Cancellation, Preview
from cancellations.pages import orders_list
from cancellations.services import preview
from sandbox.platforms.shopify.spec import Line
from stores.canonical import codec
from stores.canonical.order import Person
from stores.models import OrderRecord, OrderSnapshot, StoreState
from stores.platforms import registry
from stores.services import orders
from tests import make
from tests.rigs.desk import Desk
from tests.rigs.people import Cast

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def browser(desk: Desk, browser_of: Callable[..., Client]) -> Client:
    return browser_of(desk.staff)


def url(record: OrderRecord, name: str = "") -> str:
    return f"/orders/{record.uuid}{'/' + name if name else ''}"


def text_of(answer: Any) -> str:
    return " ".join(html.unescape(answer.content.decode()).split())


def wish(record: OrderRecord, desk: Desk, *units: str, **fields: str) -> dict[str, str]:
    """The form as a browser sends it, with `units` typed into the lines' choosers."""
    lines = orders.order_of(record).lines
    typed = {f"units.{line.id}": n for line, n in zip(lines, units, strict=False)}
    return {"reason": "customer", "reason_was": "customer", "refund": "full", "restock": "on"} | typed | fields


class TestTheCopyAndTheLiveOrder:
    def test_the_copy_comes_at_once_and_asks_for_the_live_one(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        asked: list[str] = []
        desk.world.on_exchange(lambda exchange: asked.append(exchange.operation))

        page = text_of(browser.get(url(record)))

        assert asked == []
        assert f'hx-get="{url(record, "live")}' in page
        assert '<fieldset class="stack" disabled>' in page

    def test_the_live_order_can_be_chosen_from(self, desk: Desk, browser: Client) -> None:
        record = desk.order()

        fragment = text_of(browser.get(url(record, "live"), headers=FRAGMENT))

        assert '<fieldset class="stack">' in fragment
        assert "read from Shopify" in fragment
        assert 'id="order-states" hx-swap-oob="true"' in fragment

    def test_without_script_a_link_reads_it(self, desk: Desk, browser: Client) -> None:
        record = desk.order()

        assert "?live=1" in text_of(browser.get(url(record)))
        assert "read from Shopify" in text_of(browser.get(url(record) + "?live=1"))

    def test_a_silent_shop_is_said_and_nothing_can_be_chosen(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        desk.world.fault("refused", times=20)

        page = text_of(browser.get(url(record) + "?live=1"))

        assert "Not read live." in page
        assert "Read again" in page
        assert '<fieldset class="stack" disabled>' in page

    def test_a_vanished_order_is_said(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        OrderRecord.objects.filter(pk=record.pk).update(external_id="gid://shopify/Order/1")

        assert "Not read live." in text_of(browser.get(url(record, "live"), headers=FRAGMENT))

    def test_a_paused_shop_is_not_asked(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        desk.store.state = StoreState.PAUSED
        desk.store.save()

        assert "paused or disconnected" in text_of(browser.get(url(record) + "?live=1"))

    def test_when_all_seats_are_taken_the_page_asks_again(self, desk: Desk, browser: Client) -> None:
        record = desk.order()

        with preview.seat(), preview.seat(), preview.seat():
            fragment = text_of(browser.get(url(record, "live") + "?asked=3", headers=FRAGMENT))

        assert "live?asked=4" in fragment
        assert "delay:2s" in fragment

    def test_it_does_not_ask_for_ever(self, desk: Desk, browser: Client) -> None:
        record = desk.order()

        with preview.seat(), preview.seat(), preview.seat():
            fragment = text_of(browser.get(url(record, "live") + "?asked=15", headers=FRAGMENT))

        assert 'hx-trigger="load' not in fragment
        assert "Read again" in fragment


class TestWhatWillHappen:
    def test_a_change_gives_the_plan_and_the_lines_share(self, desk: Desk, browser: Client) -> None:
        record = desk.order()

        answer = browser.post(url(record, "preview"), wish(record, desk, "2"), headers=FRAGMENT)

        page = text_of(answer)
        plan = preview.plan_of(Preview.objects.get())
        assert answer.status_code == 200
        assert "2 units leave the order" in page
        assert f"Cancel 2 units · refund US${plan.sums.total.amount}" in page
        assert f'<strong id="share-0" hx-swap-oob="true">US${plan.sums.total.amount}' in page
        assert "<html" not in page

    def test_without_script_the_whole_page_comes_back_with_everything_typed(self, desk: Desk, browser: Client) -> None:
        record = desk.order()

        page = text_of(browser.post(url(record, "preview"), wish(record, desk, "2", note="Ticket 5512")))

        assert "<html" in page
        assert 'value="2" min="0"' in page
        assert "Ticket 5512" in page
        assert "2 units leave the order" in page

    def test_everything_is_filled_in_by_the_server(self, desk: Desk, browser: Client) -> None:
        record = desk.order(lines=[Line(quantity=3), Line(quantity=2)])

        page = text_of(browser.post(url(record, "preview"), wish(record, desk, "0", "0", fill="all")))

        assert "5 units leave the order" in page
        assert "Cancel the order" in page

    @pytest.mark.parametrize(
        "typed", ["-1", "1.5", "1e5", "１２", "1_0", "NaN", "four", "999999999999999", "0x2", "+1", "1,5", "９"]
    )
    def test_what_is_no_number_is_said_at_its_field_and_kept(self, desk: Desk, browser: Client, typed: str) -> None:
        record = desk.order()

        answer = browser.post(url(record, "preview"), wish(record, desk, typed, note="Kept as well"))

        page = text_of(answer)
        assert answer.status_code == 422
        assert re.search(r'id="wrong-0">[^<]+</span>', page)
        assert f'value="{html.escape(typed)}"' in page
        assert "Kept as well" in page
        assert "formaction" not in page

    def test_more_than_there_is_names_what_is_allowed(self, desk: Desk, browser: Client) -> None:
        record = desk.order()

        answer = browser.post(url(record, "preview"), wish(record, desk, "4"), headers=FRAGMENT)

        assert answer.status_code == 422
        assert "At most 3 units" in text_of(answer)
        assert "formaction" not in text_of(answer)

    def test_zero_of_everything_asks_to_choose(self, desk: Desk, browser: Client) -> None:
        record = desk.order()

        answer = browser.post(url(record, "preview"), wish(record, desk, "0"), headers=FRAGMENT)

        assert answer.status_code == 200
        assert "Choose at least one unit" in text_of(answer)

    def test_a_line_of_another_order_is_refused(self, desk: Desk, browser: Client) -> None:
        record, other = desk.order(), desk.order()

        answer = browser.post(url(record, "preview"), wish(other, desk, "1"), headers=FRAGMENT)

        assert "The order has no line" in text_of(answer)
        assert "formaction" not in text_of(answer)

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("99999", "At most"),
            ("1.234", "2 digits"),
            ("-5", "plain number"),
            ("1e2", "plain number"),
            ("", "how much"),
        ],
    )
    def test_a_wrong_amount_is_said(self, desk: Desk, browser: Client, typed: str, said: str) -> None:
        record = desk.order()
        payment = desk.live(record).payments[0]
        fields = {"refund": "part", f"part.{payment.id}": typed}

        page = text_of(browser.post(url(record, "preview"), wish(record, desk, "1", **fields)))

        assert said in page
        assert "formaction" not in page

    def test_an_amount_of_ones_own_is_planned(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        payment = desk.live(record).payments[0]

        page = text_of(
            browser.post(
                url(record, "preview"), wish(record, desk, "1", refund="part", **{f"part.{payment.id}": "5.00"})
            )
        )

        assert "refund US$5.00" in page

    def test_a_reason_brings_its_habits(self, desk: Desk, browser: Client) -> None:
        record = desk.order()

        page = text_of(
            browser.post(url(record, "preview"), wish(record, desk, "1", reason="out_of_stock"), headers=FRAGMENT)
        )

        assert "1 unit kept out of stock" in page
        assert "Shopify receives INVENTORY" in page
        assert 'id="habits" hx-swap-oob="true"' in page

    def test_a_reason_not_of_the_list_is_refused(self, desk: Desk, browser: Client) -> None:
        record = desk.order()

        answer = browser.post(url(record, "preview"), wish(record, desk, "1", reason="revenge"))

        assert answer.status_code == 422
        assert "Choose one of the list" in text_of(answer)

    def test_lines_of_other_pages_are_carried_along(self, desk: Desk, browser: Client) -> None:
        record = desk.order(lines=[Line(title=f"Tube {n}", quantity=2) for n in range(101)])
        desk.world.switch("limit", "enterprise")
        first, last = orders.order_of(record).lines[0], orders.order_of(record).lines[-1]
        fields = wish(record, desk) | {f"units.{first.id}": "2", f"units.{last.id}": "1", "page": "2"}

        page = text_of(browser.post(url(record, "preview"), fields))

        assert f'<input type="hidden" name="units.{first.id}" value="2">' in page
        assert "Tube 100" in page
        assert "Page 2 of 2" in page
        assert "3 units leave the order" in page

    def test_a_shop_that_falls_silent_is_said(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        fields = wish(record, desk, "1")
        desk.world.fault("refused", times=20)

        page = text_of(browser.post(url(record, "preview"), fields))

        assert "Not read live." in page
        assert "formaction" not in page


class TestConfirming:
    def shown(self, desk: Desk, browser: Client, record: OrderRecord, *units: str, **fields: str) -> dict[str, str]:
        """Look at what will happen, and fill the form as the page then holds it."""
        form = wish(record, desk, *units, **fields)
        browser.post(url(record, "preview"), form)
        return form | {"preview": str(Preview.objects.latest("pk").uuid)}

    def test_what_was_seen_becomes_a_cancellation(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        form = self.shown(desk, browser, record, "2", note="Ticket 5512")

        answer = browser.post(url(record, "confirm"), form)

        made = Cancellation.objects.get()
        assert answer.status_code == 302
        assert answer["Location"] == f"/cancellations/{made.uuid}"
        assert made.units == 2

    def test_pressed_twice_it_is_one(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        form = self.shown(desk, browser, record, "2")

        places = {browser.post(url(record, "confirm"), form)["Location"] for _ in range(2)}

        assert len(places) == 1
        assert Cancellation.objects.count() == 1

    def test_a_form_changed_since_is_previewed_again(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        form = self.shown(desk, browser, record, "2")
        line = desk.live(record).lines[0]

        answer = browser.post(url(record, "confirm"), form | {f"units.{line.id}": "3"})

        assert answer.status_code == 409
        assert "You changed something after this preview" in text_of(answer)
        assert not Cancellation.objects.exists()

    def test_a_note_written_last_is_kept(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        form = self.shown(desk, browser, record, "2")

        browser.post(url(record, "confirm"), form | {"note": "Written after the preview"})

        assert preview.request_of(Cancellation.objects.get().preview).note == "Written after the preview"

    def test_an_order_that_moved_shows_the_differences(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        form = self.shown(desk, browser, record, "1")
        desk.work(desk.confirm(record, desk.some(record, 2)))

        answer = browser.post(url(record, "confirm"), form)

        page = text_of(answer)
        assert answer.status_code == 409
        assert "What changed" in page
        assert "You saw" in page
        assert Cancellation.objects.count() == 1

    def test_a_preview_older_than_half_an_hour_is_made_anew(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        form = self.shown(desk, browser, record, "1")
        desk.travel(31 * 60)
        browser.force_login(desk.staff)

        answer = browser.post(url(record, "confirm"), form)

        assert answer.status_code == 409
        assert "older than 30 minutes" in text_of(answer)

    def test_another_open_cancellation_is_named(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        form = self.shown(desk, browser, record, "1")
        other = desk.confirm(record, desk.some(record, 1))

        page = text_of(browser.post(url(record, "confirm"), form))

        assert other.reference in page
        assert "formaction" not in page

    @pytest.mark.parametrize("named", ["", "nonsense", "00000000-0000-4000-8000-000000000000"])
    def test_no_preview_of_ones_own_confirms_nothing(self, desk: Desk, browser: Client, named: str) -> None:
        record = desk.order()

        answer = browser.post(url(record, "confirm"), wish(record, desk, "1") | {"preview": named})

        assert answer.status_code == 409
        assert not Cancellation.objects.exists()

    def test_a_preview_of_somebody_else_confirms_nothing(
        self, desk: Desk, browser: Client, browser_of: Callable[..., Client]
    ) -> None:
        record = desk.order()
        form = self.shown(desk, browser, record, "1")
        other = make.person(is_owner=True)

        answer = browser_of(other).post(url(record, "confirm"), form)

        assert answer.status_code == 409
        assert not Cancellation.objects.exists()

    def test_a_blocked_plan_cannot_be_confirmed(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        form = self.shown(desk, browser, record, "9")

        answer = browser.post(url(record, "confirm"), form)

        assert answer.status_code == 422
        assert not Cancellation.objects.exists()

    def test_a_silent_shop_confirms_nothing(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        form = self.shown(desk, browser, record, "1")
        desk.world.fault("refused", times=20)

        answer = browser.post(url(record, "confirm"), form)

        assert answer.status_code == 503
        assert not Cancellation.objects.exists()


class TestWhoMay:
    def test_a_foreign_order_is_not_there(self, desk: Desk, cast: Cast, browser_of: Callable[..., Client]) -> None:
        record = desk.order()
        stranger = browser_of(cast.staff_b)

        answers = [
            stranger.get(url(record)),
            stranger.get(url(record, "live")),
            stranger.post(url(record, "preview")),
            stranger.post(url(record, "confirm")),
        ]

        assert {answer.status_code for answer in answers} == {404}

    def test_an_auditor_looks_and_cannot_choose(self, desk: Desk, browser_of: Callable[..., Client]) -> None:
        record = desk.order()
        auditor = make.person()
        make.membership(auditor, desk.store, make.Role.AUDITOR)
        browser = browser_of(auditor)

        assert "You may look at this order, not cancel it." in text_of(browser.get(url(record) + "?live=1"))
        assert browser.post(url(record, "preview"), {}).status_code == 404


def ids_of(page: str) -> Iterator[str]:
    yield from re.findall(r'\bid="([^"]+)"', page)


def test_no_id_stands_twice(desk: Desk, browser: Client) -> None:
    record = desk.order(lines=[Line(quantity=3), Line(quantity=2)])

    found = list(ids_of(browser.post(url(record, "preview"), wish(record, desk, "1", "1")).content.decode()))

    assert len(found) == len(set(found))


def test_markup_in_names_stays_text(desk: Desk, browser: Client) -> None:
    record = desk.order(lines=[Line(title="<script>alert(1)</script>", quantity=2)])

    page = browser.post(url(record, "preview"), wish(record, desk, "1")).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_short_copy_does_not_pass_off_what_it_lacks_as_nothing(desk: Desk, browser: Client) -> None:
    record = desk.order()
    short = replace(desk.live(record), is_summary=True, payments=(), customer=Person())
    OrderRecord.objects.filter(pk=record.pk).update(is_summary=True)
    OrderSnapshot.objects.filter(order=record).update(text=codec.dumps(short))

    page = text_of(browser.get(url(record)))

    assert "told by the live order only" in page
    assert "No payment so far" not in page
    assert "No payment so far" not in text_of(browser.get(url(record) + "?live=1"))


def test_prices_and_payments_a_short_copy_does_not_know_are_not_told_as_zero(desk: Desk, browser: Client) -> None:
    record = desk.order()
    whole = desk.live(record)
    free = replace(whole.lines[0], unit_price=make.pair("0"), original_unit_price=None)
    short = replace(whole, is_summary=True, payments=(), lines=(free,))
    OrderRecord.objects.filter(pk=record.pk).update(is_summary=True)
    OrderSnapshot.objects.filter(order=record).update(text=codec.dumps(short))

    page = text_of(browser.get(url(record)))

    assert "US$0.00" not in page
    assert 'title="known once the order is read">—' in page
    assert "Nothing was captured" not in page
    assert "What was paid is known once the order is read." in page


def test_money_that_has_gone_back_is_not_called_never_captured(desk: Desk, browser: Client) -> None:
    record = desk.order()
    paid = desk.live(record)
    gone = tuple(replace(payment, refundable=make.money("0")) for payment in paid.payments)
    back = replace(paid.totals, refunded=paid.totals.received)
    orders.save(desk.store, make.changed(paid, payments=gone, totals=back), make.NOW)

    page = text_of(browser.get(url(record)))

    assert "No money is left on this order: it has gone back already, or is on its way." in page
    assert "Nothing was captured" not in page


def test_enter_in_a_field_shows_what_will_happen_and_fills_nothing(desk: Desk, browser: Client) -> None:
    page = browser.get(url(desk.order())).content.decode()

    form = page[page.index('<form id="wish"') :]
    first = re.search(r"<button[^>]*>", form)
    assert first is not None
    assert "name=" not in first.group()
    assert "formaction" not in first.group()


@pytest.mark.parametrize("name", ["preview", "confirm"])
def test_an_address_come_back_to_leads_to_the_order(desk: Desk, browser: Client, name: str) -> None:
    record = desk.order()

    answer = browser.get(url(record, name))

    assert (answer.status_code, answer["Location"]) == (302, url(record))


def test_the_reason_why_no_money_can_go_back_is_said_once(desk: Desk, browser: Client) -> None:
    record = desk.order(pay="pending")

    page = text_of(browser.get(url(record) + "?live=1"))

    assert page.count("Nothing was captured on this order.") == 1
    assert 'name="refund"' not in page


def test_what_was_shipped_is_not_called_untouched_where_the_platform_lists_no_parcel(
    desk: Desk, browser: Client
) -> None:
    record = desk.order()
    seen = desk.live(record)
    left = tuple(replace(line, shipped=line.ordered, cancellable=line.ordered - line.ordered) for line in seen.lines)
    orders.save(desk.store, make.changed(seen, lines=left, shipments=()), make.NOW)

    page = text_of(browser.get(url(record)))

    assert "Nothing shipped, refunded or cancelled so far." not in page
    assert "No single shipment or refund is listed." in page


def test_a_plan_that_cannot_run_promises_nothing(desk: Desk, browser: Client) -> None:
    record = desk.order()
    wrong = wish(record, desk, "1", refund="part")  # no amount

    page = text_of(browser.post(url(record, "preview"), wrong, headers=FRAGMENT))

    assert "Say how much goes back" in page
    assert "leaves the order" not in page
    assert "in stock" not in page[page.index('id="effects"') : page.index("</footer>")]


def test_money_is_a_dash_where_the_platform_tells_none(desk: Desk, browser: Client, monkeypatch: Any) -> None:
    record = desk.order()
    monkeypatch.setattr(registry.get("shopify"), "recipe", registry.get("modern_dropship").recipe)
    monkeypatch.setattr(orders_list, "WITHOUT_MONEY", frozenset({"shopify"}))

    page, listed = text_of(browser.get(url(record))), text_of(browser.get("/orders"))

    assert "No payment so far" not in page
    assert 'id="money-title"' not in page
    assert 'title="the platform tells no prices">—' in page
    assert 'title="the platform tells no prices">—' in listed
