import pytest
from django.urls import reverse

from stores.models import Invitation, Membership, Role
from stores.services import people

pytestmark = pytest.mark.django_db


def test_the_list_shows_own_shops_only(cast, browser_of):
    page = browser_of(cast.staff_a).get(reverse("people:list")).content.decode()

    assert "auditor_a@example.com" in page
    assert "staff_b@example.com" not in page


def test_the_link_is_shown_once(cast, browser_of):
    browser = browser_of(cast.admin_a)
    wish = {"store": str(cast.shop_a.uuid), "email": "New@Example.com", "role": "staff"}

    answer = browser.post(reverse("people:invite"), wish)

    assert answer.status_code == 201
    assert "http://testserver/join/" in answer.content.decode()
    assert Invitation.objects.get().email == "new@example.com"
    assert "/join/" not in browser.get(reverse("people:list")).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "admin_a@example.com"),
        ("email", "nonsense"),
        ("role", "king"),
        ("store", "00000000-0000-4000-8000-000000000000"),
        ("store", "garbage"),
        ("email", "a@example.com\r\nBcc: b@example.com"),
    ],
    ids=["works here already", "no address", "no such role", "no such shop", "no uuid", "a header"],
)
def test_a_wrong_invitation_is_told_at_its_field(cast, browser_of, field, value):
    good = {"store": str(cast.shop_a.uuid), "email": "new@example.com", "role": "staff"}

    answer = browser_of(cast.admin_a).post(reverse("people:invite"), good | {field: value})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Invitation.objects.exists()


def test_nobody_is_invited_to_a_foreign_shop(cast, browser_of):
    wish = {"store": str(cast.shop_b.uuid), "email": "new@example.com", "role": "admin"}

    assert browser_of(cast.admin_a).post(reverse("people:invite"), wish).status_code == 422


def test_role_and_limits_are_changed(cast, browser_of):
    membership = cast.staff_a.memberships.get()
    wish = {"role": "staff", "limit_per_cancellation": "250.50", "limit_per_day": ""}

    answer = browser_of(cast.admin_a).post(reverse("people:change", args=[membership.uuid]), wish)

    assert answer["Location"] == reverse("people:list")
    membership.refresh_from_db()
    assert (membership.limit_per_cancellation, membership.limit_per_day) == (250_50, None)


@pytest.mark.parametrize("text", ["-1", "1e5", "１２", "1,000", "1.005", "nan", "1" * 15])
def test_an_odd_limit_is_refused_at_its_field(cast, browser_of, text):
    membership = cast.staff_a.memberships.get()
    wish = {"role": "staff", "limit_per_cancellation": text, "limit_per_day": ""}

    answer = browser_of(cast.admin_a).post(reverse("people:change", args=[membership.uuid]), wish)

    assert answer.status_code == 422
    assert "limit_per_cancellation" in answer.context["form"].errors


def test_the_own_membership_is_out_of_reach(cast, browser_of):
    own = cast.admin_a.memberships.get()
    browser = browser_of(cast.admin_a)

    assert browser.get(reverse("people:change", args=[own.uuid])).status_code == 404
    assert browser.post(reverse("people:remove", args=[own.uuid])).status_code == 404


def test_the_last_admin_stays_and_the_page_says_why(cast, browser_of):
    last = cast.admin_a.memberships.get()

    answer = browser_of(cast.owner).post(reverse("people:remove", args=[last.uuid]))

    assert answer.status_code == 422
    assert "last admin" in answer.content.decode()


def test_removing_ends_the_persons_sessions(cast, browser_of):
    theirs = browser_of(cast.staff_a)
    membership = cast.staff_a.memberships.get()

    browser_of(cast.admin_a).post(reverse("people:remove", args=[membership.uuid]))

    assert not Membership.objects.filter(pk=membership.pk).exists()
    assert "/account/login/" in theirs.get(reverse("people:list"))["Location"]


def test_an_invitation_is_withdrawn(cast, browser_of):
    invitation, token = people.invite(actor=cast.admin_a, store=cast.shop_a, email="new@example.com", role=Role.STAFF)
    browser = browser_of(cast.admin_a)
    url = reverse("people:withdraw", args=[invitation.uuid])
    assert browser.get(url).status_code == 200

    browser.post(url)

    assert browser.get(reverse("join", args=[token])).status_code == 404
    assert browser.get(url).status_code == 404
