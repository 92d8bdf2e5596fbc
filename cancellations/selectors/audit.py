"""Audit entries as a viewer may see them: the chains of their shops; the system's chain is the owner's alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from cancellations.selectors import audit_names
from stores.audit import actions, trail
from stores.kernel.keyset import Page
from stores.models import AuditChain, AuditEvent, User
from stores.selectors import access

CURSOR = re.compile(r"(older|newer)-([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class AuditQuery:
    """What the list is narrowed to; everything empty: all. Instants are text as the chain writes them."""

    since: str = ""
    until: str = ""
    actor: str = ""  # as stored: "person:<uuid>", "rescind", "console"
    action: str = ""
    chain: str = ""  # "system" or a shop's uuid
    about: str = ""  # C-2041, #1047, a uuid, "order:<uuid>"
    money: bool = False
    failed: bool = False


def chains(viewer: User, action: str = "audit.view") -> QuerySet[AuditChain]:
    """The chains in which the viewer may do `action`, with their shop and last look."""
    mine = Q(store__in=access.stores_for(viewer, action))
    if viewer.is_owner:
        mine |= Q(name=trail.SYSTEM)
    return AuditChain.objects.filter(mine).select_related("store", "look").order_by("store__name", "pk")


def search(viewer: User, query: AuditQuery, after: str = "", size: int = 50) -> Page[AuditEvent]:
    """A page, newest first, in the order the entries were appended. Constant number of queries."""
    rows = _narrowed(viewer, "audit.view", query)
    cursor = CURSOR.fullmatch(after)
    if cursor is None:
        return _page(_first(rows.order_by("-pk"), size), size, is_newer=False, first=True)
    if cursor[1] == "older":
        return _page(_first(rows.filter(pk__lt=int(cursor[2])).order_by("-pk"), size), size, is_newer=False)
    found = _first(rows.filter(pk__gt=int(cursor[2])).order_by("pk"), size)
    return _page(found, size, is_newer=True) if len(found) > size else search(viewer, query, size=size)


def _first(rows: QuerySet[AuditEvent], size: int) -> list[AuditEvent]:
    """One more than a page. Picked by the index first, read whole after: entries are wide, and sorted by hundreds."""
    picked = AuditEvent.objects.filter(pk__in=rows.values("pk")[: size + 1]).order_by(*rows.query.order_by)
    return list(picked.select_related("chain__store"))


def every(viewer: User, query: AuditQuery) -> Iterator[AuditEvent]:
    """All that matches, newest first, for an export."""
    rows = _narrowed(viewer, "audit.export", query).select_related("chain__store")
    yield from rows.order_by("-pk").iterator(chunk_size=1000)


def one(viewer: User, chain: str, seq: int) -> AuditEvent:
    """Raises AuditEvent.DoesNotExist for unknown and foreign alike."""
    return AuditEvent.objects.select_related("chain__store").get(chain__in=chains(viewer), chain__name=chain, seq=seq)


def neighbours(event: AuditEvent) -> tuple[AuditEvent | None, AuditEvent | None]:
    """The entries before and after in the same chain."""
    near = AuditEvent.objects.filter(chain=event.chain, seq__in=(event.seq - 1, event.seq + 1))
    found = {row.seq: row for row in near.select_related("chain__store")}
    return found.get(event.seq - 1), found.get(event.seq + 1)


def actors(viewer: User) -> QuerySet[User]:
    """People who may stand in the viewer's chains: for the filter."""
    shops = access.stores_for(viewer, "audit.view")
    return User.objects.filter(Q(memberships__store__in=shops) | Q(is_owner=True)).distinct().order_by("name", "pk")


def _narrowed(viewer: User, action: str, query: AuditQuery) -> QuerySet[AuditEvent]:
    mine = chains(viewer, action)
    if query.chain:
        mine = mine.filter(name=query.chain)
    known = list(mine.order_by().values_list("pk", flat=True))  # asked first: one chain is read in its own order
    rows = AuditEvent.objects.filter(chain__in=known)
    exact = {"at__gte": query.since, "at__lt": query.until, "actor": query.actor, "kind": query.action}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if query.money:
        rows = rows.filter(_money_moved())
    if query.failed:
        rows = rows.filter(_failed())
    if not query.about.strip():
        return rows
    return rows.filter(object__in=audit_names.references(query.about, access.stores_for(viewer, action)))


def _money_moved() -> Q:
    """Steps that gave money back or let it go, and ends of cancellations; an intent has moved nothing yet."""
    names = actions.names(moves_money=True)
    steps = Q()
    for kind in ("refund", "void", "cancel"):
        steps |= Q(body__contains=f'"kind":"{kind}"')
    done = Q(body__contains='"state":"applied"')
    return (
        Q(kind__in=[n for n in names if not n.startswith("step.")])
        | Q(kind="step.settled") & steps
        | (Q(kind="step.outcome") & steps & done)
    )


def _failed() -> Q:
    states = Q()
    for state in ("refused", "unknown", "needs_person"):
        states |= Q(body__contains=f'"state":"{state}"')
    return Q(kind__in=actions.names(is_failure=True)) | (Q(kind="step.outcome") & states)


def _page(found: list[AuditEvent], size: int, *, is_newer: bool, first: bool = False) -> Page[AuditEvent]:
    has_more, shown = len(found) > size, found[:size]
    if is_newer:
        shown.reverse()
    older = f"older-{shown[-1].pk}" if shown and (has_more or is_newer) else ""
    newer = f"newer-{shown[0].pk}" if shown and not first else ""
    return Page(shown, next=older, previous=newer)
