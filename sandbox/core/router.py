"""The HTTP door, without sockets: a request in, a reply out, and the WSGI application around it.

http://127.0.0.1:PORT/shopify/{shop}/admin/api/{version}/graphql.json      this server
https://{shop}.myshopify.com/admin/api/{version}/graphql.json              the real form, by host
.../admin/oauth/access_token      other platforms: platforms.py      /control/... (control.py)      /health
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from wsgiref.types import StartResponse, WSGIEnvironment

from sandbox import registry
from sandbox.core import fault_replies, faults
from sandbox.core.messages import Reply, Request, json_reply
from sandbox.platforms.shopify import answer, auth
from sandbox.platforms.shopify.schema import served

if TYPE_CHECKING:
    from sandbox.core.world import World

__all__ = ["Reply", "Request", "application", "handle", "json_reply", "plain"]
HOST = re.compile(r"(?P<shop>[a-z0-9][a-z0-9-]*)\.myshopify\.com(:\d+)?")
PATH = re.compile(r"(?:/shopify/(?P<shop>[a-z0-9][a-z0-9-]*))?/admin/(?P<rest>.*)")
GRAPHQL = re.compile(r"api/(?P<version>[^/]+)/graphql\.json")
NO_KEY = "[API] Invalid API key or access token (unrecognized login or wrong password)"
SHOP_STATES = {"frozen": (402, "Unavailable Shop"), "locked": (423, "Shop is locked"), "rejected": (430, "Rejected")}


def handle(world: World, request: Request) -> Reply:
    """Answers one request, with whatever fault is armed for it."""
    world.tick()
    fault = faults.spend(world, operations(world, request))
    return fault_replies.reply(world, request, fault, plain) if fault else plain(world, request)


def plain(world: World, request: Request) -> Reply:
    """Answers one request as a healthy platform does."""
    if request.path == "/health":
        return json_reply(200, {"ok": True})
    if request.path.startswith("/control/"):
        from sandbox.control_api import reply  # it drives the world through this door

        return reply(world, request)
    if platform := registry.claiming(world, request):
        return platform.reply(request)
    shop_name, rest = where(request)
    shop = world.shop(shop_name) if shop_name else None
    if shop is None:
        return json_reply(404, {"errors": "Not Found"})
    if rest == "oauth/access_token" and request.method == "POST":
        return json_reply(*auth.grant(world, shop, request.headers, request.body))
    match = GRAPHQL.fullmatch(rest)
    version = served(match["version"]) if match else None
    if version is None:
        return json_reply(404, {"errors": "Not Found"})
    if request.method != "POST":
        return json_reply(406, {"errors": "Not Acceptable"})
    return graphql(world, shop, version, request)


def graphql(world: World, shop: dict[str, Any], version: str, request: Request) -> Reply:
    if shop["state"] in SHOP_STATES:
        status, words = SHOP_STATES[shop["state"]]
        return json_reply(status, {"errors": words})
    if not auth.is_allowed(world, shop, request.headers.get("x-shopify-access-token", "")):
        return json_reply(401, {"errors": NO_KEY})
    if "json" not in request.headers.get("content-type", ""):
        return json_reply(415, {"errors": "Unsupported Media Type"})
    asked = answer.question(request.body, version, request.id)
    if asked is None:
        return json_reply(400, {"errors": {"query": "Required parameter missing or invalid"}})
    payload: Any
    if shop["state"] == "inactive":
        payload = {"errors": [{"message": "Shop is not active", "extensions": {"code": "SHOP_INACTIVE"}}]}
    else:
        payload = answer.answer(world, shop, asked)
    world.tell(asked, payload)
    status = 400 if needs_bad_request(world, payload) else 200
    return json_reply(status, payload, **{"X-Shopify-API-Version": version, "X-Request-Id": request.id})


def needs_bad_request(world: World, payload: Mapping[str, Any]) -> bool:
    """One setting of `idempotent_missing` answers with status 400."""
    errors = payload.get("errors")
    if world.switches()["idempotent_missing"] != "http_400" or not isinstance(errors, list):
        return False
    return any("@idempotent" in error["message"] for error in errors)


def where(request: Request) -> tuple[str, str]:
    """(shop name, what follows /admin/), from the path or from the host."""
    match = PATH.fullmatch(request.path)
    if not match:
        return "", ""
    host = HOST.fullmatch(request.headers.get("host", ""))
    return match["shop"] or (host["shop"] if host else ""), match["rest"]


def operations(world: World, request: Request) -> tuple[str, ...]:
    """What faults call this request; control calls have no name, so no fault hits them."""
    if platform := registry.claiming(world, request):
        return platform.operations(request)
    _, rest = where(request)
    if rest == "oauth/access_token":
        return ("token",)
    match = GRAPHQL.fullmatch(rest)
    version = served(match["version"]) if match else None
    asked = answer.question(request.body, version) if version else None
    return asked.names if asked else ("none",)


# --- WSGI ----------------------------------------------------------------------------------------
class Dropped(ConnectionError):
    """The connection died instead of answering; `reply` says how."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        super().__init__(reply.delivery)


def application(world: World) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    """The sandbox as WSGI. What WSGI cannot say (a drop, a hang, a cut) is raised as Dropped."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        reply = handle(world, from_environ(environ))
        if reply.delivery not in ("whole", "delay", "drip"):
            raise Dropped(reply)
        headers = reply.headers | {"Content-Length": str(len(reply.body))}
        start_response(f"{reply.status} {reply.status}", list(headers.items()))
        return [reply.body]

    return app


def from_environ(environ: WSGIEnvironment) -> Request:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    headers = {key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key.startswith("HTTP_")}
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    body = environ["wsgi.input"].read(length) if length else b""
    query = environ.get("QUERY_STRING", "")
    return Request(environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""), headers, body, query=query)
