"""The rigs themselves: what they promise is there."""

from __future__ import annotations

import psycopg
import pytest
import redis

from tests.rigs import parts, processes


def test_postgres_of_the_rig_answers(pg_url: str) -> None:
    with psycopg.connect(pg_url) as line:
        assert line.execute("SELECT 1").fetchone() == (1,)


def test_redis_of_the_rig_answers(redis_url: str) -> None:
    assert redis.Redis.from_url(redis_url).ping()


def test_until_names_what_it_waited_for() -> None:
    with pytest.raises(TimeoutError, match="the moon"):
        processes.until(lambda: False, seconds=0.2, what="the moon")


@pytest.mark.django_db(transaction=True)
def test_browser_opens_a_page_of_the_live_server(page, live_server) -> None:  # type: ignore[no-untyped-def]
    answer = page.goto(f"{live_server.url}/alive")

    assert answer.status == 200
    assert page.inner_text("body") == "ok"


def test_a_file_holds_a_mark_by_its_own_words_or_by_what_it_imports() -> None:
    journey, page = parts.TESTS / "journeys" / "test_desk.py", parts.TESTS / "browser" / "test_keyboard.py"

    assert all(parts.may_hold(journey, mark) for mark in ("live", "postgres", "prove"))
    assert parts.may_hold(page, "live")  # by the conftest beside it
    assert not parts.may_hold(parts.TESTS / "house" / "test_names.py", "live")
    assert set(parts.files_of("postgres", "live")) < set(parts.files_of("postgres"))
