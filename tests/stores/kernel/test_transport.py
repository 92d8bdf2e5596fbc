"""One request, one answer, and what is known when there is none."""

from __future__ import annotations

import gzip
import logging
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests
import responses

from stores.kernel import clock
from stores.kernel.errors import (
    CredentialsRejected,
    OutcomeUnknown,
    RemoteConflict,
    RemoteRefused,
    RemoteThrottled,
    RemoteUnavailable,
)
from stores.kernel.http import network
from stores.kernel.http.contracts import prepare
from stores.kernel.http.responses import Answer
from stores.kernel.http.transport import HttpTransport, Prepared, Usage

URL = "https://shop.example/api"
JSON = "application/json"


class Caller:
    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens) or ["secret-1"]

    def auth_headers(self) -> dict[str, str]:
        return {"X-Token": self.tokens[0]}

    def renew(self) -> bool:
        self.tokens.pop(0)
        return bool(self.tokens)

    def usage(self, answer: Answer) -> Usage:
        return Usage(requested=10, actual=answer.body.get("cost"))


class Journal:
    def __init__(self, instead: Prepared | None = None) -> None:
        self.instead = instead
        self.seen: list[object] = []

    def before(self, request: Prepared) -> Prepared:
        self.seen.append(request)
        return self.instead or request

    def after(self, outcome: object) -> None:
        self.seen.append(outcome)


class Limiter:
    def __init__(self, *waits: float) -> None:
        self.waits = list(waits)
        self.heard: list[object] = []

    def reserve(self, cost: float) -> float:
        return self.waits.pop(0) if self.waits else 0

    def correct(self, usage: Usage) -> None:
        self.heard.append(usage)

    def throttled(self, retry_after: float) -> None:
        self.heard.append(retry_after)


class Breaker:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.heard: list[object] = []

    def check(self, *, effect: bool) -> None:
        if self.error:
            raise self.error

    def record(self, error: object) -> None:
        self.heard.append(error)


@pytest.fixture(autouse=True)
def waited(monkeypatch):
    """No test sleeps; what would have been waited is listed."""
    seconds: list[float] = []
    monkeypatch.setattr(clock, "wait", seconds.append)
    return seconds


@pytest.fixture
def send():
    def send(*, effect=True, **words):
        hooks = {name: words.pop(name) for name in ("limiter", "breaker", "journal", "patience") if name in words}
        transport = HttpTransport(network.open_session(network.Egress()), **hooks)
        given: dict[str, Any] = {"json": {"a": 1}, "caller": Caller()} | words
        return transport.send("POST", URL, **given, effect=effect)

    return send


def test_an_answer_brings_status_headers_body_and_request_id(send, network):
    network.post(URL, json={"ok": True}, headers={"X-Request-Id": "r1"})

    answer = send()

    assert (answer.status, answer.body, answer.request_id) == (200, {"ok": True}, "r1")
    assert answer.headers["content-type"] == JSON


BROKEN = {
    "a login page": {"body": "<html>", "content_type": "text/html"},
    "JSON called text": {"body": "{}", "content_type": "text/plain"},
    "nothing": {"body": "", "content_type": JSON},
    "cut JSON": {"body": '{"a": ', "content_type": JSON},
    "a key twice": {"body": '{"a": 1, "a": 2}', "content_type": JSON},
    "not a number": {"body": '{"a": NaN}', "content_type": JSON},
    "too deep": {"body": "[" * 100_000, "content_type": JSON},
    "a redirect": {"status": 302, "headers": {"Location": "https://evil.example/"}},
    "not modified": {"status": 304},
    "a cut body": {
        "body": "{}",
        "content_type": JSON,
        "headers": {"Content-Length": "99"},
        "auto_calculate_content_length": False,
    },
    "bad compression": {"body": b"not gzip", "content_type": JSON, "headers": {"Content-Encoding": "gzip"}},
    "500": {"status": 500},
    "502 with a page": {"status": 502, "body": "<html>"},
    "503": {"status": 503},
    "408": {"status": 408},
    "a reset": {"body": requests.ConnectionError("reset")},
    "a read timeout": {"body": requests.ReadTimeout()},
    "a broken stream": {"body": requests.exceptions.ChunkedEncodingError()},
    "an unclear TLS error": {"body": requests.exceptions.SSLError()},
    "huge": {"body": b'"' + b"x" * 10_000_001 + b'"', "content_type": JSON},
    "a bomb": {"body": gzip.compress(b" " * 50_000_000), "content_type": JSON, "headers": {"Content-Encoding": "gzip"}},
}  # fmt: skip


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
def test_an_effect_without_a_whole_answer_is_unknown_and_sent_once(answer, send, network):
    network.post(URL, **answer)

    with pytest.raises(OutcomeUnknown):
        send()

    assert len(network.calls) == 1


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
def test_a_read_without_a_whole_answer_is_repeated_twice_and_then_unavailable(answer, send, network, waited):
    network.post(URL, **answer)

    with pytest.raises(RemoteUnavailable):
        send(effect=False)

    assert len(network.calls) == 3
    assert waited == [0.2, 0.6]


