"""The HTTP door, without sockets: a request in, a reply out, and the WSGI application around it.

/health      /control/… (control_api)      everything else: the simulator that claims it by path or by host
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from sandbox.core import control_api, fault_replies, faults
from sandbox.core.messages import Reply, Request, json_reply
from sandbox.core.world import World


def handle(world: World, request: Request) -> Reply:
    """Answers one request, with whatever fault is armed for it; calls to the sandbox itself have none."""
    world.tick()
    if request.path == "/health":
        return json_reply(200, {"ok": True})
    if request.path.startswith(control_api.PREFIX):
        return control_api.reply(world, request)
    simulator = world.claiming(request)
    fault = faults.spend(world.store, simulator.operations(request) if simulator else ("none",))
    return fault_replies.reply(world, request, fault) if fault else world.answer(request)


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
