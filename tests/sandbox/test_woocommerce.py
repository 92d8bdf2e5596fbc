"""The simulated store does as WooCommerce's source says, dangers and all."""

from __future__ import annotations

import pytest

from sandbox.platforms.woocommerce.spec import Line
from tests.sandbox.woocommerce_client import SITE, Client, client, home, world

__all__ = ["client", "home", "world"]
MUG, TEA = Line(price="10.00", quantity=3, sku="MUG"), Line(price="5.00", quantity=2, sku="TEA")
GIFT = Line(price="0.00", sku="GIFT")


def own(name):
    return f"woocommerce_rest_{name}"


# --- status --------------------------------------------------------------------------------------------
def test_any_status_may_follow_any_other(home, client):
    made = home.make_order()
    for status in ("completed", "pending", "failed", "cancelled", "processing"):
        assert client.put(f"orders/{made.id}", status=status)[1]["status"] == status
    assert client.put(f"orders/{made.id}", status="lost")[0] == 400


def test_cancelled_gives_back_what_was_taken_and_no_money(home, client, world):
    made = home.make_order(lines=[MUG])
    for _ in range(2):
        client.put(f"orders/{made.id}", status="cancelled")
    assert home.stock(made.id) == 100
    assert [(effect.kind, effect.cause) for effect in world.effects(made.id)] == [
        ("cancel", "order_update"), ("stock", "order_update"),
    ]  # fmt: skip
    assert client.get(f"orders/{made.id}/refunds")[1] == []


def test_refunded_by_hand_records_everything_and_moves_nothing(home, client, world):
    made = home.make_order(lines=[MUG])
    client.put(f"orders/{made.id}", status="refunded")
    (refund,) = client.get(f"orders/{made.id}/refunds")[1]
    assert (refund["amount"], refund["refunded_payment"]) == ("35.00", False)
    assert home.stock(made.id) == 97


def test_a_line_set_to_nothing_rewrites_history_and_restocks(home, client):
    made = home.make_order(lines=[MUG, TEA])
    body = client.put(f"orders/{made.id}", line_items=[{"id": int(made.lines[0]), "quantity": 0}])[1]
    assert len(body["line_items"]) == 1
    assert body["total"] == "15.00"


def test_meta_without_an_id_is_written_over_by_its_key(home, client):
    made = home.make_order()
    for value in ("one", "two"):
        body = client.put(f"orders/{made.id}", meta_data=[{"key": "_x", "value": value}])[1]
    assert [(one["key"], one["value"]) for one in body["meta_data"]] == [("_x", "two")]


# --- refunds -------------------------------------------------------------------------------------------
def refund(client, made, **body):
    return client.post(f"orders/{made.id}/refunds", **body)


def test_the_defaults_pay_and_restock(home, client, world):
    made = home.make_order(lines=[MUG])
    line = {"id": int(made.lines[0]), "quantity": 1, "refund_total": "10.00"}
    status, body = refund(client, made, line_items=[line])
    assert (status, body["amount"], body["refunded_payment"]) == (201, "10.00", True)
    assert body["line_items"][0]["quantity"] == -1
    assert body["line_items"][0]["meta_data"][0] == {
        "id": body["line_items"][0]["id"], "key": "_refunded_item_id", "value": made.lines[0],
    }  # fmt: skip
    assert home.stock(made.id) == 98


def test_a_quantity_alone_restocks_and_gives_nothing_back(home, client):
    """The danger of an older store: `compute_totals` is swallowed."""
    home.world.switch("woocommerce_store", "older")
    made = home.make_order(lines=[MUG])
    line = {"id": int(made.lines[0]), "quantity": 2}
    status, body = refund(client, made, compute_totals=True, line_items=[line])
    assert (status, body["amount"]) == (201, "")
    assert home.stock(made.id) == 99

    home.world.switch("woocommerce_store", "11.1")
    made = home.make_order(lines=[MUG])
    line = {"id": int(made.lines[0]), "quantity": 2}
    assert refund(client, made, compute_totals=True, line_items=[line])[1]["amount"] == "20.00"


