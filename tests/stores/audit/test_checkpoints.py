from __future__ import annotations

import base64
import json
from hashlib import sha256
from unittest.mock import Mock

import pytest

from cancellations.scheduler import watchdog
from config import start
from config.celery import keep_watch
from stores.audit import checkpoints, files, keys, rounds
from stores.audit.verify_audit import Problem
from stores.kernel import clock
from stores.models import AuditChain, AuditEvent, Checkpoint
from stores.services import timekeeper
from tests import make
from tests.rigs.audit import unguarded
from tests.stores.audit.test_trail import record

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(db):
    store = make.store("Acrylic Studio")
    for _ in range(3):
        record(store=store)
    return AuditChain.objects.get(store=store)


def test_a_checkpoint_is_signed_told_and_exported(chain, export_dir):
    checkpoints.take_all()

    kept = Checkpoint.objects.get(chain=chain)
    keys.public_keys()[kept.key_id].verify(base64.b64decode(kept.signature), kept.text.encode())
    said = json.loads(kept.text)
    assert (said["chain"], said["seq"], said["head"], said["prev_checkpoint"]) == (chain.name, 3, chain.head, "0" * 64)
    assert json.loads((export_dir / chain.name / "000000000003.json").read_text()) == checkpoints.line(kept)
    told = AuditEvent.objects.filter(kind="audit.checkpoint").order_by("pk")[0]
    assert (told.chain.name, told.object, told.actor) == ("system", f"chain:{chain.name}", "rescind")
    assert json.loads(told.body) == {"up_to": 3, "head": chain.head}


def test_nothing_is_signed_twice(chain):
    assert checkpoints.take_all() == 2  # the shop's and the system's, which was told of it
    assert checkpoints.take_all() == 1  # the system's, which was told of its own
    assert checkpoints.take(AuditChain.objects.get(pk=chain.pk)) is None


def test_many_events_do_not_wait_for_the_hour(chain, settings):
    checkpoints.take(chain)
    settings.CHECKPOINT_EVENTS = 3
    record(store=chain.store), record(store=chain.store)
    assert not checkpoints.is_due(AuditChain.objects.get(pk=chain.pk), clock.now())

    record(store=chain.store)

    assert checkpoints.is_due(AuditChain.objects.get(pk=chain.pk), clock.now())


def test_each_names_the_one_before(chain):
    first = checkpoints.take(chain)
    record(store=chain.store)
    second = checkpoints.take(chain)

    assert first is not None
    assert second is not None
    digest = sha256(first.text.encode()).hexdigest()
    assert json.loads(second.text)["prev_checkpoint"] == digest


def test_a_file_that_was_lost_is_written_again(chain, export_dir):
    checkpoints.take(chain)
    assert checkpoints.export_missing() == 1
    assert checkpoints.export_missing() == 0
    (export_dir / chain.name / "000000000003.json").unlink()

    assert checkpoints.export_missing() == 1


def test_a_worker_writes_out_what_the_one_before_it_signed_when_it_was_killed(chain, export_dir, monkeypatch):
    for room, name in ((start, "look_at_database"), (timekeeper, "start"), (watchdog, "start")):
        monkeypatch.setattr(room, name, Mock())
    checkpoints.take(chain)
    assert not list(export_dir.rglob("*.json"))

    keep_watch()

    assert (export_dir / chain.name / "000000000003.json").exists()


def test_a_disk_that_is_away_stops_no_worker(chain, monkeypatch):
    checkpoints.take(chain)
    monkeypatch.setattr(files, "write", Mock(side_effect=OSError("no room")))

    rounds.begin()

    assert files.write.called


def test_what_comes_behind_a_break_is_signed_too(chain):
    with unguarded():
        AuditEvent.objects.filter(chain=chain, seq=2).update(actor="console")

    assert checkpoints.broken_tail(chain) == Problem(chain.name, 2, "was changed after it was written")
    assert checkpoints.take(chain) is not None


@pytest.mark.parametrize("change", [{"head": "f" * 64}, {"seq": 2}], ids=["head", "seq"])
def test_an_end_that_nobody_can_tell_is_not_signed(chain, change):
    with unguarded():
        AuditChain.objects.filter(pk=chain.pk).update(**change)

    assert checkpoints.take(chain) is None


@pytest.mark.parametrize("change", [{"seq": 77}, {"text": "{"}, {"head": "f" * 64}, {"at": "soon"}, {"key_id": "no"}])
def test_a_spoilt_checkpoint_stops_no_later_one(chain, change):
    first = checkpoints.take(chain)
    record(store=chain.store)
    second = checkpoints.take(chain)
    with unguarded():
        Checkpoint.objects.filter(pk=second.pk).update(**change)
    record(store=chain.store)

    third = checkpoints.take(chain)

    assert json.loads(third.text)["prev_checkpoint"] == sha256(first.text.encode()).hexdigest()


def test_without_a_key_nobody_is_believed(settings):
    settings.AUDIT_KEY = ""

    assert keys.public_keys() == {}


def test_an_older_key_is_still_believed(chain, settings):
    old = keys.public_texts()
    settings.AUDIT_KEY = settings.AUDIT_KEY.replace("t1:", "t2:").replace("YWFh", "YmJi")
    settings.AUDIT_OLD_PUBLIC_KEYS = old

    assert sorted(keys.public_keys()) == ["t1", "t2"]
    assert len(set(keys.public_texts())) == 2
