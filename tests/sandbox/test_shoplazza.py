"""Shoplazza's simulator, rule by rule, as the vendor states them; every exchange is held against the registry."""

from __future__ import annotations

import json
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox import in_process
from sandbox.core.http_server import Server
from sandbox.core.messages import Request
from sandbox.platforms.shoplazza.seeds import SEEDS
from sandbox.platforms.shoplazza.spec import Line
from sandbox.world import World
from tests.sandbox import shoplazza_spec
from tests.sandbox.shoplazza_client import MUG, NOON, Client, client, records, refunding, world

__all__ = ["client", "world"]


# --- envelopes, paging, refusals ----------------------------------------------------------------------
def test_both_generations_tell_the_same_order_in_their_own_envelope(world: World) -> None:
    made = world.shoplazza.make_order(lines=[MUG], cancelled="gone")
    new = Client(world).call("GET", f"orders/{made.id}")
    old = Client(world, "2022-01").call("GET", f"orders/{made.id}")

    assert new.json()["code"] == "Success"
    assert "cancelled_at" in new.json()["data"]["order"]
    assert "canceled_at" in old.json()["order"]
    assert new.headers["Request-Id"]


@pytest.mark.vendor_specs("shoplazza")
@pytest.mark.usefixtures("vendor_specs")
def test_every_seed_and_its_answers_are_as_the_registry_says(world: World, client: Client) -> None:
    before = shoplazza_spec.counts["validated"]
    for one in world.shoplazza.seed().values():
        client.get(f"orders/{one.id}")
        client.post(f"orders/{one.id}/cancel", {"reason": "x"})
    assert shoplazza_spec.counts["validated"] - before > len(SEEDS)


def test_every_seed_can_be_read_in_both_generations(world: World) -> None:
    made = world.shoplazza.seed()
    assert set(made) == set(SEEDS)
    for version in ("2022-01", "2025-06", "2026-01", "2026-07"):
        client = Client(world, version)
        for one in made.values():
            assert client.get(f"orders/{one.id}")["order"]["id"] == one.id
            assert client.get(f"orders/number/{one.number}")["order"]["id"] == one.id
            records(client, one)
            client.get(f"orders/{one.id}/transactions")


def test_pages_end_with_null(world: World, client: Client) -> None:
    for _ in range(3):
        world.shoplazza.make_order()
    first = client.get("orders", page_size=2)
    last = client.get("orders", page_size=2, cursor=first["cursor"])

    assert (first["has_more"], last["has_more"]) == (True, None)
    assert len(first["orders"]) + len(last["orders"]) == 3
    assert len(Client(world, "2022-01").get("orders", limit=2, page=2)["orders"]) == 1


@pytest.mark.parametrize("version", ["2026-01", "2022-01"])
def test_unknown_filters_are_ignored_and_known_ones_are_not(world: World, version: str) -> None:
    world.watchers.clear()  # the registry does not know them either
    kept, other = world.shoplazza.make_order(), world.shoplazza.make_order(pay="waiting")
    client = Client(world, version)

    assert client.get("orders/count", sttatus="placed") == {"count": 2}
    assert client.get("orders/count", status="placed") == {"count": 1}
    assert [o["id"] for o in client.get("orders", ids=kept.id)["orders"]] == [kept.id]
    assert [o["id"] for o in client.get("orders", financial_status="waiting")["orders"]] == [other.id]


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", "orders/1", 404, {"errors": ["Unable to find resource"]}),
        ("GET", "orders/number/9", 404, {"errors": ["Unable to find resource"]}),
        ("GET", "nothing", 404, {"errors": ["Unable to find resource"]}),
        ("PUT", "orders", 405, {"errors": ["Method Not Allowed"]}),
        ("GET", "orders?page_size=251", 400, {"errors": {"page_size": ["must be less than or equal to 250"]}}),
        ("POST", "orders/1/partial_refund", 404, {"errors": ["Unable to find resource"]}),
        ("DELETE", "webhooks/1", 404, {"errors": ["record not found!"]}),
    ],
)
def test_refusals(client: Client, method: str, path: str, status: int, body: Any) -> None:
    answer = client.call(method, path)
    assert (answer.status_code, answer.json()) == (status, body)


def test_who_may_not_enter(world: World, client: Client) -> None:
    del client.http.headers["Access-Token"]
    assert (client.call("GET", "shop").status_code, client.call("GET", "shop").json()) == (
        400, {"errors": ["Unauthorized"]},
    )  # fmt: skip
    client.http.headers["Access-Token"] = "wrong"
    assert client.call("GET", "shop").status_code == 401
    gone = client.http.get("https://gone.myshoplaza.com/openapi/2026-01/shop", timeout=5)
    assert (gone.status_code, gone.json()["code"]) == (404, "store_not_found")

    world.shoplazza.add_shop("demo", state="inactive")
    again = Client(world)
    assert again.call("GET", "shop").json() == {"error": "store is not active"}
    world.shoplazza.add_shop("demo", state="active", scopes=["read_order"])
    assert again.call("GET", "shop").status_code == 403
    assert again.post("orders/1/cancel", {}).status_code == 403


