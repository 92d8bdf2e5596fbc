"""The sandbox as a child, the demo made by its own command, the first owner's link."""

from __future__ import annotations

import os
from collections.abc import Callable

from django.conf import settings
from django.core.management.base import CommandError

from config.up import children, greeting, keeper, practice, prepare
from stores.models import User
from stores.services import people
from stores.services import practice as practice_shops

if practice.is_here():
    from sandbox.demo import cast

SANDBOX_SECONDS = 30
Say = Callable[[str], None]


def serve(kept: keeper.Keeper, port: int, say: Say) -> None:
    """Start the sandbox, and point practice shops of an earlier start to it. Raises CommandError."""
    sandbox_port = prepare.sandbox_port(port + 1)
    url = f"http://127.0.0.1:{sandbox_port}"
    say(f"Sandbox with practice shops: {url} (another port: SANDBOX_PORT={sandbox_port + 1} make run)")
    _announce(kept, url)
    practice_shops.follow(url)
    kept.start(children.sandbox(sandbox_port))
    for _ in range(SANDBOX_SECONDS * 10):
        if greeting.answers("127.0.0.1", sandbox_port, "/health"):
            return
        kept.tick()
        keeper.pause(0.1)
    raise CommandError(f"The sandbox did not answer within {SANDBOX_SECONDS} s. Look into {kept.logs}/sandbox.log")


def make(kept: keeper.Keeper, say: Say) -> list[greeting.Account]:
    """Make the demo (once) and answer who can sign in."""
    say("Demo: people, shops, orders and cancellations (the first time about half a minute) ...")
    if kept.run(children.demo()):
        say("The demo could not be made in full; the desk starts all the same.")
    return [greeting.Account(person.role, person.email, person.password) for person in cast.CAST]


def unserved(kept: keeper.Keeper) -> None:
    """No process may think that a sandbox answers where one did at an earlier start."""
    (settings.STATE_DIR / "practice.env").unlink(missing_ok=True)
    if not settings.DEMO:
        settings.SANDBOX_URL = os.environ["SANDBOX_URL"] = kept.env["SANDBOX_URL"] = ""


def start_link(address: str) -> str:
    """The one-time link that makes the owner; "" when somebody can sign in already."""
    if User.objects.filter(is_active=True).exists():
        return ""
    return f"{address}start/{people.invite_owner()}"


def _announce(kept: keeper.Keeper, url: str) -> None:
    """Every process, and every command typed later, must know where the sandbox answers."""
    settings.SANDBOX_URL = url
    os.environ["SANDBOX_URL"] = kept.env["SANDBOX_URL"] = url
    lines = {"DEMO": "1", "SECOND_FACTOR": "optional"} if settings.DEMO else {}
    file = "demo.env" if settings.DEMO else "practice.env"
    told = (lines | {"SANDBOX_URL": url}).items()
    (settings.STATE_DIR / file).write_text("".join(f"{name}={value}\n" for name, value in told))
