"""The emergency stops that stand: for one shop, for what a viewer sees of them, for who may lift one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, Q, QuerySet

from cancellations.models import EmergencyStop
from stores.kernel import clock
from stores.models import Role, Store, User
from stores.selectors import access

ASKED_FOR = timedelta(hours=24)  # as long as an approval waits


@dataclass(frozen=True)
class Seen:
    """An open stop, and what this viewer may do about it."""

    stop: EmergencyStop
    may_resume: bool
    is_mine: bool  # the viewer asked that it ends: somebody else must confirm
    needs_second: bool  # there is somebody else who may


def in_force(store_id: int) -> EmergencyStop | None:
    """The stop that keeps this shop's effects back, the whole installation's first; None when none does."""
    return _open().filter(Q(store=None) | Q(store=store_id)).order_by("-place").first()


def any_in_force(store_id: int) -> Q:
    """The same as a condition of another question: is there one?"""
    concerns = Q(store=None) | Q(store=store_id)
    return Q(Exists(EmergencyStop.objects.filter(concerns, ended_at=None)))


def within(path: str) -> Q:
    """Rows of stopped shops; `path`: how the rows lead to their shop, "store" or "cancellation__store"."""
    stopped = list(EmergencyStop.objects.filter(ended_at=None).values_list("store", flat=True))
    return Q(**{f"{path}__isnull": False}) if None in stopped else Q(**{f"{path}__in": stopped})


def seen_by(viewer: User) -> Sequence[EmergencyStop]:
    """Those that concern the viewer, the installation's first: it concerns everybody. A question that counts no more
    is left out."""
    mine = Q() if viewer.is_owner else Q(store=None) | Q(store__in=viewer.memberships.values("store"))
    found = list(_open().filter(mine))
    for stop in found:
        stop.asked_by = asker(stop)
    return found


def rows_for(viewer: User) -> list[Seen]:
    """The same with what the viewer may do: for the page of the stop."""
    return [
        Seen(stop, may_resume(viewer, stop), stop.asked_by_id == viewer.pk, has_second(viewer, stop))
        for stop in seen_by(viewer)
    ]


def asker(stop: EmergencyStop) -> User | None:
    """Who asks that it is lifted: within a day, and still one who may."""
    who, since = stop.asked_by, stop.asked_at
    if who is None or since is None or clock.now() - since >= ASKED_FOR:
        return None
    return who if may_resume(who, stop) else None


def may_resume(viewer: User, stop: EmergencyStop) -> bool:
    """The installation's: an owner. A shop's: its admins and the owners."""
    if stop.store is None:
        return viewer.is_active and viewer.is_owner
    return access.can(viewer, "effects.resume", stop.store)


def has_second(viewer: User, stop: EmergencyStop) -> bool:
    """Is there somebody else who may lift it?"""
    return who_may_resume(stop.store).exclude(pk=viewer.pk).exists()


def who_may_resume(store: Store | None) -> QuerySet[User]:
    may = Q(is_owner=True)
    if store is not None:
        may |= Q(memberships__store=store, memberships__role=Role.ADMIN)
    return User.objects.filter(may, is_active=True).distinct()


def by_uuid(viewer: User, uuid: object) -> EmergencyStop | None:
    """An open one that the viewer sees."""
    return next((stop for stop in seen_by(viewer) if stop.uuid == uuid), None)


def _open() -> QuerySet[EmergencyStop]:
    rows = EmergencyStop.objects.filter(ended_at=None)
    return rows.select_related("store", "pressed_by", "asked_by").order_by("-place")
