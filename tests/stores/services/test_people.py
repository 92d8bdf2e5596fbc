import json
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cancellations.pages.audit_entry import Entry
from stores.kernel.errors import InputRejected, NotAllowed
from stores.models import AuditEvent, CurrencyLimit, Invitation, Membership, Role, User
from stores.selectors import access
from stores.selectors import people as selector
from stores.services import people
from tests import make

pytestmark = pytest.mark.django_db


def test_the_first_owner_comes_by_a_link_that_works_once():
    token = people.invite_owner()
    invitation = selector.invitation_of(token, for_shop=False)

    owner = people.make_owner(invitation=invitation, email="o@example.com", name="O", password=make.PASSWORD)

    assert owner.is_owner
    assert selector.invitation_of(token, for_shop=False) is None
    with pytest.raises(InputRejected):
        people.make_owner(invitation=invitation, email="p@example.com", name="P", password=make.PASSWORD)
    assert not User.objects.filter(email="p@example.com").exists()


def test_the_owners_link_works_for_a_day(time_machine):
    time_machine.move_to(make.NOW)
    token = people.invite_owner()

    time_machine.shift(timedelta(hours=24, seconds=1))

    assert selector.invitation_of(token, for_shop=False) is None


def test_a_new_owner_link_ends_the_earlier_one():
    first = people.invite_owner()

    people.invite_owner()

    assert selector.invitation_of(first, for_shop=False) is None


def test_only_the_fingerprint_of_a_token_is_stored():
    token = people.invite_owner()

    assert token not in str(Invitation.objects.values().get())


def test_an_invitation_makes_a_person_with_a_role(cast, committing):
    with committing():
        invitation, token = people.invite(
            actor=cast.admin_a, store=cast.shop_a, email="new@example.com", role=Role.STAFF
        )
    person = people.join(invitation=invitation, name="New", password=make.PASSWORD)

    assert person.memberships.get().role == Role.STAFF
    assert any(token in sent.body and sent.to == ["new@example.com"] for sent in mail.outbox)
    told = AuditEvent.objects.filter(kind="people.invited").get()
    assert "new@example.com" not in told.body
    assert token not in told.body


def test_every_admin_and_owner_is_told_by_mail(cast, committing):
    second = make.person("second@example.com")
    make.membership(second, cast.shop_a, Role.ADMIN)

    with committing():
        people.remove(actor=cast.admin_a, membership=cast.staff_a.memberships.get())

    assert {address for sent in mail.outbox for address in sent.to} == {
        "admin_a@example.com", "second@example.com", "owner@example.com"
    }  # fmt: skip


def test_a_change_is_recorded_before_and_after_and_ends_sessions(cast):
    membership = cast.staff_a.memberships.get()

    people.change(actor=cast.admin_a, membership=membership, role=Role.STAFF, per_cancellation=50_00, per_day=100_00)

    event = AuditEvent.objects.get(kind="people.changed")
    body = json.loads(event.body)
    shown = {label: (before, after) for label, before, after in Entry(event, {}).changes}
    assert shown == {
        "limit per cancellation": ("US$1,000.00", "US$50.00"),
        "limit per day": ("US$5,000.00", "US$100.00"),
    }
    assert (body["before"]["role"], body["after"]["role"]) == ("staff", "staff")
    assert event.chain.store == cast.shop_a
    cast.staff_a.refresh_from_db()
    assert cast.staff_a.session_round == 1
    assert access.limits(cast.staff_a, cast.shop_a).per_cancellation == make.money("50.00")


def test_limits_in_other_currencies_are_set_and_taken_away(cast):
    theirs = cast.staff_a.memberships.get()

    def change(**others):
        people.change(actor=cast.admin_a, membership=theirs, role=Role.STAFF, per_cancellation=None, per_day=None,
                      others=people.OtherCurrencies(**others))  # fmt: skip

    change(all_per_day=2_000_00, each={"JPY": (20_000, 30_000)})
    event = AuditEvent.objects.filter(kind="people.changed").latest("pk")
    assert set(Entry(event, {}).changes) == {
        ("limit all per day", "US$5,000.00", "US$2,000.00"),
        ("limit in JPY per cancellation", "none: somebody else is asked", "JP¥20,000"),
        ("limit in JPY per day", "none: somebody else is asked", "JP¥30,000"),
    }
    people.change(actor=cast.admin_a, membership=theirs, role=Role.STAFF, per_cancellation=1, per_day=None)
    assert theirs.currency_limits.count() == 1

    change(all_per_day=None, each={"KRW": (1, 2)})

    assert list(theirs.currency_limits.values_list("currency", "per_cancellation", "per_day")) == [("KRW", 1, 2)]


@pytest.mark.parametrize(
    ("each", "field"),
    [({"JPY": (101, 100)}, "JPY_per_cancellation"), ({"JPY": (1, 101)}, "JPY_per_day"),
     ({"KRW": (1, 1)}, "KRW_per_cancellation")],
    ids=["above theirs", "a day above theirs", "where they have none"],
)  # fmt: skip
def test_nobody_gives_away_more_than_they_have_in_another_currency(cast, each, field):
    own = cast.admin_a.memberships.get()
    Membership.objects.filter(pk=own.pk).update(limit_per_cancellation=100_00, limit_per_day=100_00)
    CurrencyLimit.objects.create(membership=own, currency="JPY", per_cancellation=100, per_day=100)
    theirs = cast.staff_a.memberships.get()

    with pytest.raises(InputRejected) as told:
        people.change(actor=cast.admin_a, membership=theirs, role=Role.STAFF, per_cancellation=1, per_day=1,
                      others=people.OtherCurrencies(None, each))  # fmt: skip

    assert told.value.field == field


