"""The control door: seed, bend and read a world over HTTP, for tests and demos that run it as a server.

Open in process, or with the header X-Sandbox-Control when the server was started with a control token.
POST /control/{seed,reset,populate,order,switch,fault,clear-faults,advance,shop,effects}
`"platform": "shoplazza"` in the body of seed, populate, order or shop means its shops, without it the first platform's.
GET  /control/{effects,counters,switches,now}
"""

from __future__ import annotations

import dataclasses
import hmac
import json
from collections.abc import Callable
from typing import Any

from sandbox.core.messages import Reply, Request, json_reply
from sandbox.core.world import World

PREFIX = "/control/"
OF_A_PLATFORM = ("order", "seed", "populate", "shop")


def reply(world: World, request: Request) -> Reply:
    """404 without the token; 400 with words for what does not fit."""
    given, token = request.headers.get("x-sandbox-control", ""), world.control_token
    name = request.path.removeprefix(PREFIX)
    action = ACTIONS.get((request.method, name))
    is_known = action is not None or (request.method == "POST" and name in OF_A_PLATFORM)
    if not is_known or token is None or not hmac.compare_digest(given.encode(), token.encode()):
        return json_reply(404, {"errors": "Not Found"})
    try:
        asked = json.loads(request.body or b"{}")
        platform = asked.pop("platform", "")
        if action is None or platform:
            return json_reply(200, plain(world.simulator(platform).control(name, asked)))
        return json_reply(200, action(world, asked))
    except (ValueError, TypeError, KeyError) as exc:
        return json_reply(400, {"errors": f"{type(exc).__name__}: {exc}"})


def plain(value: Any) -> Any:
    """Dataclasses, times and decimals as JSON."""
    return json.loads(json.dumps(value, default=as_json))


def as_json(odd: Any) -> Any:
    return vars(odd) if dataclasses.is_dataclass(odd) else str(odd)


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


def done(act: Callable[[World], None]) -> Callable[[World, dict[str, Any]], Any]:
    def answer(world: World, asked: dict[str, Any]) -> Any:
        act(world)
        return {"done": True}

    return answer


ACTIONS: dict[tuple[str, str], Callable[[World, dict[str, Any]], Any]] = {
    ("POST", "switch"): switch,
    ("POST", "fault"): fault,
    ("POST", "advance"): advance,
    ("POST", "reset"): done(World.reset),
    ("POST", "clear-faults"): done(World.clear_faults),
    ("POST", "effects"): effects,
    ("GET", "effects"): effects,
    ("GET", "counters"): lambda world, asked: world.counters(),
    ("GET", "switches"): lambda world, asked: world.switches(),
    ("GET", "now"): lambda world, asked: {"now": world.now().isoformat()},
}