def test_two_buckets_fill_and_leak(world: World, client: Client) -> None:
    world.switch("shoplazza_limit", "standard")
    codes = [client.call("GET", "shop").status_code for _ in range(42)]
    assert codes == [200] * 40 + [429] * 2
    world.advance(1)
    assert [client.call("GET", "shop").status_code for _ in range(3)] == [200, 200, 429]
    assert world.counters()["throttled"]["shop"] == 3


# --- cancel and refund --------------------------------------------------------------------------------
def test_a_refund_takes_units_now_and_pays_later(world: World, client: Client) -> None:
    made = world.shoplazza.make_order(lines=[MUG])
    told = client.payload(client.post(f"orders/{made.id}/refund", refunding(made, "14.50")))
    assert records(client, made)["order_financial_status"] == "refunding"
    assert world.shoplazza.stock("MUG") == 1
    world.advance(2)

    (record,) = records(client, made)["records"]
    assert (record["id"], record["refund_status"], record["note"]) == (told["refund_record_id"], "finished", "x [op 1]")
    assert record["refund_line_items"][0]["delete_quantity"] == 1
    line = client.get(f"orders/{made.id}")["order"]["line_items"][0]
    assert (line["quantity"], line["refund_quantity_total"]) == (3, 1)
    assert [(e.kind, e.amount, e.units) for e in world.effects(made.id)] == [
        ("stock", Decimal("0.00"), 1), ("refund", Decimal("14.50"), 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"refund_total": ""}, 400),
        ({"refund_total": "a lot"}, 422),
        ({"refund_total": "-1"}, 422),
        ({"refund_total": "999.00"}, 422),
        ({"refund_line_items": [{"line_item_id": "1", "quantity": 1}]}, 422),
        ({"refund_payments": [{"payment_line_id": "1", "refund_price": "14.50"}]}, 422),
    ],
)
def test_a_refund_that_does_not_fit_changes_nothing(
    world: World, client: Client, change: dict[str, Any], status: int
) -> None:
    made = world.shoplazza.make_order(lines=[MUG])
    answer = client.post(f"orders/{made.id}/refund", refunding(made, "14.50", **change))
    assert answer.status_code == status
    assert answer.json()["errors"]
    assert world.effects(made.id) == []
    assert records(client, made)["records"] == []


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ({"refund_total": "8.00"}, 200),
        ({"refund_total": "8.00", "refund_product_total": "8.00"}, 200),
        ({"refund_total": "8.00", "refund_product_total": "3.00", "refund_shipping_total": "5.00"}, 200),
        ({"refund_total": "8.00", "refund_shipping_total": "5.00"}, 422),
        ({"refund_total": "8.00", "refund_product_total": "8.00", "refund_shipping_total": "5.00"}, 422),
        ({"refund_total": "8.00", "refund_product_total": "7.99"}, 422),
        ({"refund_total": "8.00", "refund_product_total": "1.00", "refund_shipping_total": "7.00"}, 422),
        ({"refund_total": "3.00", "refund_tip": "2.00", "refund_additional_total": "1.00"}, 200),
        ({"refund_total": "3.00", "refund_tip": "3.00"}, 422),
        ({"refund_total": "3.00", "refund_tip": "1.00", "refund_additional_total": "2.00"}, 422),
    ],
)
def test_parts_of_a_refund_add_up_or_none_is_told(world: World, client: Client, parts: Any, status: int) -> None:
    made = world.shoplazza.make_order(lines=[MUG], shipping="5.00", tip="2.00", fees={"Wrapping": "1.00"})

    assert client.post(f"orders/{made.id}/refund", {"refund": parts}).status_code == status
    assert len(world.shoplazza.order(made.id)["refunds"]) == (status == 200)


def test_a_part_that_went_back_is_not_there_again(world: World, client: Client) -> None:
    made = world.shoplazza.make_order(lines=[MUG], shipping="5.00")
    shipping = {"refund": {"refund_total": "4.00", "refund_shipping_total": "4.00"}}

    answers = [client.post(f"orders/{made.id}/refund", shipping).status_code for _ in range(2)]

    assert answers == [200, 422]


def test_a_discount_on_the_order_stands_on_no_line(world: World, client: Client) -> None:
    made = world.shoplazza.make_order(lines=[MUG], shipping="5.00", off="6.30", code="TEN")

    told = client.get(f"orders/{made.id}")["order"]

    assert (told["total_price"], told["total_discount"], told["sub_total"]) == ("42.20", "6.30", "37.20")
    assert [line["discount_applications"] for line in told["line_items"]] == ["[]"]


