"""Who may do what: the one table, and the one question every view, fragment, task and export asks.

Owner: everything an admin may do, in every shop, and what belongs to the installation.
Admin, staff, auditor: per shop, by `Membership`. An auditor reads and exports and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from stores.kernel.money import Money, is_said_whole
from stores.models import CurrencyLimit, Membership, Role, Store, User

Viewer = User | AnonymousUser

OWNER: Final[frozenset[Role]] = frozenset()  # nobody by membership: the owner alone
ADMIN = frozenset({Role.ADMIN})
DESK = frozenset({Role.ADMIN, Role.STAFF})  # those who move money
BOOKS = frozenset({Role.ADMIN, Role.AUDITOR})
READERS = frozenset({Role.ADMIN, Role.STAFF, Role.AUDITOR})

ACTIONS: Final[Mapping[str, frozenset[Role]]] = {
    "orders.view": READERS,
    "orders.export": READERS,
    "orders.read_again": DESK,
    "cancellations.view": READERS,
    "cancellations.preview": DESK,
    "cancellations.confirm": DESK,
    "cancellations.withdraw": DESK,
    "cancellations.approve": DESK,
    "cancellations.settle": DESK,
    "cancellations.retry": DESK,
    "messages.send_again": ADMIN,
    "effects.stop": ADMIN,  # the emergency stop
    "effects.resume": ADMIN,
    "audit.view": READERS,
    "audit.export": BOOKS,
    "stores.view": READERS,
    "stores.manage": ADMIN,
    "stores.connect": OWNER,
    "people.view": READERS,
    "people.manage": ADMIN,
    "settings.manage": OWNER,
    "capabilities.view": READERS,
}


@dataclass(frozen=True)
class RefundLimits:
    """The most a person may give back, in one currency (the shop's, unless said); None: no limit."""

    per_cancellation: Money | None
    per_day: Money | None  # any 24 hours
    all_per_day: Money | None = None  # the same of all currencies together, in the installation's

    def cover(self, amount: Money, spent: Money | Callable[[], Money] | None = None) -> bool:
        """`spent`: what the person gave back in the last 24 hours; asked for only when a daily limit stands."""
        if self.per_cancellation is not None and amount > self.per_cancellation:
            return False
        if self.per_day is None or spent is None:
            return self.per_day is None or amount <= self.per_day
        return amount + (spent() if callable(spent) else spent) <= self.per_day


NO_LIMITS: Final = RefundLimits(None, None)


def can(
    user: Viewer,
    action: str,
    store: Store | None = None,
    obj: object = None,
    amount: Money | None = None,
    *,
    spent: Money | Callable[[], Money] | None = None,
) -> bool:
    """May `user` do `action`? In `store`, or in any shop when None; to `obj`; moving `amount` of the shop's currency.

    obj: a thing of another shop than `store` is refused; approving one's own request and changing one's own
    membership are refused. Raises KeyError for an action that the table does not know.
    """
    roles = ACTIONS[action]
    if not isinstance(user, User) or not user.is_active:
        return False
    if obj is not None and not _fits(user, action, store, obj):
        return False
    if not (user.is_owner or _has_role(user, roles, store)):
        return False
    return amount is None or store is None or limits(user, store).cover(amount, spent)


def _fits(user: User, action: str, store: Store | None, obj: object) -> bool:
    if store is not None and getattr(obj, "store_id", store.pk) != store.pk:
        return False
    if action == "cancellations.approve" and getattr(obj, "requester_id", None) == user.pk:
        return False
    return not (action == "people.manage" and getattr(obj, "person_id", None) == user.pk)


def remember(user: User) -> None:
    """Ask for the roles once: for the user of one request, whose navigation and buttons ask `can` many times.

    Never for a user that lives longer, as in a worker: a role taken away must count at once.
    """
    user.known_works = [] if user.is_owner else list(works_of(user))
    user.known_roles = {work.store_id: work.role for work in user.known_works}


def works_of(user: User) -> QuerySet[Membership]:
    """Their memberships, with as much of each shop as limits need."""
    needed = ("role", "person", "limit_per_cancellation", "limit_per_day", "limit_all_per_day", "store__currency")
    return Membership.objects.filter(person=user).select_related("store").only(*needed)


def _has_role(user: User, roles: frozenset[Role], store: Store | None) -> bool:
    known = user.known_roles
    if known is None:
        return _memberships(user, roles, store).exists()
    held = known.values() if store is None else [known.get(store.pk, "")]
    return any(role in roles for role in held)


def _memberships(user: User, roles: frozenset[Role], store: Store | None = None) -> QuerySet[Membership]:
    found = Membership.objects.filter(person=user, role__in=sorted(roles))
    return found if store is None else found.filter(store=store)


def stores_for(user: Viewer, action: str = "orders.view") -> QuerySet[Store]:
    """The shops in which `user` may do `action`: every queryset of the desk starts here."""
    roles = ACTIONS[action]
    if not isinstance(user, User) or not user.is_active:
        return Store.objects.none()
    if user.is_owner:  # a removed practice shop has no members left, and its entries stay
        known = Store.objects if action.startswith("audit.") else Store.objects.filter(removed_at=None)
        return known.order_by("name", "pk")
    return Store.objects.filter(pk__in=_memberships(user, roles).values("store_id")).order_by("name", "pk")


def role_of(user: Viewer, store: Store) -> Role | None:
    """The owner counts as admin everywhere; None: no business in this shop."""
    if not isinstance(user, User) or not user.is_active:
        return None
    if user.is_owner:
        return Role.ADMIN
    role = Membership.objects.filter(person=user, store=store).values_list("role", flat=True).first()
    return None if role is None else Role(role)


def limits(user: Viewer, store: Store) -> RefundLimits:
    """What this person may give back here; zero for somebody who may give back nothing."""
    if not isinstance(user, User) or not user.is_active:
        return nothing(store.currency)
    if user.is_owner:
        return RefundLimits(None, None)
    return _limits(user, Membership.objects.filter(person=user, store=store).first(), store)


def as_of_now(person_id: int, store: Store) -> tuple[User, RefundLimits]:
    """A person as the database has them at this moment: for `can` in this shop alone, with what they may give back.

    For a worker, which asks both just before money moves. Raises User.DoesNotExist.
    """
    rows = Membership.objects.select_related("person").filter(person=person_id, store=store)
    membership = next(iter(rows), None)
    person = membership.person if membership else User.objects.get(pk=person_id)
    person.known_roles = {store.pk: membership.role} if membership else {}
    return person, _limits(person, membership, store)


def _limits(user: User, membership: Membership | None, store: Store) -> RefundLimits:
    if user.is_active and user.is_owner:
        return RefundLimits(None, None)
    return limits_of(membership, store) if membership and user.is_active else nothing(store.currency)


def limits_of(membership: Membership, store: Store) -> RefundLimits:
    """The membership's own limits, or its role's where it has none."""
    role = Role(membership.role)
    if role not in DESK:
        return nothing(store.currency)
    default = default_limits(role, store.currency)
    return RefundLimits(
        _own(membership.limit_per_cancellation, store.currency, default.per_cancellation),
        _own(membership.limit_per_day, store.currency, default.per_day),
        _own(membership.limit_all_per_day, settings.CURRENCY, default.all_per_day),
    )


def limits_in(currency: str, store: Store, people: Iterable[int]) -> dict[int, RefundLimits]:
    """{person: their limits in a currency that is not the shop's}; who is missing may give back nothing in it.

    Whoever has no limits at all is not asked for. One query.
    """
    at_desk = {"membership__store": store, "membership__role__in": sorted(DESK), "membership__person__in": list(people)}
    rows = CurrencyLimit.objects.filter(currency=currency, **at_desk).select_related("membership")
    return {row.membership.person_id: limits_of_row(row) for row in rows}


def limits_of_row(row: CurrencyLimit) -> RefundLimits:
    money = Money.from_minor
    return RefundLimits(money(row.per_cancellation, row.currency), money(row.per_day, row.currency))


def default_limits(role: Role, currency: str) -> RefundLimits:
    """From the settings, in whole units of the shop's currency; a hundred times that where it has no decimals.

    1,000 yen is the price of a lunch: without it every cancellation of a yen shop would wait for approval.
    Admins have none; auditors move nothing.
    """
    if role is Role.ADMIN:
        return RefundLimits(None, None)
    if role is Role.AUDITOR:
        return nothing(currency)
    return RefundLimits(
        _default(settings.STAFF_LIMIT_PER_CANCELLATION, currency),
        _default(settings.STAFF_LIMIT_PER_DAY, currency),
        _default(settings.STAFF_LIMIT_PER_DAY, settings.CURRENCY),
    )


def _default(units: int, currency: str) -> Money:
    return Money(Decimal(units * (100 if is_said_whole(currency) else 1)), currency)


def moves_money(user: User) -> bool:
    """True for whoever needs a second factor where the installation requires one."""
    return user.is_owner or _has_role(user, DESK, None)


def _own(minor: int | None, currency: str, default: Money | None) -> Money | None:
    return default if minor is None else Money.from_minor(minor, currency)


def nothing(currency: str) -> RefundLimits:
    """Of somebody who may give back nothing."""
    return RefundLimits(Money.zero(currency), Money.zero(currency), Money.zero(settings.CURRENCY))
