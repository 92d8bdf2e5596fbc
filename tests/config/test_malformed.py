"""What no browser sends: one cheap answer with all headers, one short line in the log, nothing read or written."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.logging import JsonLines
from tests.rigs.front import Front, Reply
from tests.rigs.people import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

EDGE = "xYz"
PART = f'--{EDGE}\r\nContent-Disposition: form-data; name="login"'
HEADERS = (
    "Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "X-Request-Id",
    "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
)  # fmt: skip
FORM, MULTI = "application/x-www-form-urlencoded", f"multipart/form-data; boundary={EDGE}"

TYPES = {  # a Content-Type, whatever the body
    "utf-16": f"{FORM}; charset=utf-16",
    "latin-1": f"{FORM}; charset=iso-8859-1",
    "no such charset": f"{FORM}; charset=klingon",
    "a codec that is no charset": f"{FORM}; charset=hex",
    "charset of another charset": f"{FORM}; charset*=klingon''utf-8",
    "quoted": f'{FORM}; charset="utf-16"',
    "multipart in utf-7": f"{MULTI}; charset=utf-7",
    "no boundary": "multipart/form-data",
    "empty boundary": "multipart/form-data; boundary=",
    "boundary of 500": f"multipart/form-data; boundary={'a' * 400}",
    "boundary with a quote": 'multipart/form-data; boundary="a\\"b"',
    "not ASCII": "multipart/form-data; boundary=\xff\xfe",
    "endless": "text/plain; a=" + "b" * 5000,
    "text in utf-16": "text/plain; charset=utf-16",
    "json in zip": "application/json; charset=zip",
}
BODIES = {  # Content-Type, body, and the answer of a page that takes forms
    "cut multipart": (MULTI, f"{PART}\r\n\r\nab", None),
    "no part": (MULTI, "nothing", None),
    "no end of headers": (MULTI, f"{PART}", None),
    "foreign charset of a part": (
        MULTI,
        f"{PART}; filename*=klingon''x\r\nContent-Type: a/b; charset=hex\r\n\r\nx\r\n--{EDGE}--",
        None,
    ),
    "broken base64": (MULTI, f"{PART}\r\nContent-Transfer-Encoding: base64\r\n\r\n*\r\n--{EDGE}--", None),
    "too many fields": (FORM, "a=b&" * 13_000, 413),
    "too many files": (MULTI, f'{PART}; filename="f"\r\n\r\n\r\n' * 101 + f"--{EDGE}--", 413),
    "too large": (FORM, "a=" + "b" * 3_000_000, 413),
    "bytes that are no text": (FORM, "login=%ff%fe&password=%00", None),
    "NUL": (FORM, "login=a%00@example.com&password=%00&next=%00", None),
    "json": ("application/json", "{", None),
}  # fmt: skip
PAGES = ("/", "/account/login/", "/people/invite", "/orders", "/start/secrettoken", "/hooks/secrettoken", "/nowhere")


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []
        self.setFormatter(JsonLines())

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(self.format(record))


@pytest.fixture
def lines() -> Iterator[Any]:
    """What the log holds, as it is written."""
    handler = Kept()
    logging.getLogger().addHandler(handler)
    yield lambda: handler.told
    logging.getLogger().removeHandler(handler)


def whole(reply: Reply) -> None:
    missing = [name for name in HEADERS if name not in reply.headers]
    assert not missing, (reply.status, missing)
    assert reply.status < 500, reply.body
    assert (
        reply.status < 400
        or reply.headers["Cache-Control"] == "no-store"
        or "no-store" in reply.headers["Cache-Control"]
    )


@pytest.mark.parametrize("name", TYPES)
def test_a_foreign_content_type_is_one_cheap_400_everywhere(
    name: str, front: Front, cast: Cast, browser_of: Any, lines: Any, django_assert_num_queries: Any
) -> None:
    owner = browser_of(cast.owner)

    with django_assert_num_queries(0):
        told = [
            front.ask(method, path, b"login=a", CONTENT_TYPE=TYPES[name], as_=who, **htmx)
            for method in ("GET", "POST", "PUT")
            for path in PAGES
            for who in (None, owner)
            for htmx in ({}, {"HTTP_HX_REQUEST": "true"})
        ]

    assert {reply.status for reply in told} == {400}
    assert len({reply.body for reply in told}) == 1
    for reply in told:
        whole(reply)
    assert len(lines()) == len(told)
    assert max(map(len, lines())) < 400
    assert "secrettoken" not in "".join(lines())


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("guarded", [False, True], ids=["forged token", "token of ours"])
def test_a_body_that_is_none_breaks_no_page(
    name: str, guarded: bool, front: Front, cast: Cast, browser_of: Any, lines: Any
) -> None:
    kind, body, status = BODIES[name]
    token = {"HTTP_ORIGIN": "http://testserver"} | ({"HTTP_X_CSRFTOKEN": "a" * 32} if guarded else {})

    for who in (Client(), browser_of(cast.owner)):
        who.cookies["csrf"] = "a" * 32
        for path in PAGES:
            for htmx in ({}, {"HTTP_HX_REQUEST": "true"}):
                reply = front.ask("POST", path, body.encode("latin-1"), CONTENT_TYPE=kind, as_=who, **token, **htmx)
                whole(reply)
                if status and path not in ("/nowhere", "/hooks/secrettoken"):
                    assert reply.status == status, path

    assert max(map(len, lines()), default=0) < 2000
    assert "secrettoken" not in "".join(lines())


@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({"CONTENT_LENGTH": "-1"}, 400),
        ({"CONTENT_LENGTH": "many"}, 400),
        ({"CONTENT_LENGTH": "９"}, 400),
        ({"CONTENT_LENGTH": "9" * 30}, 400),
        ({"CONTENT_LENGTH": "99999999"}, 413),
        ({"HTTP_COOKIE": 'desk="abcdefgh\\000"'}, 400),
        ({"HTTP_COOKIE": "desk=abcdefgh\0"}, 400),
        ({"HTTP_HOST": "[::1"}, 400),
        ({"HTTP_HOST": "evil.example"}, 400),
        ({"PATH_INFO": "/audit/\0/1"}, 404),
        ({"PATH_INFO": "/start/\0"}, 404),
        ({"PATH_INFO": "/hooks/a\0b"}, 404),
        ({"PATH_INFO": "/start/\xff\xfe"}, 404),
        ({"PATH_INFO": "/\xff"}, 404),
    ],
)
def test_what_stands_around_a_body_is_refused_in_the_same_way(
    environ: dict[str, Any], status: int, front: Front
) -> None:
    reply = front.ask("POST" if "CONTENT_LENGTH" in environ else "GET", "/account/login/", **environ)

    assert reply.status == status
    whole(reply)


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_ACCEPT_LANGUAGE": "\xff" * 900},
        {"HTTP_COOKIE": "desk=\xff\xfe; csrf=; messages=x; =; ;;"},
        {"HTTP_X_FORWARDED_FOR": "nobody, \xff"},
        {"HTTP_REFERER": "http://[", "HTTP_ORIGIN": "http://["},
        {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://[", "HTTP_HX_CURRENT_URL_URI_AUTOENCODED": "true"},
        {"HTTP_X_REQUEST_ID": "\xff\r\n"},
        {"HTTP_IF_NONE_MATCH": "\xff", "HTTP_IF_MODIFIED_SINCE": "\xff", "HTTP_RANGE": "bytes=9-1"},
    ],
)
def test_headers_that_mean_nothing_break_no_page(headers: dict[str, Any], front: Front, cast: Cast) -> None:
    for method in ("GET", "HEAD", "POST", "OPTIONS", "PROPFIND"):
        for path in PAGES:
            whole(front.ask(method, path, **headers))


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("orders:list", "q after shop since until page"),
        ("cancellations:list", "q after shop show"),
        ("audit:list", "about after shop since person action"),
        ("people:invite", "shop"),
        ("account_login", "next"),
    ],
)
def test_a_nul_in_a_query_finds_nothing_and_breaks_nothing(
    name: str, fields: str, front: Front, cast: Cast, browser_of: Any
) -> None:
    owner = browser_of(cast.owner)

    for field in fields.split():
        reply = front.ask("GET", f"{reverse(name)}?{field}=a%00b", as_=owner)

        assert reply.status < 500, field
        assert b"\0" not in reply.body
        assert b"%00" not in reply.body


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("orders:export", "q shop after since"),
        ("audit:export", "about shop person action"),
        ("audit:proof", "shop"),
        ("people:invite", "store email role"),
        ("stop:press", "shop"),
        ("account_login", "login password next"),
        ("account_reset_password", "email"),
    ],
)
def test_a_nul_in_a_form_is_an_error_at_its_field_or_finds_nothing(
    name: str, fields: str, front: Front, cast: Cast, browser_of: Any
) -> None:
    who = Client() if name.startswith("account") else browser_of(cast.owner)
    who.cookies["csrf"] = "a" * 32
    told = {"CONTENT_TYPE": FORM, "HTTP_X_CSRFTOKEN": "a" * 32, "HTTP_ORIGIN": "http://testserver"}

    for field in fields.split():
        body = f"login=a@example.com&password=b&email=a@example.com&{field}=a%00b"
        reply = front.ask("POST", reverse(name), body.encode(), as_=who, **told)

        assert reply.status in (200, 302, 404, 422), field


def test_the_log_says_where_what_and_which_request_but_no_token(front: Front, lines: Any) -> None:
    front.ask("GET", "/hooks/secrettoken?token=secret", HTTP_X_REQUEST_ID="abcdef0123456789")
    front.ask("GET", "/nowhere/ada@example.com/" + "s" * 40, HTTP_X_REQUEST_ID="abcdef0123456780")

    first, second = lines()[0], lines()[-1]
    assert '"path": "/hooks/\\u2026"' in first
    assert '"status": "405"' in first
    assert '"method": "GET"' in first
    assert "secret" not in first
    assert '"request_id": "abcdef0123456789"' in first
    assert "ada@example.com" not in second
    assert "s" * 40 not in second


@pytest.mark.parametrize(
    "place",
    [
        "django.core.handlers.wsgi.get_path_info",
        "config.middleware.DeskMiddleware._end_old_session",
        "stores.views.start.selector.invitation_of",
    ],
)
def test_a_fault_inside_shows_our_page_and_leaves_one_line(
    place: str, front: Front, monkeypatch: pytest.MonkeyPatch, lines: Any
) -> None:
    """In a view, in a middleware, and where not even Django's handler survives it."""

    def fail(*args: Any, **more: Any) -> Any:
        raise ZeroDivisionError("card of Ada Novak")

    monkeypatch.setattr(place, fail)

    reply = front.ask("GET", "/start/secrettoken?x=ada@example.com")

    assert reply.status == 500
    assert b"Something broke on our side" in reply.body
    assert not [name for name in HEADERS if name not in reply.headers]
    assert len(lines()) == 1
    assert f'"request_id": "{reply.headers["X-Request-Id"]}"' in lines()[0]
    assert "ZeroDivisionError" in lines()[0]
    assert "secrettoken" not in lines()[0]
    assert "ada" not in lines()[0].lower()
