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


@pytest.mark.django_db(transaction=True)
def test_the_triggers_can_be_migrated_away_and_back():
    before = [("stores", "0002_note_how_chains_were_checked")]
    latest = [node for node in MigrationExecutor(connection).loader.graph.leaf_nodes()]
    MigrationExecutor(connection).migrate(before)
    try:
        record()
        AuditEvent.objects.all().delete()
    finally:
        MigrationExecutor(connection).migrate(latest)
    AuditChain.objects.all().delete()

    record()

    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEvent.objects.all().delete()
