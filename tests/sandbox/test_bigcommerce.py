"""The simulated BigCommerce: what each call does, says and refuses, checked against the vendor's descriptions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sandbox.platforms.bigcommerce.seeds import SEEDS
from sandbox.platforms.bigcommerce.spec import Line
from sandbox.world import World
from tests.sandbox import bigcommerce_spec
from tests.sandbox.bigcommerce_client import Client

TWO = (Line(sku="MUG", quantity=3, price="10.00"), Line(sku="TEA", title="Tea", quantity=2, price="4.00"))


@pytest.fixture
def shop(world: World) -> Client:
    world.switch("bigcommerce_limit", "wide")
    return Client(world)


def titles(answer: Any) -> str:
    told = answer.json()
    said = told["data"][0] if isinstance(told, dict) and isinstance(told.get("data"), list) else told
    return said["title"] if isinstance(said, dict) else said[0]["message"]


@pytest.mark.vendor_specs("bigcommerce")
@pytest.mark.usefixtures("vendor_specs")
def test_every_exchange_with_every_seed_is_as_described(shop):
    before = bigcommerce_spec.counts.copy()
    for name, made in shop.home.seed().items():
        told = shop.order(made)
        assert told["id"] == int(made.id), name
        for path in ("v2/orders/{}/products", "v2/orders/{}/shipping_addresses", "v2/orders/{}/shipments",
                     "v3/orders/{}/transactions", "v3/orders/{}/payment_actions/refunds"):  # fmt: skip
            assert shop.ask("GET", path.format(made.id)).status_code in (200, 204)
    shop.get("v2/order_statuses")
    shop.get("v3/settings/inventory?channel_id=1")
    assert (bigcommerce_spec.counts - before)["validated"] >= 3 * len(SEEDS)


def test_money_is_text_in_v2_and_numbers_in_v3(shop):
    made = shop.home.make_order(lines=TWO, tax_rate="0.0825")
    order, paid = shop.order(made), shop.get(f"v3/orders/{made.id}/transactions")[0]
    assert (order["total_inc_tax"], paid["amount"]) == ("46.5500", 46.55)
    assert order["refunded_amount"] == "0.0000"


def test_empty_lists_are_204_without_a_body(shop):
    made = shop.home.make_order(pay="waiting")
    for path in (f"v3/orders/{made.id}/transactions", f"v2/orders/{made.id}/shipments", "v2/orders?min_id=5&max_id=5"):
        answer = shop.ask("GET", path)
        assert (answer.status_code, answer.content) == (204, b"")
    assert shop.get(f"v3/orders/{made.id}/payment_actions/refunds") == []


def test_the_text_of_a_status_is_passed_over_without_a_word(shop):
    made = shop.home.make_order()
    answer = shop.ask("PUT", f"v2/orders/{made.id}", {"status": "Cancelled"})
    assert (answer.status_code, answer.json()["status_id"]) == (200, 11)
    assert shop.effects(made) == []


def test_status_5_gives_the_whole_order_back_and_moves_no_money(shop):
    made = shop.home.make_order(lines=TWO)
    shop.ask("PUT", f"v2/orders/{made.id}", {"status_id": 5, "staff_notes": "bye"})
    assert shop.effects(made) == [("stock", "status", "0"), ("stock", "status", "0"), ("cancel", "status", "0")]
    assert (shop.home.stock("MUG"), shop.home.stock("TEA")) == (100, 100)
    shop.ask("PUT", f"v2/orders/{made.id}", {"status_id": 5})
    assert len(shop.effects(made)) == 3


@pytest.mark.parametrize(
    ("said", "taken"),
    [({"refund_order_stock_adjustment": False}, 97), ({"update_stock_behavior": "order_completed_or_shipped"}, 100)],
)
def test_status_5_where_the_settings_say_no(shop, said, taken):
    shop.home.settings(**said)
    made = shop.home.make_order(lines=TWO)
    shop.ask("PUT", f"v2/orders/{made.id}", {"status_id": 5})
    assert shop.home.stock("MUG") == taken


def test_a_channel_says_otherwise(shop):
    shop.home.settings(channel=2, refund_order_stock_adjustment=False)
    made = shop.home.make_order(lines=TWO, channel=2)
    told = shop.get("v3/settings/inventory?channel_id=2")
    assert (told["refund_order_stock_adjustment"], told["update_stock_behavior"]) == (False, None)
    shop.ask("PUT", f"v2/orders/{made.id}", {"status_id": 5})
    assert shop.home.stock("MUG") == 97


def test_a_refund_is_recorded_then_paid_and_moves_no_stock(shop):
    made = shop.home.make_order(lines=TWO)
    answer = shop.refund(made, shop.goods(made, 3, reason="why [op 1]"))
    assert answer.status_code == 201
    assert shop.effects(made) == []
    shop.world.advance(3)
    assert shop.effects(made) == [("refund", "refund", "30.00")]
    assert [t["event"] for t in shop.get(f"v3/orders/{made.id}/transactions")] == ["purchase", "refund"]
    assert (shop.order(made)["status_id"], shop.home.stock("MUG")) == (14, 97)
    (record,) = shop.get(f"v3/orders/{made.id}/payment_actions/refunds")
    assert record["items"][0]["reason"] == "why [op 1]"


def test_a_refund_of_everything_sets_status_4(shop):
    made = shop.home.make_order(lines=TWO, shipping="0")
    shop.refund(made, [*shop.goods(made, 3), *shop.goods(made, 2, 1)])
    shop.world.advance(3)
    assert (shop.order(made)["status_id"], shop.order(made)["payment_status"]) == (4, "refunded")


@pytest.mark.parametrize("when", ["at_once", "later"])
def test_a_payment_can_be_declined(shop, when):
    made = shop.home.make_order(lines=TWO, declines=when)
    first = shop.refund(made, shop.goods(made)).json()["data"]["payments"][0]
    assert first["is_declined"] is (when == "at_once")
    shop.world.advance(3)
    (record,) = shop.get(f"v3/orders/{made.id}/payment_actions/refunds")
    assert record["payments"][0]["is_declined"]
    assert shop.effects(made) == []


def test_offline_records_and_moves_nothing(shop):
    made = shop.home.make_order(lines=TWO, can_refund="offline")
    (way,) = shop.ways(made, shop.goods(made))[0]
    assert (way["offline"], way["offline_provider"]) == (True, False)
    assert way["offline_reason"]
    shop.refund(made, shop.goods(made))
    assert shop.effects(made) == [("refund", "refund", "0")]


def test_what_a_refund_is_refused_for(shop):
    made = shop.home.make_order(lines=TWO)
    goods = shop.goods(made)
    pay = {"provider_id": "testgateway", "amount": 10, "offline": False}
    guest = shop.home.make_order(lines=TWO, is_guest=True)
    held = shop.home.make_order(lines=TWO, pay="authorised")
    unsettled = shop.home.make_order(lines=TWO, pay="unsettled")
    offline = shop.home.make_order(lines=TWO, can_refund="offline")
    rows = (
        (made, goods, [pay | {"amount": 10.01}], "do not match"),
        (made, goods, [pay | {"provider_id": "paypal"}], "do not match"),
        (made, shop.goods(made, 4), [pay], "Quantity exceeds"),
        (made, [{"item_type": "SHIPPING", "item_id": 1, "amount": 5}], [pay], "Unknown item"),
        (made, goods, [], "Payments are missing"),
        (guest, shop.goods(guest), [pay | {"provider_id": "storecredit"}], "store credit for a guest"),
        (held, shop.goods(held), [pay], "not settled"),
        (unsettled, shop.goods(unsettled), [pay], "not settled"),
        (offline, shop.goods(offline), [pay], "online refunds"),
    )
    for order, items, paid, words in rows:
        body = {"items": items, "payments": paid}
        answer = shop.ask("POST", f"v3/orders/{order.id}/payment_actions/refunds", body)
        assert (answer.status_code, words in titles(answer)) == (422, True), (words, answer.text)
    shop.refund(made, goods)
    assert "running" in titles(shop.refund(made, goods))
    assert [w[0]["provider_id"] for w in shop.ways(guest, shop.goods(guest))] == ["testgateway", "custom"]


def test_an_amount_of_ones_own_replaces_the_quote(shop):
    made = shop.home.make_order(lines=TWO)
    pay = [{"provider_id": "testgateway", "amount": 7.5, "offline": False}]
    override = {"total_amount": 7.5, "total_tax": 0}
    assert shop.refund(made, shop.goods(made), pay).status_code == 422
    assert shop.refund(made, shop.goods(made), pay, merchant_calculated_override=override).status_code == 201


def test_two_payments_share_a_refund(shop):
    made = shop.home.make_order(lines=TWO, tender=(("giftcertificate", "20.00"), ("testgateway", "23.00")))
    ways = shop.ways(made, [*shop.goods(made, 3), *shop.goods(made, 2, 1)])
    assert [(part["provider_id"], part["amount"]) for part in ways[0]] == [
        ("testgateway", 23.0),
        ("giftcertificate", 15.0),
    ]


@pytest.mark.parametrize("included", [True, False])
def test_every_part_of_an_order_sums_to_its_total(shop, included):
    made = shop.home.make_order(
        lines=(Line(sku="A", quantity=3, price="9.99", wrapping="2.00"), Line(sku="B", quantity=7, price="1.37")),
        tax_rate="0.0825", taxes_included=included, discount="3.33", handling="1.50", fees={"Insurance": "4.00"},
        addresses=2,
    )  # fmt: skip
    order = shop.order(made)
    kind = "inc" if included else "ex"
    items = [*shop.goods(made, 3), *shop.goods(made, 7, 1),
             {"item_type": "GIFT_WRAPPING", "item_id": int(made.lines[0]), "quantity": 3}]  # fmt: skip
    for place in order["consignments"]["shipping"]:
        items.append({"item_type": "SHIPPING", "item_id": place["id"], "amount": place[f"cost_{kind}_tax"]})
        items.append({"item_type": "HANDLING", "item_id": place["id"], "amount": place[f"handling_cost_{kind}_tax"]})
    items.append({"item_type": "FEE", "item_id": order["fees"][0]["id"], "amount": 4})
    quoted = shop.quote(made, items).json()["data"]
    assert Decimal(str(quoted["total_refund_amount"])) == Decimal(order["total_inc_tax"])
    assert Decimal(str(quoted["total_refund_tax_amount"])) == Decimal(order["total_tax"])


def test_a_void_takes_a_moment(shop):
    made = shop.home.make_order(lines=TWO, pay="authorised")
    path = f"v3/orders/{made.id}/payment_actions/void"
    answer = shop.ask("POST", path)
    assert (answer.status_code, answer.json()) == (201, {})
    assert shop.order(made)["payment_status"] == "void pending"
    shop.world.advance(3)
    assert shop.order(made)["payment_status"] == "void"
    assert shop.effects(made) == [("void", "void", "43.00")]
    assert shop.ask("POST", path).status_code == 422


def test_stock_is_adjusted_a_moment_later_and_twice_when_asked_twice(shop):
    made = shop.home.make_order(lines=TWO)
    line = shop.home.order(made.id)["lines"][0]
    item = {"location_id": 1, "variant_id": line["variant_id"], "quantity": 2}
    for _ in range(2):
        answer = shop.ask(
            "POST", "v3/inventory/adjustments/relative", {"reason": f"order {made.id} x", "items": [item]}
        )
        assert answer.json()["transaction_id"]
    assert shop.home.stock("MUG") == 97
    shop.world.advance(2)
    assert shop.home.stock("MUG") == 101
    assert [effect.units for effect in shop.world.effects(made.id, kind="stock")] == [2, 2]


def test_what_an_adjustment_is_refused_for(shop):
    lines = (Line(sku="P", stock="product"), Line(sku="N", stock="none"), Line(sku="V"))
    made = shop.home.make_order(lines=lines)
    product, none, variant = (line["variant_id"] for line in shop.home.order(made.id)["lines"])
    rows = (
        ([{"location_id": 1, "variant_id": product, "quantity": 1}], "tracked by product"),
        ([{"location_id": 1, "variant_id": none, "quantity": 1}], "not tracked"),
        ([{"location_id": 9, "variant_id": variant, "quantity": 1}], "absolute"),
        ([{"location_id": 1, "variant_id": 1, "quantity": 1}], "not found"),
        ([{"location_id": 1, "quantity": 1}], "Invalid item"),
        ([], "Invalid items"),
    )
    for items, words in rows:
        answer = shop.ask("POST", "v3/inventory/adjustments/relative", {"items": items})
        assert (answer.status_code, words in titles(answer)) == (422, True), answer.text


def test_editing_and_archiving_leave_their_traces(shop):
    made = shop.home.make_order(lines=TWO, discount="5.00")
    shop.ask("PUT", f"v2/orders/{made.id}", {"products": [{"id": int(made.lines[0]), "quantity": 0}]})
    assert shop.order(made)["discount_amount"] == "0.0000"
    assert shop.ask("DELETE", f"v2/orders/{made.id}").status_code == 204
    assert shop.order(made)["is_deleted"]
    assert [kind for kind, _, _ in shop.effects(made)] == ["edit", "archive"]


# --- the door --------------------------------------------------------------------------------------------
def test_who_may_not_enter(shop):
    made = shop.home.make_order()
    path = f"v2/orders/{made.id}"
    shop.http.headers["X-Auth-Token"] = "wrong"
    assert shop.ask("GET", path).status_code == 401
    shop.http.headers["X-Auth-Token"] = "bc_demo_sandbox"
    shop.home.add_shop("demo", scopes=["store_v2_orders_read_only"])
    assert shop.ask("GET", path).status_code == 200
    assert shop.ask("PUT", path, {"status_id": 5}).status_code == 403
    assert shop.ask("GET", f"v3/orders/{made.id}/transactions").status_code == 403
    assert shop.http.get("https://api.bigcommerce.com/stores/nobody/v2/store", timeout=5).status_code == 404
    assert shop.http.get(f"http://127.0.0.1:8099/bigcommerce/demo/stores/demo/{path}", timeout=5).ok


def test_odd_requests_are_refused(shop):
    made = shop.home.make_order()
    rows = (
        ("GET", "v2/orders?limit=251", 413), ("GET", "v2/orders?sort=price", 400), ("GET", "v2/orders?page=0", 400),
        ("GET", "v2/orders?min_date_modified=soon", 400), ("GET", "v2/orders/1", 404), ("GET", "v2/nothing", 404),
        ("POST", f"v2/orders/{made.id}", 405),
    )  # fmt: skip
    for method, path, status in rows:
        assert shop.ask(method, path).status_code == status, path
    for version, kind in (("v2", "text/csv"), ("v3", "application/xml")):
        odd = shop.http.get(f"{shop.base}/{version}/store", headers={"Accept": kind}, timeout=5)
        assert odd.status_code == (406 if version == "v2" else 404)
    form = shop.http.put(f"{shop.base}/v2/orders/{made.id}", data={"status_id": 5}, timeout=5)
    assert form.status_code == 415


def test_a_window_of_thirty_seconds(world):
    world.switch("bigcommerce_limit", "small")
    shop = Client(world)
    said = [shop.ask("GET", "v2/store") for _ in range(21)]
    assert [answer.status_code for answer in said] == [200] * 20 + [429]
    assert [int(answer.headers["X-Rate-Limit-Requests-Left"]) for answer in said][:20] == list(range(19, -1, -1))
    assert int(said[20].headers["X-Retry-After"]) <= 30
    assert world.counters()["throttled"] == {"store": 1}
    world.advance(30)
    assert shop.ask("GET", "v2/store").ok
    world.fault("throttled", on="store")
    bare = shop.ask("GET", "v2/store")
    assert (bare.status_code, [name for name in bare.headers if "Rate" in name]) == (429, [])


def test_a_list_of_thousands_is_read_page_by_page(shop):
    shop.home.populate(count=600)
    seen: list[int] = []
    for page in (1, 2, 3):
        rows = shop.get(f"v2/orders?limit=250&page={page}&sort=date_modified:asc")
        seen += [row["id"] for row in rows]
    assert len(set(seen)) == 600
    assert shop.get("v2/orders?limit=250&page=4&sort=date_modified:asc") is None


def test_orders_are_filtered(shop):
    one, two = shop.home.make_order(age_days=9), shop.home.make_order(pay="waiting")
    gone = shop.home.make_order(archived=True)

    def ids(query: str) -> list[str]:
        return [str(row["id"]) for row in shop.get(f"v2/orders?{query}") or []]

    assert ids(f"min_id={two.id}&max_id={two.id}") == ids("status_id=7") == [two.id]
    assert ids("email=ada.novak@example.com&sort=id:desc") == [two.id, one.id]
    assert ids("is_deleted=true")[-1] == gone.id
    assert ids("min_date_modified=2026-11-15T00:00:00Z&sort=date_modified:asc") == [two.id]


# --- what the addendum of the descriptions says -------------------------------------------------------------
def test_stock_is_listed_whole_or_by_any_filter(shop):
    made = shop.home.make_order(lines=[*TWO, Line(sku="N", stock="none"), Line(sku="P", stock="product")])
    mug, tea, _, product = shop.home.order(made.id)["lines"]

    def skus(query: str = "") -> list[str]:
        return [row["identity"]["sku"] for row in shop.get(f"v3/inventory/items{query}")]

    assert skus() == ["MUG", "TEA", "P"]
    assert skus("?sku:in=TEA,P") == ["TEA", "P"]
    assert skus(f"?variant_id:in={tea['variant_id']}") == skus(f"?product_id:in={tea['product_id']}") == ["TEA"]
    assert skus(f"?variant_id:in={mug['variant_id']}&sku:in=TEA") == skus("?sku:in=NOPE") == []
    assert skus("?limit=1&page=3") == ["P"]
    told = shop.ask("GET", "v3/inventory/items?limit=1").json()["meta"]["pagination"]
    assert (told["total"], told["total_pages"], product["sku"]) == (3, 3, "P")


@pytest.mark.parametrize("accept", [None, "*/*", "application/xml"])
def test_v2_answers_xml_unless_it_is_asked_for_json(shop, accept):
    made = shop.home.make_order(lines=TWO)
    shop.http.headers["Accept"] = accept
    one, many, gone = (shop.ask("GET", path) for path in (f"v2/orders/{made.id}", "v2/orders", "v2/orders/1"))
    for answer, begin in ((one, f"<{made.id}><id>{made.id}</id>"), (many, f"<orders><order><id>{made.id}</id>")):
        assert answer.headers["Content-Type"].startswith("application/xml")
        assert begin.replace(f"<{made.id}>", "") in answer.text
    assert (gone.status_code, "<errors><error><status>404</status>" in gone.text) == (404, True)
    if accept != "application/xml":
        assert shop.ask("GET", "v3/settings/inventory").json()["data"]["update_stock_behavior"] == "order_placed"


def test_orders_are_counted_by_status(shop):
    shop.home.make_order()
    shop.home.make_order(pay="waiting")
    shop.home.make_order(archived=True)
    told = shop.get("v2/orders/count")
    counts = {row["id"]: row["count"] for row in told["statuses"]}
    assert (told["count"], counts[11], counts[7], counts[5], len(counts)) == (2, 1, 1, 0, 15)
    assert shop.get("v2/orders/count?status_id=7")["count"] == 1


def test_coupons_and_taxes_of_an_order(shop):
    """5.00 off by a coupon: 26.05 and 6.95 are left, of which 2.61 and 0.70 are taxes; 0.50 on shipping."""
    made = shop.home.make_order(lines=TWO, discount="5.00", coupon="SPRING", tax_rate="0.10")
    plain = shop.home.make_order(lines=TWO)
    order = shop.order(made)
    (coupon,) = shop.get(f"v2/orders/{made.id}/coupons")
    assert (coupon["code"], coupon["discount"], coupon["amount"]) == ("SPRING", 5.0, "5.0000")
    assert (order["coupon_discount"], order["discount_amount"], order["total_tax"]) == ("5.0000", "0.0000", "3.8100")
    assert order["consignments"]["shipping"][0]["line_items"][0]["applied_discounts"][0]["code"] == "SPRING"
    taxes = shop.get(f"v2/orders/{made.id}/taxes")
    assert [(row["line_item_type"], row["line_amount"], row["rate"]) for row in taxes] == [
        ("item", "3.3100", "10.0000"), ("shipping", "0.5000", "10.0000"),
    ]  # fmt: skip
    for path in ("coupons", "taxes"):
        assert shop.ask("GET", f"v2/orders/{plain.id}/{path}").status_code == 204
        assert shop.ask("GET", f"v2/orders/1/{path}").status_code == 404


def test_a_refusal_has_the_shape_of_its_version(shop, world):
    made = shop.home.make_order()
    rows = [("GET", "v2/orders/1", 404), ("GET", "v2/nothing", 404), ("DELETE", "v2/store", 405),
            ("GET", "v2/orders?limit=251", 413), ("PUT", f"v2/orders/{made.id}", 400)]  # fmt: skip
    for method, path, status in rows:
        answer = shop.http.request(method, f"{shop.base}/{path}", data="{" if method == "PUT" else None, timeout=5,
                                   headers={"Content-Type": "application/json"})  # fmt: skip
        assert (answer.status_code, [list(one) for one in answer.json()]) == (status, [["status", "message"]]), path
    shop.http.headers["X-Auth-Token"] = "wrong"
    assert [one["status"] for one in shop.ask("GET", "v2/store").json()] == [401]
    assert shop.ask("GET", "v3/hooks").json()["title"] == "Unauthorized"
    shop.http.headers["X-Auth-Token"] = "bc_demo_sandbox"
    shop.home.add_shop("demo", scopes=[])
    assert [one["status"] for one in shop.ask("GET", "v2/store").json()] == [403]
    world.switch("bigcommerce_limit", "small")
    many = [shop.ask("GET", "v2/store") for _ in range(21)]
    assert [one["status"] for one in many[-1].json()] == [429]
