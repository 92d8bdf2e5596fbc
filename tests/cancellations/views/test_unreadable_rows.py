"""Stored JSON that nobody can read any more: every page that opens it still comes, says so, and leads on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from cancellations.models import Cancellation, Preview, Step
from stores.kernel.errors import CopyUnreadable
from stores.models import OrderRecord, OrderSnapshot, Store, StoreState
from stores.services import orders
from tests.cancellations.views.test_order import FRAGMENT, text_of, url, wish
from tests.rigs.desk import Desk

BROKEN = pytest.mark.parametrize("text", ["", "{", "null", "[]", "{}", '{"external_id": 7}'])
SAID = "Rescind's copy of this order cannot be read. It is being read again from Shopify"


@pytest.fixture
def browser(desk: Desk, browser_of: Callable[..., Client]) -> Client:
    return browser_of(desk.staff)


def spoilt(desk: Desk, text: str = "") -> OrderRecord:
    record = desk.order()
    OrderSnapshot.objects.filter(order=record).update(text=text)
    return record


def is_readable(record: OrderRecord) -> bool:
    return bool(orders.order_of(OrderRecord.objects.get(pk=record.pk)).lines)


class TestTheCopyOfAnOrder:
    @BROKEN
    def test_its_page_says_so_and_reads_it(self, desk: Desk, browser: Client, text: str) -> None:
        record = spoilt(desk, text)
        with pytest.raises(CopyUnreadable):
            orders.order_of(record := OrderRecord.objects.get(pk=record.pk))

        page = text_of(browser.get(url(record)))

        assert SAID in page
        assert f'hx-get="{url(record, "live")}?asked=0"' in page
        assert "read from Shopify" in text_of(browser.get(url(record, "live"), headers=FRAGMENT))
        assert is_readable(record)
        assert SAID not in text_of(browser.get(url(record)))

    def test_a_copy_that_is_gone_is_one_that_cannot_be_read(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        OrderSnapshot.objects.filter(order=record).delete()

        assert SAID in text_of(browser.get(url(record)))
        assert "read from Shopify" in text_of(browser.get(url(record) + "?live=1"))
        assert is_readable(record)

    def test_a_shop_that_does_not_give_it_either_is_said(self, desk: Desk, browser: Client) -> None:
        record = spoilt(desk)
        Store.objects.update(state=StoreState.PAUSED)

        for page in (browser.get(url(record) + "?live=1"), browser.get(url(record, "live"), headers=FRAGMENT)):
            assert "the shop did not give it either" in text_of(page)
            assert "This shop is paused" in text_of(page)
            assert f'href="{url(record)}?live=1"' in text_of(page)

    def test_a_preview_reads_it_first(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        typed = wish(record, desk, "1")
        OrderSnapshot.objects.filter(order=record).update(text="")

        answer = browser.post(url(record, "preview"), typed, headers=FRAGMENT)

        assert "What will happen" in text_of(answer)
        assert Preview.objects.get().facts
        assert is_readable(record)

    def test_a_preview_of_a_silent_shop_puts_the_reading_in_place_of_the_order(
        self, desk: Desk, browser: Client
    ) -> None:
        record = desk.order()
        typed = wish(record, desk, "1")
        OrderSnapshot.objects.filter(order=record).update(text="")
        desk.world.fault("refused", times=20)

        answer = browser.post(url(record, "preview"), typed, headers=FRAGMENT)

        assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#live", "outerHTML")
        assert "the shop did not give it either" in text_of(answer)

    def test_the_list_comes(self, desk: Desk, browser: Client) -> None:
        record = spoilt(desk)

        assert record.number in text_of(browser.get("/orders"))


class TestThePreview:
    @pytest.mark.parametrize("field", ["facts", "request"])
    def test_one_that_cannot_be_read_is_not_confirmed_but_made_anew(
        self, desk: Desk, browser: Client, field: str
    ) -> None:
        record = desk.order()
        typed = wish(record, desk, "1")
        browser.post(url(record, "preview"), typed, headers=FRAGMENT)
        seen = Preview.objects.get()
        Preview.objects.filter(pk=seen.pk).update(**{field: "{"})

        answer = browser.post(url(record, "confirm"), typed | {"preview": str(seen.uuid)})

        assert answer.status_code == 409
        assert "cannot be read any more. Look at the new one below." in text_of(answer)
        assert not Cancellation.objects.exists()


class TestTheCancellation:
    @BROKEN
    def test_a_receipt_that_is_lost_is_said(self, desk: Desk, browser: Client, text: str) -> None:
        cancellation = done(desk)
        Cancellation.objects.filter(pk=cancellation.pk).update(receipt=text or " ")

        page = text_of(browser.get(f"/cancellations/{cancellation.uuid}"))

        assert "The receipt cannot be read any more." in page

    @pytest.mark.parametrize("result", [[], "x", None, {"ids": 7, "settled": "x"}, {"version": 99, "ids": {}}])
    def test_a_step_whose_answer_is_lost_stands_in_its_place(self, desk: Desk, browser: Client, result: object) -> None:
        cancellation = done(desk)
        Step.objects.filter(cancellation=cancellation).update(result=result if result is not None else {})

        page = text_of(browser.get(f"/cancellations/{cancellation.uuid}"))

        assert "As promised" in page
        assert browser.get(f"/cancellations/{cancellation.uuid}/look").status_code == 200

    @pytest.mark.parametrize("text", ["{", "null", "[]"])
    def test_facts_that_are_lost_are_compared_with_nothing(self, desk: Desk, browser: Client, text: str) -> None:
        cancellation = done(desk)
        Preview.objects.update(facts=text)

        look = f"/cancellations/{cancellation.uuid}/look"

        assert "cannot be read any more, so there is nothing to compare with" in text_of(
            browser.get(look, headers=FRAGMENT)
        )
        assert browser.get(f"/cancellations/{cancellation.uuid}").status_code == 200
        assert text_of(browser.get(f"{url(cancellation.order)}?again={cancellation.uuid}"))

    def test_an_order_that_is_lost_is_told_by_the_look(self, desk: Desk, browser: Client) -> None:
        cancellation = done(desk)
        OrderSnapshot.objects.update(text="")
        Store.objects.update(state=StoreState.PAUSED)

        look = browser.get(f"/cancellations/{cancellation.uuid}/look", headers=FRAGMENT)

        assert "This shop is paused" in text_of(look)

    def test_a_plan_with_other_steps_than_the_rows_is_unreadable(self, desk: Desk, browser: Client) -> None:
        cancellation = done(desk)
        Step.objects.filter(cancellation=cancellation, kind="verify").delete()

        assert "This plan cannot be read." in text_of(browser.get(f"/cancellations/{cancellation.uuid}"))


def done(desk: Desk) -> Cancellation:
    record = desk.order()
    cancellation = desk.work(desk.confirm(record, desk.some(record, 1)))
    assert cancellation.state == "done"
    return cancellation
