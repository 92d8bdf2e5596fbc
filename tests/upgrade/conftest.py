"""The stored copy as the database, its outer world within reach, and time standing where the copy was made."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.conf import settings as django_settings

from cancellations.execution import executor
from cancellations.models import Cancellation, Step
from cancellations.states import CLAIMABLE, TERMINAL, StepState
from sandbox.core.ledger import Effect
from sandbox.in_process import InProcess
from sandbox.world import World
from stores.kernel import clock
from stores.models import Store, User
from stores.services import platform_client
from tests.upgrade import stored
from tests.upgrade.stored import Case

HOURS = 60  # a step that nobody settles is looked up for 48
MOVING = ("held", "running", "verifying", "needs_operator")


@dataclass
class Moved:
    """The copy after all migrations: the first test that goes forward makes it, the others are given one like it."""

    name: str  # of a database (SQLite: file)
    is_kept: bool = False
    last: Upgrade | None = None

    def forward(self, *, of: Upgrade) -> None:
        server, is_first, self.last = os.environ.get("DATABASE_URL", ""), of is not self.last, of
        if self.is_kept and is_first:
            stored.put(server, self.name)
            return
        stored.forward()
        if is_first:
            stored.keep(server, self.name)
            self.is_kept = True


@dataclass
class Upgrade:
    """The copy, as the version before left it until `forward` is called; then the desk of today on it."""

    folder: Path
    cases: list[Case]
    traveller: time_machine.Traveller
    world: World
    moved: Moved
    stores: list[Store] = field(default_factory=list)

    def forward(self) -> None:
        """All migrations there are; then the shops answer again."""
        self.moved.forward(of=self)
        self.stores = list(Store.objects.all())
        for store in self.stores:
            platform_client.session_to(store.connection).session.mount("https://", InProcess(self.world))

    def close(self) -> None:
        for store in self.stores:
            platform_client.forget_session(store.connection)
        self.world.close()

    def person(self, name: str) -> User:
        return User.objects.get(email=f"{name}@example.com")

    def named(self, name: str, platform: str = "shopify", kind: str = "refund") -> Cancellation:
        wanted = (name, platform, kind)
        uuid = next(case.uuid for case in self.cases if (case.name, case.platform, case.kind) == wanted)
        return Cancellation.objects.get(uuid=uuid)

    def effects(self, cancellation: Cancellation) -> list[Effect]:
        """What happened in the outer world to its order, whoever did it."""
        return self.world.effects(cancellation.order.external_id)

    def work(self, *some: Cancellation, hours: float = HOURS) -> None:
        """The workers' part for these, from due moment to due moment."""
        end = clock.now() + timedelta(hours=hours)
        while True:
            due = self._due([row.pk for row in some])
            for uuid in [uuid for uuid, at in due.items() if at <= clock.now()]:
                executor.advance(uuid)
            first = min(self._due([row.pk for row in some]).values(), default=None)
            if first is None or first > end:
                break
            if first > clock.now():
                self.travel((first - clock.now()).total_seconds() + 0.001)
        for row in some:
            row.refresh_from_db()

    def _due(self, some: Sequence[int]) -> dict[UUID, datetime]:
        """When each of them is next for a worker; those that wait for a person are left out."""
        due: dict[UUID, datetime] = {}
        for row in Cancellation.objects.filter(pk__in=some, state__in=MOVING).prefetch_related("steps"):
            moments = [row.held_until] if row.state == "held" and row.held_until else []
            for step in row.steps.all() if row.state != "held" else ():
                if step.state in CLAIMABLE and step.next_attempt_at:
                    moments.append(max(step.next_attempt_at, step.lease_until or step.next_attempt_at))
            if moments:
                due[row.uuid] = min(moments)
        return due

    def questions(self, *some: Cancellation) -> list[Step]:
        """Steps of these that wait for a person."""
        waits = [StepState.NEEDS_PERSON, StepState.REFUSED]
        steps = Step.objects.filter(cancellation__in=some, state__in=waits).exclude(cancellation__state__in=TERMINAL)
        return list(steps.select_related("cancellation__store").order_by("pk"))

    def travel(self, seconds: float) -> None:
        self.traveller.shift(timedelta(seconds=seconds))


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: Any, django_db_blocker: Any) -> Iterator[str]:
    """On PostgreSQL: the name of a database with the copy's rows, made once. On SQLite the copy is one."""
    if django_settings.IS_SQLITE:
        yield ""
        return
    folder = tmp_path_factory.mktemp("copy")
    stored.unpack(folder)
    with django_db_blocker.unblock(), stored.on_postgres(os.environ["DATABASE_URL"], folder) as name:
        yield name


@pytest.fixture(scope="session")
def moved(tmp_path_factory: Any, loaded: str) -> Iterator[Moved]:
    made = Moved(f"{loaded}_moved" if loaded else str(tmp_path_factory.mktemp("moved") / "rescind.sqlite3"))
    yield made
    if loaded:
        stored.drop(os.environ["DATABASE_URL"], made.name)


@contextmanager
def _database(folder: Path, loaded: str) -> Iterator[None]:
    """One of the test's own."""
    with ExitStack() as kept:
        file = str(folder / "rescind.sqlite3")
        name = kept.enter_context(stored.another(os.environ["DATABASE_URL"], loaded)) if loaded else file
        kept.enter_context(stored.as_database(name))
        yield


@pytest.fixture
def upgrade(
    tmp_path: Path,
    loaded: str,
    moved: Moved,
    django_db_blocker: Any,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> Iterator[Upgrade]:
    """At the migrations of the version before; `upgrade.forward()` is the upgrade."""
    at, cases = stored.unpack(tmp_path)
    settings.AUDIT_EXPORT_DIR = str(tmp_path / "audit")
    with (
        django_db_blocker.unblock(),
        time_machine.travel(at, tick=False) as traveller,
        _database(tmp_path, loaded),
    ):
        world = World.open(str(tmp_path / "world.sqlite3"))
        made = Upgrade(tmp_path, cases, traveller, world, moved)
        monkeypatch.setattr(clock, "wait", made.travel)
        yield made
        made.close()
