import pytest
from django.urls import reverse

from stores.models import CurrencyLimit, Invitation, Membership, Role
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


class TestOtherCurrencies:
    URL = "people:change"

    @pytest.fixture
    def theirs(self, cast):
        work = cast.staff_a.memberships.get()
        CurrencyLimit.objects.create(membership=work, currency="JPY", per_cancellation=20_000, per_day=30_000)
        return work

    def send(self, cast, browser_of, work, **fields):
        stands = {"role": "staff", "JPY_per_cancellation": "20000", "JPY_per_day": "30000"}
        return browser_of(cast.admin_a).post(reverse(self.URL, args=[work.uuid]), stands | fields)

    def kept(self, work):
        rows = work.currency_limits.order_by("currency")
        return list(rows.values_list("currency", "per_cancellation", "per_day"))

    def test_the_page_shows_them_and_so_does_the_list(self, cast, browser_of, theirs):
        page = browser_of(cast.admin_a).get(reverse(self.URL, args=[theirs.uuid])).content.decode()
        people_page = browser_of(cast.admin_a).get(reverse("people:list")).content.decode()

        assert 'name="JPY_per_cancellation" value="20000"' in page
        assert "JP¥20,000" in people_page

    def test_one_more_is_added(self, cast, browser_of, theirs):
        new = {"new_currency": "KWD", "new_per_cancellation": "10.125", "new_per_day": "20"}

        assert self.send(cast, browser_of, theirs, limit_all_per_day="750.50", **new).status_code == 302

        assert self.kept(theirs) == [("JPY", 20_000, 30_000), ("KWD", 10_125, 20_000)]
        theirs.refresh_from_db()
        assert theirs.limit_all_per_day == 750_50

    def test_both_left_empty_takes_the_right_away(self, cast, browser_of, theirs):
        self.send(cast, browser_of, theirs, JPY_per_cancellation="", JPY_per_day="")

        assert self.kept(theirs) == []

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"JPY_per_day": ""}, "JPY_per_day"),
            ({"JPY_per_cancellation": "1.5"}, "JPY_per_cancellation"),
            ({"JPY_per_day": "１２"}, "JPY_per_day"),
            ({"new_currency": "yen", "new_per_cancellation": "1", "new_per_day": "1"}, "new_currency"),
            ({"new_currency": "USD", "new_per_cancellation": "1", "new_per_day": "1"}, "new_currency"),
            ({"new_currency": "JPY", "new_per_cancellation": "1", "new_per_day": "1"}, "new_currency"),
            ({"new_per_cancellation": "1", "new_per_day": "1"}, "new_currency"),
            ({"new_currency": "KRW"}, "new_per_cancellation"),
            ({"new_currency": "KRW", "new_per_cancellation": "1"}, "new_per_day"),
            ({"new_currency": "KRW", "new_per_cancellation": "1.5", "new_per_day": "1"}, "new_per_cancellation"),
            ({"limit_all_per_day": "1.005"}, "limit_all_per_day"),
        ],
    )
    def test_what_is_wrong_is_told_at_its_field(self, cast, browser_of, theirs, fields, wrong):
        answer = self.send(cast, browser_of, theirs, **fields)

        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [wrong]
        assert self.kept(theirs) == [("JPY", 20_000, 30_000)]

    def test_more_than_ones_own_is_told_where_it_was_typed(self, cast, browser_of, theirs):
        Membership.objects.filter(person=cast.admin_a).update(limit_per_cancellation=1)
        new = {"new_currency": "KRW", "new_per_cancellation": "1", "new_per_day": "1"}
        none = {"JPY_per_cancellation": "", "JPY_per_day": "", "limit_per_cancellation": "0"}

        answer = self.send(cast, browser_of, theirs, **new, **none)

        assert list(answer.context["form"].errors) == ["new_per_cancellation"]


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
