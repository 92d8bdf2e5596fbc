from __future__ import annotations

import json
import logging
from typing import Any

from config.logging import JsonLines
from stores.kernel.context import request_id


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