def test_more_units_than_wait_are_refused(world: World, client: Client) -> None:
    made = world.shoplazza.make_order(lines=[Line(quantity=3, shipped=2)])
    assert client.post(f"orders/{made.id}/refund", refunding(made, "1.00", 2)).status_code == 422
    assert client.post(f"orders/{made.id}/refund", refunding(made, "1.00", 1)).status_code == 200


@pytest.mark.parametrize(
    ("channel", "seconds", "state"),
    [("bogus", 2, "finished"), ("bogus_pending", 59, "pending"), ("bogus_pending", 60, "finished"),
     ("bogus_fail", 2, "failed"), ("custom", 9999, "pending")],
)  # fmt: skip
def test_each_channel_pays_in_its_own_time(
    world: World, client: Client, channel: str, seconds: int, state: str
) -> None:
    made = world.shoplazza.make_order(lines=[MUG], channel=channel)
    client.post(f"orders/{made.id}/refund", refunding(made, "14.50"))
    world.advance(seconds)
    assert [record["refund_status"] for record in records(client, made)["records"]] == [state]
    assert len(world.effects(made.id, kind="refund")) == (state == "finished")


def test_a_refund_by_hand_is_closed_by_hand(world: World, client: Client) -> None:
    world.watchers.clear()  # the trimmed registry lacks refund/finish
    made = world.shoplazza.make_order(lines=[MUG], channel="custom")
    told = client.payload(client.post(f"orders/{made.id}/refund", refunding(made, "14.50")))
    assert client.post(f"orders/{made.id}/refund/finish", told).status_code == 200
    assert records(client, made)["records"][0]["refund_status"] == "finished"
    assert client.post(f"orders/{made.id}/refund/finish", told).status_code == 406


def test_cancel_neither_refunds_nor_restocks_by_default_and_ends_the_order(world: World, client: Client) -> None:
    made = world.shoplazza.make_order(lines=[MUG])
    order = client.payload(client.post(f"orders/{made.id}/cancel", {"reason": "bye [op 1]"}))["order"]
    assert (order["status"], order["cancel_reason"]) == ("cancelled", "bye [op 1]")
    assert [effect.kind for effect in world.effects(made.id)] == ["cancel"]
    blank = client.post(f"orders/{made.id}/refund", refunding(made, "14.50"))
    assert (blank.status_code, blank.content) == (406, b"")
    assert client.post(f"orders/{made.id}/cancel", {}).status_code == 200
    assert len(world.effects(made.id)) == 1


@pytest.mark.parametrize("body", [None, {"refund": {"refund_total": "1.00"}}, {"anything": 1}])
def test_the_old_path_refunds_everything_whatever_it_is_told(world: World, body: Any) -> None:
    made = world.shoplazza.make_order(lines=[MUG])
    told = Client(world, "2022-01").payload(Client(world, "2022-01").post(f"orders/{made.id}/refund", body))
    world.advance(2)
    assert told["all_refunded"] is True
    assert [effect.amount for effect in world.effects(made.id, kind="refund")] == [Decimal("48.50")]


def test_the_old_partial_refund(world: World) -> None:
    made, old = world.shoplazza.make_order(lines=[MUG]), Client(world, "2022-01")
    wanted = {"is_return": False, "price": "14.50", "line_items": [{"id": made.lines[0], "quantity": 1}]}
    assert old.payload(old.post(f"orders/{made.id}/partial_refund", wanted))["all_refunded"] is False
    world.advance(2)
    assert old.get(f"orders/{made.id}/refund")["refund_total"] == "14.50"


def test_refund_records_of_the_whole_shop(world: World, client: Client) -> None:
    made = [world.shoplazza.make_order(lines=[MUG], refunded=1) for _ in range(3)]
    page = client.get("orders/refund_records", page_size=2, sort_by="updated_at")
    assert (len(page["records"]), page["has_more"]) == (2, True)
    one = client.get("orders/refund_records", order_ids=made[0].id)["records"]
    assert [record["order_id"] for record in one] == [made[0].id]


