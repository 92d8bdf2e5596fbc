"""One outside account that serves two shops, or a shop in another role: what they share, and what stays each one's."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from stores.connectors.roles import Access
from stores.kernel import clock
from stores.kernel.errors import CredentialsRejected, OutcomeUnknown, RemoteThrottled, RemoteUnavailable
from stores.kernel.security import signing, vault
from stores.models import (
    AuditEvent,
    Connection,
    ConnectionHealth,
    ConnectionSecret,
    ServedRole,
    Store,
    StoreRole,
    StoreSync,
)
from stores.platforms.shopify import Shopify
from stores.services import addressee, connections, credentials, platform_client, sync, webhooks
from stores.services.circuit_breaker import RowBreaker
from stores.services.rate_limit import RowLimiter
from tests import make
from tests.rigs.desk import Desk

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def account() -> Iterator[Connection]:
    made = make.connection("Studio")
    credentials.keep(made, {"token": "shpat_shared", "client_secret": "signs"})
    yield made
    platform_client.forget_session(made)


@pytest.fixture
def pair(account: Connection) -> tuple[Store, Store]:
    """Two shops whose orders are in one account."""
    return make.store("One", connection=account), make.store("Other", connection=account)


def breaker_of(store: Store) -> RowBreaker:
    seen = platform_client.session_to(store.connection).seen
    return RowBreaker(store.connection_id, seen, store_id=store.pk)


def look_again(store: Store) -> None:
    """A second has passed for this process."""
    platform_client.session_to(store.connection).seen.looked_at = -1e9


def kinds(store: Store) -> list[str]:
    return list(AuditEvent.objects.filter(chain__store=store).order_by("pk").values_list("kind", flat=True))


# --- what is shared ------------------------------------------------------------------------------------
def test_two_shops_of_one_account_share_its_session(pair: tuple[Store, Store]) -> None:
    one, other = (Store.objects.get(pk=store.pk) for store in pair)

    assert platform_client.session_to(one.connection) is platform_client.session_to(other.connection)
    first, second = platform_client.open_platform(one), platform_client.open_platform(other)
    assert first.connection.secrets == second.connection.secrets == {"token": "shpat_shared", "client_secret": "signs"}


def test_what_one_shop_takes_of_the_rate_limit_the_other_does_not_have(pair: tuple[Store, Store]) -> None:
    one, other = pair
    ConnectionHealth.objects.update(seconds_per_point=1, bucket_size=100)

    def person(store: Store) -> RowLimiter:
        return RowLimiter(store.connection_id, platform_client.session_to(store.connection).ledger, is_person=True)

    assert person(one).reserve(95) == 0

    assert person(other).reserve(50) > 1


def test_an_account_that_does_not_answer_is_shut_for_both(pair: tuple[Store, Store]) -> None:
    one, other = pair
    for _ in range(5):
        breaker_of(one).record(OutcomeUnknown("broke off"))

    with pytest.raises(RemoteThrottled, match="breaker"):
        breaker_of(other).check(effect=True)


def test_each_shop_gets_what_a_webhook_says(pair: tuple[Store, Store], client, settings) -> None:
    body = json.dumps({"id": 7}).encode()
    sent = {"X-Shopify-Topic": "orders/updated", "X-Shopify-Hmac-Sha256": signing.hmac_base64("signs", body)}

    answer = client.post(
        f"/hooks/{pair[0].connection.inbox_token}", body, content_type="application/json", headers=sent
    )

    assert answer.status_code == 200
    assert [list(store.inbox.values_list("order_external_id", flat=True)) for store in pair] == [
        ["gid://shopify/Order/7"], ["gid://shopify/Order/7"],
    ]  # fmt: skip


# --- what is each one's --------------------------------------------------------------------------------
def test_a_pause_of_one_shop_is_none_of_the_other(pair: tuple[Store, Store]) -> None:
    one, other = pair
    Store.objects.filter(pk=one.pk).update(state="paused")

    breaker_of(other).check(effect=True)
    with pytest.raises(RemoteThrottled, match="paused"):
        breaker_of(one).check(effect=False)
    breaker_of(other).check(effect=True)


@pytest.fixture
def taken_down(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Connections whose webhooks were taken down."""
    found: list[int] = []

    def remove_all(connection: Connection, *, store_id: int) -> int:
        found.append(connection.pk)
        return 1

    monkeypatch.setattr(webhooks, "remove_all", remove_all)
    return found


def test_one_shop_leaves_and_the_other_goes_on(pair: tuple[Store, Store], taken_down: list[int]) -> None:
    one, other = pair

    connections.disconnect("console", one)

    account = Connection.objects.get()
    assert (account.state, len(credentials.read(account))) == ("active", 2)
    breaker_of(other).check(effect=True)
    with pytest.raises(CredentialsRejected) as refusal:
        breaker_of(one).check(effect=False)
    connections.reject_credentials(account, refusal.value)  # our own gate's no says nothing of the account
    assert (Connection.objects.get().state, taken_down) == ("active", [])

    connections.disconnect("console", other)

    assert (Connection.objects.get().state, ConnectionSecret.objects.count()) == ("disconnected", 0)
    assert taken_down == [account.pk]


