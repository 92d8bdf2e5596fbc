"""The demo's part of a start: the sandbox as a child, the demo made by its own command, the first owner's link."""

from __future__ import annotations

import os
from collections.abc import Callable

from django.conf import settings
from django.core.management.base import CommandError

from config.up import children, greeting, keeper, practice, prepare
from stores.models import User
from stores.services import people

if practice.is_here():
    from sandbox.demo import cast

SANDBOX_SECONDS = 30


def begin(kept: keeper.Keeper, port: int, say: Callable[[str], None]) -> list[greeting.Account]:
    """Start the sandbox, make the demo (once) and answer who can sign in. Raises CommandError."""
    sandbox_port = prepare.sandbox_port(port + 1)
    _announce(kept, f"http://127.0.0.1:{sandbox_port}")
    kept.start(children.sandbox(sandbox_port))
    for _ in range(SANDBOX_SECONDS * 10):
        if greeting.answers("127.0.0.1", sandbox_port, "/health"):
            break
        kept.tick()
        keeper.pause(0.1)
    else:
        raise CommandError(f"The sandbox did not answer within {SANDBOX_SECONDS} s. Look into {kept.logs}/sandbox.log")
    if kept.run(children.demo()):
        say("The demo could not be made in full; the desk starts all the same.")
    return [greeting.Account(person.role, person.email, person.password) for person in cast.CAST]


def start_link(address: str) -> str:
    """The one-time link that makes the owner; "" when somebody can sign in already."""
    if User.objects.filter(is_active=True).exists():
        return ""
    return f"{address}start/{people.invite_owner()}"


def _announce(kept: keeper.Keeper, url: str) -> None:
    """Every process, and every command typed later, must know where the sandbox answers."""
    settings.SANDBOX_URL = url
    os.environ["SANDBOX_URL"] = kept.env["SANDBOX_URL"] = url
    lines = {"DEMO": "1", "SECOND_FACTOR": "optional", "SANDBOX_URL": url}
    (settings.STATE_DIR / "demo.env").write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
