"""The control door: seed, bend and read a world over HTTP, for tests and demos that run it as a server.

Open in process, or with the header X-Sandbox-Control when the server was started with a control token.
POST /control/{seed,reset,populate,order,switch,fault,clear-faults,advance,shop,effects}
`"platform": "shoplazza"` or "modern_dropship" in the body of seed, populate, order or shop means its shops.
GET  /control/{effects,counters,switches,now}
"""

from __future__ import annotations

import dataclasses
import hmac
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox import registry
from sandbox.platforms.shopify.spec import Line, Person

if TYPE_CHECKING:
    from sandbox.core.router import Reply, Request
    from sandbox.core.world import World


def reply(world: World, request: Request) -> Reply:
    """404 without the token; 400 with words for what does not fit."""
    from sandbox.core.router import json_reply  # the door that called us

    told = request.headers.get("x-sandbox-control", "")
    action = ACTIONS.get((request.method, request.path.removeprefix("/control/")))
    token = world.control_token
    if action is None or token is None or not hmac.compare_digest(told.encode(), token.encode()):
        return json_reply(404, {"errors": "Not Found"})
    try:
        asked = json.loads(request.body or b"{}")
        if platform := registry.owner(world, asked.pop("platform", "")):
            return json_reply(200, plain(platform.control(request.path.removeprefix("/control/"), asked)))
        return json_reply(200, action(world, asked))
    except (ValueError, TypeError, KeyError) as exc:
        return json_reply(400, {"errors": f"{type(exc).__name__}: {exc}"})


def plain(value: Any) -> Any:
    """Dataclasses, times and decimals as JSON."""
    return json.loads(json.dumps(value, default=as_json))


def as_json(odd: Any) -> Any:
    return vars(odd) if dataclasses.is_dataclass(odd) else str(odd)


def make_order(world: World, asked: dict[str, Any]) -> Any:
    """`lines` are objects with the words of spec.Line; `person` one with those of spec.Person."""
    if "lines" in asked:
        asked["lines"] = tuple(Line(**line) for line in asked["lines"])
    if asked.get("person"):
        asked["person"] = Person(**asked["person"])
    return plain(world.make_order(asked.pop("shop", "demo"), **asked))


def effects(world: World, asked: dict[str, Any]) -> Any:
    return plain(world.effects(asked.get("order_id"), asked.get("kind"), asked.get("shop")))


def advance(world: World, asked: dict[str, Any]) -> Any:
    world.advance(float(asked["seconds"]))
    return {"now": world.now().isoformat()}


def switch(world: World, asked: dict[str, Any]) -> Any:
    for name, value in asked.items():
        world.switch(name, value)
    return world.switches()


def fault(world: World, asked: dict[str, Any]) -> Any:
    world.fault(asked.pop("name"), **asked)
    return {"armed": True}


def done(act: Callable[[World, dict[str, Any]], Any]) -> Callable[[World, dict[str, Any]], Any]:
    def answer(world: World, asked: dict[str, Any]) -> Any:
        act(world, asked)
        return {"done": True}

    return answer


ACTIONS: dict[tuple[str, str], Callable[[World, dict[str, Any]], Any]] = {
    ("POST", "seed"): lambda world, asked: plain(world.seed(*asked.get("names", ()))),
    ("POST", "populate"): lambda world, asked: world.populate(**asked),
    ("POST", "order"): make_order,
    ("POST", "switch"): switch,
    ("POST", "fault"): fault,
    ("POST", "advance"): advance,
    ("POST", "reset"): done(lambda world, asked: world.reset()),
    ("POST", "clear-faults"): done(lambda world, asked: world.clear_faults()),
    ("POST", "shop"): done(lambda world, asked: world.add_shop(**asked)),
    ("POST", "effects"): effects,
    ("GET", "effects"): effects,
    ("GET", "counters"): lambda world, asked: world.counters(),
    ("GET", "switches"): lambda world, asked: world.switches(),
    ("GET", "now"): lambda world, asked: {"now": world.now().isoformat()},
}
