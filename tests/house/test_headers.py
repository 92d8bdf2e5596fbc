"""What every answer carries, whatever page it is."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from config import settings as deployed
from stores.models import Role
from stores.services import people
from tests import make

pytestmark = pytest.mark.django_db

CSP = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
}


@pytest.fixture(params=["signed out", "signed in", "not found", "refused form", "fragment"])
def answer(request, cast, browser_of):
    browser = browser_of(cast.admin_a)
    match request.param:
        case "signed out":
            return Client().get(reverse("account_login"))
        case "signed in":
            return browser.get(reverse("people:list"))
        case "not found":
            return browser.get("/nowhere")
        case "refused form":
            return Client(enforce_csrf_checks=True).post(reverse("people:invite"))
    return browser.get(reverse("shops:progress", args=[cast.shop_a.uuid]), HTTP_HX_REQUEST="true")


def test_the_policy_for_content_is_strict(answer):
    given = {part.strip() for part in answer["Content-Security-Policy"].split(";")}

    assert given == CSP


def test_the_answer_says_how_it_may_be_used(answer):
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["X-Request-Id"]


@pytest.mark.parametrize("name", ["people:list", "shops:list", "shops:capabilities", "first_steps"])
def test_signed_in_pages_are_stored_nowhere(cast, browser_of, name):
    answer = browser_of(cast.owner).get(reverse(name))

    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("name", ["start", "join"])
def test_pages_behind_a_token_are_stored_nowhere_either(cast, name):
    wish = {"actor": cast.owner, "store": cast.shop_a, "email": "x@example.com", "role": Role.STAFF}
    token = people.invite_owner() if name == "start" else people.invite(**wish)[1]

    answer = Client().get(reverse(name, args=[token]))

    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"  # the token stays on this site


@pytest.mark.parametrize("name", ["account_login", "account_reset_password", "account_inactive", "home"])
def test_pages_on_the_way_in_are_stored_nowhere(cast, name):
    assert "no-store" in Client().get(reverse(name))["Cache-Control"]


def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(cast, client):
    client.post(reverse("account_login"), {"login": cast.owner.email, "password": make.PASSWORD})

    cookie = client.cookies[deployed.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_an_https_address_brings_its_cookies_and_hsts():
    """In a process of its own: settings are read once."""
    ask = (
        "import json; from config import settings as s; print(json.dumps([s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME,"
        " s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS,"
        " s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECOND_FACTOR]))"
    )
    env = os.environ | {"PUBLIC_URL": "https://desk.example.com", "READ_DEV_ENV": "false"}
    env.pop("SECOND_FACTOR", None)

    told = subprocess.run([sys.executable, "-c", ask], env=env, capture_output=True, text=True, check=True)

    assert json.loads(told.stdout) == ["__Host-desk", "__Host-csrf", True, True, 31536000, True, "required"]


def test_idle_sessions_end_and_so_do_long_ones(cast, browser_of, time_machine):
    time_machine.move_to(make.NOW)
    idle, busy = browser_of(cast.staff_a), browser_of(cast.staff_a)
    page = reverse("people:list")
    busy.get(page)

    for minutes in range(20, 12 * 60 + 40, 20):
        time_machine.move_to(make.NOW + timedelta(minutes=minutes))
        last = busy.get(page).status_code
        if minutes == 40:
            assert idle.get(page).status_code == 302

    assert last == 302
