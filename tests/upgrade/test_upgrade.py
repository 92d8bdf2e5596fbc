"""The database of the version before, with cancellations in every state: migrated, and carried to their ends."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import cycle

import pytest
from django.core.management import call_command
from django.db import connection

from cancellations.intake import inbox
from cancellations.models import Attempt, Cancellation, Inbox, Preview, PrivateNote
from cancellations.services import decide, notes, submit
from cancellations.states import TERMINAL, CancellationState, StepState
from notifications import sender
from notifications.models import Delivery
from stores.audit import verify_audit
from stores.kernel import clock
from stores.kernel.security import vault
from stores.models import OrderRecord
from tests.upgrade import stored
from tests.upgrade.conftest import Upgrade
from tests.upgrade.stored import Case

MONEY = ("refund", "void")
WORDS = "stores_order_words"
SINCE = {
    "cancellations_copywatch": "cancellations_mirrorwatch",
    "stores_storehealth": "stores_connectionhealth",
    "stores_storesecret": "stores_connectionsecret",
}  # where the rows of a table stand that is gone
RESENT = (("died at intended", "shopify"), ("died at intended", "square"), ("throttled", "square"))  # by their key


def counted(table: str) -> Counter[str]:
    """How many rows stand in which state; no model of today knows the tables of then."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT state, count(*) FROM {table} GROUP BY state")
        return Counter(dict(cursor.fetchall()))


def one_of_each(cases: Iterable[Case]) -> list[Case]:
    """One for each name, from a shop and of a kind in turn: what `make test` has time for."""
    by_name = defaultdict(list)
    for case in cases:
        by_name[case.name].append(case)
    return [some[turn % len(some)] for some, turn in zip(by_name.values(), cycle(range(0, 60, 4)), strict=False)]


def finish(upgrade: Upgrade, cases: Iterable[Case]) -> list[Cancellation]:
    """What workers and people do until nothing is open: approve, wait, answer each question with *Try again*."""
    some = list(Cancellation.objects.filter(uuid__in=[case.uuid for case in cases]).select_related("order"))
    admin = upgrade.person("admin")
    for row in some:
        if row.state == "awaiting_approval":
            decide.approve(actor=admin, cancellation=row, fingerprint=row.fingerprint)
    upgrade.work(*some)
    for _ in range(3):
        for step in upgrade.questions(*some):
            decide.retry(actor=admin, step=step, reason="Looked at the shop: nothing is there")
        upgrade.work(*some)
    return some


def test_the_copy_stands_in_every_state(upgrade: Upgrade) -> None:
    assert set(counted("cancellations_cancellation")) == set(CancellationState)
    assert set(counted("cancellations_step")) == set(StepState) - {"settled", "skipped"}
    assert counted("cancellations_inbox")["waiting"]
    assert counted("notifications_delivery")["pending"]
    assert len({case.platform for case in upgrade.cases}) > 3


@pytest.mark.postgres
def test_its_chains_were_whole_and_stay_as_they_are(upgrade: Upgrade) -> None:
    before, after = upgrade.folder / "audit.jsonl", upgrade.folder / "after.jsonl"
    key = (upgrade.folder / "key.txt").read_text().strip()
    assert verify_audit.main([str(before), "--key", key, "--checkpoints", str(upgrade.folder / "audit")]) == 0

    upgrade.forward()

    call_command("audit", "verify")
    call_command("audit", "export", out=after)
    assert set(before.read_text().splitlines()) <= set(after.read_text().splitlines())


def guards() -> set[str]:
    """What refuses a change of what is written once, by name."""
    asked = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with connection.cursor() as cursor:
        cursor.execute(asked[connection.vendor])
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.postgres
def test_what_guards_the_audit_rows_is_there_afterwards(upgrade: Upgrade) -> None:
    before = guards()

    upgrade.forward()

    assert {name for name in before if "audit" in name or "checkpoint" in name}
    assert before <= guards()


def test_every_secret_opens(upgrade: Upgrade) -> None:
    upgrade.forward()

    assert {notes.read(note) for note in PrivateNote.objects.all()} >= {"Rang: changed her mind"}
    opened = [vault.unseal(bytes(row.body), bound_to=row.bound_to) for row in Attempt.objects.all()]
    opened += [vault.unseal(bytes(row.body), bound_to=row.bound_to) for row in Inbox.objects.all()]
    assert sum(map(bool, opened)) > len(opened) / 2  # some requests have no body