def test_the_amount_wins_and_nothing_is_checked_but_the_rest(home, client):
    made = home.make_order(lines=[MUG])
    line = {"id": int(made.lines[0]), "quantity": 9, "refund_total": "90.00"}
    assert refund(client, made, amount="1.00", line_items=[line])[1]["amount"] == "1.00"
    assert refund(client, made, amount="34.01")[1] == {
        "code": own("cannot_create_order_refund"), "message": "Invalid refund amount.", "data": 500,
    }  # fmt: skip
    status, body = refund(client, made, amount="-1")
    assert (status, body["data"]) == (500, 400)
    assert refund(client, home.make_order(), amount="1.00", line_items=[{"quantity": 1}, {"id": 5}])[0] == 201


def test_money_alone_restocks_nothing(home, client):
    made = home.make_order(lines=[MUG])
    refund(client, made, amount="10.00")
    assert home.stock(made.id) == 97


def test_the_last_cent_ends_the_order_unless_free_units_are_open(home, client):
    made, gift = home.make_order(), home.make_order(lines=[MUG, Line(price="0.00", sku="GIFT")])
    refund(client, made, amount="15.00")
    refund(client, gift, amount="35.00")
    assert home.order(made.id)["status"] == "refunded"
    assert home.order(gift.id)["status"] == "processing"


@pytest.mark.parametrize(
    ("lines", "back", "money", "status"),
    [
        ((MUG,), 1, "30.00", "refunded"),  # whatever units remain
        ((MUG, GIFT), 1, "30.00", "processing"),
        ((GIFT, MUG), 1, "30.00", "processing"),  # the gift itself went back, two mugs remain
        ((MUG, GIFT), 3, "30.00", "processing"),
        ((GIFT,), 0, "0.00", "processing"),
    ],
)
def test_an_order_ends_without_money_left_but_for_a_free_item_with_units_left(home, client, lines, back, money, status):
    made = home.make_order(lines=lines, shipping="0")
    if back:
        line = {"id": int(made.lines[0]), "quantity": back, "refund_total": money}
        refund(client, made, amount=money, line_items=[line])
    assert home.order(made.id)["status"] == status


def test_a_free_order_whose_every_unit_went_back_is_over(home, client):
    made = home.make_order(lines=[MUG, GIFT], shipping="0")
    lines = [{"id": int(ident), "quantity": units} for ident, units in zip(made.lines, (3, 1), strict=True)]
    refund(client, made, amount="30.00", line_items=lines)
    assert home.order(made.id)["status"] == "refunded"


def test_staff_of_the_shop_end_an_order_by_the_same_rule(home):
    made = home.make_order(lines=[MUG, GIFT], shipping="0")
    home.staff(made.id).refund("30.00", units=3)
    assert home.order(made.id)["status"] == "processing"


def test_a_gateway_that_cannot_or_will_not_keeps_no_record(home, client):
    for words, mood, message in (
        ({"gateway": "bacs"}, "refunds", "does not support automatic refunds"),
        ({"gateway": ""}, "refunds", "does not exist"),
        ({}, "manual", "does not support automatic refunds"),
        ({}, "fails", "using the payment gateway API"),
    ):
        home.world.switch("woocommerce_gateway", mood)
        made = home.make_order(**words)
        status, body = refund(client, made, amount="1.00")
        assert (status, body["code"]) == (500, own("cannot_create_order_refund"))
        assert message in body["message"]
        assert home.refunds(made.id) == []
        assert refund(client, made, amount="1.00", api_refund=False)[1]["refunded_payment"] is False


