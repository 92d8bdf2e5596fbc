from __future__ import annotations

import pytest
from django.core import checks
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from stores.selectors import word_index


def found() -> list[checks.CheckMessage]:
    messages = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    return [message for message in messages if message.id == "rescind.W021"]


def lose_the_index() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for trigger in ("added", "removed", "changed"):
                cursor.execute(f"DROP TRIGGER stores_order_words_{trigger}")
            cursor.execute("DROP TABLE stores_order_words")
        else:
            cursor.execute("DROP INDEX IF EXISTS stores_order_words")


@pytest.mark.django_db
@pytest.mark.postgres
def test_a_missing_search_index_is_told_with_its_price_and_the_way_to_it() -> None:
    assert bool(found()) is not word_index.stands(connection)

    lose_the_index()

    (message,) = found()
    assert "reads every order" in (message.hint or "")
    assert "manage.py search_index" in (message.hint or "")
    assert ("CREATE EXTENSION pg_trgm" in (message.hint or "")) is (connection.vendor == "postgresql")


@pytest.mark.django_db
def test_nothing_is_asked_before_the_first_migration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.introspection, "table_names", lambda *_: [])
    lose_the_index()

    assert found() == []


@pytest.mark.django_db
def test_the_command_makes_it(capsys: pytest.CaptureFixture[str]) -> None:
    if not word_index.stands(connection):
        pytest.skip("this database cannot have it")
    call_command("search_index")
    lose_the_index()

    call_command("search_index")

    assert capsys.readouterr().out.splitlines() == ["The index stands.", "The index is made."]
    assert word_index.stands(connection)


@pytest.mark.django_db
@pytest.mark.postgres(only=True)
def test_the_command_says_what_it_lacks() -> None:
    if word_index.stands(connection):
        pytest.skip("this PostgreSQL has pg_trgm")

    with pytest.raises(CommandError, match="CREATE EXTENSION pg_trgm"):
        call_command("search_index")
