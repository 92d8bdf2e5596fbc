"""Where a refusal is seen: it is logged with its page and request, and noted when somebody signed in was refused."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.http import HttpRequest

from stores.audit import refusals as reasons
from stores.kernel.errors import BeyondOwn, DeskError, NotAllowed
from stores.kernel.security import redaction
from stores.models import Invitation, Membership, OrderRecord, Store, User
from stores.services import refusals

logger = logging.getLogger(__name__)

Thing = tuple[str, Store | None]  # what an address names, for the audit, and the shop it belongs to
Find = Callable[[UUID], Thing | None]


def of(request: HttpRequest, why: str) -> None:
    """Somebody may not open this page. An address that names nothing is no refusal: it stands in the log alone."""
    user, match = request.user, request.resolver_match
    action = str(getattr(match.func, "__dict__", {}).get("action", "form")) if match else "form"
    logger.warning("Refused", extra=_line(request, action, why))
    if not isinstance(user, User) or match is None:
        return
    thing = _thing(match.namespace, match.kwargs, match.view_name)
    if thing is None:
        return
    target, store = thing
    from_where = refusals.address_of(request)
    refusals.note(actor=user, deed=action, why=why, target=target, store=store, from_where=from_where)


def of_error(request: HttpRequest, error: DeskError) -> None:
    """A service refused it; any other error is none of ours."""
    match error:
        case BeyondOwn():
            of(request, reasons.LIMIT)
        case NotAllowed():
            of(request, reasons.RULE)


def _line(request: HttpRequest, action: str, why: str) -> dict[str, str]:
    return {"path": redaction.address(request.path), "method": str(request.method), "kind": action, "code": why}


def _thing(space: str, kwargs: dict[str, object], view: str) -> Thing | None:
    uuid = kwargs.get("uuid")
    if isinstance(uuid, UUID):
        return FIND[space](uuid) if space in FIND else None
    if "chain" in kwargs:
        return _chain(str(kwargs["chain"]))
    return f"page:{view.replace(':', '.')}", None


def _order(uuid: UUID) -> Thing | None:
    row = OrderRecord.objects.select_related("store").filter(uuid=uuid).first()
    return (f"order:{uuid}", row.store) if row else None


def _store(uuid: UUID) -> Thing | None:
    row = Store.objects.filter(uuid=uuid).first()
    return (f"store:{uuid}", row) if row else None


def _person(uuid: UUID) -> Thing | None:
    row = Membership.objects.select_related("store", "person").filter(uuid=uuid).first()
    if row is not None:
        return f"person:{row.person.uuid}", row.store
    invited = Invitation.objects.select_related("store").filter(uuid=uuid).first()
    if invited is not None:
        return f"invitation:{uuid}", invited.store
    return (f"person:{uuid}", None) if User.objects.filter(uuid=uuid).exists() else None  # of no one shop


def _chain(name: str) -> Thing | None:
    if name == "system":
        return "chain:system", None
    try:
        found = _store(UUID(name))
    except ValueError:
        return None
    return (f"chain:{name}", found[1]) if found else None


FIND: Final[dict[str, Find]] = {"orders": _order, "shops": _store, "people": _person}  # the floors above add theirs
