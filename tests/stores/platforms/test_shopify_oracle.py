"""The vendor's own Python client drives the simulator over real loopback HTTP: it must not notice."""

from __future__ import annotations

import json
import threading
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shopify

from sandbox.core.http_server import Server
from sandbox.platforms.shopify.seeds import SEEDS
from sandbox.world import World
from tests.sandbox import documents, vendor

pytestmark = [pytest.mark.oracles, pytest.mark.loopback]


@pytest.fixture
def client(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[shopify.GraphQL]:
    """The client insists on https and myshopify.com in its session; its resource takes any site."""
    monkeypatch.setenv("no_proxy", "*")
    server = Server(world, 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    shopify.ShopifyResource.set_site(f"http://127.0.0.1:{server.port}/shopify/demo/admin/api/2026-10")
    shopify.ShopifyResource.headers = {"X-Shopify-Access-Token": "shpat_demo_sandbox"}
    yield shopify.GraphQL()
    shopify.ShopifyResource.clear_session()
    server.stop()
    thread.join(5)


def ask(client: shopify.GraphQL, document: str, **variables: Any) -> Any:
    answer = json.loads(client.execute(document, variables=variables))
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


def test_it_reads_every_seed_order(world: World, client: shopify.GraphQL) -> None:
    for made in world.seed(*[name for name, words in SEEDS.items() if "shop" not in words]).values():
        assert ask(client, documents.HEADER, id=made.id)["order"]["name"] == made.name


def test_it_finds_an_order_by_its_name(world: World, client: shopify.GraphQL) -> None:
    world.populate("demo", 30)
    made = world.make_order()

    document = "query Find($q: String) { orders(first: 5, query: $q) { nodes { id name } } }"
    answer = json.loads(client.execute(document, {"q": f"name:{made.name}"}, "Find"))

    assert answer["data"]["orders"]["nodes"] == [{"id": made.id, "name": made.name}]


def test_it_cancels_an_order_and_sees_the_job_through(world: World, client: shopify.GraphQL) -> None:
    made = world.make_order()
    world.switch("job_seconds", "60")

    started = ask(client, documents.CANCEL, orderId=made.id, reason="CUSTOMER", restock=True, note="[op 1]",
                  method={"originalPaymentMethodsRefund": True})["orderCancel"]  # fmt: skip
    world.advance(61)
    job = ask(client, "query($id: ID!) { job(id: $id) { id done } }", id=started["job"]["id"])["job"]

    assert (started["job"]["done"], job["done"]) == (False, True)
    assert ask(client, documents.HEADER, id=made.id)["order"]["cancellation"] == {"staffNote": "[op 1]"}
    assert [effect.kind for effect in world.effects(made.id)] == ["cancel", "stock", "refund"]


def test_it_refunds_once_a_key(world: World, client: shopify.GraphQL) -> None:
    made = world.make_order()
    line = {"lineItemId": made.lines[0], "quantity": 1, "restockType": "CANCEL"}
    wanted = {"orderId": made.id, "refundLineItems": [line], "transactions": []}

    answers = [ask(client, documents.REFUND, input=wanted, key="k1")["refundCreate"]["refund"] for _ in range(2)]

    assert answers[0]["id"] == answers[1]["id"]
    assert len(world.effects(made.id, "refund")) == 1


def test_a_wrong_token_is_an_http_error_to_it(client: shopify.GraphQL) -> None:
    client.headers = {"X-Shopify-Access-Token": "wrong"}

    with pytest.raises(urllib.error.HTTPError, match="401"):
        client.execute("{ shop { name } }")


@pytest.mark.vendor_specs("shopify")
def test_a_whole_life_agrees_with_the_published_schema(
    vendor_specs: Path, world: World, client: shopify.GraphQL
) -> None:
    world.on_exchange(vendor.checker())
    made = world.make_order()

    ask(client, documents.HEADER, id=made.id)
    ask(client, documents.CANCEL, orderId=made.id, reason="FRAUD", restock=False)

    assert world.counters()["requests"] == {"order": 1, "orderCancel": 1}
