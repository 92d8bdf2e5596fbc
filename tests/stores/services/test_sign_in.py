import json
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client
from django.urls import reverse

from stores.models import AuditEvent, User
from stores.services import sign_in
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_counters():
    cache.clear()


@pytest.fixture
def ana(db):
    make.person("owner@example.com", is_owner=True)
    return make.person("ana@example.com", name="Ana Duarte")


def give(client, email="ana@example.com", password=make.PASSWORD, **fields):
    return client.post(reverse("account_login"), {"login": email, "password": password, **fields})


def kinds():
    return list(AuditEvent.objects.order_by("pk").values_list("kind", flat=True))


def test_signing_in_starts_a_new_session_and_is_recorded(client, ana):
    client.get(reverse("account_login"))
    before = client.session.session_key

    answer = give(client)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session.session_key != before
    event = AuditEvent.objects.get()
    assert (event.kind, event.actor, event.chain.name) == ("people.signed_in", f"person:{ana.uuid}", "system")


def test_signing_in_leads_to_where_one_was_going(client, ana):
    answer = give(client, next="/people?shop=1")

    assert answer["Location"] == "/people?shop=1"


def test_signing_in_never_leads_to_another_site(client, ana):
    answer = give(client, next="https://evil.example/")

    assert answer["Location"] == "/"


@pytest.mark.parametrize("email", ["ana@example.com", "nobody@example.com"], ids=["known", "unknown"])
def test_a_failed_sign_in_says_the_same_whoever_it_was(client, ana, email):
    answer = give(client, email=email, password="wrong")

    assert answer.context["form"].non_field_errors() == ["The e-mail address or the password is not right."]


def test_a_failed_sign_in_is_recorded_without_the_address(client, ana):
    give(client, password="wrong")

    event = AuditEvent.objects.get()
    assert (event.kind, event.object) == ("people.sign_in_failed", "person:unknown")
    assert "ana" not in event.body
    assert set(json.loads(event.body)["address"]) == {"digest"}


def test_a_wrong_password_of_somebody_signed_in_is_recorded_as_theirs(client, ana):
    give(client)
    client.post(reverse("account_reauthenticate"), {"password": "wrong"})

    event = AuditEvent.objects.get(kind="people.sign_in_failed")
    assert (event.actor, event.object) == (f"person:{ana.uuid}", f"person:{ana.uuid}")


def test_the_sixth_wrong_password_is_not_even_tried(client, ana):
    for _ in range(5):
        give(client, password="wrong")

    answer = give(client)

    assert "_auth_user_id" not in client.session
    assert "Too many failed attempts" in str(answer.context["form"].non_field_errors())


def test_nobody_can_lock_somebody_else_out(client, ana):
    for _ in range(6):
        client.post(reverse("account_login"), {"login": ana.email, "password": "wrong"}, REMOTE_ADDR="198.51.100.7")

    answer = give(client)

    assert answer.status_code == 302


def test_a_person_who_left_cannot_sign_in(client, ana):
    ana.is_active = False
    ana.save(update_fields=["is_active"])

    give(client)

    assert "_auth_user_id" not in client.session


def test_signing_out_is_recorded(client, ana):
    give(client)

    client.post(reverse("account_logout"))

    assert kinds() == ["people.signed_in", "people.signed_out"]
    assert "_auth_user_id" not in client.session


def test_signing_out_everywhere_ends_every_session(browser_of, ana):
    here, there = browser_of(ana), browser_of(ana)

    here.post(reverse("account_sign_out_everywhere"))

    assert there.get("/").status_code == here.get("/").status_code == 302
    assert "/account/login/" in there.get("/")["Location"]
    assert kinds() == ["people.signed_out_everywhere"]


def test_there_is_no_way_to_sign_up(client):
    for path in ("/account/signup/", "/account/email/", "/account/3rdparty/"):
        assert client.get(path).status_code == 404


def test_the_second_factor_is_sealed_at_rest():
    adapter = sign_in.DeskSecondFactor()

    kept = adapter.encrypt("JBSWY3DPEHPK3PXP")

    assert "JBSWY3" not in kept
    assert adapter.decrypt(kept) == "JBSWY3DPEHPK3PXP"


def test_passwords_are_hashed_with_argon2_and_have_twelve_characters():
    from config import settings

    assert settings.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
    assert settings.AUTH_PASSWORD_VALIDATORS[0]["OPTIONS"] == {"min_length": 12}


def code_now(secret, offset=0):
    counter = next(totp.yield_hotp_counters_from_time()) + offset
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


@pytest.fixture
def guarded(ana, browser_of, committing, settings):
    """Ana with a second factor, set up through the page; gives its secret."""
    settings.ACCOUNT_EMAIL_NOTIFICATIONS = False  # its mail needs the request, which is gone at this commit
    browser = browser_of(ana)
    secret = browser.get(reverse("mfa_activate_totp")).context["form"].secret
    with committing():
        browser.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
    cache.clear()
    return secret


def test_setting_up_the_second_factor_seals_it_and_tells(ana, guarded):
    kept = str(Authenticator.objects.get(type="totp").data)

    assert guarded not in kept
    assert "people.second_factor_added" in kinds()