@pytest.mark.parametrize(("mood", "moved"), [("dies_paid", 1), ("dies_unpaid", 0)])
def test_php_that_dies_in_the_middle_leaves_a_record_without_a_yes(home, client, world, mood, moved):
    world.switch("woocommerce_gateway", mood)
    made = home.make_order()
    found = client.ask("POST", f"orders/{made.id}/refunds", {"amount": "1.00", "reason": "mark"})
    assert found.status_code == 500
    assert "html" in found.headers["Content-Type"]
    assert [(r["reason"], r["paid_back"]) for r in home.refunds(made.id)] == [("mark", False)]
    assert len(world.effects(made.id, kind="refund")) == moved


def test_what_refunds_put_back_is_not_put_back_again_by_a_cancel(home, client):
    made = home.make_order(lines=[MUG])
    line = {"id": int(made.lines[0]), "quantity": 1, "refund_total": "10.00"}
    refund(client, made, amount="10.00", line_items=[line])
    meta = {one["key"]: one["value"] for one in home.order(made.id)["lines"][0]["meta_data"]}
    assert meta == {"_reduced_stock": "2", "_restock_refunded_items": "1"}
    client.put(f"orders/{made.id}", status="cancelled")
    assert home.stock(made.id) == 100


# --- preview and computed refunds ------------------------------------------------------------------------
def preview(client, made, *lines):
    return client.post(f"orders/{made.id}/refunds/preview", line_items=list(lines))


def test_a_preview_tells_figures_and_changes_nothing(home, client, world):
    made = home.make_order(lines=[MUG], tax_rate="0.10")
    status, body = preview(client, made, {"line_item_id": int(made.lines[0]), "quantity": 2})
    assert (status, body["subtotal"], body["tax"], body["total"]) == (200, "20.00", "2.00", "22.00")
    assert body["max_refundable"] == "38.50"
    assert preview(client, made, {"line_item_id": int(made.lines[0]), "refund_total": "11.00"})[1]["tax"] == "1.00"
    assert world.effects(made.id) == []


def test_lines_are_kept_unrounded_and_shown_with_as_many_digits_as_asked(home, client):
    """The order's total adds net and tax rounded apart, half a cent of tax down where prices contain it."""
    made = home.make_order(lines=[Line(price="9.99"), Line(price="9.99")], tax_rate="0.20", prices_include_tax=True,
                           shipping="0")  # fmt: skip
    plain, fine = client.get(f"orders/{made.id}")[1], client.get(f"orders/{made.id}", dp=8)[1]
    assert (plain["total"], fine["total"]) == ("19.98", "19.98000000")
    assert (plain["line_items"][0]["total"], fine["line_items"][0]["total"]) == ("8.33", "8.32500000")
    assert [one["line_items"][0]["taxes"][0]["total"] for one in (plain, fine)] == ["1.665", "1.665"]
    assert fine["line_items"][0]["total_tax"] == "1.66000000"

    line = {"id": int(made.lines[0]), "quantity": 1, "refund_total": "8.32"}
    refund(client, made, amount="9.99", line_items=[line])
    assert client.get(f"orders/{made.id}/refunds", dp=4)[1][0]["amount"] == "9.9900"


def test_what_a_preview_refuses_although_it_could_go_back(home, client):
    """Each unit as much as the first, so that the last one may be too much; and a free line."""
    made = home.make_order(lines=[Line(price="5.005", quantity=2), GIFT], shipping="0")
    first, gift = ({"line_item_id": int(ident), "quantity": 1} for ident in made.lines)
    assert preview(client, made, first)[1]["total"] == "5.01"
    line = {"id": int(made.lines[0]), "quantity": 1, "refund_total": "5.01"}
    refund(client, made, amount="5.01", line_items=[line])
    assert preview(client, made, first)[1]["code"] == own("refund_total_exceeds_remaining")
    assert preview(client, made, gift)[1]["code"] == own("line_item_already_refunded")


