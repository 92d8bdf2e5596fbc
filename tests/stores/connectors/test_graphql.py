"""What the errors of a GraphQL answer let us know, and connections read to their end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from stores.connectors import fields, graphql
from stores.connectors.records import IN_ALL, by_payment, summed
from stores.kernel.errors import (
    CredentialsRejected,
    OutcomeUnknown,
    RemoteConflict,
    RemoteError,
    RemoteRefused,
    RemoteThrottled,
    RemoteUnavailable,
)
from stores.kernel.http.json_readers import Misread
from stores.kernel.http.responses import Answer
from tests import make


class Api(graphql.GraphQLApi):
    statuses: ClassVar[Mapping[int | None, str]] = {}
    outcomes = graphql.Outcomes(
        throttled="SLOW",
        server_fault=frozenset({"FAULT"}),
        concurrent="SAME_KEY",
        no_access="CLOSED",
        never_ran=graphql.INVALID,
        no_id=re.compile("no such id"),
        not_found="It is gone.",
        words=lambda code, errors: f"{code} {len(errors)}",
    )

    @classmethod
    def throttled(cls, answer: Answer) -> RemoteThrottled:
        return RemoteThrottled("slow", code="SLOW")


def error(code: str = "", *, path: Any = None, **more: Any) -> dict[str, Any]:
    return {"extensions": {"code": code} if code else {}, "path": path, **more}


def read(body: Any, *, effect: bool) -> Any:
    return Api.data_of(Answer(200, {}, body, "r1"), effect=effect)


PROBLEM = {"extensions": {"problems": [{"explanation": "no such id"}]}}
DEEP = ["refundCreate", "refund"]
# errors → what they are of a read, and of an effect
ERRORS = {
    "text": ("[API] Invalid token", CredentialsRejected, CredentialsRejected),
    "throttled": ([error("SLOW")], RemoteThrottled, RemoteThrottled),
    "fault": ([error("FAULT")], RemoteUnavailable, OutcomeUnknown),
    "same key": ([error("SAME_KEY")], RemoteConflict, RemoteConflict),
    "no id": ([error(message="no such id")], RemoteRefused, RemoteRefused),
    "no id, in a problem": (
        [{"extensions": {"problems": [{"explanation": "no such id"}]}}],
        RemoteRefused,
        RemoteRefused,
    ),
    "no id, below a payload": ([error(message="no such id", path=DEEP)], RemoteRefused, OutcomeUnknown),
    "closed": ([error("CLOSED", path=["refundCreate"])], RemoteRefused, RemoteRefused),
    "closed, below a payload": ([error("CLOSED", path=DEEP)], RemoteRefused, OutcomeUnknown),
    "not understood": ([error("undefinedField")], RemoteRefused, RemoteRefused),
    "nobody knows": ([error("NEW")], RemoteRefused, OutcomeUnknown),
    "no code": ([None], RemoteRefused, OutcomeUnknown),
}


@pytest.mark.parametrize(("errors", "of_read", "of_effect"), ERRORS.values(), ids=ERRORS)
@pytest.mark.parametrize("data", [None, {"refundCreate": None}])
def test_errors_say_what_is_known(errors, of_read, of_effect, data):
    for effect, kind in ((False, of_read), (True, of_effect)):
        with pytest.raises(RemoteError) as raised:
            read({"data": data, "errors": errors}, effect=effect)

        assert type(raised.value) is kind


@pytest.mark.parametrize("body", [None, [], {}, {"data": None}, {"data": []}])
def test_an_answer_without_data_proves_nothing(body):
    with pytest.raises(RemoteUnavailable):
        read(body, effect=False)
    with pytest.raises(OutcomeUnknown):
        read(body, effect=True)


def test_what_came_back_of_an_effect_counts_whatever_else_is_said():
    body = {"data": {"refundCreate": {"refund": None}}, "errors": [error("NEW", path=DEEP)]}

    assert read(body, effect=True) == body["data"]


@pytest.mark.parametrize(("data", "code", "is_enough"), [
    ({"order": {}}, "CLOSED", True),
    ({"order": None}, "CLOSED", False),
    ({"order": {}}, "NEW", False),
    ({}, "CLOSED", False),
])  # fmt: skip
def test_a_read_stands_where_only_a_field_was_withheld(data, code, is_enough):
    body = {"data": data, "errors": [error(code, path=["order", "customer"])]}

    if is_enough:
        assert read(body, effect=False) == data
    else:
        with pytest.raises(RemoteRefused):
            read(body, effect=False)


# --- connections --------------------------------------------------------------------------------------
def page(*ids: int, more: bool = False) -> dict[str, Any]:
    return {"nodes": [{"id": str(n)} for n in ids], "pageInfo": {"hasNextPage": more, "endCursor": f"after {ids[-1:]}"}}


def test_a_connection_is_read_to_its_end():
    asked: list[str] = []
    following = iter([page(3, more=True), page(4)])

    def ask(after: str) -> dict[str, Any]:
        asked.append(after)
        return next(following)

    found = graphql.every_node(page(1, 2, more=True), ask)

    assert [fields.ident(node) for node in found] == ["1", "2", "3", "4"]
    assert asked == ["after (2,)", "after (3,)"]


def test_one_that_never_ends_is_no_answer():
    with pytest.raises(Misread):
        graphql.every_node(page(1, more=True), lambda after: page(1, more=True))


@pytest.mark.parametrize("broken", [{}, {"nodes": []}, {"nodes": [], "pageInfo": {}}])
def test_a_page_that_does_not_say_whether_it_is_the_last_is_no_answer(broken):
    with pytest.raises(Misread):
        graphql.every_node(broken, lambda after: page(1))


# --- records ------------------------------------------------------------------------------------------
def test_money_is_summed_by_payment_and_in_all_where_one_is_not_named():
    rows = [("p1", make.money("1.00")), ("p2", make.money("2.00")), ("p1", make.money("3.00"))]

    assert by_payment(rows, "USD") == {"p1": make.money("4.00"), "p2": make.money("2.00")}
    assert by_payment([*rows, ("", make.money("5.00"))], "USD") == {IN_ALL: make.money("11.00")}
    assert by_payment([], "USD") == {}


def test_units_are_summed_by_line():
    assert summed([("a", Decimal(1)), ("b", Decimal(2)), ("a", Decimal(3))]) == {"a": Decimal(4), "b": Decimal(2)}
