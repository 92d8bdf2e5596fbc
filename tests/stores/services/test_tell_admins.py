import pytest
from django.core import mail
from django.db import transaction

from stores.models import Role
from stores.services import admin_mail, people

pytestmark = pytest.mark.django_db


def test_nothing_is_told_of_a_change_that_did_not_happen(cast, committing):
    with committing(), transaction.atomic():
        admin_mail.of_change(cast.shop_a, "Something.")
        transaction.set_rollback(True)

    assert not mail.outbox


def test_a_broken_mail_server_stops_nothing(cast, committing, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there

    with committing():
        invited, _ = people.invite(actor=cast.owner, store=cast.shop_a, email="x@example.com", role=Role.STAFF)

    assert invited.pk


def test_a_shop_name_with_line_breaks_makes_no_second_header(cast, committing):
    cast.shop_a.name = "Studio\r\nBcc: everybody@example.com"

    with committing():
        admin_mail.of_change(cast.shop_a, "Something.")

    assert all("\n" not in sent.subject and sent.bcc == [] for sent in mail.outbox)
    assert len(mail.outbox) == 2


def test_the_link_of_an_invitation_is_whole_in_its_mail_without_a_public_address(cast, committing, settings):
    settings.PUBLIC_URL, settings.HOST, settings.PORT = "", "127.0.0.1", 8000

    with committing():
        _, token = people.invite(actor=cast.owner, store=cast.shop_a, email="x@example.com", role=Role.STAFF)

    sent = next(each for each in mail.outbox if each.to == ["x@example.com"])
    assert f"http://127.0.0.1:8000/join/{token}" in sent.body


def test_links_are_whole_where_the_public_address_is_known(settings):
    settings.PUBLIC_URL = "https://desk.example.com"

    assert admin_mail.link("join", "t") == "https://desk.example.com/join/t"
