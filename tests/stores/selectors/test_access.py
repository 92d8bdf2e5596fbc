from decimal import Decimal

import pytest

from stores.kernel.money import Money
from stores.models import Role
from stores.selectors import access
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("action", sorted(access.ACTIONS))
def test_roles_may_do_what_the_table_says(action, cast):
    roles = access.ACTIONS[action]

    answers = {role: access.can(getattr(cast, f"{role.value}_a"), action, cast.shop_a) for role in Role}

    assert answers == {role: role in roles for role in Role}
    assert access.can(cast.owner, action, cast.shop_a)
    assert not access.can(cast.stranger, action, cast.shop_a)
    assert not access.can(cast.staff_b, action, cast.shop_a)
    assert not access.can(cast.anonymous, action, cast.shop_a)


def test_an_auditor_changes_nothing():
    changing = {name for name in access.ACTIONS if name.rsplit(".")[-1] not in ("view", "export")}

    assert not any(Role.AUDITOR in access.ACTIONS[name] for name in changing)


def test_an_unknown_action_is_a_bug(cast):
    with pytest.raises(KeyError):
        access.can(cast.owner, "orders.burn")


def test_a_person_who_left_may_do_nothing(cast):
    cast.owner.is_active = False
    cast.owner.save(update_fields=["is_active"])

    assert not access.can(cast.owner, "orders.view")
    assert not access.stores_for(cast.owner).exists()


@pytest.mark.parametrize(
    ("amount", "spent", "allowed"),
    [
        ("1000.00", "0.00", True),
        ("1000.01", "0.00", False),
        ("1000.00", "4000.00", True),
        ("1000.00", "4000.01", False),
    ],
    ids=["at the limit", "a cent above", "fills the day", "a cent above the day"],
)
def test_staff_limits_per_cancellation_and_per_day(cast, amount, spent, allowed):
    money, before = Money(Decimal(amount), "USD"), Money(Decimal(spent), "USD")

    answer = access.can(cast.staff_a, "cancellations.confirm", cast.shop_a, amount=money, spent=lambda: before)

    assert answer is allowed


def test_a_limit_of_zero_is_a_limit(cast):
    make.membership(cast.stranger, cast.shop_a, Role.STAFF, limit_per_cancellation=0)

    assert not access.can(cast.stranger, "cancellations.confirm", cast.shop_a, amount=Money(Decimal("0.01"), "USD"))


def test_admin_and_owner_have_no_limit_unless_told(cast):
    much = Money(Decimal(10**9), "USD")

    assert access.can(cast.admin_a, "cancellations.confirm", cast.shop_a, amount=much)
    assert access.can(cast.owner, "cancellations.confirm", cast.shop_a, amount=much)


def test_nobody_approves_what_they_asked_for(cast):
    class Asked:
        store_id = cast.shop_a.pk
        requester_id = cast.admin_a.pk

    assert not access.can(cast.admin_a, "cancellations.approve", cast.shop_a, Asked())
    assert access.can(cast.staff_a, "cancellations.approve", cast.shop_a, Asked())


def test_a_thing_of_another_shop_is_refused(cast):
    order = make.order_record(store=cast.shop_b)

    assert not access.can(cast.staff_a, "orders.view", cast.shop_a, order)


def test_nobody_changes_their_own_membership(cast):
    own = cast.admin_a.memberships.get()

    assert not access.can(cast.admin_a, "people.manage", cast.shop_a, own)


def test_the_shops_of_a_person_are_those_of_the_action(cast):
    assert list(access.stores_for(cast.staff_a)) == [cast.shop_a]
    assert list(access.stores_for(cast.staff_a, "stores.manage")) == []
    assert set(access.stores_for(cast.owner)) == {cast.shop_a, cast.shop_b}
    assert not access.stores_for(cast.anonymous).exists()


def test_remembered_roles_answer_without_asking_the_database(cast, django_assert_num_queries):
    access.remember(cast.staff_a)

    with django_assert_num_queries(0):
        answers = {
            access.can(cast.staff_a, "orders.view"),
            access.can(cast.staff_a, "cancellations.confirm", cast.shop_a),
            not access.can(cast.staff_a, "orders.view", cast.shop_b),
            not access.can(cast.staff_a, "stores.manage", cast.shop_a),
        }

    assert answers == {True}


def test_a_role_taken_away_counts_at_once_where_nothing_is_remembered(cast):
    assert access.can(cast.staff_a, "cancellations.confirm", cast.shop_a)

    cast.staff_a.memberships.all().delete()

    assert not access.can(cast.staff_a, "cancellations.confirm", cast.shop_a)


def test_the_default_limit_of_a_yen_shop_is_not_the_price_of_a_lunch():
    limits = access.default_limits(Role.STAFF, "JPY")

    assert limits.per_cancellation == make.money("100000", "JPY")
    assert access.default_limits(Role.STAFF, "USD").per_cancellation == make.money("1000")
