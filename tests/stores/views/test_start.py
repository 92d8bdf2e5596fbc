import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from stores.models import Role, Store, User
from stores.services import people
from tests import make

pytestmark = pytest.mark.django_db


def test_a_fresh_installation_says_where_the_link_is(client):
    answer = client.get("/")

    assert answer.status_code == 200
    assert b"invite_owner" in answer.content


def test_the_link_makes_the_owner_and_leads_to_three_steps(client):
    url = reverse("start", args=[people.invite_owner()])
    assert client.get(url).status_code == 200

    answer = client.post(url, {"name": "Ana", "email": "Ana@Example.com", "password": make.PASSWORD}, follow=True)

    assert answer.redirect_chain == [("/start", 302)]
    assert User.objects.get().email == "ana@example.com"
    assert answer.content.decode().count('aria-current="step"') == 1
    assert Client().get(url).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [("password", "short"), ("password", "password1234"), ("email", "nonsense"), ("name", "")],
)
def test_what_is_wrong_is_said_at_its_field(client, field, value):
    url = reverse("start", args=[people.invite_owner()])
    good = {"name": "Ana", "email": "ana@example.com", "password": make.PASSWORD}

    answer = client.post(url, good | {field: value})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not User.objects.exists()


def test_a_made_up_token_is_not_found(client):
    assert client.get(reverse("start", args=["made-up"])).status_code == 404
    assert client.get(reverse("join", args=["made-up"])).status_code == 404


def test_a_shop_link_does_not_make_an_owner(client, cast):
    _, token = people.invite(actor=cast.owner, store=cast.shop_a, email="x@example.com", role=Role.STAFF)

    assert client.get(reverse("start", args=[token])).status_code == 404


def test_the_command_prints_the_link(capsys):
    call_command("invite_owner")

    assert capsys.readouterr().out.startswith("/start/")


def test_the_steps_show_what_is_done(browser_of):
    owner = make.person(is_owner=True)
    browser = browser_of(owner)
    assert browser.get("/")["Location"] == "/start"

    shop = make.store()
    make.membership(make.person(), shop, Role.STAFF)

    assert browser.get("/start").content.decode().count('class="done"') == 3


def test_the_front_door_leads_everybody_where_they_belong(cast, browser_of):
    assert browser_of(cast.staff_a).get("/")["Location"] == "/orders"
    assert browser_of(cast.stranger).get("/").status_code == 200
    assert "/account/login/" in Client().get("/")["Location"]


def test_somebody_new_joins_with_a_password(client, cast):
    _, token = people.invite(actor=cast.admin_a, store=cast.shop_a, email="new@example.com", role=Role.AUDITOR)
    url = reverse("join", args=[token])
    assert b"new@example.com" in client.get(url).content

    answer = client.post(url, {"name": "New", "password": make.PASSWORD})

    assert answer.status_code == 302
    assert Store.objects.get(memberships__person__email="new@example.com") == cast.shop_a
    assert "_auth_user_id" in client.session


def test_somebody_with_an_account_signs_in_first(client, cast, browser_of):
    _, token = people.invite(actor=cast.owner, store=cast.shop_b, email=cast.staff_a.email, role=Role.STAFF)
    url = reverse("join", args=[token])

    client.post(url, {"name": "Thief", "password": make.PASSWORD})
    browser_of(cast.stranger).post(url)
    assert not cast.staff_a.memberships.filter(store=cast.shop_b).exists()

    browser_of(cast.staff_a).post(url)
    assert cast.staff_a.memberships.filter(store=cast.shop_b).exists()
