"""Who works where: invitations, roles and limits. A link's token is shown once; only its SHA-256 is stored."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from stores.audit import people as names
from stores.audit import trail
from stores.kernel import addresses, clock
from stores.kernel.errors import BeyondOwn, InputRejected, NotAllowed
from stores.kernel.money import Money
from stores.models import Invitation, Membership, Role, Store, User
from stores.selectors import access
from stores.services import admin_mail, saved_views, sign_in

TOKEN_BYTES = 24
OWNER_LINK = timedelta(hours=24)  # it makes an owner, and stands in a console or a log


def token_hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


# --- the first owner ---------------------------------------------------------------------------------
def invite_owner() -> str:
    """A token for /start/<token>, to be printed on the console; earlier unused ones stop working."""
    now, token = clock.now(), secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        Invitation.objects.filter(store=None, used_at=None).update(expires_at=now)
        invitation = _invitation(token, expires_at=now + OWNER_LINK)
        trail.record(names.OWNER_INVITED, actor="console", target=f"invitation:{invitation.uuid}")
    return token


def make_owner(*, invitation: Invitation, email: str, name: str, password: str) -> User:
    """Spend the invitation. Raises InputRejected when it is spent already or the address is taken."""
    email = addresses.normal(email)
    with transaction.atomic():
        _spend(invitation)
        owner = _new_person(email, name, password, is_owner=True)
        trail.record(names.OWNER_MADE, actor=owner, target=sign_in.target(owner))
    return owner


# --- invitations to a shop ---------------------------------------------------------------------------
def invite(*, actor: User, store: Store, email: str, role: Role) -> tuple[Invitation, str]:
    """The invitation and its token; the same goes out by mail. Raises NotAllowed, InputRejected."""
    _check_may_manage(actor, store)
    _check_grant(actor, store, Membership(store=store, role=role))
    email = addresses.normal(email)
    if Membership.objects.filter(store=store, person__email=email).exists():
        raise InputRejected("email", _("This person works in this shop already."))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        until = clock.now() + timedelta(hours=settings.INVITATION_HOURS)
        invitation = _invitation(token, store=store, email=email, role=role, invited_by=actor, expires_at=until)
        admin_mail.of_invitation(invitation, token=token)
        admin_mail.of_change(store, _("%(who)s invited somebody as %(role)s.") % {"who": actor, "role": role.label})
        target = f"invitation:{invitation.uuid}"
        trail.record(names.INVITED, actor=actor, target=target, store=store, role=role.value, address=email)
    return invitation, token


def withdraw(*, actor: User, invitation: Invitation) -> None:
    """The link stops working. Raises NotAllowed."""
    store = _shop_of(invitation)
    _check_may_manage(actor, store)
    with transaction.atomic():
        _spend(invitation)
        trail.record(names.INVITATION_WITHDRAWN, actor=actor, target=f"invitation:{invitation.uuid}", store=store)


def join(*, invitation: Invitation, person: User | None = None, name: str = "", password: str = "") -> User:
    """Spend the invitation: `person` gets the role, or a new person is made with `name` and `password`."""
    store, role = _shop_of(invitation), Role(invitation.role)
    with transaction.atomic():
        # whoever takes the inviter's role away waits, or is seen
        Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        _check_backed(invitation, store)
        _spend(invitation)
        who = person or _new_person(invitation.email, name, password)
        _membership(who, store, role)
        _open_ones(store, email=who.email).update(used_at=clock.now())  # a second link would bring back who left
        trail.record(names.JOINED, actor=who, target=sign_in.target(who), store=store, role=role.value)
    return who


# --- roles and limits --------------------------------------------------------------------------------
@dataclass(frozen=True)
class OtherCurrencies:
    """Limits beside those in the shop's currency. all_per_day: minor units of the installation's; None: the role's.

    each: {currency: (per cancellation, per day)} in its minor units; what is not named may not be given back.
    """

    all_per_day: int | None
    each: Mapping[str, tuple[int, int]]


def change(
    *,
    actor: User,
    membership: Membership,
    role: Role,
    per_cancellation: int | None,
    per_day: int | None,
    others: OtherCurrencies | None = None,
) -> None:
    """New role and limits (minor units of the shop's currency; None: the role's default). others: None leaves them.

    The person's sessions end, so that nothing goes on under the old role.
    Raises NotAllowed, InputRejected (limits above the actor's own; the last admin).
    """
    store, person = membership.store, membership.person
    _check_may_manage(actor, store, membership)
    all_per_day = others.all_per_day if others else membership.limit_all_per_day
    limits = {"limit_per_cancellation": per_cancellation, "limit_per_day": per_day, "limit_all_per_day": all_per_day}
    _check_grant(actor, store, Membership(store=store, role=role, **limits))
    if others:
        _check_grant_elsewhere(actor, store, others)
    with transaction.atomic():
        Store.objects.select_for_update(no_key=True).get(pk=store.pk)  # two admins may demote each other at once
        before = _facts(membership.pk, store)
        if role is not Role.ADMIN:
            _check_not_last_admin(membership, field="role")
        Membership.objects.filter(pk=membership.pk).update(role=role, **limits)
        if others:
            _set_elsewhere(membership, others)
        _end_sessions(person)
        if role not in access.ACTIONS["people.manage"]:
            _withdraw_all(actor, store, invited_by=person)
        admin_mail.of_change(store, _("%(who)s changed the role or limits of %(person)s.") % _pair(actor, person))
        target = sign_in.target(person)
        after = _facts(membership.pk, store)
        trail.record(names.CHANGED, actor=actor, target=target, store=store, before=before, after=after)


def remove(*, actor: User, membership: Membership) -> None:
    """The person leaves the shop; what they did stays. Raises NotAllowed, InputRejected for the last admin."""
    store, person = membership.store, membership.person
    _check_may_manage(actor, store, membership)
    with transaction.atomic():
        Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        _check_not_last_admin(membership, field="")
        before = _facts(membership.pk, store)
        Membership.objects.filter(pk=membership.pk).delete()
        _end_sessions(person)
        _withdraw_all(actor, store, invited_by=person)
        _withdraw_all(actor, store, email=person.email)
        if not person.is_owner and not person.memberships.exists():
            saved_views.leave(person)
        admin_mail.of_change(store, _("%(who)s removed %(person)s from the shop.") % _pair(actor, person))
        trail.record(names.REMOVED, actor=actor, target=sign_in.target(person), store=store, before=before)


# --- parts -------------------------------------------------------------------------------------------
def _invitation(token: str, **fields: object) -> Invitation:
    return Invitation.objects.create(token_hash=token_hash(token), created_at=clock.now(), **fields)


def _shop_of(invitation: Invitation) -> Store:
    if invitation.store is None:
        raise NotAllowed(user_message=_("This invitation belongs to no shop."))
    return invitation.store


def _spend(invitation: Invitation) -> None:
    now = clock.now()
    fresh = Invitation.objects.filter(pk=invitation.pk, used_at=None, expires_at__gt=now)
    if not fresh.update(used_at=now):
        raise InputRejected("", _("This link was used already, or it is too old. Ask for a new one."))


def _check_backed(invitation: Invitation, store: Store) -> None:
    """An invitation is worth what its maker may still give. Raises InputRejected as for one that is too old."""
    maker = User.objects.filter(pk=invitation.invited_by_id or 0).first()
    wanted = Membership(store=store, role=invitation.role)
    try:
        if maker is None:
            raise NotAllowed
        _check_may_manage(maker, store)
        _check_grant(maker, store, wanted)
    except (NotAllowed, BeyondOwn) as exc:
        raise InputRejected("", _("Whoever invited you may not do so any more. Ask for a new link.")) from exc


def _open_ones(store: Store, **whose: object) -> QuerySet[Invitation]:
    return Invitation.objects.filter(store=store, used_at=None, **whose)


def _withdraw_all(actor: User, store: Store, **whose: object) -> None:
    """Links made by, or for, somebody who has no business here any more."""
    now = clock.now()
    for invitation in _open_ones(store, **whose).filter(expires_at__gt=now):
        if _open_ones(store, pk=invitation.pk).update(used_at=now):
            trail.record(names.INVITATION_WITHDRAWN, actor=actor, target=f"invitation:{invitation.uuid}", store=store)


def _new_person(email: str, name: str, password: str, **fields: bool) -> User:
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, name=name, **fields)
    except IntegrityError as exc:
        raise InputRejected("email", _("There is an account with this address already. Sign in first.")) from exc


def _membership(person: User, store: Store, role: Role) -> None:
    try:
        with transaction.atomic():
            Membership.objects.create(person=person, store=store, role=role)
    except IntegrityError as exc:
        raise InputRejected("", _("You work in this shop already.")) from exc


def _end_sessions(person: User) -> None:
    User.objects.filter(pk=person.pk).update(session_round=F("session_round") + 1)


def _check_may_manage(actor: User, store: Store, membership: Membership | None = None) -> None:
    if not access.can(actor, "people.manage", store, membership):
        raise NotAllowed


def _check_grant(actor: User, store: Store, wanted: Membership) -> None:
    """Nobody gives away more than they have."""
    own, given = access.limits(actor, store), access.limits_of(wanted, store)
    for field in ("per_cancellation", "per_day", "all_per_day"):
        most, asked = getattr(own, field), getattr(given, field)
        if most is not None and (asked is None or asked > most):
            raise BeyondOwn(f"limit_{field}", _at_most(most))


def _check_grant_elsewhere(actor: User, store: Store, others: OtherCurrencies) -> None:
    """Whoever has no limits gives any; else what they have in that currency themselves."""
    if access.limits(actor, store) == access.NO_LIMITS:
        return
    for currency, given in others.each.items():
        own = access.limits_in(currency, store, [actor.pk]).get(actor.pk, access.nothing(currency))
        for field, asked in zip(("per_cancellation", "per_day"), given, strict=True):
            most = getattr(own, field)
            if Money.from_minor(asked, currency) > most:
                raise BeyondOwn(f"{currency}_{field}", _at_most(most))


def _at_most(most: Money) -> str:
    return _("At most your own limit, %(limit)s.") % {"limit": f"{most.amount:f} {most.currency}"}


def _set_elsewhere(membership: Membership, others: OtherCurrencies) -> None:
    rows = membership.currency_limits
    rows.exclude(currency__in=others.each).delete()
    for currency, (per_cancellation, per_day) in others.each.items():
        rows.update_or_create(currency=currency, defaults={"per_cancellation": per_cancellation, "per_day": per_day})


def _check_not_last_admin(membership: Membership, *, field: str) -> None:
    admins = Membership.objects.filter(store_id=membership.store_id, role=Role.ADMIN, person__is_active=True)
    if membership.role == Role.ADMIN and not admins.exclude(pk=membership.pk).exists():
        raise InputRejected(field, _("This is the shop's last admin. Make somebody else an admin first."))


def _facts(pk: int, store: Store) -> dict[str, Any]:
    """Role and limits as they are in force, so that a change of limits reads as one of amounts."""
    membership = Membership.objects.get(pk=pk)
    limits = access.limits_of(membership, store)
    facts: dict[str, Any] = {"role": str(Role(membership.role))}
    for field in ("per_cancellation", "per_day", "all_per_day"):
        facts[f"limit_{field}"] = getattr(limits, field) or "none"
    for row in membership.currency_limits.order_by("currency"):
        there = access.limits_of_row(row)
        facts[f"limit_in_{row.currency}_per_cancellation"] = there.per_cancellation
        facts[f"limit_in_{row.currency}_per_day"] = there.per_day
    return facts


def _pair(actor: User, person: User) -> dict[str, User]:
    return {"who": actor, "person": person}
