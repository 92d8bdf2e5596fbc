"""A shop's page names every connection that serves it; an owner attaches one that is there already, and detaches it."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from stores.connectors import registry
from stores.kernel.errors import InputRejected
from stores.models import AuditEvent, Connection, ConnectionHealth, Role, ServedRole, Store, StoreRole
from stores.selectors import served
from stores.services import served as services
from tests import make
from tests.rigs.people import Cast
from tests.stores.connectors.thin import Mailgun, Stripe, Xero

pytestmark = pytest.mark.django_db


def text_of(answer: Any) -> str:
    return " ".join(html.unescape(answer.content.decode()).split())


@pytest.fixture
def thin(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (Mailgun, Stripe, Xero):
        monkeypatch.setitem(registry._known, kind.key, kind)


@pytest.fixture
def books(thin: None) -> Connection:
    return make.connection("Books of the group", connector="xero", settings={})


@pytest.fixture
def owner(cast: Cast, browser_of: Callable[..., Client]) -> Client:
    return browser_of(cast.owner)


def page(browser: Client, shop: Store) -> str:
    return text_of(browser.get(reverse("shops:detail", args=[shop.uuid])))


def attach(browser: Client, shop: Store, connection: Connection, role: str = "books", **more: str) -> Any:
    wish = {"what": f"{role}:{connection.uuid}"} | more
    return browser.post(reverse("shops:attach", args=[shop.uuid]), wish)


class TestThePage:
    def test_names_the_connection_for_orders_with_its_roles_and_health(self, cast: Cast, owner: Client) -> None:
        shown = page(owner, cast.shop_a)

        assert cast.shop_a.connection.name in shown
        assert "Orders, payments and stock" in shown
        assert "this version knows no separate system" in shown

    def test_names_each_other_one_with_its_roles_and_health(self, cast: Cast, owner: Client, books: Connection) -> None:
        cards = make.connection("Cards", connector="stripe", settings={})
        ConnectionHealth.objects.filter(connection=cards).update(
            breaker_open_since=make.NOW, last_error="It could not be reached."
        )
        StoreRole.objects.create(store=cast.shop_a, connection=books, role=ServedRole.BOOKS)
        StoreRole.objects.create(store=cast.shop_a, connection=cards, role=ServedRole.PAYMENTS, method="visa")

        shown = page(owner, cast.shop_a)

        assert "Books of the group" in shown
        assert "Payments (visa)" in shown
        assert "Nothing is sent at the moment: It could not be reached." in shown
        assert shown.count("Detach…") == 2

    def test_tells_an_owner_what_to_do_next(self, cast: Cast, owner: Client, thin: None) -> None:
        assert "no shop has a connection that could serve it as well" in page(owner, cast.shop_a)
        make.connection("Books of the group", connector="xero", settings={})

        shown = page(owner, cast.shop_a)

        assert "attach it here" in shown
        assert reverse("shops:attach", args=[cast.shop_a.uuid]) in shown

    @pytest.mark.parametrize("person", ["admin_a", "staff_a", "auditor_a"])
    def test_offers_nothing_to_others(
        self, cast: Cast, browser_of: Callable[..., Client], books: Connection, person: str
    ) -> None:
        row = services.attach(cast.owner, cast.shop_a, books, ServedRole.BOOKS)
        browser = browser_of(getattr(cast, person))

        shown = page(browser, cast.shop_a)

        assert "Books of the group" in shown
        assert "Attach a connection" not in shown
        assert "Detach" not in shown
        for url in (
            reverse("shops:attach", args=[cast.shop_a.uuid]), reverse("shops:detach", args=[cast.shop_a.uuid, row.pk])
        ):  # fmt: skip
            assert browser.post(url).status_code == 404
        assert StoreRole.objects.count() == 1


class TestAttaching:
    def test_one_connection_serves_two_shops_and_both_chains_and_admins_hear_of_it(
        self, cast: Cast, owner: Client, books: Connection, mailoutbox: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            for shop in (cast.shop_a, cast.shop_b):
                assert attach(owner, shop, books).status_code == 302

        assert set(books.roles.values_list("store", "role")) == {(s.pk, "books") for s in (cast.shop_a, cast.shop_b)}
        event = AuditEvent.objects.get(kind="shop.connection_attached", chain__store=cast.shop_a)
        said = json.loads(event.body)
        assert (said["connection"], said["role"], said["connector"]) == (str(books.uuid), "books", "xero")
        assert event.actor == f"person:{cast.owner.uuid}"
        told = {to for mail in mailoutbox for to in mail.to}
        assert told == {"owner@example.com", "admin_a@example.com"}

    def test_asks_who_it_is(self, cast: Cast, browser_of: Callable[..., Client], books: Connection) -> None:
        answer = attach(browser_of(cast.owner, proved=False), cast.shop_a, books)

        assert "reauthenticate" in answer["Location"]
        assert not StoreRole.objects.exists()

    def test_offers_only_roles_that_a_connector_plays(self, cast: Cast, owner: Client, books: Connection) -> None:
        make.connection("Team mail", connector="mailgun", settings={})

        shown = text_of(owner.get(reverse("shops:attach", args=[cast.shop_a.uuid])))

        assert "Books: Books of the group (Xero)" in shown
        assert "Messages: Team mail (Mailgun)" in shown
        assert "Payments:" not in shown
        assert "Stock:" not in shown
        assert attach(owner, cast.shop_a, books, "payments").status_code == 422

    def test_an_order_platform_serves_its_own_shop_only(self, cast: Cast, owner: Client, thin: None) -> None:
        other = cast.shop_b.connection

        assert attach(owner, cast.shop_a, other, "payments").status_code == 422
        with pytest.raises(InputRejected, match="cannot do that"):
            services.attach(cast.owner, cast.shop_a, other, ServedRole.PAYMENTS)
        assert "No connection could serve this shop" in text_of(
            owner.get(reverse("shops:attach", args=[cast.shop_a.uuid]))
        )

    def test_one_connection_does_it_for_each_method(self, cast: Cast, owner: Client, thin: None) -> None:
        one, other = (make.connection(name, connector="stripe", settings={}) for name in ("One", "Other"))

        assert attach(owner, cast.shop_a, one, "payments", method="visa").status_code == 302
        assert attach(owner, cast.shop_a, other, "payments", method="klarna").status_code == 302
        again = attach(owner, cast.shop_a, other, "payments", method="visa")

        assert again.status_code == 422
        assert "Another connection does this here already" in text_of(again)
        assert StoreRole.objects.count() == 2

    @pytest.mark.parametrize(("role", "method"), [("books", "visa"), ("payments", "<b>")])
    def test_a_method_is_a_word_of_payments(
        self, cast: Cast, owner: Client, books: Connection, role: str, method: str
    ) -> None:
        cards = make.connection("Cards", connector="stripe", settings={})

        answer = attach(owner, cast.shop_a, books if role == "books" else cards, role, method=method)

        assert answer.status_code == 422
        assert not StoreRole.objects.exists()

    def test_a_disconnected_one_is_not_offered(self, cast: Cast, books: Connection) -> None:
        Connection.objects.filter(pk=books.pk).update(state="disconnected")

        assert served.to_attach(cast.shop_a) == []


class TestDetaching:
    def test_ends_it_here_and_the_connection_stays_with_its_other_shops(
        self, cast: Cast, owner: Client, books: Connection
    ) -> None:
        row, other = (services.attach(cast.owner, s, books, ServedRole.BOOKS) for s in (cast.shop_a, cast.shop_b))
        url = reverse("shops:detach", args=[cast.shop_a.uuid, row.pk])
        assert "Detach Books of the group from" in text_of(owner.get(url))

        assert owner.post(url).status_code == 302

        assert list(StoreRole.objects.all()) == [other]
        assert Connection.objects.get(pk=books.pk).state == "active"
        assert AuditEvent.objects.filter(kind="shop.connection_detached", chain__store=cast.shop_a).count() == 1
        assert owner.post(url).status_code == 404

    def test_a_row_of_another_shop_is_none(self, cast: Cast, owner: Client, books: Connection) -> None:
        row = services.attach(cast.owner, cast.shop_b, books, ServedRole.BOOKS)

        assert owner.post(reverse("shops:detach", args=[cast.shop_a.uuid, row.pk])).status_code == 404
        assert StoreRole.objects.exists()

    def test_pressed_twice_it_is_recorded_once(self, cast: Cast, books: Connection) -> None:
        row = services.attach(cast.owner, cast.shop_a, books, ServedRole.BOOKS)

        services.detach(cast.owner, row)
        services.detach(cast.owner, row)

        assert AuditEvent.objects.filter(kind="shop.connection_detached").count() == 1


def test_an_admin_of_both_shops_still_cannot(cast: Cast, browser_of: Callable[..., Client], books: Connection) -> None:
    make.membership(cast.admin_a, cast.shop_b, Role.ADMIN)

    assert attach(browser_of(cast.admin_a), cast.shop_b, books).status_code == 404
