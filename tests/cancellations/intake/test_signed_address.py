"""A signature that covers the address it was registered for: the door says which, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from stores.kernel.security import signing
from stores.models import Store
from stores.services import credentials
from tests import make

pytestmark = pytest.mark.django_db
KEY = "square_signature_key_demo"
BODY = b'{"merchant_id":"M1","type":"order.updated","event_id":"e1","data":{"type":"order_updated","id":"O1"}}'
OURS = "https://desk.example"


@pytest.fixture
def store(settings: Any) -> Store:
    settings.PUBLIC_URL = OURS
    made = make.store(platform="square", settings={"environment": "production"})
    credentials.keep(made.connection, {"token": "t", "signature_key": KEY})
    return made


def knock(client: Client, store: Store, address: str, **headers: str) -> int:
    signature = signing.hmac_base64(KEY, address.encode() + BODY)
    sent = {"x-square-hmacsha256-signature": signature, **headers}
    return client.post(
        f"/hooks/{store.connection.inbox_token}", BODY, content_type="application/json", headers=sent
    ).status_code


def test_only_our_own_address_makes_the_signature_fit(client: Client, store: Store) -> None:
    ours = f"{OURS}/hooks/{store.connection.inbox_token}"
    other = make.store(platform="square", settings={"environment": "production"})
    credentials.keep(other.connection, {"token": "t", "signature_key": KEY})

    assert knock(client, store, ours) == 200
    assert knock(client, store, "") == 401
    assert knock(client, store, f"http://testserver/hooks/{store.connection.inbox_token}") == 401
    assert knock(client, other, ours) == 401  # the same key and a true signature, for another shop


def test_an_address_that_comes_with_the_request_is_not_believed(client: Client, store: Store) -> None:
    for name in ("x-rescind-hook-address", "X-Rescind-Hook-Address"):
        assert knock(client, store, "https://evil.example/", **{name: "https://evil.example/"}) == 401


def test_without_a_public_address_nothing_fits(client: Client, store: Store, settings: Any) -> None:
    settings.PUBLIC_URL = ""
    assert knock(client, store, f"/hooks/{store.connection.inbox_token}") == 401
    assert knock(client, store, "") == 401