def test_a_redirect_is_answered_by_its_status_and_not_unpacked_for_where_it_leads(send, network, monkeypatch):
    """400 kB made 800 MB of memory: requests reads all of a redirect, even one that it is not to follow."""
    monkeypatch.setattr(requests.Response, "content", property(lambda _: pytest.fail("read whole")))
    headers = {"Location": "https://evil.example/", "Content-Encoding": "gzip"}
    network.post(URL, status=302, headers=headers, body=gzip.compress(b" " * 50_000_000), content_type=JSON)

    with pytest.raises(OutcomeUnknown) as caught:
        send()

    assert caught.value.code == "302"


def test_a_read_that_works_the_second_time_is_an_answer(send, network):
    network.post(URL, status=500)
    network.post(URL, json={"ok": True})

    assert send(effect=False).body == {"ok": True}


@pytest.mark.parametrize("effect", [True, False])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RemoteRefused), (402, RemoteRefused), (403, RemoteRefused), (404, RemoteRefused), (406, RemoteRefused),
        (409, RemoteConflict), (414, RemoteRefused), (415, RemoteRefused), (422, RemoteRefused),
        (423, RemoteUnavailable), (429, RemoteThrottled), (430, RemoteRefused),
    ],
)  # fmt: skip
def test_a_refusal_has_its_class_and_keeps_status_and_words(status, kind, effect, send, network):
    network.post(URL, status=status, json={"why": "so"}, headers={"X-Request-Id": "r9"})

    with pytest.raises(kind) as caught:
        send(effect=effect)

    told = caught.value
    assert (told.status, told.code, told.answer, told.request_id) == (status, str(status), {"why": "so"}, "r9")
    assert type(told) is kind
    assert len(network.calls) == 1


@pytest.mark.parametrize("cause", [requests.ConnectTimeout()], ids=["connecting took too long"])
def test_what_never_left_is_unavailable(cause, send, network):
    network.post(URL, body=cause)

    with pytest.raises(RemoteUnavailable):
        send()


