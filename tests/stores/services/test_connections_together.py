"""Everybody who may change an account, at once, on the database in use: nobody waits for ever, and the chains hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction

from stores.audit import trail, verify
from stores.connectors.roles import Access
from stores.kernel.errors import CredentialsRejected
from stores.models import AuditChain, Connection, Store, StoreRole
from stores.services import connections, credentials, webhooks
from tests import make
from tests.stores.audit.test_many_writers import together
from tests.stores.audit.test_trail import TRIED

TIMES = 6
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def disconnecting(store: Store) -> Callable[[], None]:
    def act() -> None:
        for _ in range(TIMES):
            connections.disconnect("rescind", Store.objects.get(pk=store.pk))

    return act


def entering(store: Store) -> Callable[[], None]:
    def act() -> None:
        for _ in range(TIMES):
            connections.rekey("rescind", Store.objects.get(pk=store.pk), {"token": "new"})

    return act


def refused(account: Connection) -> Callable[[], None]:
    def act() -> None:
        for _ in range(TIMES):
            connections.reject_credentials(Connection.objects.get(pk=account.pk), CredentialsRejected())

    return act


def sending(shop: Store, through: Connection) -> Callable[[], None]:
    """As a step that acts on another account than its shop's."""

    def act() -> None:
        for _ in range(TIMES):
            with transaction.atomic():
                Store.objects.select_for_update(no_key=True).get(pk=shop.pk)
                Connection.objects.select_for_update(no_key=True).get(pk=through.pk)
                trail.record(TRIED, actor="rescind", target="a:b", store=shop)

    return act


def stopping() -> None:
    """As the emergency stop of all shops."""
    for _ in range(TIMES):
        with transaction.atomic():
            for shop in list(Store.objects.select_for_update(no_key=True).order_by("pk")):
                trail.record(TRIED, actor="rescind", target="a:b", store=shop)


def test_people_and_refusals_at_two_accounts_that_serve_each_others_shops(monkeypatch: pytest.MonkeyPatch) -> None:
    access = Access("Studio", "USD", "UTC", (), ())
    monkeypatch.setattr(connections, "test_access", lambda *_values: access)
    monkeypatch.setattr(webhooks, "remove_all", lambda *_connection, **_shop: 0)
    accounts = make.connection("One"), make.connection("Two")
    for account in accounts:
        credentials.keep(account, {"token": "old"})
    shops = [make.store(account.name, connection=account) for account in accounts]
    for shop, account in zip(shops, reversed(accounts), strict=True):
        StoreRole.objects.create(store=shop, connection=account, role="payments")

    senders = map(sending, shops, reversed(accounts))
    together(*map(disconnecting, shops), *map(entering, shops), *map(refused, accounts), *senders, stopping)

    assert all(verify.look(chain).first_bad is None for chain in AuditChain.objects.all())
    for shop in Store.objects.select_related("connection"):
        assert shop.state in ("active", "disconnected")
        assert shop.connection.state == shop.state or shop.connection.state == "active"