def test_previews_are_checked(home, client):
    made = home.make_order(lines=[MUG])
    line = int(made.lines[0])
    for lines, status, code in (
        ([], 400, own("missing_line_items")),
        ([{"id": line, "quantity": 1}], 400, "rest_invalid_param"),
        ([{"line_item_id": 1, "quantity": 1}], 400, own("line_item_not_found")),
        ([{"line_item_id": line, "quantity": 1}] * 2, 400, own("duplicate_line_item")),
        ([{"line_item_id": line, "quantity": 4}], 422, own("quantity_exceeds_refundable")),
        ([{"line_item_id": line, "refund_total": "99.00"}], 422, own("preview_exceeds_max_refundable")),
    ):
        found, body = preview(client, made, *lines)
        assert (found, body["code"]) == (status, code)
    client.put(f"orders/{made.id}", status="pending")
    assert preview(client, made, {"line_item_id": line, "quantity": 1})[1]["code"] == own("order_not_refundable")
    home.world.switch("woocommerce_store", "older")
    assert preview(client, made, {"line_item_id": line, "quantity": 1})[1]["code"] == "rest_no_route"


def test_a_computed_refund_may_only_be_raised(home, client):
    made = home.make_order(lines=[MUG])
    line = {"id": int(made.lines[0]), "quantity": 1}
    for amount in ("9.99", "0"):
        body = refund(client, made, compute_totals=True, amount=amount, line_items=[line])[1]
        assert body["code"] == own("invalid_refund_amount")
    assert refund(client, made, compute_totals=True, amount="11.00", line_items=[line])[1]["amount"] == "11.00"
    assert client.post("orders/1/refunds", compute_totals=True, line_items=[line])[0] == 404
    assert client.post("orders/1/refunds", amount="1")[1] == {
        "code": own("invalid_order_id"), "message": "Invalid order ID.", "data": 404,
    }  # fmt: skip


# --- doors -----------------------------------------------------------------------------------------------
def test_who_may_enter(home, world, client):
    made = home.make_order()
    assert Client(world, secret="cs_wrong").get(f"orders/{made.id}")[1]["message"] == "Consumer secret is invalid."
    assert Client(world, shop="nobody").get("orders")[1]["code"] == own("cannot_view")
    home.add_shop("demo", permissions="read")
    assert client.get(f"orders/{made.id}")[0] == 200
    assert client.put("orders/0")[1]["message"] == "The API key provided does not have write permissions."
    world.switch("woocommerce_login", "oauth")
    assert client.get("orders")[1]["code"] == own("cannot_view")
    assert client.http.get(SITE, timeout=5).json()["timezone_string"] == "America/New_York"


def test_paths_and_numbers(client):
    assert client.get("orders/1")[1]["data"] == {"status": 404}
    assert client.put("orders/1")[0] == 400
    assert client.get("nothing")[1]["code"] == "rest_no_route"
    assert client.get("orders", per_page=101)[1]["code"] == "rest_invalid_param"
    assert client.get("products/1")[0] == client.get("payment_gateways/paypal")[0] == 404


def test_a_list_is_filtered_searched_and_told_in_headers(home, client):
    made = home.seed()
    found = client.ask("GET", "orders", per_page=2, orderby="id", order="asc", status="pending,cancelled")
    assert [order["id"] for order in found.json()] == [int(made[n].id) for n in ("guest unpaid", "cancelled")]
    assert (found.headers["X-WP-Total"], found.headers["X-WP-TotalPages"]) == ("2", "1")
    following = client.ask("GET", "orders", per_page=5).headers["Link"]
    assert following == f'<{SITE}wc/v3/orders?per_page=5&page=2>; rel="next"'
    assert [o["number"] for o in client.get("orders", search="sven")[1]] == ["2026-A-0042"]
    wanted = made["completed"].id
    assert [o["id"] for o in client.get("orders", include=wanted)[1]] == [int(wanted)]


def test_dates_are_read_in_the_sites_own_zone_unless_told(home, client):
    """Noon of London is seven in New York."""
    home.make_order(age_days=2 / 24)  # changed at ten in GMT
    bound = {"modified_after": "2026-11-20T09:00:00", "orderby": "modified"}
    assert len(client.get("orders", **bound, dates_are_gmt="true")[1]) == 1
    assert client.get("orders", **bound)[1] == []


