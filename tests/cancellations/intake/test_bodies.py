"""How a delivery's body arrives, as the server's own parser hands it over: whole, chunked, cut, too long."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.test import Client
from django.test.client import ClientHandler
from gunicorn.config import Config
from gunicorn.http import RequestParser, wsgi

from cancellations.models import Inbox
from stores.models import Store
from tests.cancellations.intake.knocking import SIGNED, shop

pytestmark = pytest.mark.django_db
SECRET = "shpss_right"
BODY = b'{"id":820982911946154508}'


@pytest.fixture
def store() -> Store:
    return shop("shopify", SECRET)


@pytest.fixture
def send(store: Store) -> Callable[..., int]:
    """Raw bytes of a body and what is said of its length; the status that the desk answers behind gunicorn."""

    def go(body: bytes, length: str, *, signed: bytes = BODY, **environ: Any) -> int:
        headers = SIGNED["shopify"](SECRET, signed, "")
        lines = [f"POST /hooks/{store.connection.inbox_token} HTTP/1.1", "Host: localhost", length]
        head = "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""])
        return _through_gunicorn(head.encode() + body, environ)

    return go


def _through_gunicorn(raw: bytes, environ: dict[str, Any]) -> int:
    config = Config()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(10)
        threading.Thread(target=_say, args=(theirs, raw), daemon=True).start()
        request = next(RequestParser(config, ours, ("127.0.0.1", 1)))
        _answer, given = wsgi.create(request, ours, ("127.0.0.1", 1), ("127.0.0.1", 80), config)
        return ClientHandler()(given | environ).status_code


def _say(line: socket.socket, raw: bytes) -> None:
    """In a thread: a socket holds less than a megabyte, and nobody need read all of it."""
    with suppress(OSError):
        line.sendall(raw)
        line.shutdown(socket.SHUT_WR)


def chunks(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in [*parts, b""])


CHUNKED = "Transfer-Encoding: chunked"


@pytest.mark.parametrize("at", [1, 7, len(BODY)])
def test_a_chunked_body_is_read_whole(send: Callable[..., int], at: int) -> None:
    parts = [part for part in (BODY[:at], BODY[at:]) if part]

    assert send(chunks(*parts), CHUNKED) == 200
    assert Inbox.objects.get().order_external_id.endswith("/820982911946154508")


def test_a_server_that_does_not_delimit_it_gets_411(send: Callable[..., int]) -> None:
    assert send(chunks(BODY), CHUNKED, **{"wsgi.input_terminated": False}) == 411


@pytest.mark.parametrize(
    ("body", "length", "status"),
    [
        (BODY, f"Content-Length: {len(BODY)}", 200),
        (BODY[:-1], f"Content-Length: {len(BODY)}", 400),  # broke off
        (b"", "Content-Length: 0", 401),
        (b"", "X-Nothing: said", 401),
        (BODY, "X-Nothing: said", 401),
        (b"zz\r\nxx", CHUNKED, 400),
        (b"5\r\nabc", CHUNKED, 400),
        (chunks(BODY)[:-3], CHUNKED, 400),
        (chunks(b"x" * 600_000, b"x" * 7_400_001), CHUNKED, 413),
        (b"", "Content-Length: 8000001", 413),
        (b"", f"Content-Length: {'9' * 50}", 413),
    ],
)
def test_what_else_arrives(send: Callable[..., int], body: bytes, length: str, status: int) -> None:
    assert send(body, length) == status
    assert Inbox.objects.count() == (status == 200)


@pytest.mark.parametrize("length", ["-1", "+5", "1e3", "0x10", "1_0", "٣", " "])
def test_a_length_that_is_no_number_is_400(store: Store, length: str) -> None:
    answer = Client().post(f"/hooks/{store.connection.inbox_token}", BODY, content_type="x/y", CONTENT_LENGTH=length)

    assert answer.status_code == 400


BAD = {
    "gzip": b"\x1f\x8b\x08\x00" + b"\x00" * 500,
    "deep": b"[" * 900_000,
    "deep objects": b'{"a":' * 150_000,
    "NaN": b'{"id":NaN}',
    "doubled": b'{"id":1,"id":2}',
    "huge number": b'{"id":1e999999}',
    "long number": b'{"id":' + b"9" * 500_000 + b"}",
    "half a character": b'{"id":"\\ud800"}',
    "NUL": b'{"id":"\\u0000"}',
    "no text": bytes(range(256)),
}


@pytest.mark.parametrize("name", sorted(BAD))
@pytest.mark.parametrize("platform", ["shopify", "woocommerce", "bigcommerce", "square", "shoplazza"])
def test_bad_bodies_are_refused_unsigned_and_left_alone_signed(platform: str, name: str, settings: Any) -> None:
    settings.PUBLIC_URL = "https://desk.example"
    store, body = shop(platform, SECRET), BAD[name]
    path = f"/hooks/{store.connection.inbox_token}"

    def knock(secret: str) -> int:
        headers = SIGNED[platform](secret, body, f"https://desk.example{path}") | {"Content-Encoding": "gzip"}
        return Client().post(path, body, content_type="application/json", headers=headers).status_code

    assert (knock("wrong"), knock(SECRET)) == (401, 200)
    assert set(Inbox.objects.values_list("state", flat=True)) == {"ignored"}


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options", "trace"])
def test_only_post_is_answered_and_nothing_is_asked_for_others(
    store: Store, method: str, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        answer = getattr(Client(), method)(f"/hooks/{store.connection.inbox_token}")

    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_an_answer_carries_id_and_policies_and_no_cookie(store: Store) -> None:
    answer = Client().post(f"/hooks/{store.connection.inbox_token}", b"{}", content_type="application/json")

    assert answer.status_code == 401
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Request-Id"]
    assert not answer.cookies
