"""orders(...): the search words the adapter needs, sorting, paging, the index that lags, the 60 days."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.platforms.shopify.spec import Line, Person
from sandbox.world import World
from tests.sandbox.conftest import Client

LIST = """query($q: String, $first: Int, $after: String, $last: Int, $before: String, $by: OrderSortKeys,
 $back: Boolean) {
 orders(first: $first, after: $after, last: $last, before: $before, query: $q, sortKey: $by, reverse: $back) {
  nodes { id name } edges { cursor node { name } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


def names(client: Client, query: str = "", **words: Any) -> list[str]:
    page = client.data(LIST, **{"q": query, "first": 50, "by": "ID"} | words)["orders"]
    return [node["name"] for node in page["nodes"]]


@pytest.fixture
def filled(world: World) -> World:
    ada = Person(first="Ada", last="Novak", email="ada@example.com")
    chloe = Person(first="Chloé", last="O'Neil", email="chloe@example.com")
    li = Person(first="伟", last="李", email="li.wei@example.com")
    world.make_order(lines=[Line(title="Enamel mug", sku="MUG-1")], person=ada, age_days=4)
    world.make_order(lines=[Line(title="Tea", sku="TEA-1")], person=chloe, pay="authorised", tags=["vip"], age_days=3)
    world.make_order(lines=[Line(title="Tea", sku="TEA-2", fulfilled=1)], person=li, age_days=2)
    world.make_order(lines=[Line(quantity=2, fulfilled=1)], person=ada, cancelled="", pay="pending", age_days=1)
    world.make_order(cancelled="FRAUD", person=None, age_days=0.5, is_test=True)
    return world


CASES = {
    "name:1001": ["#1001"],
    "name:#1001": ["#1001"],
    "name:#100*": ["#1001", "#1002", "#1003", "#1004", "#1005"],
    "name:1001 OR name:1003": ["#1001", "#1003"],
    "#1002": ["#1002"],
    "email:ada@example.com": ["#1001", "#1004"],
    "email:ADA*": ["#1001", "#1004"],
    "sku:TEA-2": ["#1003"],
    "sku:tea*": ["#1002", "#1003"],
    "tea": ["#1002", "#1003"],
    "chloe": ["#1002"],
    '"o\'neil"': ["#1002"],
    "李": ["#1003"],
    "tag:vip": ["#1002"],
    "tag_not:vip -status:cancelled": ["#1001", "#1003", "#1004"],
    "status:cancelled": ["#1005"],
    "status:open": ["#1001", "#1002", "#1003", "#1004"],
    "financial_status:authorized": ["#1002"],
    "financial_status:pending,authorized": ["#1002", "#1004"],
    "fulfillment_status:shipped": ["#1003"],
    "fulfillment_status:partial": ["#1004"],
    "test:true": ["#1005"],
    "tea NOT sku:TEA-2": ["#1002"],
    "(sku:MUG-1 OR sku:TEA-1) financial_status:paid": ["#1001"],
    "created_at:>=2026-11-18T00:00:00Z": ["#1003", "#1004", "#1005"],
    "created_at:>'2026-11-16T12:00:00Z' created_at:<'2026-11-18T12:00:00Z'": ["#1002"],
    "nothing-like-it": [],
    "100%": [],
}


@pytest.mark.parametrize("query", CASES)
def test_search_words(filled: World, client: Client, query: str) -> None:
    assert names(client, query) == CASES[query]


def test_pages_join_without_gap_or_double(filled: World, client: Client) -> None:
    found, after = [], None
    while True:
        page = client.data(LIST, first=2, after=after, by="UPDATED_AT")["orders"]
        found += [node["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert found == ["#1001", "#1002", "#1003", "#1004", "#1005"]


def test_the_last_ones_read_forwards(filled: World, client: Client) -> None:
    page = client.data(LIST, last=2, by="ID")["orders"]

    assert [node["name"] for node in page["nodes"]] == ["#1004", "#1005"]
    assert page["pageInfo"]["hasPreviousPage"] is True
    before = client.data(LIST, last=2, before=page["pageInfo"]["startCursor"], by="ID")["orders"]
    assert [node["name"] for node in before["nodes"]] == ["#1002", "#1003"]


def test_reversed_is_newest_first(filled: World, client: Client) -> None:
    assert names(client, by="CREATED_AT", back=True)[0] == "#1005"


def test_edges_carry_the_same_orders(filled: World, client: Client) -> None:
    page = client.data(LIST, first=3, by="ID")["orders"]

    assert [edge["node"]["name"] for edge in page["edges"]] == [node["name"] for node in page["nodes"]]
    assert page["edges"][-1]["cursor"] == page["pageInfo"]["endCursor"]


@pytest.mark.parametrize("words", [{"first": None}, {"first": 251}, {"first": 2, "after": "nonsense"}])
def test_a_page_out_of_range_is_refused(filled: World, client: Client, words: dict[str, Any]) -> None:
    answer = client.ask(LIST, **words)

    assert answer["errors"][0]["extensions"]["code"] in ("BAD_REQUEST", "MAX_COST_EXCEEDED")


def test_the_index_lags_behind_a_write(filled: World, client: Client) -> None:
    filled.switch("search_lag", "5")
    made = filled.make_order()
    filled.staff(made.id).write(tags=["late"])

    at_once = names(client, "tag:late")
    filled.advance(6)

    assert (at_once, names(client, "tag:late")) == ([], [made.name])


def test_old_orders_are_not_listed_without_the_scope(filled: World, client: Client) -> None:
    filled.make_order(age_days=61)
    scopes = [scope for scope in filled.add_shop("demo")["scopes"] if scope != "read_all_orders"]

    before = len(names(client))
    filled.add_shop("demo", scopes=scopes)

    assert (before, len(names(client))) == (6, 5)


def test_orders_are_counted_up_to_a_limit(filled: World, client: Client) -> None:
    count = "query($q: String, $limit: Int) { ordersCount(query: $q, limit: $limit) { count precision } }"

    assert client.data(count, q="", limit=100)["ordersCount"] == {"count": 5, "precision": "EXACT"}
    assert client.data(count, q="", limit=2)["ordersCount"] == {"count": 2, "precision": "AT_LEAST"}
