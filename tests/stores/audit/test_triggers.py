from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from stores.audit import checkpoints
from stores.models import AuditChain, AuditEvent, Checkpoint
from tests.rigs.audit import unguarded
from tests.stores.audit.test_trail import record


@pytest.fixture
def _written(db):
    record(), record()
    assert checkpoints.take_all() == 1


@pytest.mark.usefixtures("_written")
@pytest.mark.parametrize("model", [AuditEvent, Checkpoint])
class TestWrittenOnce:
    def test_an_update_is_refused(self, model):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            model.objects.update(seq=99)

    def test_a_delete_is_refused(self, model):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            model.objects.all().delete()

    def test_emptying_is_refused(self, model):
        statement = "TRUNCATE {} CASCADE" if connection.vendor == "postgresql" else "DELETE FROM {}"
        connection.check_constraints()  # or PostgreSQL refuses for another reason: deferred checks of our inserts
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(model._meta.db_table))

    def test_who_lifts_the_triggers_can_and_they_come_back(self, model):
        with unguarded():
            model.objects.filter(seq=1).delete()

        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.all().delete()


REPLACING = {
    "an entry by its row": "REPLACE INTO stores_auditevent SELECT * FROM stores_auditevent WHERE seq = 1",
    "an entry by its place": "REPLACE INTO stores_auditevent "
    "(chain_id, seq, at, actor, kind, object, body, prev, hash) "
    "SELECT chain_id, seq, at, 'console', kind, object, body, prev, hash FROM stores_auditevent WHERE seq = 1",
    "a checkpoint by its row": "INSERT OR REPLACE INTO stores_checkpoint SELECT * FROM stores_checkpoint",
    "a checkpoint by its place": "INSERT OR REPLACE INTO stores_checkpoint "
    "(chain_id, seq, head, at, text, signature, key_id) "
    "SELECT chain_id, seq, head, at, '{}', signature, key_id FROM stores_checkpoint",
    "a chain by its name": "REPLACE INTO stores_auditchain (name, store_id, seq, head) VALUES ('system', NULL, 0, '')",
    "an entry, updating": "INSERT INTO stores_auditevent SELECT * FROM stores_auditevent WHERE seq = 1 "
    "ON CONFLICT (id) DO UPDATE SET actor = 'console'",
    "a chain's end": "UPDATE stores_auditchain SET seq = seq - 1",
    "a chain's name": "UPDATE stores_auditchain SET name = 'elsewhere', seq = seq + 1",
    "a chain": "DELETE FROM stores_auditchain",
    "all chains": "TRUNCATE stores_auditchain CASCADE",
}


UNKNOWN = "TRUNCATE" if connection.vendor == "sqlite" else "REPLACE "


@pytest.mark.usefixtures("_written")
@pytest.mark.parametrize("way", [way for way, statement in REPLACING.items() if UNKNOWN not in statement])
def test_a_place_is_taken_once_and_a_chain_only_moves_on(way):
    statement = REPLACING[way]
    if connection.vendor == "sqlite":
        statement = statement.replace(" ON CONFLICT", " AND true ON CONFLICT")
    connection.check_constraints()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_the_triggers_can_be_migrated_away_and_back():
    before = [("stores", "0002_note_how_chains_were_checked")]
    latest = [node for node in MigrationExecutor(connection).loader.graph.leaf_nodes()]
    MigrationExecutor(connection).migrate(before)
    try:
        record()
        AuditEvent.objects.all().delete()
        AuditChain.objects.all().delete()
    finally:
        MigrationExecutor(connection).migrate(latest)

    record()

    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEvent.objects.all().delete()
