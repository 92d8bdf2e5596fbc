"""templates/account, mfa, allauth: every page of allauth that can be reached stands in our frame."""

from __future__ import annotations

from collections.abc import Callable

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
def test_a_failed_sign_in_says_so_once_and_takes_the_focus() -> None:
    answer = Client().post(reverse("account_login"), {"login": "nobody@example.com", "password": "wrong"})

    html = answer.content.decode()

    assert html.count("data-focus") == 1
    assert 'role="alert"' in html