@pytest.mark.parametrize(("header", "seconds", "calls"), [
    ("600", 600, 1), ("20", 20, 1), ("Sat, 21 Nov 2026 09:31:30 GMT", 90, 1), ("0.5", None, 3), (None, None, 3),
])  # fmt: skip
def test_a_shop_that_says_when_it_is_back_is_left_alone(header, seconds, calls, send, network, monkeypatch):
    """RFC 9110 section 10.2.3; hashicorp/go-retryablehttp/pull/131, travispavek/testrail-python/pull/82."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 21, 9, 30, tzinfo=UTC))
    network.post(URL, status=503, headers={"Retry-After": header} if header else {})

    with pytest.raises(RemoteUnavailable) as caught:
        send(effect=False)

    assert (caught.value.retry_after, len(network.calls)) == (seconds, calls)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0", 0), ("2.0", 2), ("0.503", 0.503), ("999999", 3600), ("-3", 0), ("nan", 5), ("soon", 5), (None, 5),
     ("Sat, 21 Nov 2026 09:31:30 GMT", 90), ("Sat, 21 Nov 2026 09:00:00 GMT", 0)],
)  # fmt: skip
def test_a_throttled_call_says_how_long(header, seconds, send, network, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 21, 9, 30, tzinfo=UTC))
    network.post(URL, status=429, headers={"Retry-After": header} if header else {})
    limiter = Limiter()

    with pytest.raises(RemoteThrottled) as caught:
        send(limiter=limiter)

    assert caught.value.retry_after == seconds
    assert limiter.heard == [seconds]


def test_a_401_to_an_effect_with_a_key_is_renewed_once_and_sent_again(send, network):
    network.post(URL, status=401)
    network.post(URL, json={}, match=[responses.matchers.header_matcher({"X-Token": "secret-2"})])
    journal = Journal()

    send(caller=Caller("secret-1", "secret-2"), journal=journal, key="k1")

    assert [type(seen).__name__ for seen in journal.seen] == ["Prepared", "CredentialsRejected", "Prepared", "Answer"]


def test_a_401_to_a_read_is_renewed_once_and_asked_again(send, network):
    network.post(URL, status=401)
    network.post(URL, json={"ok": True}, match=[responses.matchers.header_matcher({"X-Token": "secret-2"})])

    assert send(caller=Caller("secret-1", "secret-2"), effect=False).body == {"ok": True}


def test_a_401_to_an_effect_without_a_key_is_renewed_and_not_sent_again(send, network):
    network.post(URL, status=401)
    caller, journal = Caller("secret-1", "secret-2"), Journal()

    with pytest.raises(CredentialsRejected):
        send(caller=caller, journal=journal)

    assert [type(seen).__name__ for seen in journal.seen] == ["Prepared", "CredentialsRejected"]
    assert caller.auth_headers() == {"X-Token": "secret-2"}


@pytest.mark.parametrize("tokens", [["only"], ["first", "second"]], ids=["nothing to renew", "the new one too"])
def test_credentials_refused_again_are_said_so(tokens, send, network):
    for _ in tokens:
        network.post(URL, status=401)

    with pytest.raises(CredentialsRejected):
        send(caller=Caller(*tokens), key="k1")


def test_the_journal_sees_the_request_without_its_secret(send, network):
    network.post(URL, json={}, match=[responses.matchers.header_matcher({"X-Token": "secret-1"})])
    journal = Journal()

    send(journal=journal, key="k1")

    assert journal.seen[0] == Prepared("POST", URL, b'{"a":1}', {"Content-Type": JSON}, "k1")
    assert "secret" not in repr(journal.seen)


def test_the_journal_may_send_the_bytes_of_the_first_time(send, network):
    network.post(URL, json={}, match=[responses.matchers.json_params_matcher({"first": True})])

    send(journal=Journal(instead=prepare("POST", URL, json={"first": True})))


def test_a_read_leaves_no_trace_in_the_journal(send, network):
    network.post(URL, json={})
    journal = Journal()

    send(journal=journal, effect=False)

    assert journal.seen == []


def test_an_effect_whose_answer_is_lost_is_journaled_as_unknown(send, network):
    network.post(URL, body=requests.ConnectionError())
    journal = Journal()

    with pytest.raises(OutcomeUnknown):
        send(journal=journal)

    assert isinstance(journal.seen[1], OutcomeUnknown)


def test_a_short_wait_for_a_slot_is_waited(send, network, waited):
    network.post(URL, json={"cost": 7})
    limiter = Limiter(0.4)

    send(limiter=limiter)

    assert waited == [0.4]
    assert limiter.heard == [Usage(requested=10, actual=7)]


def test_a_long_wait_for_a_slot_is_not_sent(send, waited):
    journal = Journal()

    with pytest.raises(RemoteThrottled) as caught:
        send(limiter=Limiter(3.5), journal=journal)

    assert caught.value.retry_after == 3.5
    assert waited == journal.seen == []


def test_an_open_breaker_sends_nothing(send):
    with pytest.raises(RemoteUnavailable):
        send(breaker=Breaker(RemoteUnavailable("open")))


def test_the_breaker_hears_how_it_went(send, network):
    network.post(URL, json={})
    network.post(URL, status=500)
    breaker = Breaker()

    send(breaker=breaker)
    with pytest.raises(OutcomeUnknown) as caught:
        send(breaker=breaker)

    assert breaker.heard == [None, caught.value]


def test_patience_ends_all_requests_together(network, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    transport = HttpTransport(requests.Session(), patience=8)
    network.post(URL, json={})
    transport.send("POST", URL)
    now[0] = 108.1

    with pytest.raises(RemoteUnavailable):
        transport.send("POST", URL)

    assert len(network.calls) == 1


@pytest.mark.parametrize("url", ["http://shop.example/", "https://127.0.0.1/", "https://a:b@shop.example/"])
def test_an_address_that_is_not_allowed_is_refused_before_anything_is_sent(url):
    with pytest.raises(RemoteRefused) as caught:
        HttpTransport(network.open_session(network.Egress())).send("POST", url, effect=True)

    assert caught.value.code == "address_refused"


def test_an_answer_may_be_empty_where_the_adapter_says_so(network):
    network.delete(URL, status=204)

    answer = HttpTransport(requests.Session()).send("DELETE", URL, effect=True, may_be_empty=True)

    assert answer.body is None


def test_nothing_secret_or_personal_is_logged(send, network, caplog):
    caplog.set_level(logging.DEBUG)
    network.post(URL, body=requests.ConnectionError("secret-1 anna@example.com"))

    with pytest.raises(OutcomeUnknown):
        send(json={"email": "anna@example.com"})

    logged = " ".join(str(record.__dict__) for record in caplog.records)
    assert caplog.records
    assert "secret-1" not in logged
    assert "anna@example.com" not in logged


def test_an_amount_travels_as_text_only(send):
    with pytest.raises(TypeError):
        prepare("POST", URL, json={"amount": Decimal("1.10")})
