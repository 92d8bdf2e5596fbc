import json

import pytest
from django.core.cache import cache
from django.urls import reverse

from stores.models import AuditEvent
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
