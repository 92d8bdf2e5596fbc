"""What audit entries name, in the words of people, and back: from C-2041 to the objects it can mean."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from cancellations.models import Cancellation
from stores.kernel import folding
from stores.models import AuditEvent, OrderRecord, Store, User

MOST_OBJECTS = 200  # an order number can stand in many shops


def references(about: str) -> list[str]:
    """The objects that a person's words can mean; [] when nothing is called that."""
    text = about.strip()
    kind, _, tail = text.partition(":")
    if uuid := _uuid(tail) or _uuid(text):
        kinds = [kind] if _uuid(tail) else ["cancellation", "order", "store", "person", "chain", "invitation"]
        return [f"{name}:{uuid}" for name in kinds]
    number = text.upper().removeprefix("C-")
    asked = Q(order__number_folded=folding.fold_number(text)) | Q(order__external_id=text)
    if number.isascii() and number.isdigit() and len(number) < 12:
        asked |= Q(pk=int(number) - 2000)
    orders = OrderRecord.objects.filter(Q(number_folded=folding.fold_number(text)) | Q(external_id=text))
    uuids = Cancellation.objects.filter(asked).values_list("uuid", flat=True)[:MOST_OBJECTS]
    return [f"cancellation:{uuid}" for uuid in uuids] + [
        f"order:{uuid}" for uuid in orders.values_list("uuid", flat=True)[:MOST_OBJECTS]
    ]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def labels(events: Iterable[AuditEvent]) -> dict[str, str]:
    """Names for everything the events name: "person:<uuid>" → "Ana Duarte". One query a kind."""
    wanted: dict[str, set[UUID]] = {}
    for reference in {name for event in events for name in (event.actor, event.object)}:
        kind, _, tail = reference.partition(":")
        if uuid := _uuid(tail):
            wanted.setdefault("store" if kind == "chain" else kind, set()).add(uuid)
    found = {f"person:{uuid}": name for uuid, name in _names(User.objects.all(), wanted.get("person"))}
    for uuid, name in _names(Store.objects.all(), wanted.get("store")):
        found |= {f"store:{uuid}": name, f"chain:{uuid}": name}
    orders = OrderRecord.objects.filter(uuid__in=wanted.get("order", ()))
    found |= {f"order:{uuid}": number for uuid, number in orders.values_list("uuid", "number")}
    asked = Cancellation.objects.filter(uuid__in=wanted.get("cancellation", ())).select_related("order")
    return found | {f"cancellation:{row.uuid}": f"{row.reference} · {row.order.number}" for row in asked}


def _names(rows: QuerySet[User] | QuerySet[Store], uuids: set[UUID] | None) -> Iterable[tuple[UUID, str]]:
    return rows.filter(uuid__in=uuids).values_list("uuid", "name") if uuids else ()
