"""Who may ask, in which words one is refused, and the control door."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox import in_process
from sandbox.platforms.shopify.seeds import SEEDS
from sandbox.world import World
from tests.sandbox import documents
from tests.sandbox.conftest import Client

TOKEN = "https://demo.myshopify.com/admin/oauth/access_token"
GRANT = {"grant_type": "client_credentials", "client_id": "demo-client", "client_secret": "shpss_demo_sandbox"}
SHOP = "{ shop { name currencyCode myshopifyDomain } currentAppInstallation { accessScopes { handle } } }"


def test_a_wrong_token_is_a_401_in_the_vendors_words(client: Client) -> None:
    client.http.headers["X-Shopify-Access-Token"] = "nonsense"

    answer = client.post(SHOP)

    assert answer.status_code == 401
    assert answer.json() == {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}


@pytest.mark.parametrize("form", ["data", "json"])
def test_client_credentials_give_a_token_for_a_day(world: World, client: Client, form: str) -> None:
    told = client.http.request("POST", TOKEN, **{form: GRANT}).json()  # type: ignore[arg-type]
    client.http.headers["X-Shopify-Access-Token"] = told["access_token"]

    first = client.post(SHOP).status_code
    world.advance(told["expires_in"] + 1)

    assert (told["expires_in"], first, client.post(SHOP).status_code) == (86_399, 200, 401)


def test_wrong_credentials_give_none(client: Client) -> None:
    answer = client.http.post(TOKEN, data=GRANT | {"client_secret": "wrong"})

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_missing_scope_denies_its_field_alone(world: World, client: Client) -> None:
    made = world.make_order()
    world.add_shop("demo", scopes=["read_orders"])

    denied = client.ask(documents.CANCEL, orderId=made.id, reason="STAFF", restock=True)
    header = client.ask(documents.HEADER, id=made.id)

    assert denied["errors"][0]["message"] == "Access denied for orderCancel field."
    assert denied["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    assert denied["errors"][0]["path"] == ["orderCancel"]
    assert denied["data"] == {"orderCancel": None}
    assert {tuple(error["path"]) for error in header["errors"]} >= {("order", "customer")}
    assert world.effects(made.id) == []


STATES = {"frozen": 402, "locked": 423, "rejected": 430}


@pytest.mark.parametrize("state", STATES)
def test_a_shop_that_is_not_open_says_so(world: World, client: Client, state: str) -> None:
    world.add_shop("demo", state=state)

    assert client.post(SHOP).status_code == STATES[state]


def test_an_inactive_shop_answers_with_a_code(world: World, client: Client) -> None:
    world.add_shop("demo", state="inactive")

    assert client.ask(SHOP)["errors"][0]["extensions"]["code"] == "SHOP_INACTIVE"


@pytest.mark.parametrize(
    ("path", "status"),
    [("api/banana/graphql.json", 404), ("api/2026-10/orders.json", 404), ("api/2019-01/graphql.json", 200)],
)
def test_paths_and_versions(client: Client, path: str, status: int) -> None:
    answer = client.http.post(f"{client.base}/{path}", json={"query": SHOP})

    assert answer.status_code == status
    assert answer.headers.get("X-Shopify-API-Version") == ("2026-01" if status == 200 else None)


def test_an_unknown_shop_is_a_404(client: Client) -> None:
    assert (
        client.http.post("https://elsewhere.myshopify.com/admin/api/2026-10/graphql.json", json={}).status_code == 404
    )


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"query": 1}', b'{"query": "{shop{name}}", "variables": []}x'])
def test_a_body_that_is_no_request_is_a_400(client: Client, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}

    assert client.http.post(f"{client.base}/api/2026-10/graphql.json", data=body, headers=headers).status_code == 400


@pytest.mark.parametrize(
    ("query", "code"),
    [("{ shop { nonsense } }", "undefinedField"), ("{ shop", "parseError"), ("{ shop }", "invalidDocument")],
)
def test_a_wrong_document_is_told_with_status_200(client: Client, query: str, code: str) -> None:
    assert client.ask(query)["errors"][0]["extensions"]["code"] == code


def test_a_wrong_variable_is_told(client: Client) -> None:
    answer = client.ask(documents.HEADER)

    assert answer["errors"][0]["extensions"]["code"] == "INVALID_VARIABLE"


def test_customers_can_be_hidden(world: World, client: Client) -> None:
    made = world.make_order()
    world.switch("customer", "hidden")

    header = client.data(documents.HEADER, id=made.id)["order"]

    assert (header["customer"], header["email"], header["phone"]) == (None, None, None)


# --- control -------------------------------------------------------------------------------------
def control(world: World, method: str, path: str, **words: Any) -> Any:
    return in_process.session(world).request(method, f"http://127.0.0.1:1/control/{path}", **words)


def test_the_control_door_seeds_bends_and_counts(world: World) -> None:
    made = control(world, "POST", "seed", json={"names": ["unpaid"]}).json()["unpaid"]
    order = control(world, "POST", "order", json={"lines": [{"quantity": 2}], "pay": "authorised"}).json()
    switched = control(world, "POST", "switch", json={"limit": "plus"}).json()
    control(world, "POST", "fault", json={"name": "drop_before", "on": "order"})
    control(world, "POST", "advance", json={"seconds": 5})

    assert world.order(made["id"])["name"] == made["name"]
    assert world.order(order["id"])["lines"][0]["quantity"] == 2
    assert switched["limit"] == "plus"
    assert control(world, "GET", "effects").json() == []
    assert control(world, "GET", "counters").json()["requests"] == {}


def test_the_control_door_refuses_what_it_does_not_know(world: World) -> None:
    assert control(world, "POST", "switch", json={"limit": "no_such"}).status_code == 400
    assert control(world, "POST", "seed", json={"names": ["no such seed"]}).status_code == 400
    assert control(world, "GET", "nonsense").status_code == 404


def test_a_served_control_door_wants_its_token(world: World) -> None:
    world.control_token = None
    shut = control(world, "GET", "now").status_code
    world.control_token = "secret"

    open_ones = [control(world, "GET", "now", headers={"X-Sandbox-Control": token}) for token in ("wrong", "secret")]

    assert [shut, *(answer.status_code for answer in open_ones)] == [404, 404, 200]


def test_reset_leaves_one_empty_shop(world: World) -> None:
    world.seed("unpaid", "yen shop, paid in yen")
    world.switch("limit", "plus")

    control(world, "POST", "reset")

    assert world.switches()["limit"] == "standard"
    assert world.shop("demo") is not None
    assert world.shop("demo-jp") is None
    assert len(SEEDS) == len(world.seed())
