"""The simulator as a process of its own, on a port of its own: real HTTP between the desk and it."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from sandbox.benches.ground import SHOP, Ground
from sandbox.connections import open_shop
from sandbox.world import World
from stores.kernel import clock
from stores.services import platform_client


@contextmanager
def served(place: Ground) -> Iterator[None]:
    """The ground's shop, reached over HTTP while the block runs."""
    port = free_port()
    settings.SANDBOX_URL = f"http://127.0.0.1:{port}"
    command = [sys.executable, "manage.py", "sandbox", "serve", "--port", str(port), "--world", str(place.world_path)]
    server = subprocess.Popen(command, cwd=settings.BASE_DIR)  # noqa: S603  our own command
    try:
        wait_for(port)
        world = World.open(place.world_path)
        account = place.store.connection
        account.settings = open_shop(world, place.store.platform, SHOP, base=settings.SANDBOX_URL).settings
        account.save()
        world.close()
        platform_client.forget_session(account)
        yield
    finally:
        server.terminate()
        server.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Until somebody listens there; at most 30 s."""
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        clock.wait(0.1)
    raise TimeoutError(f"nobody listens on {port}")


def points(world: World) -> float:
    """What the platform counts: points where it has them, calls where it has not."""
    counters = world.counters()
    return sum(counters["cost"].values()) or sum(counters["requests"].values())
