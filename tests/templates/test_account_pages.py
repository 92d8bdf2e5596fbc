"""templates/account, mfa, allauth: every page of allauth that can be reached stands in our frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.rigs.people import Cast

OUTSIDE = ["account_login", "account_inactive", "account_reset_password", "account_reset_password_done"]
INSIDE = ["mfa_index", "account_change_password"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", OUTSIDE)
def test_pages_before_signing_in_stand_outside_the_desk(name: str) -> None:
    html = Client().get(reverse(name)).content.decode()

    assert '<div class="outside ' in html
    assert "Menu:" not in html


@pytest.mark.parametrize("name", INSIDE)
def test_pages_of_ones_own_account_stand_in_the_desk(cast: Cast, browser_of: Callable[..., Client], name: str) -> None:
    html = browser_of(cast.staff_a).get(reverse(name)).content.decode()

    assert '<div class="shell">' in html
    assert 'aria-label="Your account"' in html


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", [*OUTSIDE[1:], "account_reset_password_from_key_done", "account_reset_password_from_key"]
)
def test_from_each_of_them_a_way_leads_to_the_sign_in(name: str) -> None:
    key = {"uidb36": "1", "key": "1-set-password"} if name.endswith("_key") else {}
    html = Client().get(reverse(name, kwargs=key)).content.decode()

    assert f'href="{reverse("account_login")}"' in html
    assert "Bad Token" not in html


@pytest.mark.parametrize("name", INSIDE[1:])
def test_a_label_is_written_like_a_sentence(cast: Cast, browser_of: Callable[..., Client], name: str) -> None:
    html = browser_of(cast.staff_a).get(reverse(name)).content.decode()

    assert "New password, again" in html
    assert 'placeholder="New' not in html


@pytest.mark.django_db
def test_too_many_tries_are_answered_by_a_page_of_ours(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    answers = [Client().post(reverse("account_login"), {"login": "a@example.com"}) for _ in range(2)]

    assert answers[-1].status_code == 429
    assert "Wait a few minutes" in answers[-1].content.decode()
    assert '<div class="outside ' in answers[-1].content.decode()


@pytest.mark.django_db
def test_a_failed_sign_in_says_so_once_and_takes_the_focus() -> None:
    answer = Client().post(reverse("account_login"), {"login": "nobody@example.com", "password": "wrong"})

    html = answer.content.decode()

    assert html.count("data-focus") == 1
    assert 'role="alert"' in html
