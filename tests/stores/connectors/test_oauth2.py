"""A token for the account itself: what counts as one, and how long it lives."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from stores.connectors import oauth2
from stores.kernel.errors import CredentialsRejected, RemoteError, RemoteRefused, RemoteUnavailable
from stores.kernel.http.responses import Answer

KEYS = {"client_id": "c1", "client_secret": "s1"}


def fetch(answer: Any) -> tuple[tuple[str, float], dict[str, Any]]:
    sent: dict[str, Any] = {}

    def send(method: str, url: str, **more: Any) -> Answer:
        sent.update(more, url=url, method=method)
        if isinstance(answer, Exception):
            raise answer
        return Answer(200, {}, answer, "r1")

    context: Any = SimpleNamespace(transport=SimpleNamespace(send=send))
    return oauth2.client_credentials(context, "https://auth.example/token", KEYS), sent


def test_the_grant_and_the_keys_are_sent_as_a_form():
    found, sent = fetch({"access_token": "t1", "expires_in": 600})

    assert found == ("t1", 600)
    assert sent["form"] == {"grant_type": "client_credentials", **KEYS}
    assert (sent["method"], sent["url"]) == ("POST", "https://auth.example/token")


@pytest.mark.parametrize("life", [None, "600", 0, 10**9])
def test_a_life_that_makes_no_sense_is_a_short_one(life):
    assert fetch({"access_token": "t1", "expires_in": life})[0] == ("t1", 3600)


def test_a_life_that_is_not_told_is_a_day():
    assert fetch({"access_token": "t1"})[0] == ("t1", 86_399)


@pytest.mark.parametrize("body", [None, [], {}, {"access_token": ""}, {"access_token": 7}, {"access_token": "a\nb"}])
def test_what_holds_no_token_is_a_failed_read(body):
    with pytest.raises(RemoteUnavailable):
        fetch(body)


@pytest.mark.parametrize(
    ("status", "kind"), [(400, CredentialsRejected), (403, CredentialsRejected), (404, RemoteRefused)]
)
def test_a_refusal_of_the_keys_is_told_from_others(status, kind):
    with pytest.raises(RemoteError) as raised:
        fetch(RemoteRefused("no", code="no", status=status))

    assert type(raised.value) is kind
