"""A shop whose connector this version does not know: pages say so in words, lists and receipts stay readable."""

from __future__ import annotations

import pytest
from django.test import Client

from cancellations.execution import executor
from cancellations.models import Cancellation, Preview
from stores.models import Connection, Store
from tests import make
from tests.rigs.desk import Desk

WORDS = "connected to a system named “yesterdays”, which this version of Rescind does not know"


@pytest.fixture
def owner(db: None) -> object:
    return make.person("owner@example.com", is_owner=True)


@pytest.fixture
def gone(desk: Desk) -> Cancellation:
    """Its cancellation was under way when the connector went."""
    record = desk.order()
    cancellation = desk.confirm(record, desk.some(record, 1))
    Connection.objects.update(connector="yesterdays")
    Store.objects.update(platform="yesterdays")
    Preview.objects.update(plan=cancellation.preview.plan.replace('"shopify"', '"yesterdays"'))
    executor.advance(cancellation.uuid)
    return cancellation


@pytest.mark.parametrize("page", ["/shops/{shop}", "/shops/{shop}/credentials", "/orders/{order}"])
def test_the_page_says_so(page: str, gone: Cancellation, desk: Desk, owner: object, browser_of) -> None:
    browser: Client = browser_of(owner)

    answer = browser.get(page.format(shop=desk.store.uuid, order=gone.order.uuid))

    assert answer.status_code == 409
    assert WORDS in answer.content.decode()


@pytest.mark.parametrize(
    "page", ["/shops", "/orders", "/cancellations", "/cancellations/{it}", "/shops/{shop}/disconnect", "/audit"]
)
def test_what_needs_no_connector_is_there(page: str, gone: Cancellation, desk: Desk, owner: object, browser_of) -> None:
    browser: Client = browser_of(owner)

    answer = browser.get(page.format(shop=desk.store.uuid, it=gone.uuid), follow=True)

    assert answer.status_code == 200


def test_a_person_is_asked_on_the_page_of_the_cancellation(gone: Cancellation, owner: object, browser_of) -> None:
    browser: Client = browser_of(owner)

    page = browser.get(f"/cancellations/{gone.uuid}").content.decode()

    assert "does not know the system “yesterdays”" in page
