"""The rigs themselves: what they promise is there."""

from __future__ import annotations

import psycopg
import pytest
import redis

from tests.rigs import processes


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
