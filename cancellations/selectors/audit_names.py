"""What audit entries name, in the words of people, and back: from C-2041 to the objects it can mean."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from django.db.models import QuerySet

from cancellations.models import Cancellation, PrivateNote
from cancellations.selectors import cancellations
from stores.kernel.security import vault
from stores.kernel.security.vault import VaultError
from stores.models import AuditEvent, OrderRecord, Store, User
from stores.selectors import named

MOST_OBJECTS = 200  # an order number can stand in many shops


def references(about: str, stores: QuerySet[Store]) -> list[str]:
    """The objects that a person's words can mean, orders of these shops; [] when nothing is called that."""
    text = about.strip()
    kind, _, tail = text.partition(":")
    if uuid := _uuid(tail) or _uuid(text):
        kinds = [kind] if _uuid(tail) else ["cancellation", "order", "store", "person", "chain", "invitation"]
        return [f"{name}:{uuid}" for name in kinds]
    orders = named.ids(text, stores)
    uuids = OrderRecord.objects.filter(pk__in=orders).values_list("uuid", flat=True)[:MOST_OBJECTS]
    found = [f"order:{uuid}" for uuid in uuids]
    asked = Cancellation.objects.filter(order__in=orders).values_list("uuid", flat=True)[:MOST_OBJECTS]
    found += [f"cancellation:{uuid}" for uuid in asked]
    if pk := cancellations.pk_of(text):
        found += [f"cancellation:{uuid}" for uuid in Cancellation.objects.filter(pk=pk).values_list("uuid", flat=True)]
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def labels(events: Iterable[AuditEvent]) -> dict[str, str]:
    """Names for everything the events name: "person:<uuid>" → "Ana Duarte". One query a kind.

    "note:<uuid of the cancellation>": the note of whoever asked for it.
    """
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
    asked = Cancellation.objects.filter(uuid__in=wanted.get("cancellation", ())).select_related("order", "note")
    for row in asked:
        found[f"cancellation:{row.uuid}"] = f"{row.reference} · {row.order.number}"
        if words := _words(row.note):
            found[f"note:{row.uuid}"] = words
    return found


def _words(note: PrivateNote | None) -> str:
    """What a person wrote; "" where they wrote nothing, it was erased, or it does not open any more."""
    if note is None or not note.sealed:
        return ""
    with suppress(VaultError):
        return vault.unseal(bytes(note.sealed), bound_to=note.bound_to).decode()
    return ""


def _names(rows: QuerySet[User] | QuerySet[Store], uuids: set[UUID] | None) -> Iterable[tuple[UUID, str]]:
    return rows.filter(uuid__in=uuids).values_list("uuid", "name") if uuids else ()