@pytest.mark.postgres
@pytest.mark.parametrize(
    "choose", [one_of_each, pytest.param(list, marks=pytest.mark.prove)], ids=["one_of_each", "all"]
)
def test_what_was_open_finishes_and_each_effect_happens_once(upgrade: Upgrade, choose) -> None:
    upgrade.forward()
    ended = {row.pk: len(upgrade.effects(row)) for row in Cancellation.objects.filter(state__in=TERMINAL)}

    for row in finish(upgrade, choose(upgrade.cases)):
        made = Counter(effect.kind for effect in upgrade.effects(row) if effect.cause != "staff")
        applied = Counter(step.kind for step in row.steps.filter(state=StepState.APPLIED))
        assert row.state in TERMINAL, row.trouble
        assert {kind: made[kind] for kind in MONEY} == {kind: applied[kind] for kind in MONEY}
        assert made["cancel"] == applied["cancel"]
        if row.pk in ended:
            assert len(upgrade.effects(row)) == ended[row.pk]
        else:
            assert (row.state, row.differs) == ("done", False), row.receipt
    call_command("audit", "checkpoint")
    call_command("audit", "verify")


@pytest.mark.parametrize(("name", "platform"), RESENT)
def test_a_running_one_is_sent_again_with_its_stored_bytes(upgrade: Upgrade, name: str, platform: str) -> None:
    upgrade.forward()
    row = upgrade.named(name, platform)
    stored = row.steps.get(kind="refund").attempts.get()
    bytes_before = vault.unseal(bytes(stored.body), bound_to=stored.bound_to)

    upgrade.work(row)

    sent = row.steps.get(kind="refund").attempts.filter(generation=1)
    assert row.state == "done", row.trouble
    assert sent.count() == 2
    assert {vault.unseal(bytes(one.body), bound_to=one.bound_to) for one in sent} == {bytes_before}
    assert {one.key for one in sent} == {stored.key}


@pytest.mark.parametrize("platform", ["shopify", "woocommerce", "square", "magento"])
def test_a_preview_nobody_had_confirmed_can_be_confirmed(upgrade: Upgrade, platform: str) -> None:
    upgrade.forward()
    seen = Preview.objects.get(cancellation=None, store__platform=platform)

    row = submit.confirm(actor=upgrade.person("staff"), seen=seen)
    upgrade.work(row)

    assert row.state == "done", row.trouble


def test_what_came_in_is_read_and_what_was_to_be_told_is_told(upgrade: Upgrade) -> None:
    upgrade.forward()
    known = OrderRecord.objects.count()

    for pk in Inbox.objects.filter(state="waiting").values_list("pk", flat=True):
        inbox.handle(pk)
    upgrade.travel(60)
    for uuid in sender.due(clock.now(), 100):
        sender.deliver(uuid)

    assert set(Inbox.objects.values_list("state", flat=True)) == {"read"}
    assert OrderRecord.objects.count() == known
    assert not Delivery.objects.filter(state="pending").exists()


@pytest.mark.postgres
def test_it_can_be_migrated_back_and_forward_again(upgrade: Upgrade) -> None:
    was, before = stored.standing(), rows()
    upgrade.forward()

    stored.back(was)

    assert (stored.standing(), rows()) == (was, before)
    upgrade.forward()
    call_command("audit", "verify")


@pytest.mark.prove
def test_the_last_migration_of_the_version_before_can_be_undone_as_well(upgrade: Upgrade) -> None:
    was, before = stored.standing(), rows()

    stored.back(stored.one_before(was))

    assert stored.standing() != was
    upgrade.forward()
    now = rows()
    assert {table: now[SINCE.get(table, table)] for table in before} == before
    call_command("audit", "verify")


def rows() -> dict[str, int]:
    """How many there are in each table of ours; how the search index cuts itself into blocks is its own affair."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        names = [name for name in tables if name.startswith(stored.OURS) and not name.startswith(f"{WORDS}_")]
        found = {}
        for name in names:
            cursor.execute(f"SELECT count(*) FROM {name}")
            found[name] = cursor.fetchone()[0]
    return found
