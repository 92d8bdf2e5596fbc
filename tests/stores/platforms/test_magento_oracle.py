"""An integration that oauthlib signs for, over real loopback HTTP; then the adapter, whose signatures oauthlib checks.

Magento has no official client: OAuth 1.0a is oauthlib's, what is sent and answered the vendor's schema of 2.4.9.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from sandbox.core.http_server import Server
from sandbox.platforms.magento.seeds import SEEDS
from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.world import World
from stores.canonical.order import Cancellable
from stores.connectors import oauth1
from stores.kernel import clock
from tests.sandbox import magento_oauth, magento_spec
from tests.sandbox.magento_client import exact, search
from tests.stores.platforms.magento import place
from tests.stores.platforms.magento.place import world
from tests.stores.platforms.rig import KEY, TAG

__all__ = ["world"]
Call = Callable[..., Any]
NOT_AT_ONCE = ("partly invoiced",)  # more than one call
KEYS = {name: f"{name} & more/+~é" for name in ("consumer_key", "consumer_secret", "token", "token_secret")}
ODD = (
    "https://shop.example/rest/default/V1/orders?searchCriteria%5BpageSize%5D=50&searchCriteria%5BcurrentPage%5D=1",
    "https://shop.example/rest/default/V1/orders?fields=items%5Bentity_id%2Ctotals%5D&a=&a=2&a=10&b=%25&c=%2B&d=a%20b",
    "https://shop.example/rest/default/V1/orders?name=Andr%C3%A9%20%26%20%E5%AD%90~-._",
    "http://127.0.0.1:8100/magento/demo/rest/default/V1/inventory/get-product-salable-quantity/A%2FB/1",
    "https://SHOP.example:443/rest/all/V1/orders/17",
)


@pytest.fixture
def call(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Call]:
    """(method, path, body, keys) -> answer, of a shop that is served."""
    monkeypatch.setenv("no_proxy", "*")
    world.real_now = clock.now
    server = Server(world, 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{server.port}/magento/demo/rest/default/V1/"
    secrets = MagentoSimulator(world).open_shop("demo", "").secrets

    def ask(method: str, path: str, body: Any = None, **changes: str) -> Any:
        said = magento_oauth.signed(method, base + path, secrets | changes)
        return requests.request(method, base + path, json=body, headers={"Authorization": said}, timeout=10)

    yield ask
    server.stop()
    thread.join(5)


@pytest.mark.oracles
@pytest.mark.loopback
def test_an_integration_reads_cancels_and_refunds(world: World, call: Call) -> None:
    house = MagentoSimulator(world)
    unpaid, paid = house.make_order(lines=[place.MUG], pay="unpaid"), house.make_order(lines=[place.MUG, place.TEA])

    listed = call("GET", f"orders?{search(condition='in', entity_id=f'{unpaid.id},{paid.id}')}").json()
    (invoice,) = call("GET", f"invoices?{search(order_id=paid.id)}").json()["items"]
    memo = call("POST", f"invoice/{invoice['entity_id']}/refund", exact(paid, 1)).json()

    assert {str(row["entity_id"]) for row in listed["items"]} == {unpaid.id, paid.id}
    assert call("POST", f"orders/{unpaid.id}/cancel").json() is True
    assert call("GET", f"orders/{unpaid.id}").json()["state"] == "canceled"
    (found,) = call("GET", f"creditmemos?{search(order_id=paid.id)}").json()["items"]
    assert (found["entity_id"], found["grand_total"]) == (memo, 14.5)
    assert [one.amount for one in world.effects(paid.id, kind="refund")] == [14.5]


@pytest.mark.oracles
@pytest.mark.loopback
@pytest.mark.parametrize(("name", "problem"), [
    ("consumer_key", "consumer_key_rejected"), ("token", "token_rejected"),
    ("consumer_secret", "signature_invalid"), ("token_secret", "signature_invalid"),
])  # fmt: skip
def test_each_wrong_key_is_told_apart(world: World, call: Call, name: str, problem: str) -> None:
    answer = call("GET", f"orders?{search()}", **{name: "wrong"})

    assert (answer.status_code, answer.json()) == (401, {"message": f"oauth_problem={problem}"})


@pytest.mark.oracles
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("url", ODD)
def test_what_we_sign_is_what_oauthlib_signs_and_takes(method: str, url: str) -> None:
    """Also keys and values that have to be encoded twice."""
    ours = oauth1.header(method, url, KEYS, nonce="n0nce123", timestamp=1767225600)
    theirs = magento_oauth.signed(method, url, KEYS, nonce="n0nce123", timestamp="1767225600")

    assert words(ours) == words(theirs)
    assert magento_oauth.is_right(method, url, ours, KEYS)
    assert not magento_oauth.is_right("PUT", url, ours, KEYS)
    assert not magento_oauth.is_right(method, url, ours, KEYS | {"token_secret": "another"})


def words(header: str) -> set[str]:
    return set(header.removeprefix("OAuth ").split(", "))


@pytest.mark.oracles
@pytest.mark.vendor_specs("magento")
@pytest.mark.usefixtures("vendor_specs")
@pytest.mark.parametrize("name", SEEDS)
def test_each_seed_is_read_and_refunded_as_the_schema_says(world: World, name: str) -> None:
    """Both directions of all that the adapter asks; the watchers of `world` raise where it differs."""
    before, shop = magento_spec.counts["validated"], place.on_world(world)
    order = shop.read_order(MagentoSimulator(world).seed(name)[name].id)

    if order.cancellable is Cancellable.ALL and name not in NOT_AT_ONCE:
        for command in place.everything(shop, order) if order.ends_by_refund else [place.cancel(order)]:
            shop.carry_out(command, key=KEY, tag=TAG)
    shop.list_orders(since=None)

    assert magento_spec.counts["validated"] - before >= 2
