"""What happened to one cancellation, from the audit chain, with the words people gave as their reason."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from cancellations.models import Cancellation, PrivateNote
from stores.models import AuditEvent, User

MOST = 100  # events; the audit log has the rest
PERSON = "person:"


def events(cancellation: Cancellation) -> Sequence[AuditEvent]:
    """In the order they happened."""
    rows = AuditEvent.objects.filter(object=f"cancellation:{cancellation.uuid}").select_related("chain")
    return list(rows.order_by("pk")[:MOST])


def people(events: Iterable[AuditEvent], *more: str) -> dict[str, str]:
    """{"person:<uuid>": name} of everybody who acted; more: uuids of others that are named."""
    found = {event.actor.removeprefix(PERSON) for event in events if event.actor.startswith(PERSON)}
    wanted = [uuid for uuid in map(_uuid, {*found, *more}) if uuid]
    return {f"{PERSON}{uuid}": name for uuid, name in User.objects.filter(uuid__in=wanted).values_list("uuid", "name")}


def notes_of(events: Iterable[AuditEvent]) -> dict[int, PrivateNote]:
    """{event's primary key: the sealed words it names}. Erased rows are left out."""
    named = {event.pk: uuid for event in events if (uuid := _uuid(_body(event).get("note_id")))}
    rows = {row.uuid: row for row in PrivateNote.objects.filter(uuid__in=named.values())} if named else {}
    return {pk: rows[uuid] for pk, uuid in named.items() if uuid in rows}


def _body(event: AuditEvent) -> Mapping[str, Any]:
    """{} for a body that was tampered with: the page must still come."""
    try:
        body = json.loads(event.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
