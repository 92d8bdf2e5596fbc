"""Magento's simulator, rule by rule, as the vendor states them; every exchange is held against the schema."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.platforms.magento.seeds import SEEDS
from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.platforms.magento.spec import Line
from sandbox.world import World
from tests.sandbox import magento_spec
from tests.sandbox.magento_client import MUG, TEA, Client, client, exact, home, search, units, world

__all__ = ["client", "home", "world"]


# --- reading ------------------------------------------------------------------------------------------
@pytest.mark.vendor_specs("magento")
@pytest.mark.usefixtures("vendor_specs")
def test_every_seed_and_its_answers_are_as_the_schema_says(home: MagentoSimulator, client: Client) -> None:
    before = magento_spec.counts["validated"]
    for one in home.seed().values():
        client.order(one)
        for kind in ("invoices", "creditmemos", "shipments", "transactions"):
            client.of(kind, one)
        client.post(f"orders/{one.id}/cancel")
        if client.of("invoices", one):
            client.refund(one, **exact(one, 1))
    assert magento_spec.counts["validated"] - before > 6 * len(SEEDS)


def test_every_seed_stands_as_its_name_says(home: MagentoSimulator, client: Client) -> None:
    made = home.seed()
    assert set(made) == set(SEEDS)
    states = {name: client.order(one)["state"] for name, one in made.items()}
    assert (states["new + unpaid"], states["holded"], states["payment_review"]) == ("new", "holded", "payment_review")
    assert (states["shipped"], states["cancelled"], states["virtual"]) == ("complete", "canceled", "complete")
    assert len(client.of("invoices", made["two invoices"])) == 2
    kinds = [i["product_type"] for i in client.order(made["configurable"])["items"]]
    assert kinds == ["configurable", "simple"]
    foreign = client.order(made["foreign display currency"])
    assert (foreign["base_currency_code"], foreign["order_currency_code"]) == ("USD", "EUR")
    assert (foreign["base_grand_total"], foreign["grand_total"]) == (147.6, 134.86)


def test_a_search_repeats_its_last_page_and_without_a_size_gives_everything(
    home: MagentoSimulator, client: Client
) -> None:
    for age in (3, 2, 1):
        home.make_order(age_days=age)
    first, last, beyond = (client.get(f"orders?{search(2, page)}") for page in (1, 2, 7))

    assert [len(page["items"]) for page in (first, last, beyond)] == [2, 1, 1]
    assert beyond["items"] == last["items"]
    assert {page["total_count"] for page in (first, last, beyond)} == {3}
    assert len(client.get(f"orders?{search(None)}")["items"]) == 3
    since = first["items"][1]["updated_at"]
    assert client.get(f"orders?{search(10, 1, 'gteq', updated_at=since)}")["total_count"] == 2


def test_a_search_knows_its_conditions_and_trims_its_answer(home: MagentoSimulator, client: Client) -> None:
    made = home.make_order()
    home.make_order(person=None)
    number = client.order(made)["increment_id"]

    assert client.get(f"orders?{search(increment_id=number)}")["total_count"] == 1
    assert client.get(f"orders?{search(condition='like', customer_email='ada%25')}")["total_count"] == 0
    assert client.get(f"orders?{search(condition='like', customer_email='ada%')}")["total_count"] == 1
    assert client.get(f"orders?{search(condition='in', entity_id=f'1,{made.id}')}")["total_count"] == 1
    told = client.get(f"orders?{search(increment_id=number)}&fields=items[entity_id,payment[method]],total_count")
    assert told == {"items": [{"entity_id": int(made.id), "payment": {"method": "sandbox_card"}}], "total_count": 1}
    assert client.call("GET", "orders").json()["parameters"] == {"fieldName": "searchCriteria"}


# --- who may enter ------------------------------------------------------------------------------------
def test_a_request_is_let_in_by_its_signature_alone(home: MagentoSimulator, client: Client) -> None:
    made = home.make_order()
    assert (
        client.call("GET", f"orders/{made.id}", headers={"Authorization": "Bearer at-demo-sandbox"}).status_code == 401
    )
    client.nonce = "n" * 32
    assert client.call("GET", f"orders/{made.id}").status_code == 200
    assert client.call("GET", f"orders/{made.id}").json()["message"] == "oauth_problem=nonce_used"
    client.nonce, client.ahead = "", 601
    assert client.call("GET", f"orders/{made.id}").json()["message"] == "oauth_problem=timestamp_refused"
    client.ahead = -10_000  # old is fine
    assert client.call("GET", f"orders/{made.id}").status_code == 200
    for name, problem in (("consumer_secret", "signature_invalid"), ("token", "token_rejected"),
                          ("consumer_key", "consumer_key_rejected")):  # fmt: skip
        client.secrets = client.secrets | {name: "wrong"}
        assert client.call("GET", f"orders/{made.id}").json()["message"] == f"oauth_problem={problem}"
        client.secrets = home.open_shop("demo", "").secrets


def test_a_missing_right_is_named(home: MagentoSimulator, client: Client) -> None:
    made = home.make_order(pay="unpaid")
    home.add_shop("demo", resources=["Magento_Sales::actions_view"])

    answer = client.post(f"orders/{made.id}/cancel")

    assert (answer.status_code, answer.json()) == (
        401,
        {
            "message": "The consumer isn't authorized to access %resources.",
            "parameters": {"resources": "Magento_Sales::cancel"},
        },
    )


def test_what_stands_before_the_shop_limits_and_answers_in_html(world: World, client: Client) -> None:
    world.switch("magento_limit", "standard")
    codes = [client.call("GET", "orders/1").status_code for _ in range(9)]
    assert codes == [404] * 8 + [429]
    world.advance(1)
    assert [client.call("GET", "orders/1").status_code for _ in range(5)] == [404] * 4 + [429]
    assert world.counters()["throttled"]["order"] == 2
    MagentoSimulator(world).add_shop("demo", state="maintenance")
    world.advance(1)
    assert client.call("GET", "orders/1").status_code == 503


# --- cancel -------------------------------------------------------------------------------------------
def test_cancel_takes_what_was_never_invoiced(home: MagentoSimulator, client: Client) -> None:
    paid, unpaid, half = (
        home.make_order(lines=[MUG, TEA], **words) for words in ({}, {"pay": "unpaid"}, {"invoices": [(1, 0)]})
    )
    said = [client.post(f"orders/{one.id}/cancel").json() for one in (paid, unpaid, half, unpaid)]

    assert said == [False, True, True, False]
    assert [client.order(one)["state"] for one in (paid, unpaid, half)] == ["processing", "canceled", "processing"]
    assert [i["qty_canceled"] for i in client.order(half)["items"]] == [2, 2]
    assert [(e.kind, e.units) for e in home.world.effects(half.id, kind="cancel")] == [("cancel", 4)]


@pytest.mark.parametrize("words", [{"held": True}, {"pay": "payment_review"}, {"cancelled": True, "pay": "unpaid"},
                                   {"lines": [Line(quantity=1, shipped=1)]}])  # fmt: skip
def test_cancel_says_false_and_does_nothing(home: MagentoSimulator, client: Client, words: dict[str, Any]) -> None:
    made = home.make_order(**words)
    before = client.order(made)
    effects = len(home.world.effects(made.id))

    assert client.post(f"orders/{made.id}/cancel").json() is False
    assert (client.order(made), len(home.world.effects(made.id))) == (before, effects)


def test_cancel_releases_the_authorisation_and_the_stock(home: MagentoSimulator, client: Client) -> None:
    made = home.make_order(lines=[MUG], pay="authorised")
    assert home.stock("MUG") == {"sku": "MUG", "qty": 1000, "reserved": 3, "salable": 997}

    client.post(f"orders/{made.id}/cancel")

    assert [(e.kind, str(e.amount)) for e in home.world.effects(made.id, kind="void")] == [("void", "48.50")]
    assert home.stock("MUG")["salable"] == 1000
    assert [t["txn_type"] for t in client.of("transactions", made)] == ["authorization", "void"]


# --- credit memos: the dangerous defaults ---------------------------------------------------------------
def test_an_exact_credit_memo_does_what_it_says(home: MagentoSimulator, client: Client) -> None:
    made = home.make_order(lines=[MUG, TEA], tax_rate="0.19")
    number = client.refund(made, **exact(made, 1)).json()
    (memo,) = client.of("creditmemos", made)

    assert (memo["entity_id"], memo["base_grand_total"], memo["state"]) == (number, 17.26, 2)
    assert memo["comments"][0]["comment"] == "x [op 1]"
    assert [(e.kind, str(e.amount), e.detail["online"]) for e in home.world.effects(made.id, kind="refund")] == [
        ("refund", "17.26", True)
    ]
    assert home.stock("MUG") == {"sku": "MUG", "qty": 1000, "reserved": 2, "salable": 998}


@pytest.mark.parametrize(
    ("left_out", "amount"),
    [
        ({"items": []}, "61.30"),
        ({"items": None}, "61.30"),
        ({"arguments": {}}, "19.50"),
        ({"arguments": None}, "19.50"),
    ],
)
def test_what_is_left_out_means_everything(home: MagentoSimulator, client: Client, left_out: Any, amount: str) -> None:
    home.world.watchers.clear()
    made = home.make_order(lines=[MUG, TEA])
    assert client.refund(made, **(exact(made, 1) | left_out)).status_code == 200
    assert [str(e.amount) for e in home.world.effects(made.id, kind="refund")] == [amount]


def test_a_misspelt_word_moves_no_money_and_says_nothing(home: MagentoSimulator, client: Client) -> None:
    home.world.watchers.clear()
    made = home.make_order(lines=[MUG])
    body = exact(made, 1) | {"is_online": True}
    del body["isOnline"]
    assert client.refund(made, **body).status_code == 200
    assert [e.detail["online"] for e in home.world.effects(made.id, kind="refund")] == [False]


def test_a_unit_that_is_not_put_back_disappears(home: MagentoSimulator, client: Client) -> None:
    made = home.make_order(lines=[MUG])
    client.refund(made, **exact(made, 1, back=False))
    assert home.stock("MUG") == {"sku": "MUG", "qty": 999, "reserved": 2, "salable": 997}
    assert [(e.units, e.detail["lost"]) for e in home.world.effects(made.id, kind="stock")] == [(-1, True)]


def test_everything_refunded_closes_the_order(home: MagentoSimulator, client: Client) -> None:
    made = home.make_order(lines=[MUG, TEA])
    client.refund(made, **exact(made, 3, 2, shipping=5))
    order = client.order(made)
    assert (order["state"], order["base_total_refunded"], order["base_total_paid"]) == ("closed", 66.3, 66.3)


CREDITMEMO = "Creditmemo Document Validation Error(s):\n"


@pytest.mark.parametrize(
    ("words", "body", "says"),
    [
        ({"held": True}, {}, "A creditmemo can not be created when an order has a status of holded"),
        ({}, {"items": [{"order_item_id": 1, "qty": 1}]}, "The creditmemo contains incorrect product items."),
        ({}, {"units": 4}, "must not be greater than the unrefunded quantity"),
        ({}, {"units": 0}, "You can't create a creditmemo without products."),
        ({}, {"adjust": -14.5}, "The credit memo's total must be positive."),
        ({}, {"adjust": 100}, "The most money available to refund is $48.50."),
        ({"pay": "offline"}, {}, "We can't create creditmemo for the invoice."),
        ({"invoices": [(1,)], "open_invoice": True}, {}, "The order does not allow a creditmemo to be created."),
        ({"lines": [Line(price="0.00")], "shipping": "0"}, {}, "The order does not allow a creditmemo to be created."),
    ],
)
def test_rules_of_a_credit_memo(home: MagentoSimulator, client: Client, words: Any, body: Any, says: str) -> None:
    home.world.switch("magento_zero_memos", "refused")
    made = home.make_order(**({"lines": [MUG]} | words))
    asked = exact(made, body.pop("units", 1))
    change = body.pop("adjust", 0)
    asked["arguments"] |= {"adjustment_positive": max(change, 0), "adjustment_negative": max(-change, 0)}
    answer = client.refund(made, **(asked | body))

    assert answer.status_code == 400
    assert answer.json()["message"].startswith(CREDITMEMO)
    assert says in answer.json()["message"]
    assert home.world.effects(made.id, kind="refund") == []


def test_shipping_has_a_ceiling_of_its_own(home: MagentoSimulator, client: Client) -> None:
    made = home.make_order(lines=[MUG])
    answer = client.refund(made, **exact(made, 1, shipping=5.01))
    assert answer.json() == {"message": "Maximum shipping amount allowed to refund is: %1", "parameters": ["$5.00"]}


def test_one_text_for_two_truths(home: MagentoSimulator, client: Client) -> None:
    made = home.make_order(lines=[MUG])
    said = []
    for flavour in ("refused", "paid"):
        home.world.fault("user_error", on="refund", flavour=flavour)
        said.append(client.refund(made, **exact(made, 1)).json())

    assert said == [{"message": "Could not save a Creditmemo, see error log for details"}] * 2
    assert client.of("creditmemos", made) == []
    assert [e.detail for e in home.world.effects(made.id, kind="refund")] == [{"online": True, "rolled_back": True}]


def test_the_child_of_a_configurable_is_refused_and_its_parent_is_not(home: MagentoSimulator, client: Client) -> None:
    made = home.make_order(lines=[Line(kind="configurable", quantity=2)])
    child = client.order(made)["items"][1]["item_id"]
    body = exact(made, 1)
    assert client.refund(made, **(body | {"items": [{"order_item_id": child, "qty": 1}]})).status_code == 400
    assert client.refund(made, **body).status_code == 200
    assert home.stock("MUG-M")["salable"] == 999


def test_an_offline_refund_of_the_order_and_a_comment_that_changes_the_status(
    home: MagentoSimulator, client: Client
) -> None:
    made = home.make_order(lines=[MUG])
    body = exact(made, 1)
    del body["isOnline"]
    assert client.post(f"order/{made.id}/refund", body).status_code == 200
    said = {"comment": "x", "is_customer_notified": 0, "is_visible_on_front": 0, "parent_id": int(made.id)}
    assert client.post(f"orders/{made.id}/comments", {"statusHistory": said | {"status": "weird"}}).json() is True
    assert (client.order(made)["status"], client.order(made)["state"]) == ("weird", "processing")
    assert client.post("invoices/1/void").status_code == 400
    assert client.call("GET", "nothing").json() == {"message": "Request does not match any route."}
    assert units(made, 1)


def test_posted_comments_are_shown_the_newest_first(home: MagentoSimulator, client: Client) -> None:
    made = home.make_order(lines=[MUG])
    for text in ("first", "second"):
        said = {"comment": text, "is_customer_notified": 0, "is_visible_on_front": 1, "parent_id": int(made.id)}
        client.post(f"orders/{made.id}/comments", {"statusHistory": said})

    shown = client.order(made)["status_histories"]

    assert [(one["comment"], one["status"], one["entity_name"]) for one in shown] == [
        ("second", "processing", "order"), ("first", "processing", "order"),
    ]  # fmt: skip
    assert (shown[0]["is_visible_on_front"], shown[0]["parent_id"]) == (1, int(made.id))


def test_a_credit_memo_cannot_be_cancelled(home: MagentoSimulator, client: Client) -> None:
    made = home.make_order(lines=[MUG])
    number = client.refund(made, **exact(made, 1)).json()
    before = client.of("creditmemos", made)

    answer = client.call("PUT", f"creditmemo/{number}")

    assert (answer.status_code, answer.json()) == (400, {"message": "You can not cancel Credit Memo"})
    assert client.of("creditmemos", made) == before
    assert client.call("PUT", "creditmemo/1").status_code == 404


def test_ten_thousand_orders_are_listed_quickly(world: World, client: Client) -> None:
    """Counted, not timed: one page reads one page."""
    home = MagentoSimulator(world)
    with world.store.write() as db:
        body = home.order(home.make_order().id)
        session = home.session(db, home.shop("demo") or {})
        for number in range(1, 2001):
            session.put("order", number, body | {"id": number}, at=session.at + number)
    seen: list[str] = []
    world.store.db.set_trace_callback(seen.append)
    told = client.get(f"orders?{search(100, 3)}")
    world.store.db.set_trace_callback(None)
    assert (len(told["items"]), told["total_count"]) == (100, 2001)
    whole = [sql for sql in seen if sql.startswith("SELECT body FROM records") and "LIMIT" not in sql]
    assert not [sql for sql in whole if "id = " not in sql and "parent = " not in sql]