def test_notes_products_and_shipments(home, client, world):
    made = home.make_order(lines=[Line(quantity=4, fulfilled=2)])
    assert client.post(f"orders/{made.id}/notes", note="hello", customer_note=True)[0] == 201
    assert [note["note"] for note in client.get(f"orders/{made.id}/notes")[1]] == ["hello"]
    assert client.post(f"orders/{made.id}/notes")[0] == 400
    assert len(world.effects(made.id, kind="notify")) == 1
    product = home.order(made.id)["lines"][0]["product_id"]
    assert client.get(f"products/{product}")[1]["stock_quantity"] == 96
    (sent,) = client.get(f"orders/{made.id}/fulfillments")[1]
    assert sent["meta_data"][0]["value"][0]["qty"] == 2
    world.switch("woocommerce_fulfilments", "absent")
    assert client.get(f"orders/{made.id}/fulfillments")[1]["code"] == "rest_no_route"


# --- switches --------------------------------------------------------------------------------------------
def test_core_limits_nothing(world):
    client = Client(world)
    assert {client.ask("GET", "orders", per_page=1).status_code for _ in range(30)} == {200}


def test_the_hosts_limit(home, world):
    world.switch("woocommerce_limit", "host")
    client = Client(world)
    answers = [client.ask("GET", "orders", per_page=1) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert answers[-1].headers["Retry-After"] == "1"
    assert world.counters()["throttled"] == {"orders": 1}
    world.advance(1)
    assert client.get("orders", per_page=1)[0] == 200


def test_every_other_switch_bends_something(home, client, world):
    made = home.make_order(pay="authorised")
    for name in ("cancel_voids", "cancel_mails"):
        world.switch(f"woocommerce_{name}", "yes")
    world.switch("woocommerce_foreign_meta", "stripped")
    body = client.put(f"orders/{made.id}", status="cancelled", meta_data=[{"key": "_x", "value": "y"}])[1]
    assert body["meta_data"] == []
    assert {effect.kind for effect in world.effects(made.id)} == {"cancel", "void", "notify", "stock"}

    world.switch("woocommerce_refunded_status", "stays")
    made = home.make_order()
    refund(client, made, amount="15.00")
    assert home.order(made.id)["status"] == "processing"

    world.switch("woocommerce_put", "blocked")
    assert client.ask("PUT", f"orders/{made.id}", {}).status_code == 403
    assert client.post(f"orders/{made.id}", status="on-hold")[0] == 200  # the way around


def test_hooks_fall_silent_after_failures(home, client, world):
    status, hook = client.post("webhooks", topic="order.updated", delivery_url="https://x.example/1", secret="abc")
    assert (status, hook["status"]) == (201, "active")
    with world.store.write() as db:
        db.execute("UPDATE hooks SET failures = 6")
        db.execute("DELETE FROM outbox")
    assert client.get("webhooks")[1][0]["status"] == "disabled"
    home.staff(home.make_order().id).move("on-hold")
    assert world.hooks.waiting() == []
    assert client.ask("DELETE", f"webhooks/{hook['id']}").status_code == 501
    assert client.ask("DELETE", f"webhooks/{hook['id']}", force="true").status_code == 200


def test_the_control_door_opens_shops_and_makes_orders(world):
    from sandbox.core.messages import Request

    def control(action, body):
        from sandbox.core.router import handle

        return handle(world, Request("POST", f"/control/{action}", {}, body)).status

    assert control("order", b'{"platform": "woocommerce", "lines": [{"quantity": 2}], "pay": "waiting"}') == 200
    assert control("populate", b'{"platform": "woocommerce", "count": 3}') == 200
    assert control("seed", b'{"platform": "woocommerce", "names": ["completed"]}') == 200
    assert control("order", b'{"platform": "woocommerce", "colour": "red"}') == 400
