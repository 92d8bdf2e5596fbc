"""Practice shops for the people of the desk: opened and filled in the sandbox, then connected like any other.

Imported where one is wanted, and only where `practice.is_served()`: it loads every simulator.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from sandbox import connections as practised
from sandbox.world import World
from stores.models import Store, StoreState, User
from stores.platforms import registry
from stores.services import connections

ORDERS = 100


def connect(owner: User, platform: str) -> tuple[Store, bool]:
    """A practice shop of this platform, and whether it is new: there is one at a time.

    Raises KeyError for a platform without a simulator, else as `connections.connect`.
    """
    name = _("Practice %(platform)s") % {"platform": registry.get(platform).label}
    known = Store.objects.filter(platform=platform, is_sandbox=True, removed_at=None)
    store = known.filter(name=name).exclude(state=StoreState.DISCONNECTED).first()
    if store is not None:
        return store, False
    world = World.open(settings.STATE_DIR / "sandbox.sqlite3")
    try:
        inside = _unused(practised.of(world, platform))
        shop = practised.open_shop(world, platform, inside, base=settings.SANDBOX_URL)
        practised.of(world, platform).populate(inside, ORDERS)
    finally:
        world.close()
    return connections.connect(owner, platform, name, shop.settings, shop.secrets), True


def _unused(simulator: Any) -> str:
    """The sandbox's name of a shop that nobody opened yet."""
    number = 1
    while simulator.shop(f"practice{number}"):
        number += 1
    return f"practice{number}"
