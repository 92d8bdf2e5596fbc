"""Where a person is signed in, as far as a browser tells it, and ending that: one, all others, all.

allauth.usersessions keeps a row for each sign-in; what ends sessions is the round number, which needs no row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext as _

from stores.audit import people as names
from stores.audit import trail
from stores.kernel.errors import NotAllowed
from stores.models import User
from stores.selectors import access
from stores.services import sign_in

# The first that fits: every browser names others, too.
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
           ("Mac OS X", "macOS"), ("Linux", "Linux"))  # fmt: skip


@dataclass(frozen=True)
class Place:
    """One sign-in that still holds."""

    pk: int
    device: str
    address: str  # masked: enough to recognise one's own network
    began_at: datetime
    used_at: datetime | None  # to the minute
    is_here: bool


def of_person(person: User, *, here: str = "") -> list[Place]:
    """The latest first. here: the session key of who looks, when it is their own list."""
    rows = UserSession.objects.purge_and_list(person)
    return sorted((_place(row, here) for row in rows), key=lambda place: place.began_at, reverse=True)


def note(request: HttpRequest) -> None:
    """A session that began before there were rows gets one."""
    if not UserSession.objects.filter(session_key=request.session.session_key).exists():
        UserSession.objects.create_from_request(request)


def end_one(*, person: User, pk: int) -> bool:
    """One of one's own; False when it is over already, or is nobody's of theirs."""
    with transaction.atomic():
        row = UserSession.objects.filter(user=person, pk=pk).first()
        if row is None:
            return False
        row.end()
        trail.record(names.SESSION_ENDED, actor=person, target=sign_in.target(person))
    return True


def end_others(request: HttpRequest, person: User) -> None:
    """Every session but this one, known or not: the others carry an old round."""
    with transaction.atomic():
        User.objects.filter(pk=person.pk).update(session_round=F("session_round") + 1)
        person.refresh_from_db(fields=["session_round"])
        update_session_auth_hash(request, person)
        trail.record(names.OTHER_SESSIONS_ENDED, actor=person, target=sign_in.target(person))
    note(request)


def may_end(viewer: User, person: User) -> bool:
    """Another's: an owner anybody's, an admin those of people of their shops, but no owner's."""
    if viewer == person or not viewer.is_active:
        return False
    if viewer.is_owner:
        return True
    managed = access.stores_for(viewer, "people.manage")
    return not person.is_owner and person.memberships.filter(store__in=managed).exists()


def end_of(*, actor: User, person: User) -> None:
    """Every session of another person. Raises NotAllowed."""
    if not may_end(actor, person):
        raise NotAllowed
    sign_in.sign_out_everywhere(actor=actor, person=person)


def device(agent: str) -> str:
    """A browser's long self-praise in two words; they can claim anything, so it only helps to recognise."""
    browser = next((word for mark, word in BROWSERS if mark in agent), "")
    system = next((word for mark, word in SYSTEMS if mark in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")


def masked(address: str) -> str:
    """203.0.113.…, 2001:db8:1:…: the network, not the machine."""
    ip = ip_address(address)
    if ip.version == 4:
        return address.rpartition(".")[0] + ".…"
    return ":".join(group.lstrip("0") or "0" for group in ip.exploded.split(":")[:3]) + ":…"


def _place(row: Any, here: str) -> Place:
    touched = SessionStore(row.session_key).get("touched")
    return Place(
        pk=row.pk,
        device=device(row.user_agent),
        address=masked(row.ip),
        began_at=row.created_at,
        used_at=datetime.fromtimestamp(touched, UTC) if touched else None,
        is_here=row.session_key == here,
    )