def test_the_code_is_asked_after_the_password(client, guarded):
    answer = give(client)
    assert answer["Location"].startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in client.session

    client.post(reverse("mfa_authenticate"), {"code": code_now(guarded)})

    assert "_auth_user_id" in client.session
    assert kinds()[-1] == "people.signed_in"


def test_a_wrong_code_is_refused_and_recorded(client, ana, guarded):
    give(client)

    client.post(reverse("mfa_authenticate"), {"code": "000000"})

    event = AuditEvent.objects.last()
    assert (event.kind, event.object) == ("people.code_failed", f"person:{ana.uuid}")
    assert "_auth_user_id" not in client.session


def test_a_code_opens_once(client, guarded):
    give(client)
    client.post(reverse("mfa_authenticate"), {"code": (code := code_now(guarded))})
    other = Client()
    give(other)

    other.post(reverse("mfa_authenticate"), {"code": code})

    assert "_auth_user_id" not in other.session


@pytest.mark.parametrize(("how", "stays"), [("required", True), ("optional", False)])
def test_the_second_factor_cannot_be_taken_away_where_it_is_required(settings, browser_of, guarded, how, stays):
    settings.SECOND_FACTOR = how
    owner = User.objects.get(is_owner=True)
    Authenticator.objects.update(user=owner)

    browser_of(owner).post(reverse("mfa_deactivate_totp"))

    assert Authenticator.objects.filter(type="totp").exists() is stays


def test_a_forgotten_password_is_replaced_by_mail(client, ana, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": "ana@example.com"})
    link = next(word for word in mailoutbox[0].body.split() if "/password/reset/key/" in word)
    form = client.get(link, follow=True)

    fresh = "another fine long sentence"
    client.post(form.redirect_chain[-1][0], {"password1": fresh, "password2": fresh})

    ana.refresh_from_db()
    assert ana.check_password(fresh)
    assert "people.password_changed" in kinds()


@pytest.mark.parametrize(
    ("public", "wanted"),
    [("https://desk.example.com", "https://desk.example.com/"), ("", "http://127.0.0.1:8000/")],
)
def test_the_mail_of_a_reset_follows_the_settings_and_never_the_request(
    client, ana, mailoutbox, settings, public, wanted
):
    settings.PUBLIC_URL, settings.HOST, settings.PORT = public, "127.0.0.1", 8000
    asked = {"HTTP_HOST": "localhost:31337", "HTTP_X_FORWARDED_HOST": "evil.example.com"}

    client.post(reverse("account_reset_password"), {"email": "ana@example.com"}, **asked)

    text = mailoutbox[0].subject + mailoutbox[0].body
    assert f"{wanted}account/password/reset/key/" in text
    assert "31337" not in text
    assert "evil" not in text


def _reset_link(client, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": "ana@example.com"})
    return next(word for word in mailoutbox[-1].body.split() if "/password/reset/key/" in word)


def test_the_link_of_a_reset_works_for_an_hour_and_once(client, ana, mailoutbox, time_machine):
    time_machine.move_to(make.NOW)
    old = _reset_link(client, mailoutbox)
    time_machine.move_to(make.NOW + timedelta(seconds=3601))
    assert "password1" not in client.get(old, follow=True).content.decode()

    link = _reset_link(client, mailoutbox)
    form = client.get(link, follow=True)
    fresh = "another fine long sentence"
    client.post(form.redirect_chain[-1][0], {"password1": fresh, "password2": fresh})

    again = Client().get(link, follow=True)
    assert "password1" not in again.content.decode()
    assert "This link does not work" in again.content.decode()
    told = mailoutbox[-1]
    assert told.subject == "Rescind: your password was changed"
    assert "It came from 127.0.0.1 at " in told.body
    assert "Sign-in safety" in told.body


def test_an_unknown_address_gets_no_mail_and_the_same_page(client, ana, mailoutbox):
    known = client.post(reverse("account_reset_password"), {"email": "ana@example.com"})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.com"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [sent.to for sent in mailoutbox] == [["ana@example.com"]]


def test_a_mail_server_that_is_down_breaks_nothing_and_tells_no_address(client, ana, browser_of, settings, caplog):
    settings.EMAIL_BACKEND = "tests.stores.services.test_sign_in.Down"

    answers = [client.post(reverse("account_reset_password"), {"email": f"{who}@example.com"}) for who in ("ana", "no")]
    fresh = {"oldpassword": make.PASSWORD, "password1": "another fine long sentence"}
    changed = browser_of(ana).post(reverse("account_change_password"), fresh | {"password2": fresh["password1"]})

    assert {(told.status_code, told["Location"]) for told in answers} == {(302, answers[0]["Location"])}
    assert changed.status_code == 302
    ana.refresh_from_db()
    assert ana.check_password(fresh["password1"])
    assert [record.getMessage() for record in caplog.records].count("mail not sent") == 2


class Down(BaseEmailBackend):
    def send_messages(self, email_messages):
        raise ConnectionRefusedError
