"""The vendor's own Python client drives the simulator: it must not notice. It insists on https: no socket is used."""

from __future__ import annotations

import pytest
from bigcommerce.api import BigcommerceApi  # type: ignore[import-untyped]
from bigcommerce.exception import ClientRequestException, RateLimitingException  # type: ignore[import-untyped]

from sandbox.in_process import InProcess
from sandbox.platforms.bigcommerce.seeds import SEEDS
from sandbox.platforms.bigcommerce.simulator import BigCommerceSimulator
from sandbox.world import World

pytestmark = [pytest.mark.oracles]


@pytest.fixture
def client(world: World) -> BigcommerceApi:
    made = BigcommerceApi(client_id="demo-client", store_hash="demo", access_token="bc_demo_sandbox")
    made.connection._session.mount("https://", InProcess(world))
    return made


@pytest.fixture
def home(world: World) -> BigCommerceSimulator:
    return BigCommerceSimulator(world)


def test_it_reads_every_seed_with_lines_and_addresses(home: BigCommerceSimulator, client: BigcommerceApi) -> None:
    made = home.seed()
    assert set(made) == set(SEEDS)
    for name, one in made.items():
        order = client.Orders.get(int(one.id))
        assert order.id == int(one.id)
        assert [line.id for line in order.products()] == [int(line) for line in one.lines], name
        assert len(order.shipping_addresses()) == order.shipping_address_count


def test_it_lists_and_meets_an_empty_list(home: BigCommerceSimulator, client: BigcommerceApi) -> None:
    one, two = home.make_order(), home.make_order()
    assert {order.id for order in client.Orders.all(limit=250)} == {int(one.id), int(two.id)}
    assert client.connection.get("orders", min_id=1, max_id=2) == {}
    with pytest.raises(ClientRequestException, match="413"):
        client.Orders.all(limit=251)


def test_it_cancels_by_number_and_not_by_text(home: BigCommerceSimulator, client: BigcommerceApi) -> None:
    order = client.Orders.get(int(home.make_order().id))
    assert order.update(status="Cancelled").status_id == 11
    assert order.update(status_id=5).status == "Cancelled"


def test_it_sees_the_limit(world: World, client: BigcommerceApi) -> None:
    world.switch("bigcommerce_limit", "small")
    client.Store.all()
    assert client.connection.rate_limit["requests_remaining"] == 19
    for _ in range(19):
        client.Store.all()
    with pytest.raises(RateLimitingException):
        client.Store.all()
