"""A ground of its own for a bench: a fresh database, a world, one shop, one person. Nothing of the installation."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from django.db import connection, connections

from sandbox.connections import open_shop
from sandbox.in_process import InProcess
from sandbox.world import World
from stores.kernel import clock
from stores.kernel.errors import RemoteThrottled
from stores.models import Connection, ConnectionHealth, Membership, Role, Store, StoreSync, User
from stores.platforms import registry
from stores.services import credentials, platform_client

T = TypeVar("T")
SHOP = "demo"


@dataclass
class Ground:
    """`world_path`: the simulator's own file, which survives any killed process."""

    folder: Path
    store: Store
    person: User

    @property
    def world_path(self) -> Path:
        return self.folder / "world.sqlite3"

    def world(self) -> World:
        """The world as this process sees it, mounted so that the shop is reached without a socket."""
        world = World.open(self.world_path)
        platform_client.forget_session(self.store.connection)
        platform_client.session_to(self.store.connection).session.mount("https://", InProcess(world))
        return world


@contextmanager
def ground(platform: str = "shopify") -> Iterator[Ground]:
    """Make everything and take it away again."""
    old_name = connection.settings_dict["NAME"]
    with tempfile.TemporaryDirectory(prefix="rescind-bench-") as folder:
        if connection.vendor == "sqlite":  # a file: forked workers must see the same rows
            connection.settings_dict["TEST"]["NAME"] = f"{folder}/bench.sqlite3"
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield _build(Path(folder), platform)
        finally:
            connections.close_all()
            connection.creation.destroy_test_db(old_name, verbosity=0)


def _build(folder: Path, platform: str) -> Ground:
    world = World.open(folder / "world.sqlite3")
    practice = open_shop(world, platform, SHOP)
    world.close()
    now, kind = clock.now(), registry.get(platform)
    account = Connection.objects.create(
        name="Bench",
        connector=platform,
        settings=practice.settings,
        granted_scopes=list(practice.scopes),
        created_at=now,
    )
    store = Store.objects.create(
        name="Bench",
        platform=platform,
        connection=account,
        currency=practice.currency,
        hold_seconds=0,
        created_at=now,
        is_sandbox=True,
    )
    health = ConnectionHealth(connection=account, bucket_size=kind.bucket_points)
    health.seconds_per_point = 1 / kind.points_per_second
    health.save()
    StoreSync.objects.create(store=store, phase="follow", fresh_at=now)
    credentials.keep(account, practice.secrets)
    person = User.objects.create_user("bench@example.com", None, name="Bench")
    Membership.objects.create(person=person, store=store, role=Role.ADMIN)
    return Ground(folder, store, person)


def patiently(act: Callable[[], T]) -> T:
    """Wait for a slot at the platform as often as it takes."""
    while True:
        try:
            return act()
        except RemoteThrottled as exc:
            clock.wait(exc.retry_after or 0.1)
