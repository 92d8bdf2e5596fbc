"""Views and lists of orders that people keep, and walking through one."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from stores.kernel import clock
from stores.models import AuditEvent, ListedOrder, OrderList, OrderRecord, SavedView, Store
from stores.services import order_lists, people, upkeep
from tests import make
from tests.rigs.people import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(cast: Cast, browser_of: Callable[..., Client]) -> Client:
    return browser_of(cast.staff_a)


def keep(shop: Store, *numbers: str, **fields: Any) -> list[OrderRecord]:
    return [
        make.order_record(
            store=shop, number=f"#{number}", number_folded=number, search=f" {number} ",
            **({"placed_at": make.NOW - timedelta(hours=n)} | fields),
        )
        for n, number in enumerate(numbers)
    ]  # fmt: skip


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def paste(browser: Client, text: str) -> str:
    return text_of(browser.post("/orders/paste", {"numbers": text}, follow=True))


class TestPastedLists:
    def test_say_what_was_not_found_and_what_stands_in_several_shops(self, browser: Client, cast: Cast) -> None:
        second = make.store("Second")
        make.membership(cast.staff_a, second)
        keep(cast.shop_a, "1001", "1002")
        keep(second, "1002")
        keep(cast.shop_b, "1003")

        page = paste(browser, '"1001"\n“1002”\n１００３\n1004\n\n#1001')

        assert page.count("data-row") == 3
        assert "2 of 4 numbers were not found" in page
        assert "1003, 1004" in page
        assert "1 number stands in several shops" in page

    def test_short_ones_in_the_box_say_the_same(self, browser: Client, cast: Cast) -> None:
        keep(cast.shop_a, "1001", "1002")

        page = text_of(browser.get("/orders", {"q": "1001, 1002, 1009"}))

        assert "1 of 3 numbers was not found" in page
        assert "1009" in page

    def test_of_ten_thousand_numbers_are_taken(self, browser: Client, cast: Cast) -> None:
        keep(cast.shop_a, "5", "9999")

        page = paste(browser, "\n".join(str(n) for n in range(10_000)))

        assert page.count("data-row") == 2
        assert "9,998 of 10,000 numbers were not found" in page

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "Paste order numbers"),
            (" , ;\n", "Paste order numbers"),
            ("\n".join(str(n) for n in range(10_001)), "at most 10,000 at once"),
            ("9" * 400_001, "This is too long"),
        ],
        ids=["nothing", "separators", "too many", "too long"],
    )
    def test_that_cannot_be_taken_are_refused_with_words(self, browser: Client, text: str, words: str) -> None:
        assert words in paste(browser, text)
        assert not OrderList.objects.exists()


class TestSelections:
    def choose(self, browser: Client, **posted: Any) -> Any:
        return browser.post("/orders/choose", posted)

    def test_all_that_match_are_kept_as_they_are_at_that_moment(self, browser: Client, cast: Cast) -> None:
        keep(cast.shop_a, "1", "2", payment="paid")
        keep(cast.shop_a, "3", payment="pending")

        answer = self.choose(browser, question="payment=paid", all="1")
        keep(cast.shop_a, "4", payment="paid")
        OrderRecord.objects.filter(number="#1").update(payment="refunded")
        page = text_of(browser.get(answer["Location"]))

        assert [number for number in ("#1<", "#2<", "#3<", "#4<") if number in page] == ["#1<", "#2<"]
        assert "Chosen orders" in page

    def test_ticked_ones_lead_to_a_file(self, browser: Client, cast: Cast) -> None:
        rows = keep(cast.shop_a, "1", "2", "3")

        answer = self.choose(browser, pick=[rows[0].uuid, rows[2].uuid], do="csv")
        table = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))

        assert [row[0] for row in table[1:]] == ["#1", "#3"]
        assert AuditEvent.objects.filter(kind="orders.exported").count() == 1

    def test_ticked_ones_are_opened_one_after_another(self, browser: Client, cast: Cast) -> None:
        first, _between, last = keep(cast.shop_a, "1", "2", "3")

        here = self.choose(browser, pick=[first.uuid, last.uuid], do="open")["Location"]
        page = text_of(browser.get(here))

        assert here.startswith(f"/orders/{first.uuid}?walk=list%3D")
        assert f"/orders/{last.uuid}?walk=list%3D" in page

    def test_an_order_out_of_a_list_asks_for_its_live_copy(self, browser: Client, cast: Cast) -> None:
        (row,) = keep(cast.shop_a, "1")

        page = text_of(browser.get(f"/orders/{row.uuid}?walk=all"))

        (address,) = re.findall(r'hx-get="(/orders/[^"]+/live[^"]*)"', page)
        type(cast.shop_a).objects.update(state="paused")  # which nobody asks
        assert browser.get(html.unescape(address)).status_code == 200

    @pytest.mark.parametrize("pick", [[], ["x"], ["00000000-0000-4000-8000-000000000000"]])
    def test_nothing_ticked_is_said(self, browser: Client, pick: list[str]) -> None:
        page = text_of(browser.post("/orders/choose", {"pick": pick, "question": "payment=paid"}, follow=True))

        assert "Select orders first." in page

    def test_orders_of_other_shops_are_not_taken(self, browser: Client, cast: Cast) -> None:
        mine, other = keep(cast.shop_a, "1")[0], keep(cast.shop_b, "2")[0]

        self.choose(browser, pick=[mine.uuid, other.uuid])

        assert list(ListedOrder.objects.values_list("order_id", flat=True)) == [mine.pk]

    def test_more_than_can_be_kept_are_refused(
        self, browser: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(order_lists, "MOST", 2)
        keep(cast.shop_a, "1", "2", "3")

        page = text_of(browser.post("/orders/choose", {"all": "1"}, follow=True))

        assert "More than 2 orders match. Narrow the list first." in page
        assert not OrderList.objects.exists()

    def test_somebody_elses_list_is_nothing(
        self, browser: Client, cast: Cast, browser_of: Callable[..., Client]
    ) -> None:
        keep(cast.shop_a, "1")
        address = self.choose(browser, all="1")["Location"]

        answer = browser_of(cast.admin_a).get(address)

        assert answer.status_code == 422
        assert "data-row" not in text_of(answer)
        assert "chosen by somebody else" in text_of(answer)

    def test_is_forgotten_after_a_week(self, browser: Client, cast: Cast) -> None:
        keep(cast.shop_a, "1")
        self.choose(browser, all="1")

        upkeep.forget_order_lists(clock.now() + timedelta(days=6))
        assert OrderList.objects.count() == 1
        upkeep.forget_order_lists(clock.now() + timedelta(days=8))

        assert not OrderList.objects.exists()
        assert OrderRecord.objects.count() == 1


class TestWalking:
    def test_leads_to_both_neighbours_and_back(self, browser: Client, cast: Cast) -> None:
        newest, middle, oldest = keep(cast.shop_a, "1", "2", "3", payment="paid")
        keep(cast.shop_a, "4", payment="pending", placed_at=make.NOW - timedelta(minutes=30))

        page = text_of(browser.get(f"/orders/{middle.uuid}?walk=payment%3Dpaid"))
        first = text_of(browser.get(f"/orders/{newest.uuid}?walk=payment%3Dpaid"))

        assert f'href="/orders/{newest.uuid}?walk=payment%3Dpaid" rel="prev"' in page
        assert f'href="/orders/{oldest.uuid}?walk=payment%3Dpaid" rel="next"' in page
        assert 'href="/orders?payment=paid"' in page
        assert f'href="/orders/{middle.uuid}?walk=payment%3Dpaid" rel="next"' in first
        assert 'rel="prev"' not in first

    def test_follows_the_sorting(self, browser: Client, cast: Cast) -> None:
        rows = keep(cast.shop_a, "1", "2", "3")
        for row, total in zip(rows, (20, 10, 30), strict=True):
            OrderRecord.objects.filter(pk=row.pk).update(total_minor=total)

        page = text_of(browser.get(f"/orders/{rows[0].uuid}?walk=sort%3Dmost"))

        assert f'href="/orders/{rows[2].uuid}?walk=sort%3Dmost" rel="prev"' in page
        assert f'href="/orders/{rows[1].uuid}?walk=sort%3Dmost" rel="next"' in page

    def test_goes_on_after_a_receipt(self, browser: Client, cast: Cast) -> None:
        first, second = keep(cast.shop_a, "1", "2")
        done = make.cancellation(record=first, requester=cast.staff_a, state="done")

        page = text_of(browser.get(f"/cancellations/{done.uuid}?walk=all"))

        assert f'href="/orders/{second.uuid}?walk=all" rel="next"' in page
        assert "Next in list" in page

    def test_never_leads_to_a_shop_of_others(self, browser: Client, cast: Cast) -> None:
        mine = keep(cast.shop_a, "1")[0]
        keep(cast.shop_b, "2", placed_at=make.NOW - timedelta(hours=3))

        assert 'rel="next"' not in text_of(browser.get(f"/orders/{mine.uuid}?walk=all"))

    @pytest.mark.parametrize("walk", ["", "list=x", "total_from=1e5", "q=%00", "x" * 5000, "sort=sideways"])
    def test_a_broken_list_breaks_nothing(self, browser: Client, cast: Cast, walk: str) -> None:
        row = keep(cast.shop_a, "1")[0]

        assert browser.get(f"/orders/{row.uuid}", {"walk": walk}).status_code == 200


class TestViews:
    def save(self, browser: Client, name: str, question: str, **posted: str) -> str:
        return text_of(browser.post("/orders/views", {"name": name, "question": question} | posted, follow=True))

    def tabs(self, browser: Client) -> str:
        return text_of(browser.get("/orders")).split('id="views"')[1].split("</nav>")[0]

    def test_are_tabs_that_ask_their_question(self, browser: Client) -> None:
        page = self.save(browser, "Unpaid", "payment=pending&after=older-1-1&go=1&sort=most")

        assert 'href="/orders?payment=pending&amp;sort=most"' in page
        assert "is kept" in page
        assert SavedView.objects.get().query == "payment=pending&sort=most"

    def test_the_one_that_is_looked_at_is_marked_whatever_the_order_of_its_parts(self, browser: Client) -> None:
        self.save(browser, "Both", "payment=paid&payment=pending&fulfilment=partial")

        page = text_of(browser.get("/orders?fulfilment=partial&payment=pending&payment=paid&after=older-1-1"))

        assert page.split('id="views"')[1].split("</nav>")[0].count('aria-current="page"') == 1
        assert "Delete this view" in page

    def test_own_ones_are_seen_by_nobody_else(self, browser: Client, cast: Cast, browser_of: Any) -> None:
        self.save(browser, "Mine alone", "payment=pending")

        assert "Mine alone" in self.tabs(browser)
        assert "Mine alone" not in self.tabs(browser_of(cast.admin_a))

    def test_shared_ones_are_seen_by_the_people_of_their_shops(
        self, browser: Client, cast: Cast, browser_of: Any
    ) -> None:
        self.save(browser, "Ours", "payment=pending", share="1")

        assert "Ours" in self.tabs(browser_of(cast.admin_a))
        assert f"Shared by {cast.staff_a}" in self.tabs(browser_of(cast.admin_a))
        assert "Ours" not in self.tabs(browser_of(cast.staff_b))

    def test_one_that_names_a_shop_shows_only_what_one_may_see(
        self, cast: Cast, browser_of: Callable[..., Client]
    ) -> None:
        keep(cast.shop_a, "1")
        keep(cast.shop_b, "2")
        question = f"shop={cast.shop_a.uuid}&shop={cast.shop_b.uuid}"
        self.save(browser_of(cast.owner), "Both shops", question, share="1")

        seen = browser_of(cast.staff_a).get(f"/orders?{question}")
        alone = browser_of(cast.staff_a).get(f"/orders?shop={cast.shop_b.uuid}")

        assert "Both shops" in self.tabs(browser_of(cast.staff_a))
        assert "#1<" in text_of(seen)
        assert "#2<" not in text_of(seen)
        assert "This shop is not one of yours" in text_of(seen)
        assert "data-row" not in text_of(alone)

    def test_of_somebody_who_left_the_shared_stay_and_the_others_go(
        self, browser: Client, cast: Cast, browser_of: Callable[..., Client]
    ) -> None:
        self.save(browser, "Ours", "payment=pending", share="1")
        self.save(browser, "Mine", "payment=paid")

        people.remove(actor=cast.owner, membership=cast.staff_a.memberships.get())

        assert list(SavedView.objects.values_list("name", "owner")) == [("Ours", None)]
        assert "Shared by somebody who left" in self.tabs(browser_of(cast.admin_a))

    def test_only_who_made_one_deletes_it(self, browser: Client, cast: Cast, browser_of: Callable[..., Client]) -> None:
        self.save(browser, "Ours", "payment=pending", share="1")
        address = f"/orders/views/{SavedView.objects.get().uuid}/forget"

        assert browser_of(cast.staff_b).post(address).status_code == 404
        browser_of(cast.admin_a).post(address)
        assert SavedView.objects.count() == 1
        browser.post(address)

        assert not SavedView.objects.exists()
        assert set(AuditEvent.objects.filter(kind__startswith="views.").values_list("kind", flat=True)) == {
            "views.shared",
            "views.withdrawn",
        }

    def test_the_same_name_again_replaces_it(self, browser: Client) -> None:
        self.save(browser, "Unpaid", "payment=pending")
        self.save(browser, "Unpaid", "payment=authorised")

        assert SavedView.objects.get().query == "payment=authorised"

    @pytest.mark.parametrize(("name", "words"), [("", "Give the view a name."), ("   ", "Give the view a name.")])
    def test_without_a_name_it_is_refused(self, browser: Client, name: str, words: str) -> None:
        assert words in self.save(browser, name, "payment=paid")

    def test_nobody_keeps_more_than_thirty(self, browser: Client, cast: Cast) -> None:
        for number in range(30):
            SavedView.objects.create(owner=cast.staff_a, name=str(number), created_at=make.NOW)

        assert "You keep 30 views already" in self.save(browser, "One more", "payment=paid")
