"""What an answer proves, by a vendor's table: a refusal only where a row says so, unknown wherever none does."""

from __future__ import annotations

import re

import pytest

from stores.connectors import errors
from stores.connectors.errors import Outcomes, Row, Said
from stores.kernel.errors import (
    CredentialsRejected,
    OutcomeUnknown,
    RemoteConflict,
    RemoteRefused,
    RemoteThrottled,
    RemoteUnavailable,
)
from stores.kernel.http import responses
from stores.kernel.http.json_readers import Misread
from stores.kernel.http.responses import Answer

TABLE = Outcomes(
    rows=(
        Row(codes={"EXPIRED"}, becomes=CredentialsRejected, words="Connect it again."),
        Row(codes={"MOVED"}, becomes=RemoteConflict, retry_after=60),
        Row(status={400}, text=re.compile("not saved"), effect=True, becomes=OutcomeUnknown, code="not_saved"),
        Row(status={400}, text=re.compile("not saved"), becomes=RemoteUnavailable),
        Row(status={404}, becomes=RemoteRefused, code="not_found"),
        Row(status={500}, codes={"FINAL"}, becomes=RemoteRefused),
        Row(status={200}, codes={"FULL"}, becomes=RemoteRefused),
        Row(status={403}, words="A right is missing."),
    ),
    parse=lambda body: Said(errors.code_in(body), errors.one_line(body, ("message",))),
    words=lambda said, status: f"{status}: {said.text}" if said.text else "",
    wait_seconds=30,
)


def sorted_out(status, body=None, *, effect=True, **headers):
    return TABLE.sorted_out(responses.refusal(status, headers, body, effect=effect), effect=effect)


@pytest.mark.parametrize(("status", "body", "becomes", "code", "words"), [
    (400, {"code": "EXPIRED"}, CredentialsRejected, "EXPIRED", "Connect it again."),
    (409, {"code": "MOVED", "message": "no"}, RemoteConflict, "MOVED", "409: no"),
    (400, {"message": "It was not saved"}, OutcomeUnknown, "not_saved", "400: It was not saved"),
    (404, {"code": "x"}, RemoteRefused, "not_found", RemoteRefused.default_message),
    (500, {"code": "FINAL"}, RemoteRefused, "FINAL", RemoteRefused.default_message),
    (403, None, RemoteRefused, "403", "A right is missing."),
    (422, {"code": "other", "message": "too much"}, RemoteRefused, "other", "422: too much"),
    (500, {"code": "other"}, OutcomeUnknown, "other", OutcomeUnknown.default_message),
])  # fmt: skip
def test_the_first_row_that_fits_decides_and_keeps_their_code(status, body, becomes, code, words):
    found = sorted_out(status, body)

    assert (type(found), found.code, found.user_message) == (becomes, code, words)
    assert (found.status, found.answer) == (status, body)


def test_a_row_may_mean_an_effect_alone():
    assert type(sorted_out(400, {"message": "not saved"}, effect=False)) is RemoteUnavailable


@pytest.mark.parametrize("status", [408, 425, 499, 500, 502, 503, 504, 520])
@pytest.mark.parametrize("code", ["EXPIRED", "MOVED", "FULL"])
def test_what_is_unknown_stays_so_until_a_row_names_its_status(status, code):
    assert type(sorted_out(status, {"code": code})) is OutcomeUnknown


def test_what_was_never_answered_is_not_sorted():
    lost = OutcomeUnknown("broke off", code="lost", answer={"code": "EXPIRED"})

    assert TABLE.sorted_out(lost, effect=True) is lost
    assert lost.code == "lost"


def test_an_answer_that_could_not_be_read_stays_unknown():
    unread = OutcomeUnknown("bad answer: not_json", code="not_json", status=200)

    assert (type(TABLE.sorted_out(unread, effect=True)), unread.code) == (OutcomeUnknown, "not_json")


@pytest.mark.parametrize(("code", "effect", "becomes"), [
    ("FULL", True, RemoteRefused), ("odd", True, OutcomeUnknown), ("odd", False, RemoteUnavailable),
])  # fmt: skip
def test_a_no_inside_200_is_believed_only_where_a_row_names_it(code, effect, becomes):
    answer = Answer(200, {}, {"code": code}, "r1")

    found = TABLE.inside(answer, effect=effect)

    assert (type(found), found.code, found.request_id) == (becomes, code, "r1")


def test_no_row_reads_every_200_as_a_refusal():
    with pytest.raises(ValueError, match="names a code or a text"):
        Row(status={200}, becomes=RemoteRefused)


@pytest.mark.parametrize(("headers", "waits"), [({}, 30), ({"retry-after": "12"}, 12)])
def test_a_throttle_without_a_time_waits_as_the_vendor_says(headers, waits):
    found = sorted_out(429, **headers)

    assert (type(found), found.retry_after) == (RemoteThrottled, waits)


def test_the_wait_of_a_row_goes_before_the_answer_s():
    assert sorted_out(409, {"code": "MOVED"}).retry_after == 60


def test_a_proof_that_cannot_be_read_is_unknown():
    with pytest.raises(OutcomeUnknown) as unread, errors.proving("Look at it.", Answer(201, {}, [1])):
        raise Misread("id")

    assert (unread.value.code, unread.value.status, unread.value.answer) == ("bad_shape", 201, [1])
    assert unread.value.user_message == "Look at it."


@pytest.mark.parametrize(("body", "line"), [
    ({"message": " no ", "errors": {"a": "b", "c": 1}}, "no; a b"),
    ([{"message": "no"}, {"message": "no"}, {"message": "really"}], "no; really"),
    ({"errors": ["x", 2, {"message": "y"}]}, "x; y"),
    ({"message": {"message": "inside"}}, "inside"),
    ("text", ""), (None, ""), ([None, 3, []], ""), ({"errors": 1}, ""),
    ({"message": "x" * 900}, "x" * 500),
])  # fmt: skip
def test_what_a_body_says_becomes_one_line(body, line):
    assert errors.one_line(body, ("message",)) == line


@pytest.mark.parametrize(("body", "code"), [({"code": "A"}, "A"), ({"code": 7}, ""), ([], ""), (None, "")])
def test_a_code_is_a_text_or_nothing(body, code):
    assert errors.code_in(body) == code
