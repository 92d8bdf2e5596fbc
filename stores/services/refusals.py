"""Refusals leave a trace in the chain of the shop they were about. Noise may not fill it: the log has the rest."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from stores.audit import refusals, trail
from stores.audit.actions import Action
from stores.kernel import clock
from stores.models import AuditEvent, Store, User

AGAIN = timedelta(minutes=1)  # the same refusal within it is the same attempt
MOST, WITHIN = 20, timedelta(minutes=10)  # of one person


def note(*, actor: User, deed: str, why: str, target: str, store: Store | None, from_where: str) -> bool:
    """Record it, in a transaction of its own: what was refused has rolled back. False when it stands there already."""
    mine = AuditEvent.objects.filter(actor=f"person:{actor.uuid}", kind=refusals.DENIED.name)
    just_now = mine.filter(object=target, at__gt=trail.stamp(clock.now() - AGAIN))
    if just_now.filter(body__contains=f'"deed":"{deed}"').exists() or _is_full(mine, MOST, WITHIN):
        return False
    with transaction.atomic():
        trail.record(refusals.DENIED, actor=actor, target=target, store=store, deed=deed, why=why,
                     from_where=from_where)  # fmt: skip
    return True


def is_flood(action: Action, *, most: int, within: timedelta) -> bool:
    """Whether `action` was recorded so often lately that more of it would tell nothing new."""
    return _is_full(AuditEvent.objects.filter(kind=action.name), most, within)


def address_of(request: HttpRequest) -> str:
    """Where a request came from, behind the proxies that are trusted; "" when that cannot be told."""
    try:
        return str(get_adapter(request).get_client_ip(request))
    except (PermissionDenied, ImproperlyConfigured):
        return ""


def _is_full(events: QuerySet[AuditEvent], most: int, within: timedelta) -> bool:
    nth = list(events.order_by("-pk").values_list("at", flat=True)[most - 1 : most])
    return bool(nth) and nth[0] > trail.stamp(clock.now() - within)
