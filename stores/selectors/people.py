"""Who works where, as the viewer may see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from django.db.models import Q, QuerySet

from stores.kernel import clock
from stores.models import Invitation, Membership, Role, Store, StoreState, User
from stores.selectors import access


@dataclass(frozen=True)
class Member:
    membership: Membership
    limits: access.RefundLimits
    elsewhere: list[access.RefundLimits]  # in each other currency in which they have any
    may_change: bool  # by the viewer


@dataclass
class ShopPeople:
    """One shop's people, admins first, and its open invitations."""

    store: Store
    may_manage: bool
    members: list[Member] = field(default_factory=list)
    invitations: list[Invitation] = field(default_factory=list)


RANK = {Role.ADMIN: 0, Role.STAFF: 1, Role.AUDITOR: 2}


def by_shop(viewer: User, stores: Iterable[Store]) -> list[ShopPeople]:
    """In the order of `stores`; the same number of queries however many there are."""
    managed = set(access.stores_for(viewer, "people.manage").values_list("pk", flat=True))
    shops = {store.pk: ShopPeople(store, store.pk in managed) for store in stores}
    rows = Membership.objects.filter(store__in=shops).select_related("person").prefetch_related("currency_limits")
    rows = rows.order_by("person__name", "pk")
    for row in sorted(rows, key=lambda row: RANK[Role(row.role)]):
        shop = shops[row.store_id]
        own = row.person_id == viewer.pk
        elsewhere = [access.limits_of_row(there) for there in row.currency_limits.all()]
        limits = access.limits_of(row, shop.store)
        shop.members.append(Member(row, limits, elsewhere, shop.may_manage and not own))
    for invitation in _open().filter(store__in=managed & shops.keys()).order_by("created_at"):
        shops[invitation.store_id or 0].invitations.append(invitation)
    return list(shops.values())


def owners() -> list[User]:
    return list(User.objects.filter(is_owner=True, is_active=True).order_by("name", "pk"))


def at_desk(store: Store) -> list[User]:
    """Everybody who moves money in this shop, owners too."""
    members = Membership.objects.filter(store=store, role__in=sorted(access.DESK)).values("person")
    return list(User.objects.filter(Q(is_owner=True) | Q(pk__in=members), is_active=True).order_by("pk"))


def admins(store: Store) -> list[User]:
    """Who manages this shop, owners too."""
    members = Membership.objects.filter(store=store, role=Role.ADMIN).values("person")
    return list(User.objects.filter(Q(is_owner=True) | Q(pk__in=members), is_active=True).order_by("pk"))


def has_owner() -> bool:
    return User.objects.filter(is_owner=True, is_active=True).exists()


def membership(viewer: User, uuid: UUID) -> Membership | None:
    """One that the viewer may change."""
    managed = access.stores_for(viewer, "people.manage")
    rows = Membership.objects.filter(uuid=uuid, store__in=managed).exclude(person=viewer)
    return rows.select_related("person", "store").first()


def invitation(viewer: User, uuid: UUID) -> Invitation | None:
    """An open one that the viewer may withdraw."""
    managed = access.stores_for(viewer, "people.manage")
    return _open().filter(uuid=uuid, store__in=managed).select_related("store").first()


def invitation_of(token: str, *, for_shop: bool) -> Invitation | None:
    """The open invitation behind a link; None for unknown, used and old ones alike."""
    found = _open().filter(token_hash=sha256(token.encode()).hexdigest(), store__isnull=not for_shop)
    return found.select_related("store", "invited_by").first()


@dataclass(frozen=True)
class FirstSteps:
    """What a fresh installation still lacks."""

    has_shop: bool
    has_orders: bool
    has_people: bool

    @property
    def are_done(self) -> bool:
        return self.has_shop and self.has_orders and self.has_people


def first_steps() -> FirstSteps:
    shops = Store.objects.exclude(state=StoreState.DISCONNECTED)
    return FirstSteps(
        has_shop=shops.exists(),
        has_orders=shops.filter(sync__fresh_at__isnull=False).exists(),
        has_people=Membership.objects.exists() or _open().filter(store__isnull=False).exists(),
    )


def _open() -> QuerySet[Invitation]:
    return Invitation.objects.filter(used_at=None, expires_at__gt=clock.now())
