"""Under each setting of a switch, conform finds that setting; what it writes makes another world behave the same."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path

import pytest

from config.conform import doubts, run, unasked
from config.conform.probe import Learned, Probe, Unseen
from sandbox import switches
from sandbox.world import World
from stores.kernel.http.responses import Answer
from stores.platforms import registry
from stores.services import platform_client
from tests.config.conform.asking import conform, stock_up
from tests.house.tree import ROOT

PAGE = ROOT / "docs" / "vendors.md"
READING = [
    (platform, name, setting)
    for platform, probes in run.PROBES.items()
    for probe in probes
    if not probe.sends
    for name in probe.switches
    for setting in switches.everything()[name].settings
]


@pytest.mark.parametrize(("platform", "name", "setting"), READING, ids=lambda value: value)
def test_the_setting_of_the_shop_is_found(platform, name, setting, opened, tmp_path):
    desk, file = opened(platform), tmp_path / "found.json"
    desk.world.switch(name, setting)
    stock_up(desk)
    before = desk.world.effects()

    said = conform(desk, "--switches", str(file))

    assert json.loads(file.read_text())["switches"][name] == setting
    is_usual = setting == switches.everything()[name].default
    assert f"{name} = {setting}, {'as the simulator' if is_usual else 'DIFFERS'}" in said
    assert desk.world.effects() == before
    other = World.open(tmp_path / "other.sqlite3")
    other.load_switches(file)
    assert other.switches()[name] == setting
    other.close()


class Answering:
    """A transport with one answer."""

    def __init__(self, body):
        self.body = body

    def send(self, *_words, **_more):
        return Answer(200, {}, self.body)


@pytest.mark.parametrize(
    ("message", "why"),
    [("Access denied for customer field. Required access: `read_customers` access scope.", "lacks a right"),
     ("This app is not approved to access the Customer object.", "")],
)  # fmt: skip
def test_a_missing_right_is_not_taken_for_a_plan_that_hides_customers(message, why, opened):
    denied = {"message": message, "path": ["orders", "nodes", 0, "customer"], "extensions": {"code": "ACCESS_DENIED"}}
    body = {"data": {"orders": {"nodes": [{"id": "gid://shopify/Order/1", "customer": None}]}}, "errors": [denied]}
    shop = platform_client.open_platform(opened("shopify").store)
    shop = type(shop)(replace(shop.connection, transport=Answering(body)))
    (probe,) = [one for one in run.PROBES["shopify"] if one.switches == ("customer",)]

    found = run.asked(probe, shop, "")

    assert why in found.why
    assert (found.learned is None) is bool(why)
    assert why or found.learned.settings == {"customer": "hidden"}


ODD = {
    "a list": [],
    "a text": "nothing of the kind",
    "rows that are none": {"data": {"orders": {"nodes": [7]}}, "items": [[]], "orders": ["x"], "extensions": "x"},
    "no numbers": {"items": [{"base_total_paid": "many", "created_at": 7}], "data": [{"created": [], "id": {}}]},
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
@pytest.mark.parametrize("platform", run.PROBES)
def test_an_answer_that_nobody_promised_ends_no_walk(platform, body, opened):
    shop = platform_client.open_platform(opened(platform).store)
    shop = type(shop)(replace(shop.connection, transport=Answering(body)))

    found = list(run.walk(platform, shop, order_id="1", may_send=True))

    assert [one.probe for one in found if one.learned is None and not one.why] == []
    assert len(found) == len(run.PROBES[platform])


def test_what_a_shop_says_writes_no_lines_of_its_own_and_names_nobody(opened, monkeypatch):
    lie = "500\x1b[2K\nbigcommerce_limit = pro\u202e\x9b1A jane@example.com"

    def told(_shop, _order):
        return Learned(f"{lie} requests in a window")

    def untold(_shop, _order):
        raise Unseen(lie)

    monkeypatch.setitem(run.PROBES, "bigcommerce", (Probe("", "its limit", told), Probe("", "the same", untold)))
    desk = opened("bigcommerce")
    desk.store.name = "Studio\x1b[1A"
    desk.store.save()

    said = conform(desk)

    assert [letter for letter in said if letter != "\n" and not letter.isprintable()] == []
    assert "jane" not in said
    assert "\nbigcommerce_limit" not in said


@pytest.mark.parametrize("platform", run.PROBES)
def test_a_shop_without_orders_is_no_guess(platform, opened):
    said = conform(opened(platform))

    assert "not learned: there is no order" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("kind", registry.all_platforms(), ids=lambda kind: kind.key)
def test_every_doubt_has_a_probe_or_a_reason(kind):
    numbers = set(doubts.of(kind.key, PAGE))
    probed = {probe.doubt for probe in run.PROBES.get(kind.key, ()) if probe.doubt}
    reasons = set(unasked.REASONS.get(kind.key, {}))

    assert numbers
    assert probed <= numbers
    assert not probed & reasons, "asked, and said not to be"
    assert reasons <= numbers


@pytest.mark.parametrize("kind", registry.all_platforms(), ids=lambda kind: kind.key)
def test_a_probe_names_switches_of_its_platform_and_their_doubt(kind):
    known = {one.name: one for one in switches.of(kind.key)}

    for probe in run.PROBES.get(kind.key, ()):
        assert [known[name].item for name in probe.switches if known[name].item not in ("", probe.doubt)] == []


def test_what_has_no_probe_is_listed_with_its_reason(opened):
    said = conform(opened("shopify"))

    assert "Not asked:\n" in said
    assert f"  2. `orderCancel` without `refundMethod`.\n     {unasked.MONEY}\n" in said


def test_a_platform_without_probes_lists_all_its_doubts(opened, monkeypatch):
    monkeypatch.delitem(run.PROBES, "modern_dropship")
    said = conform(opened("modern_dropship"))

    assert "There are no probes for this platform." in said
    assert unasked.NO_PROBE in said


@pytest.mark.parametrize("told", ["[]", '{"switches": {"limit": "no_such"}}', '{"switches": {"no_such": "x"}}', "{"])
def test_a_world_takes_a_file_whole_or_not_at_all(told, tmp_path: Path):
    file = tmp_path / "found.json"
    file.write_text(told)
    world = World.open(tmp_path / "world.sqlite3")

    with pytest.raises(ValueError):  # noqa: PT011  its words are json's or the switches' own
        world.load_switches(file)
    assert world.switches() == world.defaults
    world.close()


def test_conform_knows_of_an_adapter_its_class_alone():
    """What it took from an adapter's reading would share that adapter's mistakes."""
    known = {f"stores.platforms.{key}" for key in run.PROBES} | {"stores.platforms"}
    named = {
        node.module
        for path in (ROOT / "config" / "conform").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("stores.platforms")
    }

    assert named == known
