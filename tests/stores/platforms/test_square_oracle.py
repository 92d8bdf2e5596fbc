"""The vendor's own Python client drives the simulator over real loopback HTTP: it must not notice."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from square import Square as Official
from square.core.api_error import ApiError

from sandbox.core.http_server import Server
from sandbox.platforms.square.seeds import SEEDS
from sandbox.platforms.square.simulator import SquareSimulator
from sandbox.world import World
from tests.stores.platforms.square.place import world

__all__ = ["world"]
pytestmark = [pytest.mark.oracles, pytest.mark.loopback]
CALLED_OFF = [{"uid": "fu1", "state": "CANCELED"}]


@pytest.fixture
def client(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Official]:
    monkeypatch.setenv("no_proxy", "*")
    server = Server(world, 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{server.port}/square/demo"
    yield Official(base_url=base, token="sq_demo_sandbox", version="2025-08-20")
    server.stop()
    thread.join(5)


@pytest.fixture
def home(world: World) -> SquareSimulator:
    return SquareSimulator(world)


def codes(caught: pytest.ExceptionInfo[ApiError]) -> tuple[int | None, str]:
    return caught.value.status_code, str(caught.value.errors[0].code)


def test_it_reads_and_searches_every_seed(home: SquareSimulator, client: Official) -> None:
    made = home.seed()
    assert set(made) == set(SEEDS)
    for one in made.values():
        order = client.orders.get(one.id).order
        assert order
        assert order.id == one.id
        assert order.total_money
    (place, *_) = client.locations.list().locations or []
    found = client.orders.search(location_ids=[str(place.id)], limit=1000)
    assert {one.id for one in made.values()} <= {order.id for order in found.orders or []}


def test_it_cancels_an_unpaid_order_and_hears_no_for_a_paid_one(home: SquareSimulator, client: Official) -> None:
    unpaid, paid = home.make_order(pay="unpaid"), home.make_order()
    wanted = {"location_id": "LDEMOMAIN", "version": 1, "state": "CANCELED", "fulfillments": CALLED_OFF}

    order = client.orders.update(unpaid.id, order=wanted, idempotency_key="k1").order  # type: ignore[arg-type]
    with pytest.raises(ApiError) as caught:
        client.orders.update(paid.id, order=wanted, idempotency_key="k2")  # type: ignore[arg-type]

    assert order
    assert order.state == "CANCELED"
    assert codes(caught) == (400, "BAD_REQUEST")


def test_it_refunds_once_a_key_and_sees_it_through(world: World, home: SquareSimulator, client: Official) -> None:
    made = home.make_order()
    payment_id = str((client.orders.get(made.id).order.tenders or [])[0].payment_id)  # type: ignore[union-attr]
    money = {"amount": 250, "currency": "USD"}

    answers = [
        client.refunds.refund_payment(idempotency_key="k", amount_money=money, payment_id=payment_id)  # type: ignore[arg-type]
        for _ in range(2)
    ]
    world.advance(5)
    refund = client.refunds.get(str(answers[0].refund.id)).refund  # type: ignore[union-attr]

    assert {answer.refund.id for answer in answers if answer.refund} == {refund and refund.id}
    assert refund
    assert refund.status == "COMPLETED"
    payment = client.payments.get(payment_id).payment
    assert payment
    assert payment.refunded_money
    assert payment.refunded_money.amount == 250
    assert [str(effect.amount) for effect in world.effects(made.id, "refund")] == ["2.50"]


def test_it_releases_an_authorisation_once(world: World, home: SquareSimulator, client: Official) -> None:
    made = home.make_order(pay="authorised")
    payment_id = str((client.orders.get(made.id).order.tenders or [])[0].payment_id)  # type: ignore[union-attr]

    payment = client.payments.cancel(payment_id).payment
    with pytest.raises(ApiError) as caught:
        client.payments.cancel(payment_id)

    assert payment
    assert payment.status == "CANCELED"
    assert codes(caught) == (400, "DELAYED_TRANSACTION_CANCELED")
    assert len(world.effects(made.id, "void")) == 1


def test_it_subscribes_and_unsubscribes(client: Official) -> None:
    wanted = {"name": "x", "event_types": ["order.updated"], "notification_url": "https://desk.example/in"}
    made = client.webhooks.subscriptions.create(subscription=wanted, idempotency_key="k").subscription  # type: ignore[arg-type]

    assert made
    assert made.signature_key
    assert [one.id for one in client.webhooks.subscriptions.list()] == [made.id]
    client.webhooks.subscriptions.delete(str(made.id))
    assert list(client.webhooks.subscriptions.list()) == []


def test_a_wrong_token_is_an_error_to_it(world: World, client: Official) -> None:
    with pytest.raises(ApiError) as caught:
        Official(base_url=client._client_wrapper.get_base_url(), token="wrong").locations.list()
    assert codes(caught) == (401, "UNAUTHORIZED")