# --- the rest of the world ----------------------------------------------------------------------------
def test_tokens_are_granted_for_a_code_and_for_a_refresh(world: World) -> None:
    url = "https://demo.myshoplaza.com/admin/oauth/token"
    http = in_process.session(world)
    known = {"client_id": "demo-client", "client_secret": "demo-secret-sandbox"}
    first = http.post(url, json={**known, "grant_type": "authorization_code", "code": "c"}, timeout=5).json()
    again = {**known, "grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = http.post(url, json=again, timeout=5).json()
    assert http.post(url, json={**known, "client_secret": "x"}, timeout=5).status_code == 401

    http.headers["Access-Token"] = second["access_token"]
    assert http.get("https://demo.myshoplaza.com/openapi/2026-01/shop", timeout=5).ok
    world.advance(366 * 86_400)
    assert http.get("https://demo.myshoplaza.com/openapi/2026-01/shop", timeout=5).status_code == 401


def test_populate_is_believable_and_repeatable(world: World, tmp_path: Path) -> None:
    ids = world.shoplazza.populate(count=40)
    states = {world.shoplazza.order(one)["status"] for one in ids}
    other = World.open(tmp_path / "other.sqlite3", now=lambda: NOON)
    assert states >= {"placed", "opened"}
    assert other.shoplazza.populate(count=40) == ids
    other.close()


def test_the_control_door_makes_orders_of_this_platform(world: World) -> None:
    http = in_process.session(world)
    told = http.post("http://x/control/order", json={"platform": "shoplazza", "lines": [{"quantity": 2}]}, timeout=5)
    assert world.shoplazza.order(told.json()["id"])["lines"][0]["quantity"] == 2
    assert http.post("http://x/control/order", json={"platform": "shoplazza", "x": 1}, timeout=5).status_code == 400
    seeded = http.post("http://x/control/seed", json={"platform": "shoplazza", "names": ["unpaid"]}, timeout=5)
    assert list(seeded.json()) == ["unpaid"]
    assert http.post("http://x/control/populate", json={"platform": "shoplazza", "count": 2}, timeout=5).ok


def test_a_reset_empties_this_platform_too(world: World) -> None:
    made = world.shoplazza.make_order()
    world.reset()
    with pytest.raises(KeyError):
        world.shoplazza.order(made.id)


def test_paths_below_a_loopback_server_lead_to_the_same_shop(world: World) -> None:
    http = in_process.session(world)
    http.headers["Access-Token"] = "shplza_demo_sandbox"
    assert http.get("http://127.0.0.1:8099/shoplazza/demo/openapi/2026-01/shop", timeout=5).ok
    assert http.get("http://127.0.0.1:8099/shoplazza/demo/openapi/2024-01/shop", timeout=5).status_code == 404


# --- the registry's watchman --------------------------------------------------------------------------
@pytest.mark.vendor_specs("shoplazza")
@pytest.mark.usefixtures("vendor_specs")
@pytest.mark.parametrize(
    ("method", "path", "body", "answer", "problem"),
    [
        ("GET", "orders?sttatus=placed", None, {"orders": []}, "sttatus"),
        ("POST", "orders/1/cancel", {"restock": True}, {"order": {"id": "1"}}, "restock"),
        ("POST", "orders/1/refund", {"refund": {}}, {}, "refund_total"),
        ("GET", "orders/1", None, {"order": {"id": 1}}, "is no string"),
        ("GET", "orders/1", None, {"order": {"colour": "red"}}, "colour"),
        ("POST", "orders/1/void", None, {}, "not in the registry"),
    ],
)
def test_a_wrong_exchange_is_caught(method: str, path: str, body: Any, answer: Any, problem: str) -> None:

    path, _, query = path.partition("?")
    request = Request(method, f"/openapi/2026-01/{path}", {}, json.dumps(body).encode() if body else b"", query=query)
    wrapped = {"code": "Success", "message": "", "data": answer}
    found = list(shoplazza_spec.problems(request, "2026-01", path, 200, wrapped))
    assert any(problem in one for one in found), found


def test_a_delivery_travels_to_its_address(world: World, client: Client) -> None:
    client.post("webhooks", {"webhook": {"topic": "orders/refunded", "address": "https://x.example/a"}})
    made = world.shoplazza.make_order(lines=[MUG])
    client.post(f"orders/{made.id}/refund", refunding(made, "48.50", 3))
    world.advance(3)
    (row,) = world.hooks.waiting()

    told = json.loads(row["body"])["order"]
    assert (told["id"], told["total_refund_price"]) == (made.id, "48.50")  # cumulative, no refund's id
    assert world.hooks.headers(row)["X-Shoplazza-Topic"] == "orders/refunded"


@pytest.mark.loopback
def test_it_is_served_beside_the_others(tmp_path: Path) -> None:
    """Over a real socket, where the query travels too."""
    world = World.open(tmp_path / "served.sqlite3")
    world.shoplazza.make_order()
    world.shoplazza.make_order(pay="waiting")
    server = Server(world, 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.port}/shoplazza/demo/openapi/2026-01/orders/count?status=placed"

    told = requests.get(url, headers={"Access-Token": "shplza_demo_sandbox"}, timeout=10)
    server.stop()
    thread.join(10)

    assert told.json()["data"] == {"count": 1}
    assert told.headers["Request-Id"]
    world.close()
