"""Every setting of every switch shows from outside, in every simulator; and only registered ones are taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import switches
from sandbox.registry import SIMULATORS
from sandbox.world import World
from tests.sandbox import probes
from tests.sandbox.conftest import NOON

KEYS = [kind.key for kind in SIMULATORS]


@pytest.mark.parametrize("key", KEYS)
def test_every_switch_is_probed(key: str) -> None:
    """Those of the whole world are probed in the first simulator."""
    try:
        told = probes.of(key)
    except LookupError as missing:
        pytest.fail(str(missing))
    own = {switch.name for switch in switches.everything().values() if (switch.platform or KEYS[0]) == key}
    assert {told.prefix + name for name in told.of} == own


@pytest.mark.parametrize("switch", switches.everything().values(), ids=lambda switch: switch.name)
def test_every_setting_is_to_be_seen(switch: switches.Switch, tmp_path: Path) -> None:
    """Each otherwise than the others, and the same once more in a second world."""
    told = probes.of(switch.platform or KEYS[0])
    seen = []
    for number, setting in enumerate((*switch.settings, switch.default)):
        world = World.open(tmp_path / f"{number}.sqlite3", now=lambda: NOON)
        told.prepare(world)
        world.switch(switch.name, setting)
        seen.append(str(told.of[switch.name.removeprefix(told.prefix)](world, told.client(world))))
        world.close()

    assert seen[0] == seen.pop(), "the same setting shows the same"
    assert len(set(seen)) == len(switch.settings), seen


def test_money_pairs_are_enumerated() -> None:
    pairs = list(switches.money_pairs())

    assert {"method_absent": "refund", "key_hours": "none"} in pairs
    assert all(len(pair) == 2 for pair in pairs)


@pytest.mark.parametrize(("name", "value"), [("nonsense", "x"), ("limit", "no_such")])
def test_an_unknown_setting_is_refused(world: World, name: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"no switch|takes"):
        world.switch(name, value)
