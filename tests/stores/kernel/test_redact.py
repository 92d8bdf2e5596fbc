"""Nothing secret and nothing personal passes into a log or an attempt."""

from __future__ import annotations

import json
import logging
from decimal import Decimal

import pytest

from stores.kernel.security import redaction

SECRETS = ["shpat_0123456789abcdef", "shpss_0123456789abcdef", "sk_live_abcdefghijklmnop", "xoxb-1234-abcdefgh",
           "Bearer abc.def.ghi-jkl", "https://user:secret@example.com/", "anna@example.com",
           "client_secret=hunter2"]  # fmt: skip


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_in_a_text_is_masked(secret):
    said = redaction.text(f"before {secret} after")

    assert redaction.MASK in said
    assert not {"hunter2", "secret@", "0123456789abcdef", "anna"} & set(said.split())
    assert secret not in said


def test_a_line_break_cannot_forge_a_log_line():
    assert "\n" not in redaction.text("one\nlevel=error two\r")


def test_headers_that_carry_secrets_are_left_out():
    given = {"X-Shopify-Access-Token": "shpat_x", "Authorization": "Bearer x", "Content-Type": "application/json"}

    assert redaction.headers(given) == {"Content-Type": "application/json"}


def test_an_answer_keeps_structure_and_amounts_and_loses_people():
    order = {"id": "gid://shopify/Order/1", "email": "anna@example.com", "note": "call me", "cancelledAt": None}
    answer = {"order": order | {"customer": {"displayName": "Anna"}, "total": Decimal("12.50")}}

    kept = json.loads(redaction.answer(answer))

    assert kept["order"] == {
        "id": "gid://shopify/Order/1",
        "email": redaction.MASK,
        "note": redaction.MASK,
        "customer": redaction.MASK,
        "total": "12.50",
        "cancelledAt": None,
    }


def test_a_long_answer_is_cut():
    assert len(redaction.answer({"a": "x" * 9000}, limit=100)) == 100


def test_the_filter_masks_message_arguments_and_extras():
    record = logging.LogRecord("x", logging.INFO, "f", 1, "%s", ("shpat_0123456789abcdef",), None)
    record.__dict__ |= {"access_token": "anything", "order": "anna@example.com"}

    redaction.RedactFilter().filter(record)

    assert record.getMessage() == redaction.MASK
    assert record.__dict__["access_token"] == record.__dict__["order"] == redaction.MASK
