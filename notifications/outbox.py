"""Put a delivery into the outbox, in the caller's transaction; the same key twice is one delivery.

Mails to one person about one shop are spaced: after one the next waits until QUIET has passed, and takes along all
that came meanwhile (`sender`). Four hundred happenings are two mails.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Min

from notifications import commands
from notifications.models import IS_OPEN, IS_WAITING, Delivery, DeliveryState, Destination
from stores.canonical.commands import AnyCommand
from stores.canonical.receipts import Outcome
from stores.kernel import clock
from stores.models import Store, User

QUIET = timedelta(minutes=10)


def put(
    *, key: str, kind: str, subject: str, payload: dict[str, Any], channel: str = "",
    destination: Destination | None = None, store: Store | None = None, command: AnyCommand | None = None,
) -> None:  # fmt: skip
    """payload: ids and amounts only; names and addresses are looked up when it is sent.

    destination: an address in a connection, in place of a built-in `channel`. command: what is asked of it there;
    none: a message in the words of `kind`.
    """
    now, row = clock.now(), Delivery(store=store)
    sealed = commands.sealed(command, bound_to=row.bound_to) if command else b""
    Delivery.objects.get_or_create(
        key=key,
        defaults={"uuid": row.uuid, "channel": destination.channel if destination else channel, "kind": kind,
                  "subject": subject, "about": _about(subject) if store else None, "store": store,
                  "destination": destination, "payload": payload, "command": sealed, "created_at": now,
                  "next_attempt_at": now},
    )  # fmt: skip


def mail(
    people: Iterable[User], *, key: str, kind: str, subject: str, store: Store, payload: dict[str, Any],
    gather: timedelta = timedelta(0),
) -> None:  # fmt: skip
    """One mail each. subject: "cancellation:<uuid>", of this shop. Three statements, however many people.

    gather: how long the first of them waits for more of its kind.
    """
    told, now = list(people), clock.now()
    due = _when(told, store, now, now + gather)
    rows = [
        Delivery(key=f"{key}:{person.uuid}", channel="mail", kind=kind, subject=subject, about=_about(subject),
                 store=store, person=person, payload=payload, created_at=now, next_attempt_at=due[person.pk])
        for person in told
    ]  # fmt: skip
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)


def call_off(subject: str, *kinds: str) -> None:
    """What was to be told is over: what was not sent yet is not sent."""
    waiting = Delivery.objects.filter(IS_WAITING, subject=subject, kind__in=kinds, lease_until=None)
    waiting.update(state=DeliveryState.MOOT, next_attempt_at=None)


def let_stand(subject: str) -> int:
    """A person has seen that these were given up; how many."""
    rows = Delivery.objects.filter(subject=subject, state=DeliveryState.GIVEN_UP, looked_at=None)
    return rows.update(looked_at=clock.now())


def send_again(delivery: Delivery) -> bool:
    """A person wants what was given up once more; False when it moved meanwhile.

    What may have left is looked for first where it can be, and goes out with a key of its own once it is not there. A
    mail cannot be looked for: one that was taken by a word that came late is sent, and not once more.
    """
    now, was_sent = clock.now(), delivery.attempts.exclude(sent_at=None).exists()
    fields: dict[str, Any] = {"state": DeliveryState.PENDING, "tries": 0, "looked_at": None, "again_at": now}
    has_arrived = delivery.attempts.filter(outcome=Outcome.APPLIED).exists()  # its answer came after it was given up
    if (was_sent and delivery.destination_id) or has_arrived:
        fields |= {"state": DeliveryState.UNKNOWN, "unknown_since": now, "looks": 0, "absent_since": None}
    elif was_sent:
        fields |= {"generation": F("generation") + 1, "first_sent_at": None}
    mine = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.GIVEN_UP, fence=delivery.fence)
    return bool(mine.update(next_attempt_at=now, fence=F("fence") + 1, lease_owner="", lease_until=None, **fields))


def look_first() -> int:
    """The database was put back from a copy: what is open may have left since; how many. The copy's leases are void."""
    return Delivery.objects.filter(IS_OPEN).update(
        must_look=True, lease_owner="", lease_until=None, fence=F("fence") + 1, absent_at=None, absent_since=None
    )


def _when(people: Sequence[User], store: Store, now: datetime, first: datetime) -> dict[int, datetime]:
    """With what waits for this person already; else at `first`, or when it has been quiet for long enough."""
    theirs = Delivery.objects.filter(person__in=people, store=store, channel="mail").order_by()
    waiting = theirs.filter(IS_WAITING).values_list("person")
    joined = dict(waiting.annotate(Min("next_attempt_at")))
    lately = theirs.filter(sent_at__gt=now - QUIET).values_list("person")
    quiet = {person: at + QUIET for person, at in lately.annotate(Max("sent_at"))}
    return {person.pk: joined.get(person.pk) or max(first, quiet.get(person.pk, first)) for person in people}


def _about(subject: str) -> UUID | None:
    name, _, uuid = subject.partition(":")
    return UUID(uuid) if name == "cancellation" else None
