from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from config.logging import MOST_A_MINUTE, SERVER, JsonLines, Repeats
from stores.kernel.context import request_id
from stores.kernel.security import redaction


def line(
    message: str = "refund sent", *args: object, error: BaseException | None = None, **extra: object
) -> dict[str, Any]:
    record = logging.getLogger("stores.test").makeRecord(
        "stores.test", logging.WARNING, __file__, 1, message, args, None, extra=extra
    )
    if error:
        record.exc_info = (type(error), error, error.__traceback__)
    text = JsonLines().format(record)
    assert "\n" not in text
    assert "\r" not in text
    return dict(json.loads(text))


def test_a_line_carries_time_level_logger_message_and_request() -> None:
    token = request_id.set("req-12345678")
    try:
        said = line()
    finally:
        request_id.reset(token)

    assert said["at"].endswith("+00:00")
    assert (said["level"], said["logger"], said["message"]) == ("warning", "stores.test", "refund sent")
    assert said["request_id"] == "req-12345678"


def test_only_listed_fields_come_through() -> None:
    said = line(store="s1", step=7, customer="Ada Novak", body="{}", authorization="Bearer x", headers={"a": "b"})

    assert (said["store"], said["step"]) == ("s1", "7")
    assert not {"customer", "body", "authorization", "headers"} & set(said)


def test_arguments_of_a_message_stay_out() -> None:
    said = line("order of %s", "Ada Novak")

    assert "Ada" not in json.dumps(said)


def test_line_breaks_cannot_forge_a_second_line() -> None:
    said = line(topic='orders\r\n{"level": "error", "message": "forged"}')

    assert said["topic"].startswith("orders\r\n")  # one line of JSON: `line` saw no raw break


def test_an_error_shows_its_kind_and_place_but_not_its_words() -> None:
    try:
        raise ValueError("card of Ada Novak refused")
    except ValueError as exc:
        said = line(error=exc)

    assert said["error"] == "ValueError"
    assert said["where"][-1].startswith("test_logging.py:")
    assert "Ada" not in json.dumps(said)


def test_what_has_no_error_says_nothing_of_one() -> None:
    assert "error" not in line()


def record(name: str = "stores.test", *, line: int = 1, created: float = 600.0, **extra: object) -> logging.LogRecord:
    made = logging.getLogger(name).makeRecord(name, logging.WARNING, __file__, line, "again", (), None, extra=extra)
    made.created = created
    return made


def test_the_same_again_and_again_is_counted_and_not_written() -> None:
    repeats = Repeats()

    written = [repeats.filter(record(path=f"/{number}")) for number in range(500)]
    another, later = record(line=2), record(created=661.0)

    assert sum(written) == MOST_A_MINUTE
    assert repeats.filter(another)
    assert repeats.filter(later)
    assert later.__dict__["repeated"] == 500 - MOST_A_MINUTE
    assert "repeated" not in another.__dict__


def test_one_value_cannot_fill_the_disk() -> None:
    assert len(json.dumps(line("a" * 90_000, path="/" + "b" * 90_000))) < 3000


@pytest.mark.parametrize(
    "said",
    ["Invalid request from ip=192.0.2.7: Invalid HTTP request line: '/hooks/secret'", "Error handling request %s"],
)
def test_the_servers_own_lines_hold_nobodys_address(said: str) -> None:
    made = logging.getLogger(SERVER).makeRecord(SERVER, logging.WARNING, __file__, 1, said, (), None)
    if "%s" in said:
        made.args = ("/hooks/secret?email=ada@example.com",)

    text = JsonLines().format(made)

    assert not [word for word in ("192.0.2.7", "secret", "ada@") if word in text]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/hooks/abc?x=1", "/hooks/…"),
        ("/start/abc/more", "/start/…/…"),
        ("/join/abc", "/join/…"),
        ("/account/password/reset/key/1a-secret/", "/account/password/reset/key/…"),
        ("/orders/7f3a9c21-0000-4000-8000-000000000000", "/orders/7f3a9c21-0000-4000-8000-000000000000"),
        ("/cancellations/x/steps/2/retry", "/cancellations/x/steps/2/retry"),
        ("/nowhere/" + "k" * 43, "/nowhere/…"),
        ("/ada@example.com", "/[redacted]"),
        ("/a\r\nb", "/a\\x0d\\x0ab"),
    ],
)
def test_a_path_keeps_its_page_and_loses_what_opens_doors(path: str, told: str) -> None:
    assert redaction.address(path) == told


SAID = (
    "Task %(name)s[%(id)s] %(description)s: %(exc)s", "Task %(name)s[%(id)s] retry: %(exc)s",
    "Task %(name)s[%(id)s] succeeded in 1s: %(return_value)s", "%(args)s %(kwargs)s",
)  # fmt: skip


@pytest.mark.parametrize("said", SAID)
def test_a_failed_task_is_named_without_the_words_of_its_error(said: str) -> None:
    context = {
        "name": "stores.sync", "id": "abcd1234", "description": "raised unexpected", "traceback": "Ada Novak",
        "exc": "ValueError('Ada Novak, 1 High Street')", "return_value": "Ada Novak", "args": "('Ada Novak',)",
        "kwargs": "{'a': 'Ada Novak'}",
    }  # fmt: skip
    record = logging.getLogger("celery").makeRecord("celery.app.trace", 40, "f", 1, said, (context,), None)

    text = JsonLines().format(record)

    assert "Ada" not in text
    assert "stores.sync[abcd1234]" in text or "args" in said
    assert record.args == context  # the next handler's message is its own business
