"""Square's simulator, rule by rule, as the vendor states them; every exchange is held against the description."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox import in_process
from sandbox.core.http_server import Server
from sandbox.platforms.square.seeds import SEEDS
from sandbox.platforms.square.simulator import SquareSimulator
from sandbox.platforms.square.spec import Line
from sandbox.world import World
from tests.make import NOW
from tests.stores.platforms.square import vendor

MUG = Line(title="Enamel mug", price="14.50", sku="MUG", quantity=3)


class Client:
    def __init__(self, world: World, shop: str = "demo", host: str = "connect.squareup.com") -> None:
        self.http = in_process.session(world)
        self.http.headers.update({"Authorization": f"Bearer sq_{shop}_sandbox", "Square-Version": "2025-08-20"})
        self.base = f"https://{host}/"

    def call(self, method: str, path: str, body: Any = None, **words: Any) -> Any:
        return self.http.request(method, self.base + path, json=body, timeout=30, **words)

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(self, path: str, body: Any) -> Any:
        answer = self.call("POST", path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method: str, path: str, body: Any = None) -> str:
        answer = self.call(method, path, body)
        assert answer.status_code >= 400, answer.text
        (error,) = answer.json()["errors"]
        return f"{answer.status_code} {error['code']}"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path / "world.sqlite3", now=lambda: NOW)
    prepare(made)
    yield made
    made.close()


def prepare(world: World) -> None:
    world.switch("square_limit", "wide")
    world.watchers.append(vendor.check)


@pytest.fixture
def home(world: World) -> SquareSimulator:
    return SquareSimulator(world)


@pytest.fixture
def client(world: World) -> Client:
    return Client(world)


def put(client: Client, made: Any, version: int = 1, **order: Any) -> Any:
    wanted = {"location_id": "LDEMOMAIN", "version": version} | order
    return client.call("PUT", f"v2/orders/{made.id}", {"order": wanted})


def code(answer: Any) -> str:
    return f"{answer.status_code} {answer.json()['errors'][0]['code']}"


def refund_of(order: Any, amount: int, key: str = "k1", **more: Any) -> dict[str, Any]:
    money = {"amount": amount, "currency": order["total_money"]["currency"]}
    return {"idempotency_key": key, "payment_id": order["tenders"][0]["payment_id"], "amount_money": money} | more


CALLED_OFF = [{"uid": "fu1", "state": "CANCELED"}]


# --- doors -------------------------------------------------------------------------------------------
def test_every_seed_can_be_read_and_searched(home: SquareSimulator, client: Client) -> None:
    made = home.seed()
    assert set(made) == set(SEEDS)
    for one in made.values():
        assert client.get(f"v2/orders/{one.id}")["order"]["id"] == one.id
    found = client.ask("v2/orders/search", {"location_ids": ["LDEMOMAIN"], "limit": 1000})["orders"]
    assert {one.id for one in made.values()} <= {order["id"] for order in found}


def test_who_may_ask(home: SquareSimulator, world: World, client: Client) -> None:
    made = home.make_order()
    home.add_shop("other")
    assert Client(world, "other").refused("GET", f"v2/orders/{made.id}") == "404 NOT_FOUND"
    assert Client(world, "nobody").refused("GET", f"v2/orders/{made.id}") == "401 UNAUTHORIZED"
    assert client.refused("GET", "v2/nothing") == "404 NOT_FOUND"
    assert Client(world, host="connect.squareupsandbox.com").get("v2/locations")["locations"]
    home.add_shop("demo", state="revoked")
    assert client.refused("GET", "v2/locations") == "401 ACCESS_TOKEN_REVOKED"
    home.add_shop("demo", state="active", scopes=["ORDERS_READ"])
    assert client.refused("GET", "v2/locations") == "403 INSUFFICIENT_SCOPES"
    assert client.call("GET", f"v2/orders/{made.id}").headers["square-version"] == "2025-08-20"


@pytest.mark.loopback
def test_it_is_served_over_http_as_well(world: World, home: SquareSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    made = home.make_order()
    server = Server(world, 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    house = home.open_shop("demo", f"http://127.0.0.1:{server.port}")
    headers = {"Authorization": f"Bearer {house.secrets['token']}", "Square-Version": "2025-08-20"}
    answer = requests.get(f"{house.settings['base_url']}/v2/orders/{made.id}", headers=headers, timeout=10)
    server.stop()
    thread.join(5)
    assert answer.json()["order"]["id"] == made.id


# --- orders ------------------------------------------------------------------------------------------
def test_an_order_is_cancelled_only_unpaid_and_with_its_fulfilments(home: SquareSimulator, client: Client) -> None:
    unpaid, paid, held = (home.make_order(pay=pay) for pay in ("unpaid", "paid", "authorised"))
    assert code(put(client, unpaid, state="CANCELED")) == "400 BAD_REQUEST"
    for made in (paid, held):
        said = put(client, made, state="CANCELED", fulfillments=CALLED_OFF).json()["errors"][0]
        assert said == {
            "category": "INVALID_REQUEST_ERROR", "code": "BAD_REQUEST", "field": "order.state",
            "detail": "Orders cannot be canceled after payments have been processed.",
        }  # fmt: skip
    order = put(client, unpaid, state="CANCELED", fulfillments=CALLED_OFF).json()["order"]
    assert (order["state"], order["version"]) == ("CANCELED", 2)
    assert code(put(client, unpaid, 2, ticket_name="late")) == "400 BAD_REQUEST"


def test_a_paid_order_is_complete_when_all_is_handed_over(home: SquareSimulator, client: Client) -> None:
    made = home.make_order()
    order = put(client, made, fulfillments=[{"uid": "fu1", "state": "COMPLETED"}]).json()["order"]
    assert (order["state"], bool(order["closed_at"])) == ("COMPLETED", True)
    assert code(put(client, made, 2, fulfillments=CALLED_OFF)) == "400 BAD_REQUEST"


def test_what_an_update_must_name(home: SquareSimulator, client: Client) -> None:
    made, till = home.make_order(pay="unpaid"), home.make_order(is_versioned=False)
    for order, expected in (
        ({"version": 1}, "MISSING_REQUIRED_PARAMETER"),
        ({"location_id": "LDEMOMAIN"}, "MISSING_REQUIRED_PARAMETER"),
        ({"location_id": "LDEMODOCK", "version": 1}, "LOCATION_MISMATCH"),
        ({"location_id": "LDEMOMAIN", "version": 7}, "VERSION_MISMATCH"),
    ):
        assert client.refused("PUT", f"v2/orders/{made.id}", {"order": order}) == f"400 {expected}"
    assert code(put(client, till)) == "400 BAD_REQUEST"
    assert client.refused("POST", f"v2/orders/{made.id}/cancel", {}) == "404 NOT_FOUND"


def test_lines_shrink_are_cleared_and_priced_anew(home: SquareSimulator, client: Client) -> None:
    made = home.make_order(lines=[MUG, Line(price="8.90", quantity=2)], pay="unpaid", tax_rate="10")
    first, second = made.lines
    body = {"order": {"location_id": "LDEMOMAIN", "version": 1, "line_items": [{"uid": first, "quantity": "1"}]},
            "fields_to_clear": [f"line_items[{second}]"]}  # fmt: skip
    order = client.call("PUT", f"v2/orders/{made.id}", body).json()["order"]
    assert [line["quantity"] for line in order["line_items"]] == ["1"]
    assert (order["total_money"]["amount"], order["net_amount_due_money"]["amount"]) == (1595, 1595)
    paid = home.make_order(lines=[MUG])
    assert code(put(client, paid, line_items=[{"uid": paid.lines[0], "quantity": "1"}])) == "400 BAD_REQUEST"


# --- money -------------------------------------------------------------------------------------------
def test_a_refund_is_pending_then_complete_with_a_return_order(
    world: World, home: SquareSimulator, client: Client
) -> None:
    made = home.make_order(lines=[MUG])
    order = client.get(f"v2/orders/{made.id}")["order"]
    refund = client.ask("v2/refunds", refund_of(order, 1450, reason="x [op 1]"))["refund"]
    assert refund["status"] == "PENDING"
    assert not world.effects(made.id, "refund")
    world.advance(3)
    payment = client.get(f"v2/payments/{order['tenders'][0]['payment_id']}")["payment"]
    assert (payment["refund_ids"], payment["refunded_money"]["amount"]) == ([refund["id"]], 1450)
    assert client.get(f"v2/refunds/{refund['id']}")["refund"]["status"] == "COMPLETED"
    home_order = client.get(f"v2/orders/{refund['order_id']}")["order"]
    (line,) = home_order["returns"][0]["return_line_items"]
    assert (line["item_type"], "source_line_item_uid" in line) == ("CUSTOM_AMOUNT", False)
    assert [effect.note for effect in world.effects(made.id, "refund")] == ["x [op 1]"]
    assert [one["id"] for one in client.get("v2/refunds")["refunds"]] == [refund["id"]]


def test_money_that_goes_back_ends_no_order(world: World, home: SquareSimulator, client: Client) -> None:
    """The sale keeps its state, its version and its fulfilments, whatever is refunded."""
    made = home.make_order(lines=[Line(price="14.50", quantity=3)])
    before = home.order(made.id)
    home.staff(made.id).refund("43.50")
    after = home.order(made.id)

    assert [after[name] for name in ("state", "version", "fulfillments")] == [
        before[name] for name in ("state", "version", "fulfillments")
    ]
    assert after["state"] == "OPEN"


def test_what_a_refund_may_not_be(world: World, home: SquareSimulator, client: Client) -> None:
    order = client.get(f"v2/orders/{home.make_order(lines=[MUG]).id}")["order"]
    held = client.get(f"v2/orders/{home.make_order(pay='authorised').id}")["order"]
    disputed = client.get(f"v2/orders/{home.make_order(disputed='PROCESSING').id}")["order"]
    capped = client.get(f"v2/orders/{home.make_order(refunds=20).id}")["order"]
    old = client.get(f"v2/orders/{home.make_order(age_days=400).id}")["order"]
    rows = (
        (refund_of(order, 4351), "REFUND_AMOUNT_INVALID"),
        (refund_of(order, 0), "REFUND_AMOUNT_INVALID"),
        (refund_of(order, 1, amount_money={"amount": 1, "currency": "EUR"}), "CURRENCY_MISMATCH"),
        (refund_of(order, 1, payment_version_token="old"), "VERSION_MISMATCH"),
        (refund_of(order, 1, key="k" * 46), "VALUE_TOO_LONG"),
        (refund_of(held, 1), "REFUND_ERROR_PAYMENT_NEEDS_COMPLETION"),
        (refund_of(disputed, 1), "PAYMENT_NOT_REFUNDABLE_DUE_TO_DISPUTE"),
        (refund_of(capped, 1), "REFUND_AMOUNT_INVALID"),
        (refund_of(old, 1), "PAYMENT_NOT_REFUNDABLE"),
    )
    for body, expected in rows:
        assert client.refused("POST", "v2/refunds", body) == f"400 {expected}", body
    client.ask("v2/refunds", refund_of(order, 1))
    assert client.refused("POST", "v2/refunds", refund_of(order, 1, "k2")) == "400 REFUND_ALREADY_PENDING"
    assert client.refused("POST", "v2/refunds", refund_of(order, 2)) == "400 IDEMPOTENCY_KEY_REUSED"
    world.watchers.clear()
    long = refund_of(order, 1, "k3", reason="x" * 193)
    assert client.refused("POST", "v2/refunds", long) == "400 VALUE_TOO_LONG"


def test_the_same_key_and_body_give_the_first_answer(world: World, home: SquareSimulator, client: Client) -> None:
    order = client.get(f"v2/orders/{home.make_order().id}")["order"]
    answers = [client.ask("v2/refunds", refund_of(order, 100)) for _ in range(3)]
    world.advance(5)
    assert answers[0] == answers[2]
    assert len(world.effects(order["id"], "refund")) == 1


def test_an_authorisation_is_released_once(world: World, home: SquareSimulator, client: Client) -> None:
    made = home.make_order(pay="authorised")
    order = client.get(f"v2/orders/{made.id}")["order"]
    path = f"v2/payments/{order['tenders'][0]['payment_id']}/cancel"
    assert client.ask(path, None)["payment"]["status"] == "CANCELED"
    assert client.refused("POST", path) == "400 DELAYED_TRANSACTION_CANCELED"
    after = client.get(f"v2/orders/{made.id}")["order"]
    assert (after["version"], after["net_amount_due_money"]["amount"]) == (2, 1000)
    assert put(client, made, 2, state="CANCELED", fulfillments=CALLED_OFF).status_code == 200


# --- search and stock --------------------------------------------------------------------------------
def test_the_rules_of_a_search(home: SquareSimulator, client: Client) -> None:
    for _ in range(3):
        home.make_order(pay="unpaid")
    place = {"location_ids": ["LDEMOMAIN"]}
    window = {"filter": {"date_time_filter": {"updated_at": {"start_at": "2020-01-01T00:00:00Z"}}}}
    wrong = place | {"query": window | {"sort": {"sort_field": "CREATED_AT"}}}
    assert client.refused("POST", "v2/orders/search", {}) == "400 MISSING_REQUIRED_PARAMETER"
    assert client.refused("POST", "v2/orders/search", {"location_ids": ["x"] * 11}) == "400 ARRAY_LENGTH_TOO_LONG"
    assert client.refused("POST", "v2/orders/search", place | {"limit": 1001}) == "400 INVALID_VALUE"
    assert client.refused("POST", "v2/orders/search", wrong) == "400 BAD_REQUEST"
    for sort in ({"sort_field": "UPDATED_AT", "sort_order": "ASC"}, {"sort_field": "CREATED_AT"}):
        query = place | {"query": {"sort": sort}, "limit": 2}
        first = client.ask("v2/orders/search", query)
        second = client.ask("v2/orders/search", query | {"cursor": first["cursor"]})
        assert len({one["id"] for one in first["orders"] + second["orders"]}) == 3
        other = place | {"query": {"sort": sort | {"sort_order": "DESC"}}, "cursor": first["cursor"]}
        if sort["sort_field"] == "UPDATED_AT":
            assert client.refused("POST", "v2/orders/search", other) == "400 INVALID_CURSOR"
    entries = client.ask("v2/orders/search", place | {"return_entries": True})["order_entries"]
    assert set(entries[0]) == {"order_id", "location_id", "version"}


def test_stock_is_taken_once_and_put_back_by_adjustment(home: SquareSimulator, client: Client) -> None:
    made = home.make_order(lines=[MUG])
    asked = {"catalog_object_ids": ["ITEM-MUG"], "location_ids": ["LDEMOMAIN"]}
    assert client.ask("v2/inventory/counts/batch-retrieve", asked)["counts"][0]["quantity"] == "17"
    one = {"catalog_object_id": "ITEM-MUG", "from_state": "UNLINKED_RETURN", "to_state": "IN_STOCK", "quantity": "2",
           "location_id": "LDEMOMAIN", "occurred_at": "2026-11-21T11:00:00Z",
           "reference_id": f"{made.id} x"}  # fmt: skip
    body = {"idempotency_key": "k", "changes": [{"type": "ADJUSTMENT", "adjustment": one}]}
    answer = client.ask("v2/inventory/changes/batch-create", body)
    assert answer["counts"][0]["quantity"] == "19"
    for changes in ({"quantity": "0"}, {"occurred_at": "2026-11-01T00:00:00Z"}, {"from_state": "WASTE"}):
        bad = {"idempotency_key": str(changes), "changes": [{"type": "ADJUSTMENT", "adjustment": one | changes}]}
        assert client.refused("POST", "v2/inventory/changes/batch-create", bad) == "400 INVALID_VALUE"
    assert client.refused("POST", "v2/inventory/changes/batch-create", {"changes": []}).startswith("400 MISSING")


def test_bulk_is_believable_and_the_same_for_the_same_seed(home: SquareSimulator) -> None:
    ids = home.populate(count=40, seed=3)
    states = {home.order(one)["state"] for one in ids}
    assert len(set(ids)) == 40
    assert {"OPEN", "COMPLETED"} <= states
    assert list(home.many(5, 7)) == list(home.many(5, 7))


def test_the_control_door_makes_orders_in_words(home: SquareSimulator) -> None:
    made = home.control("order", {"lines": [{"quantity": 2}], "pay": "unpaid", "person": {"first": "Zoe"}})
    assert home.order(made.id)["line_items"][0]["quantity"] == "2"
    with pytest.raises(TypeError):
        home.control("order", {"colour": "red"})