def test_nobody_changes_their_own_role_or_limit(cast):
    own = cast.admin_a.memberships.get()

    with pytest.raises(NotAllowed):
        people.change(actor=cast.admin_a, membership=own, role=Role.ADMIN, per_cancellation=None, per_day=None)


def test_nobody_gives_away_more_than_they_have(cast):
    Membership.objects.filter(person=cast.admin_a).update(limit_per_cancellation=100_00, limit_per_day=100_00)
    theirs = cast.staff_a.memberships.get()

    with pytest.raises(InputRejected) as told:
        people.change(actor=cast.admin_a, membership=theirs, role=Role.STAFF, per_cancellation=100_01, per_day=1_00)

    assert told.value.field == "limit_per_cancellation"


def test_the_last_admin_stays(cast):
    last = cast.admin_a.memberships.get()

    with pytest.raises(InputRejected):
        people.remove(actor=cast.owner, membership=last)
    with pytest.raises(InputRejected) as told:
        people.change(actor=cast.owner, membership=last, role=Role.STAFF, per_cancellation=None, per_day=None)

    assert told.value.field == "role"
    assert Membership.objects.filter(pk=last.pk, role=Role.ADMIN).exists()


@pytest.mark.parametrize("who", ["staff_a", "auditor_a", "staff_b", "stranger"])
def test_only_admins_change_people(cast, who):
    actor, theirs = getattr(cast, who), cast.staff_a.memberships.get()

    with pytest.raises(NotAllowed):
        people.remove(actor=actor, membership=theirs)
    with pytest.raises(NotAllowed):
        people.invite(actor=actor, store=cast.shop_a, email="x@example.com", role=Role.STAFF)


def test_an_old_link_is_as_good_as_none(cast, time_machine):
    time_machine.move_to(make.NOW)
    _, token = people.invite(actor=cast.admin_a, store=cast.shop_a, email="new@example.com", role=Role.STAFF)

    time_machine.shift(timedelta(hours=73))

    assert selector.invitation_of(token, for_shop=True) is None


def test_a_withdrawn_link_no_longer_works(cast):
    invitation, token = people.invite(actor=cast.admin_a, store=cast.shop_a, email="new@example.com", role=Role.STAFF)

    people.withdraw(actor=cast.admin_a, invitation=invitation)

    assert selector.invitation_of(token, for_shop=True) is None


def test_somebody_with_an_account_joins_a_second_shop(cast):
    invitation, _ = people.invite(actor=cast.owner, store=cast.shop_b, email=cast.staff_a.email, role=Role.AUDITOR)

    people.join(invitation=invitation, person=cast.staff_a)

    assert access.role_of(cast.staff_a, cast.shop_b) is Role.AUDITOR


def test_the_list_takes_the_same_queries_for_one_shop_and_for_many(cast, django_assert_num_queries):
    with CaptureQueriesContext(connection) as few:
        selector.by_shop(cast.owner, access.stores_for(cast.owner))
    for _ in range(10):
        shop = make.store()
        make.membership(make.person(), shop, Role.ADMIN)

    with django_assert_num_queries(len(few)):
        shops = selector.by_shop(cast.owner, access.stores_for(cast.owner))

    assert len(shops) == 12


def _leave(cast):
    people.remove(actor=cast.owner, membership=cast.admin_a.memberships.get())


def _be_demoted(cast):
    theirs = cast.admin_a.memberships.get()
    people.change(actor=cast.owner, membership=theirs, role=Role.AUDITOR, per_cancellation=None, per_day=None)


def _be_locked_out(cast):
    User.objects.filter(pk=cast.admin_a.pk).update(is_active=False)


def _be_erased(cast):
    User.objects.filter(pk=cast.admin_a.pk).delete()


def _get_limits(cast):
    Membership.objects.filter(person=cast.admin_a).update(limit_per_cancellation=1_00, limit_per_day=1_00)


@pytest.mark.parametrize("fate", [_leave, _be_demoted, _be_locked_out, _be_erased, _get_limits])
def test_a_link_is_worth_what_its_maker_may_still_give(cast, fate):
    """Else an admin who must go comes back by a link they made for another address of theirs."""
    make.membership(make.person("second@example.com"), cast.shop_a, Role.ADMIN)
    invitation, _token = people.invite(actor=cast.admin_a, store=cast.shop_a, email="me2@example.com", role=Role.ADMIN)
    held = Invitation.objects.select_related("store", "invited_by").get(pk=invitation.pk)

    fate(cast)

    with pytest.raises(InputRejected):
        people.join(invitation=held, name="Me again", password=make.PASSWORD)
    assert not User.objects.filter(email="me2@example.com").exists()


def test_the_links_of_somebody_who_leaves_are_withdrawn_and_recorded(cast):
    make.membership(make.person("second@example.com"), cast.shop_a, Role.ADMIN)
    made, token = people.invite(actor=cast.admin_a, store=cast.shop_a, email="x@example.com", role=Role.STAFF)

    _leave(cast)

    assert selector.invitation_of(token, for_shop=True) is None
    event = AuditEvent.objects.get(kind="people.invitation_withdrawn")
    assert (event.object, event.actor) == (f"invitation:{made.uuid}", f"person:{cast.owner.uuid}")


def test_a_second_link_does_not_bring_back_who_was_removed(cast):
    invited = [
        people.invite(actor=cast.admin_a, store=cast.shop_a, email="new@example.com", role=Role.STAFF) for _ in range(2)
    ]
    person = people.join(invitation=invited[0][0], name="New", password=make.PASSWORD)
    people.remove(actor=cast.admin_a, membership=person.memberships.get())

    assert selector.invitation_of(invited[1][1], for_shop=True) is None
    with pytest.raises(InputRejected):
        people.join(invitation=invited[1][0], person=person)
    assert not person.memberships.exists()
