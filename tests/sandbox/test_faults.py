"""Every fault, in process and on a real socket: what the client sees, and what happened meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.core import faults
from sandbox.core.http_server import Server
from sandbox.platforms.shopify.shops import Made
from sandbox.platforms.shopify.spec import Line
from sandbox.world import World
from tests.rigs import processes
from tests.sandbox import documents
from tests.sandbox.conftest import Client

OUTER = [name for name in faults.REGISTRY if name not in faults.INNER]
SHORT: dict[str, Any] = {"hang_before": {"seconds": 0.2}, "hang_after": {"seconds": 0.2}, "drip": {"seconds": 0.0001}}
NO_ANSWER = {"refused", "drop_before", "drop_after", "reset_before", "reset_after", "hang_before", "hang_after", "late"}
UNREADABLE = {"cut_body", "cut_json", "html", "html_after", "empty", "empty_after", "garbage"}
EXPECTED = {"none": 0, "done": 1, "twice": 1, "late": 0}  # refunds counted; the key makes one of two


def send(http: requests.Session, url: str, made: Made) -> requests.Response:
    line = {"lineItemId": made.lines[0], "quantity": 1, "restockType": "CANCEL"}
    wanted = {"orderId": made.id, "refundLineItems": [line], "transactions": [], "note": "[op 9]"}
    body = {"query": documents.REFUND, "variables": {"input": wanted, "key": "k9"}}
    return http.post(url, json=body, timeout=(1, 5), allow_redirects=False)


def seen(http: requests.Session, url: str, made: Made) -> str:
    """One word for what the client saw."""
    try:
        answer = send(http, url, made)
        payload = answer.json()
    except requests.exceptions.JSONDecodeError:
        return "unreadable" if answer.status_code == 200 else str(answer.status_code)
    except requests.RequestException as exc:
        return "cut" if isinstance(exc, requests.exceptions.ChunkedEncodingError) else "no answer"
    except RecursionError:
        return "deep"
    if not isinstance(payload, dict) or isinstance(payload.get("data"), str | list):
        return "unreadable"
    if answer.status_code == 200 and (payload.get("data") or {}).get("refundCreate", {}).get("refund"):
        return "told"
    return "refused" if answer.status_code == 200 else str(answer.status_code)


def check(name: str, word: str, world: World, made: Made) -> None:
    if name in NO_ANSWER:
        assert word == "no answer"
    if name in UNREADABLE:
        assert word in ("unreadable", "cut", "no answer")
    if name in ("delay", "doubled", "huge", "nan", "drip"):
        assert word == "told"
    effects = world.effects(made.id, "refund")
    assert len(effects) == EXPECTED[faults.REGISTRY[name].effect]


def test_there_are_at_least_twenty() -> None:
    assert len(faults.REGISTRY) >= 20


@pytest.mark.parametrize("name", OUTER)
def test_a_fault_in_process(world: World, client: Client, name: str) -> None:
    made = world.make_order(lines=[Line(quantity=3)])
    world.fault(name, on="refundCreate")

    word = seen(client.http, f"{client.base}/api/2026-10/graphql.json", made)

    check(name, word, world, made)
    assert world.counters()["faults"] == {name: 1}


@pytest.mark.parametrize("name", ["drop_after", "error_after", "cut_json", "html_after", "doubled"])
def test_the_same_key_after_a_lost_answer_acts_once(world: World, client: Client, name: str) -> None:
    made = world.make_order(lines=[Line(quantity=3)])
    url = f"{client.base}/api/2026-10/graphql.json"
    world.fault(name, on="refundCreate")

    seen(client.http, url, made)

    assert seen(client.http, url, made) == "told"
    assert len(world.effects(made.id, "refund")) == 1


def test_a_late_request_lands_by_the_worlds_clock(world: World, client: Client) -> None:
    made = world.make_order(lines=[Line(quantity=3)])
    world.fault("late", on="refundCreate", seconds=90)
    seen(client.http, f"{client.base}/api/2026-10/graphql.json", made)

    world.advance(89)
    before = len(world.effects(made.id, "refund"))
    world.advance(2)

    assert (before, len(world.effects(made.id, "refund"))) == (0, 1)


def test_a_fault_waits_for_its_operation_and_its_turn(world: World, client: Client) -> None:
    made = world.make_order()
    world.fault("error_before", on="refundCreate", status=503)
    world.fault("error_before", on="order", skip=1, status=502)

    codes = [client.post(documents.HEADER, id=made.id).status_code for _ in range(3)]

    assert codes == [200, 502, 200]


@pytest.mark.parametrize(
    ("detail", "header"),
    [({"retry_after": 7}, "7"), ({"retry_after": "none"}, None), ({"retry_after": "date", "seconds": 60}, "GMT")],
    ids=["seconds", "none", "date"],
)
def test_too_many_requests_say_when(world: World, client: Client, detail: dict[str, Any], header: str | None) -> None:
    made = world.make_order()
    world.fault("too_many", on="order", **detail)

    answer = client.post(documents.HEADER, id=made.id)

    assert answer.status_code == 429
    told = answer.headers.get("Retry-After")
    assert told == header if header != "GMT" else str(told).endswith("GMT")


def test_a_stale_read_shows_the_order_as_it_was(world: World, client: Client) -> None:
    made = world.make_order()
    world.staff(made.id).write(note="new words")
    world.fault("stale", on="order")

    notes = [client.data(documents.HEADER, id=made.id)["order"]["note"] for _ in range(2)]

    assert notes == [None, "new words"]


def test_a_slow_answer_is_a_timeout_for_who_would_not_wait(world: World, client: Client) -> None:
    made = world.make_order()
    world.fault("delay", on="order", seconds=8.5)
    url = f"{client.base}/api/2026-10/graphql.json"

    with pytest.raises(requests.ReadTimeout):
        client.http.post(url, json={"query": documents.HEADER, "variables": {"id": made.id}}, timeout=(1, 8))


def test_an_unknown_fault_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="no fault"):
        world.fault("gremlins")


@pytest.fixture
def served(world: World) -> Iterator[str]:
    server = Server(world, 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop()
    thread.join(5)
    assert not thread.is_alive()


@pytest.mark.loopback
@pytest.mark.parametrize("name", OUTER)
def test_a_fault_on_a_real_socket(world: World, served: str, name: str) -> None:
    made = world.make_order(lines=[Line(quantity=3)])
    world.fault(name, on="refundCreate", **SHORT.get(name, {}))
    http = requests.Session()
    http.trust_env = False
    http.headers["X-Shopify-Access-Token"] = "shpat_demo_sandbox"

    word = seen(http, f"{served}/shopify/demo/admin/api/2026-10/graphql.json", made)

    check(name, word, world, made)


@pytest.mark.loopback
def test_a_connection_that_ends_gives_its_hold_on_the_file_back(world: World, served: str) -> None:
    for _ in range(20):
        assert requests.get(f"{served}/health", headers={"Connection": "close"}, timeout=5).ok

    processes.until(lambda: len(world.store.opened) < 5, seconds=5, what="connections are closed")