def test_an_account_that_serves_a_shop_in_another_role_keeps_its_secrets(
    account: Connection, taken_down: list[int]
) -> None:
    shop, served = make.store("Shop", connection=account), make.store("Served")
    StoreRole.objects.create(store=served, connection=account, role=ServedRole.PAYMENTS, method="card")

    connections.disconnect("console", shop)

    assert (Connection.objects.get(pk=account.pk).state, len(credentials.read(account))) == ("active", 2)
    assert taken_down == []


def test_a_refused_credential_shuts_out_all_that_it_serves(pair: tuple[Store, Store], account: Connection) -> None:
    served = make.store("Served")
    StoreRole.objects.create(store=served, connection=account, role=ServedRole.BOOKS)
    Store.objects.filter(pk=pair[1].pk).update(state="paused")

    connections.reject_credentials(account, CredentialsRejected())
    connections.reject_credentials(account, CredentialsRejected())  # two workers at once leave one entry

    assert Connection.objects.get(pk=account.pk).state == "disconnected"
    assert [Store.objects.get(pk=store.pk).state for store in (*pair, served)] == [
        "disconnected", "disconnected", "active",
    ]  # fmt: skip
    assert [kinds(store) for store in (*pair, served)] == [["shop.credentials_rejected"]] * 3
    assert AuditEvent.objects.get(chain__store=served).object == f"connection:{account.uuid}"


def test_a_secret_that_does_not_open_shuts_out_both(pair: tuple[Store, Store]) -> None:
    ConnectionSecret.objects.filter(name="client_secret").update(sealed=b"spoilt")
    found = addressee.find(pair[0].connection.inbox_token)
    assert found is not None

    with pytest.raises(vault.VaultError):
        found.secrets()
    connections.lose_secrets(found.connection)

    assert {store.state for store in Store.objects.all()} == {"disconnected"}


# --- the copies of moved secrets -----------------------------------------------------------------------
def moved(desk: Desk) -> None:
    for row in desk.store.connection.secrets.all():
        row.moved_from = vault.seal(b"as it was", bound_to=row.moved_from_bound_to)
        row.save()


def copies() -> int:
    return ConnectionSecret.objects.filter(moved_from__isnull=False).count()


def test_the_copy_of_a_moved_secret_goes_at_the_first_successful_check(desk: Desk) -> None:
    moved(desk)
    assert copies()

    connections.look_at_access(desk.store)

    assert copies() == 0


def test_copying_orders_checks_what_was_moved_and_is_not_stopped_by_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved(desk)
    really, refusals = Shopify.check_access, iter([RemoteUnavailable("busy")])

    def check_access(self: Shopify) -> Access:
        for refusal in refusals:
            raise refusal
        return really(self)

    monkeypatch.setattr(Shopify, "check_access", check_access)

    def copy_orders() -> str:
        StoreSync.objects.update(next_attempt_at=clock.now(), lease_until=None)
        sync.advance(desk.store.uuid)
        return StoreSync.objects.get().error

    assert (copy_orders(), copies() > 0) == ("", True)  # that check failed, the orders came all the same
    desk.travel(120)
    assert (copy_orders(), copies()) == ("", 0)


def test_a_value_that_is_replaced_takes_its_copy_along(desk: Desk) -> None:
    moved(desk)

    credentials.keep(desk.store.connection, {"token": "shpat_new"})

    assert copies() == 0


class TestEnteredAnewMeanwhile:
    """Somebody gives new credentials while work with the old ones is under way: what that is told is no news."""

    def test_a_refusal_of_the_old_ones_disconnects_nothing(self, account: Connection) -> None:
        store = make.store("One", connection=account)
        at_work = Connection.objects.get(pk=account.pk)
        connections.open_connector(at_work, store_id=store.pk)
        credentials.keep(account, {"token": "shpat_new", "client_secret": "signs"})

        connections.reject_credentials(at_work, CredentialsRejected("401", status=401))

        account.refresh_from_db()
        store.refresh_from_db()
        assert (account.state, store.state, kinds(store)) == ("active", "active", [])

        connections.open_connector(at_work, store_id=store.pk)
        connections.reject_credentials(at_work, CredentialsRejected("401", status=401))

        store.refresh_from_db()
        assert (store.state, kinds(store)) == ("disconnected", ["shop.credentials_rejected"])

    def test_one_that_does_not_open_is_no_loss_once_it_was_entered_again(self, account: Connection) -> None:
        store = make.store("One", connection=account)
        at_work = Connection.objects.get(pk=account.pk)
        ConnectionSecret.objects.filter(connection=account, name="token").update(sealed=b"spoilt")
        with pytest.raises(vault.VaultError):
            connections.open_connector(at_work, store_id=store.pk)
        credentials.keep(account, {"token": "shpat_new", "client_secret": "signs"})

        connections.lose_secrets(at_work)

        store.refresh_from_db()
        assert (store.state, kinds(store)) == ("active", [])


def test_the_last_to_leave_takes_the_secrets_with_it_also_when_both_leave_at_once(
    pair: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = pair
    really, beside = connections._serves_others, [other]

    def serves_others(connection: Connection, store: Store) -> bool:
        said = really(connection, store)
        if beside:
            connections.disconnect("rescind", beside.pop())
        return said

    monkeypatch.setattr(connections, "_serves_others", serves_others)

    connections.disconnect("rescind", one)

    assert not ConnectionSecret.objects.exists()
    assert Connection.objects.get().state == "disconnected"
    assert [kinds(store)[-1] for store in pair] == ["shop.disconnected", "shop.disconnected"]
