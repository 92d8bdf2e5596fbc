"""Every platform brings the tables that the shared stories are told from, and they leave nothing out."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest

from sandbox import switches
from stores.platforms import registry
from tests.stores.platforms import tables
from tests.stores.platforms.rig import KEY, TAG


@pytest.mark.parametrize("key", registry.PLATFORMS)
def test_every_platform_brings_its_tables(key):
    try:
        told = tables.of(key)
    except LookupError as missing:
        pytest.fail(str(missing))
    assert told.key == key


def test_a_platform_without_tables_is_told_what_is_missing():
    with pytest.raises(LookupError, match=r"pebble has no tables: .*/pebble/tables\.py must say TABLES"):
        tables.of("pebble")


@pytest.mark.parametrize("told", list(tables.every()), ids=lambda told: told.key)
def test_every_write_is_counted_and_sent_under_faults(world, told):
    shop = told.connect(world)
    told.prepare(world)
    sent = {type(effect.made(world, shop)[1]) for effect in told.effects.values()}

    assert set(registry.get(told.key).writes()) == sent == set(told.entries)


@pytest.mark.parametrize("told", list(tables.every()), ids=lambda told: told.key)
def test_every_read_is_named(world, told):
    """Of a reading, and of what is asked before an effect: the simulator counted them."""
    told.prepare(world)
    order = told.order(world, told.connect(world))
    assert asked(world, partial(told.connect(world).read_order, order.external_id)) == set(told.reads)
    for effect in told.effects.values():
        shop = told.connect(world)
        _, command = effect.made(world, shop)
        assert asked(world, partial(shop.carry_out, command, key=KEY, tag=TAG)) - {effect.on} == set(effect.reads)
        world.advance(60)


def asked(world, act):
    before = Counter(world.counters()["requests"])
    act()
    return set(Counter(world.counters()["requests"]) - before)


@pytest.mark.parametrize("told", list(tables.every()), ids=lambda told: told.key)
def test_every_name_in_the_tables_exists(told):
    known = {switch.name: switch for switch in switches.of(told.key)}
    settings = (*told.barred, *told.forgets_keys, *told.asks, *told.unasked, *told.keeps_stock)

    assert told.quiet <= set(known)
    assert [(name, value) for name, value in settings if value not in known[name].settings] == []
    assert set(told.in_short) <= set(told.stories)
    assert {story for pair in switches.money_pairs(told.key) for story in told.pairs(pair)} <= set(told.stories)
    assert told.stale[0] in told.effects
