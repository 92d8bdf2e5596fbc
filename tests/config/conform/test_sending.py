"""Nothing is sent without --write, a named order and that order typed again; and never past a stop or the audit log."""

from __future__ import annotations

import json

import pytest
from django.core.management.base import CommandError

from cancellations.services import emergency
from config.conform import run
from config.conform.probe import Learned, Probe
from config.conform.recorder import Recorder, is_read
from sandbox import connections
from stores.kernel.errors import RemoteRefused
from stores.models import AuditEvent
from stores.services import connections as shops
from stores.services import platform_client
from tests.config.conform.asking import conform, made
from tests.rigs.desk import Desk


def cancelled(desk: Desk) -> str:
    """An order that the merchant's staff cancelled."""
    order, platform = made(desk, **UNPAID[desk.store.platform]), desk.store.platform
    connections.of(desk.world, platform).staff(order).cancel()
    desk.world.tick()
    return order


UNPAID = {"shopify": {}, "magento": {"pay": "unpaid"}}
SENT = [
    ("shopify", {"cancel_refusals": "sync", "refusal_field": "order_id"}),
    ("shopify", {"cancel_refusals": "sync", "refusal_field": "base"}),
    ("shopify", {"cancel_refusals": "sync", "refusal_field": "none"}),
    ("shopify", {"cancel_refusals": "job"}),
    ("magento", {"magento_cancel_answer": "true"}),
    ("magento", {"magento_cancel_answer": "lies"}),
]


@pytest.mark.parametrize(("platform", "wanted"), SENT, ids=str)
def test_the_setting_is_found_by_sending(platform, wanted, opened, tmp_path, monkeypatch):
    desk, file = opened(platform), tmp_path / "found.json"
    order = cancelled(desk)
    for name, value in wanted.items():
        desk.world.switch(name, value)
    before = desk.world.effects()
    monkeypatch.setattr("builtins.input", lambda _: order)

    conform(desk, "--write", "--order", order, "--switches", str(file))

    assert wanted.items() <= json.loads(file.read_text())["switches"].items()
    assert desk.world.effects() == before
    event = AuditEvent.objects.get(kind="shop.conformed")
    assert json.loads(event.body)["order"] == order


@pytest.mark.parametrize("platform", ["shopify", "magento"])
def test_an_order_that_is_not_over_is_left_alone(platform, opened, monkeypatch):
    desk = opened(platform)
    order = made(desk)
    before = desk.world.effects()
    monkeypatch.setattr("builtins.input", lambda _: order)

    said = conform(desk, "--write", "--order", order)

    assert "cancel it in the admin first" in said
    assert desk.world.effects() == before


def nobody_types(_words: str) -> str:
    raise EOFError


@pytest.mark.parametrize("typed", [lambda _: "another", lambda _: "", nobody_types])
def test_what_is_not_typed_again_is_not_asked(typed, opened, monkeypatch):
    desk = opened("shopify")
    order = cancelled(desk)
    desk.world.store.db.execute("DELETE FROM counters")
    monkeypatch.setattr("builtins.input", typed)

    with pytest.raises(CommandError, match="not the order's id"):
        conform(desk, "--write", "--order", order)

    assert desk.world.counters()["requests"] == {}
    assert not AuditEvent.objects.filter(kind="shop.conformed").exists()


def test_write_needs_an_order_and_an_order_needs_write(opened):
    desk = opened("shopify")

    with pytest.raises(CommandError, match="--write needs --order"):
        conform(desk, "--write")
    with pytest.raises(CommandError, match="--order is for --write"):
        conform(desk, "--order", "1")


def test_an_emergency_stop_holds_here_too(opened, monkeypatch):
    desk = opened("shopify")
    order = cancelled(desk)
    emergency.press(actor="console", store=desk.store)
    monkeypatch.setattr("builtins.input", lambda _: order)

    with pytest.raises(CommandError, match="emergency stop"):
        conform(desk, "--write", "--order", order)


def test_a_shop_that_is_paused_is_not_asked(opened):
    desk = opened("shopify")
    shops.pause("console", desk.store)

    with pytest.raises(CommandError, match="nothing is asked"):
        conform(desk)


# --- the recorder ----------------------------------------------------------------------------------------
def test_a_reading_probe_that_tries_to_change_something_is_stopped(opened):
    desk = opened("magento")
    order = made(desk, pay="unpaid")
    path = f"orders/{order}/cancel"
    liar = Probe("1", "only looks", lambda shop, _: Learned(str(shop.api.effect("POST", path).body)))
    before = desk.world.effects()

    said = run.asked(liar, platform_client.open_platform(desk.store), order)

    assert said.learned is None
    assert "not_a_read" in said.why
    assert said.seen == []
    assert desk.world.effects() == before


@pytest.mark.parametrize(
    ("method", "url", "body", "reads"),
    [
        ("GET", "https://x/orders", None, True),
        ("POST", "https://x/admin/api/2026-10/graphql.json", {"query": "{ shop { id } }"}, True),
        ("POST", "https://x/admin/api/2026-10/graphql.json", {"query": "query Q { shop { id } }"}, True),
        ("POST", "https://x/admin/api/2026-10/graphql.json", {"query": "  mutation { orderCancel { id } }"}, False),
        ("POST", "https://x/v2/orders/search", {}, True),
        ("POST", "https://x/v2/orders/7/cancel", {}, False),
        ("POST", "https://x/wp-json/wc/v3/orders/0/refunds/preview", {}, True),
        ("POST", "https://x/wp-json/wc/v3/orders/0/refunds", {}, False),
        ("PUT", "https://x/wp-json/wc/v3/orders/0", {}, False),
        ("DELETE", "https://x/v2/webhooks/subscriptions/1", None, False),
    ],
)
def test_what_a_read_is_does_not_depend_on_what_its_caller_says(method, url, body, reads):
    class Line:
        def send(self, *_words, **_more):
            raise AssertionError("it was sent")

    assert is_read(method, url, body) is reads
    if not reads:
        with pytest.raises(RemoteRefused, match="not a read"):
            Recorder(Line()).send(method, url, json=body)
