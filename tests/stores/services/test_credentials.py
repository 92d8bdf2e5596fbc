from __future__ import annotations

import pytest

from stores.kernel.errors import RemoteThrottled
from stores.kernel.security.vault import VaultError
from stores.models import ConnectionHealth, ConnectionSecret, Store
from stores.services import credentials
from stores.services.credentials import TokenCache
from tests import make
from tests.stores.services.clocks import FrozenClock

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


class Fetch:
    """Counts how often a token was asked for; each is another one."""

    def __init__(self, life: float = 86_400) -> None:
        self.times = 0
        self.life = life

    def __call__(self) -> tuple[str, float]:
        self.times += 1
        return f"shpat_{self.times:032d}", self.life


@pytest.fixture
def store(frozen: FrozenClock) -> Store:
    return make.store()


def test_secrets_come_back_only_through_the_vault(store: Store) -> None:
    credentials.keep(store.connection, {"client_id": "abc", "client_secret": "s3cret", "token": ""})

    assert credentials.read(store.connection) == {"client_id": "abc", "client_secret": "s3cret"}
    assert all(b"s3cret" not in bytes(row.sealed) for row in ConnectionSecret.objects.all())


def test_a_secret_copied_from_another_shop_does_not_open(store: Store) -> None:
    credentials.keep(store.connection, {"token": "one"})
    other = make.store()
    credentials.keep(other.connection, {"token": "two"})
    ConnectionSecret.objects.filter(connection=other.connection).update(
        sealed=ConnectionSecret.objects.get(connection=store.connection).sealed
    )

    with pytest.raises(VaultError):
        credentials.read(other.connection)


def test_a_token_is_fetched_once_and_shared(store: Store) -> None:
    fetch = Fetch()

    tokens = {TokenCache(store.connection)(fetch) for _ in range(3)}

    assert (fetch.times, len(tokens)) == (1, 1)
    assert "access_token" not in credentials.read(store.connection)


def test_a_token_is_renewed_at_four_fifths_of_its_life(store: Store, frozen: FrozenClock) -> None:
    fetch = Fetch(life=1000)
    first = TokenCache(store.connection)(fetch)
    frozen.forward(799)
    assert TokenCache(store.connection)(fetch) == first

    frozen.forward(2)

    assert TokenCache(store.connection)(fetch) != first


def test_while_one_worker_renews_others_use_the_old_token(store: Store, frozen: FrozenClock) -> None:
    fetch = Fetch(life=1000)
    first = TokenCache(store.connection)(fetch)
    frozen.forward(900)
    seen: list[str] = []

    def slow_fetch() -> tuple[str, float]:
        seen.append(TokenCache(store.connection)(fetch))
        return "new", 1000

    assert TokenCache(store.connection)(slow_fetch) == "new"
    assert seen == [first]
    assert fetch.times == 1


def test_a_worker_that_died_while_renewing_is_waited_for_a_little_only(store: Store, frozen: FrozenClock) -> None:
    ConnectionHealth.objects.filter(connection=store.connection).update(
        token_lease_until=frozen.now() + credentials.REFRESH_LEASE
    )

    with pytest.raises(RemoteThrottled):
        TokenCache(store.connection)(Fetch())
    assert sum(frozen.waits) <= 3

    frozen.forward(60)
    assert TokenCache(store.connection)(Fetch())


def test_a_refused_token_is_forgotten_but_not_a_newer_one(store: Store, frozen: FrozenClock) -> None:
    fetch = Fetch()
    late, early = TokenCache(store.connection), TokenCache(store.connection)
    refused = late(fetch)
    assert early(fetch) == refused
    frozen.forward(1)

    early.forget()
    fresh = early(fetch)
    late.forget()

    assert late(fetch) == fresh != refused
    assert fetch.times == 2


def test_new_credentials_take_the_old_token_away(store: Store) -> None:
    fetch = Fetch()
    TokenCache(store.connection)(fetch)

    credentials.keep(store.connection, {"token": "static"})

    assert ConnectionSecret.objects.get(connection=store.connection).name == "token"


@pytest.mark.parametrize("entered", [{}, {"token": "static"}], ids=["disconnected", "entered anew"])
def test_a_token_fetched_with_secrets_that_went_meanwhile_is_not_kept(store: Store, entered: dict[str, str]) -> None:
    def slow_fetch() -> tuple[str, float]:
        credentials.keep(store.connection, entered)
        return "of the old ones", 1000

    assert TokenCache(store.connection)(slow_fetch) == "of the old ones"

    assert set(ConnectionSecret.objects.values_list("name", flat=True)) == set(entered)
    assert ConnectionHealth.objects.get(connection=store.connection).token_lease_until is None
