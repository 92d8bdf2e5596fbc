"""One exchange with a simulated REST API: who asks, how often, which route, and how an answer or a refusal travels.

class Api(Exchange):
    routes = Routes(…)

    def enter(self) -> None: ...        # who may ask and how often; raises Refused

What a platform does not say is as most do: the shop stands in the address, a query is read as `parse_qs` reads it, a
body is JSON, and what comes out of a route is answered as it is. Whatever was answered is shown to the watchers.
"""

from __future__ import annotations

from math import inf
from typing import Any, ClassVar
from urllib.parse import parse_qs

from sandbox.core.base_simulator import BaseSimulator, Place
from sandbox.core.messages import Refused, Reply, Request, reply
from sandbox.core.rate_limits import Bucket, take
from sandbox.core.records import Body
from sandbox.core.routes import Asked, Route, Routes, name_of

EMPTY = object()  # what a route gives for 204 and nothing


class Exchange:
    """One request on its way. headers: of the answer, whatever it will be; rest: the path as the routes have it."""

    routes: ClassVar[Routes]
    later: ClassVar[frozenset[str]] = frozenset()  # routes that ask for an armed refusal themselves
    session: Any  # from `enter` on
    url = ""  # as it was called, where a platform's answers name it

    def __init__(self, simulator: BaseSimulator, request: Request) -> None:
        self.simulator, self.world, self.request = simulator, simulator.world, request
        self.place = simulator.where(request) or Place("", "")
        api = simulator.api.fullmatch(self.place.rest)
        self.version, self.rest = (api.groupdict("").get("version", ""), api["rest"]) if api else ("", "")
        self.found = simulator.found(request)
        self.name = name_of(self.found)
        self.headers: dict[str, str] = {}

    # --- said by the platform ----------------------------------------------------------------------
    def shop(self) -> Body:
        """Whose records they are. Raises Refused."""
        found = self.simulator.shop(self.place.shop)
        if found is None:
            raise self.lost(404)
        return found

    def enter(self) -> None:
        """Who may ask, and how often. Raises Refused."""

    def lost(self, status: int) -> Refused:
        """There is no such shop or route (404), or no such method of it (405)."""
        return Refused(status, None)

    def admit(self, route: Route) -> None:
        """May this client take this route? Raises Refused."""

    def forced(self, words: Body) -> Refused:
        """A refusal that somebody armed: status and body."""
        return Refused(int(words.get("status", 400)), words.get("body"), **words.get("headers", {}))

    def query(self) -> Any:
        return parse_qs(self.request.query)

    def body(self) -> Any:
        """Raises Refused."""
        try:
            return self.request.json()
        except ValueError as exc:
            raise self.malformed() from exc

    def malformed(self) -> Refused:
        """A body that is no JSON."""
        return Refused(400, None)

    def act(self, route: Route, asked: Asked) -> Any:
        return route.act(asked)

    def sent(self, status: int, payload: Any) -> Reply:
        return reply(status, payload, **self.headers)

    # --- the way -------------------------------------------------------------------------------------
    def reply(self) -> Reply:
        self.world.count("requests", self.name)
        with self.world.store.write() as db:
            try:
                self.session = self.simulator.session(db, self.shop(), request=self.request.id, version=self.version)
                status, payload = self.answer()
            except Refused as no:
                status, payload = no.status, no.body
                self.headers |= no.headers
        if status == 429:
            self.world.count("throttled", self.name)
        if payload is EMPTY:
            return Reply(204, b"", self.headers)
        self.world.show(self.request, status, payload)
        return self.sent(status, payload)

    def answer(self) -> tuple[int, Any]:
        """(status, what is told). Raises Refused."""
        self.enter()
        if isinstance(self.found, int):
            raise self.lost(self.found)
        route, ids = self.found
        self.admit(route)
        if route.name not in self.later and (words := self.session.forced_error(route.name)) is not None:
            raise self.forced(words)
        self.session.is_stale = route.name == "order" and self.session.fault("stale", "order") is not None
        asked = Asked(self.session, ids, self.query(), self.body(), self.headers, url=self.url)
        return route.status, self.act(route, asked)

    def is_within(self, bucket: Bucket | None, **more: Bucket) -> tuple[bool, float]:
        """Takes one request out of the buckets (None: there is no limit), unless a fault has emptied them: (was there
        enough, what is left in the first)."""
        is_forced = self.session.fault("throttled", self.name) is not None
        fits, left = take(self.session, bucket, **more) if bucket else (True, inf)
        return fits and not is_forced, left
