"""Replies that are not what the platform meant: one function a fault."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from typing import Any

from sandbox.core.faults import REGISTRY, Fault
from sandbox.core.messages import Reply, Request
from sandbox.core.world import World

PAGE = b"<!doctype html><html><head><title>Log in</title></head><body><form>Log in to your store</form></body></html>"
HUGE_BYTES = 12 * 1024 * 1024
BOMB_BYTES = 64 * 1024 * 1024
HANG_SECONDS = 600.0


def reply(world: World, request: Request, fault: Fault) -> Reply:
    """What the client gets under this fault; the effect happens never, once, twice or later as the fault says."""
    effect = REGISTRY[fault.name].effect
    if effect == "late":
        world.land_later(request, float(fault.detail.get("seconds", 30)))
    if effect == "twice":
        world.answer(request)
    healthy = world.answer(request) if effect in ("done", "twice") else Reply(200, b"", {})
    return distort(world, healthy, fault)


def distort(world: World, healthy: Reply, fault: Fault) -> Reply:
    name, detail = fault.name, fault.detail
    for ending in ("_before", "_after"):
        name = name.removesuffix(ending)
    if name == "too_many":
        return too_many(healthy, dict(detail), world.now())
    return SHAPES[name](healthy, detail)


def travelling(delivery: str) -> Callable[[Reply, Any], Reply]:
    def shape(healthy: Reply, detail: Any) -> Reply:
        healthy.delivery = delivery
        healthy.seconds = float(detail.get("seconds", HANG_SECONDS if delivery == "hang" else 0))
        return healthy

    return shape


def with_body(make: Callable[[bytes], bytes], kind: str = "") -> Callable[[Reply, Any], Reply]:
    def shape(healthy: Reply, detail: Any) -> Reply:
        healthy.body = make(healthy.body)
        healthy.status = 200
        if kind:
            healthy.headers["Content-Type"] = kind
        return healthy

    return shape


def as_is(healthy: Reply, detail: Any) -> Reply:
    return healthy


def error(healthy: Reply, detail: Any) -> Reply:
    healthy.status = int(detail.get("status", 500))
    healthy.headers = {"Content-Type": "text/html"} | dict(detail.get("headers", {}))
    healthy.body = b"<html><body>Something went wrong</body></html>"
    return healthy


def too_many(healthy: Reply, detail: dict[str, Any], now: datetime) -> Reply:
    after = detail.get("retry_after", 2)
    healthy.status, healthy.body = 429, b'{"errors":"Exceeded rate limit. Reduce request rates to resume."}'
    healthy.headers = {"Content-Type": "application/json; charset=utf-8"}
    if after == "date":
        at = (now + timedelta(seconds=float(detail.get("seconds", 2)))).astimezone(UTC)
        after = format_datetime(at, usegmt=True)
    if after != "none":
        healthy.headers["Retry-After"] = str(after)
    return healthy


def redirect(healthy: Reply, detail: Any) -> Reply:
    healthy.status, healthy.body = 302, b""
    healthy.headers = {"Location": str(detail.get("to", "https://accounts.example.com/login"))}
    return healthy


@cache
def packed() -> bytes:
    return gzip.compress(b'{"data":"' + b"a" * BOMB_BYTES + b'"}')


def bomb(healthy: Reply, detail: Any) -> Reply:
    healthy.body = packed()
    healthy.headers |= {"Content-Encoding": "gzip"}
    return healthy


def internal(body: bytes) -> bytes:
    shown = {"message": "Internal error. Looks like something went wrong on our end.", "extensions": {}}
    shown["extensions"] = {"code": "INTERNAL_SERVER_ERROR", "requestId": "sandbox"}
    return json.dumps({"errors": [shown]}).encode()


def huge(body: bytes) -> bytes:
    return b'{"filler":"' + b"x" * HUGE_BYTES + b'",' + body[1:]


def doubled_key(body: bytes) -> bytes:
    return b'{"data":null,' + body[1:]


def not_a_number(body: bytes) -> bytes:
    return b'{"weight":NaN,' + body[1:]


JSON = "application/json; charset=utf-8"
SHAPES: dict[str, Callable[[Reply, Any], Reply]] = {
    "refused": travelling("refuse"),
    "drop": travelling("drop"),
    "reset": travelling("reset"),
    "hang": travelling("hang"),
    "late": travelling("drop"),
    "delay": travelling("delay"),
    "doubled": as_is,
    "error": error,
    "cut_body": travelling("cut"),
    "drip": travelling("drip"),
    "cut_json": with_body(lambda body: body[: len(body) // 2]),
    "html": with_body(lambda body: PAGE, "text/html; charset=utf-8"),
    "empty": with_body(lambda body: b""),
    "huge": with_body(huge),
    "bomb": bomb,
    "redirect": redirect,
    "deep": with_body(lambda body: b'{"data":' + b"[" * 100_000 + b"]" * 100_000 + b"}", JSON),
    "nan": with_body(not_a_number),
    "duplicate_key": with_body(doubled_key),
    "garbage": with_body(lambda body: b"\xff\xfe\x00" + body[::-1]),
    "internal_error": with_body(internal, JSON),
}
