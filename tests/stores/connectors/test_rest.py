"""The REST call that adapters share: what leaves, which answers are read, and what an odd one proves."""

from __future__ import annotations

import re

import pytest

from stores.connectors.errors import Outcomes, Row, Said, code_in
from stores.connectors.rest import MOST_PAGES, RestApi, every
from stores.kernel.errors import OutcomeUnknown, RemoteRefused, RemoteUnavailable
from stores.kernel.http import network as ways
from stores.kernel.http.json_readers import Misread
from tests.stores.platforms import rig

BASE = "https://api.example.com"


class Acme(RestApi):
    outcomes = Outcomes(rows=(Row(codes={"GONE"}, becomes=RemoteRefused, code="not_found"),),
                        parse=lambda body: Said(code_in(body)))  # fmt: skip
    ident = re.compile(r"[a-z0-9/]{1,9}")
    not_found = "No such order."
    unreadable = "Nobody understands this."
    bucket_points, points_per_second = 4.0, 2.0
    headers = {"Acme-Version": "7"}
    may_be_empty = frozenset({"GET", "DELETE"})
    plain_in_query = ":"

    def address(self, path):
        return f"{BASE}/{path}"

    def auth_headers(self):
        return {"Authorization": f"Bearer {self.connection.secrets['token']}"}


@pytest.fixture
def sent():
    return rig.Sent()


@pytest.fixture
def acme(sent):
    session = ways.open_session(ways.Egress())
    return Acme(rig.connection({}, {"token": "t"}, session=session, journal=sent))


def test_a_read_carries_headers_proof_and_query(acme, network, sent):
    network.get(f"{BASE}/orders?since=a:b&x=%2C", json={"id": 1})

    assert acme.object("orders", [("since", "a:b"), ("x", ",")]) == {"id": 1}
    (call,) = network.calls
    assert (call.request.headers["Acme-Version"], call.request.headers["Authorization"]) == ("7", "Bearer t")
    assert sent.requests == []


def test_an_effect_is_sent_once_through_the_journal_without_its_proof(acme, network, sent):
    network.post(f"{BASE}/refunds", json={"id": "r1"}, status=201)

    answer = acme.effect("POST", "refunds", {"amount": "1.00"}, key="k1")

    (request,) = sent.requests
    assert (answer.status, answer.body, request.body, request.key) == (201, {"id": "r1"}, b'{"amount":"1.00"}', "k1")
    assert dict(request.headers) == {"Content-Type": "application/json", "Acme-Version": "7"}


def test_a_question_with_a_body_is_no_effect(acme, network, sent):
    network.post(f"{BASE}/quotes", json={"total": 1})

    assert (acme.ask("quotes", {"a": 1}), sent.requests) == ({"total": 1}, [])


def test_only_204_says_that_there_is_nothing(acme, network):
    network.get(f"{BASE}/none", status=204)
    network.get(f"{BASE}/blank", body="", content_type="application/json")
    network.get(f"{BASE}/null", json=None)

    assert acme.items("none") == []
    for path in ("blank", "null"):
        with pytest.raises(RemoteUnavailable) as caught:
            acme.items(path)
        assert (caught.value.code, caught.value.user_message) == ("empty", "Nobody understands this.")


def test_an_effect_without_an_answer_is_unknown(acme, network):
    network.post(f"{BASE}/refunds", body="", status=200)

    with pytest.raises(OutcomeUnknown):
        acme.effect("POST", "refunds")


def test_what_may_be_empty_may_be_empty(acme, network):
    network.delete(f"{BASE}/hooks/1", body="", status=204)

    assert acme.effect("DELETE", "hooks/1").body is None


@pytest.mark.parametrize("body", [{"a": 1}, "text", 7])
def test_a_list_that_is_none_is_misread(acme, network, body):
    network.get(f"{BASE}/orders", json=body)

    with pytest.raises(Misread):
        acme.items("orders")


def test_rows_that_are_no_objects_are_misread(acme, network):
    network.get(f"{BASE}/orders", json=[1])

    assert acme.items("orders") == [1]
    with pytest.raises(Misread):
        acme.nodes("orders")


def test_refusals_are_sorted_by_the_table(acme, network):
    network.post(f"{BASE}/refunds", status=400, json={"code": "GONE"})

    with pytest.raises(RemoteRefused) as caught:
        acme.effect("POST", "refunds")
    assert caught.value.code == "not_found"


@pytest.mark.parametrize("ident", ["", "../x", "A", "a" * 10, "a\n", "é"])
def test_what_is_no_id_is_refused_before_anything_is_sent(ident):
    with pytest.raises(RemoteRefused) as caught:
        Acme.part(ident)
    assert (caught.value.code, caught.value.user_message) == ("not_found", "No such order.")


def test_an_id_stays_one_part_of_its_address():
    assert Acme.part("a/b") == "a%2Fb"


def test_answers_that_tell_no_limit_cost_one_point_each(acme, network):
    network.get(f"{BASE}/orders", json=[])
    usage = acme.usage(acme.send("GET", "orders"))

    assert (usage.requested, usage.maximum, usage.per_second, acme.renew()) == (1, 4.0, 2.0, False)


# --- lists ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("places", [["a", "b", "c"], [1, 2]], ids=["cursors", "numbers"])
def test_a_list_is_read_to_its_end(places):
    following = dict(zip(places, [*places[1:], None], strict=True))

    assert every(lambda at: ([{"at": at}], following[at]), places[0]) == [{"at": at} for at in places]


def test_a_list_of_as_many_pages_as_are_read_is_whole():
    assert len(every(lambda at: ([{}], at + 1 if at < MOST_PAGES else None), 1)) == MOST_PAGES


def test_half_a_list_is_not_read_as_all():
    with pytest.raises(Misread):
        every(lambda at: ([{}], at + 1), 1)
