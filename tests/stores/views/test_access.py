import re
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from stores.views import access
from tests import make

pytestmark = pytest.mark.django_db


def test_signing_in_is_asked_first_and_the_target_is_kept(cast):
    answer = Client().get("/people?shop=1")

    assert answer["Location"] == "/account/login/?next=" + quote("/people?shop=1")


def test_forbidden_and_unknown_look_the_same(cast, browser_of):
    browser = browser_of(cast.staff_b)

    foreign = browser.get(reverse("shops:detail", args=[cast.shop_a.uuid]))
    none = browser.get(reverse("shops:detail", args=["00000000-0000-4000-8000-000000000000"]))

    assert foreign.status_code == none.status_code == 404
    assert _lasting(foreign) == _lasting(none)


def _lasting(answer):
    """The page without its token and its clock."""
    return re.sub(r'"X-CSRFToken": "\w+"|data-now="[^"]+"', "", answer.content.decode())


def test_a_form_that_meets_an_ended_session_keeps_its_input_but_no_secret(cast):
    answer = Client().post(reverse("people:invite"), {"email": "<b>@x.example", "role": "staff", "token": "shpat_1"})

    page = answer.content.decode()
    assert answer.status_code == 401
    assert 'name="email" value="&lt;b&gt;@x.example"' in page
    assert "shpat_1" not in page
    assert f'action="{reverse("people:invite")}"' in page


def test_a_fragment_that_meets_an_ended_session_gets_a_whole_page(cast):
    answer = Client().post(reverse("people:invite"), {"email": "a@x.example"}, HTTP_HX_REQUEST="true")

    assert answer.status_code == 422
    assert answer.content.lower().lstrip().startswith(b"<!doctype")


def test_an_old_form_of_ours_may_be_sent_again(cast):
    browser = Client(enforce_csrf_checks=True)

    answer = browser.post(reverse("people:invite"), {"email": "a@x.example"}, HTTP_ORIGIN="http://testserver")

    assert answer.status_code == 403
    assert 'name="email" value="a@x.example"' in answer.content.decode()


def test_nobody_is_told_to_have_been_signed_out_of_the_sign_in(cast):
    browser = Client(enforce_csrf_checks=True)

    answer = browser.post(reverse("account_login"), {"login": "a@x.example"}, HTTP_ORIGIN="http://testserver")

    assert answer.status_code == 403
    assert "This form was too old to be trusted" in answer.content.decode()
    assert "signed out meanwhile" not in answer.content.decode()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""], ids=["other", "opaque", "none"])
def test_a_form_of_another_site_is_refused_for_good(cast, origin):
    browser = Client(enforce_csrf_checks=True)

    answer = browser.post(reverse("people:invite"), {"email": "a@x.example"}, HTTP_ORIGIN=origin)

    assert answer.status_code == 403
    assert b"a@x.example" not in answer.content


@pytest.mark.parametrize(
    ("who", "needs_it"),
    [("owner", True), ("admin_a", True), ("staff_a", True), ("auditor_a", False)],
)
def test_whoever_moves_money_sets_up_a_second_factor_where_it_is_required(cast, browser_of, settings, who, needs_it):
    settings.SECOND_FACTOR = "required"

    answer = browser_of(getattr(cast, who)).get(reverse("people:list"))

    assert (answer.status_code == 302) is needs_it
    if needs_it:
        assert answer["Location"] == reverse("mfa_activate_totp")


def test_a_second_factor_opens_the_door(cast, browser_of, settings):
    settings.SECOND_FACTOR = "required"
    Authenticator.objects.create(user=cast.staff_a, type=Authenticator.Type.TOTP, data={"secret": "sealed"})

    assert browser_of(cast.staff_a).get(reverse("people:list")).status_code == 200


def test_setting_it_up_is_reached_without_it(cast, browser_of, settings):
    settings.SECOND_FACTOR = "required"

    assert browser_of(cast.staff_a).get(reverse("mfa_activate_totp")).status_code == 200


def test_a_change_asks_for_the_password_again_after_five_minutes(cast, browser_of):
    answer = browser_of(cast.admin_a, proved=False).get(reverse("people:invite"))

    assert answer["Location"] == reverse("account_reauthenticate") + "?next=" + quote(reverse("people:invite"), safe="")


def test_what_was_sent_goes_on_after_the_password(cast, browser_of):
    browser = browser_of(cast.admin_a, proved=False)
    url = reverse("people:invite")
    wish = {"store": str(cast.shop_a.uuid), "email": "new@example.com", "role": "staff"}

    ask = browser.post(url, wish)
    answer = browser.post(ask["Location"], {"password": make.PASSWORD, "next": url})

    assert answer.status_code == 201
    assert b"new@example.com" in answer.content


def test_credentials_are_not_kept_while_the_password_is_asked(cast, browser_of):
    browser = browser_of(cast.owner, proved=False)

    answer = browser.post(reverse("shops:connect_to", args=["shopify"]), {"token": "shpat_1"})

    assert "reauthenticate" in answer["Location"]
    assert "shpat_1" not in str(dict(browser.session))


def test_a_misspelt_action_fails_at_import():
    with pytest.raises(KeyError):
        access.may("orders.burn")
