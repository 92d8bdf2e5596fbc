"""A database with a few hundred of everything that grows: enough for a planner to tell one way from another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar
from uuid import uuid4

from django.db.models import Model

from cancellations.models import Attempt, Cancellation, Inbox, MirrorWatch, Preview, PrivateNote, Step
from notifications.models import Delivery
from stores.audit import actions, trail
from stores.models import (
    AuditChain,
    AuditEvent,
    Checkpoint,
    OrderRecord,
    OrderSnapshot,
    Store,
    StoreState,
    UnreadableOrder,
)
from tests import make

T = TypeVar("T", bound=Model)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NAMES = ("priya raman", "li wei", "tomas berg", "ana duarte", "olu ade", "mia horn", "jon ek", "zoe park")
FULFILMENTS = ("unfulfilled", "fulfilled", "fulfilled", "fulfilled", "partial")
PAYMENTS = ("paid", "paid", "paid", "refunded", "pending", "authorised")


def of_everything(number: int) -> list[OrderRecord]:
    """`number` orders in two shops that are not asked, each with a finished cancellation and all that belongs to it."""
    shops = [make.store(), make.store(platform="modern_dropship")]
    Store.objects.update(state=StoreState.PAUSED)
    one = make.order_record(store=shops[0])
    pattern = make.cancellation(record=one, state="done")
    rows = OrderRecord.objects.bulk_create(_order(one, n, shops) for n in range(number))
    OrderSnapshot.objects.bulk_create(OrderSnapshot(order=row, text=one.snapshot.text) for row in rows)
    made = _cancel(pattern, rows)
    _tell(made)
    _note(shops[0], made)
    return rows


def again(row: T, **fields: Any) -> T:
    """A row like this one, not saved."""
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key}
    return type(row)(**values | ({"uuid": uuid4()} if "uuid" in values else {}) | fields)


def _order(row: OrderRecord, n: int, shops: Sequence[Store]) -> OrderRecord:
    number, is_copy = f"{50_000 + n}", n % 20 == 0
    return again(
        row, store_id=shops[is_copy].pk, external_id=f"x{n}", number=f"#{number}", number_folded=number,
        search=f" {number} {NAMES[n % len(NAMES)]} {n * 7919} p{n}@example.com 50 ", placed_at=row.placed_at - n * HOUR,
        cancellable=("all", "none", "none", "part")[n % 4], fulfilment=FULFILMENTS[n % 5], payment=PAYMENTS[n % 6],
        total_minor=1000 + n * 10, is_disputed=n % 100 == 0, source_folded=number if is_copy else "",
    )  # fmt: skip


def _cancel(pattern: Cancellation, rows: Sequence[OrderRecord]) -> list[Cancellation]:
    seen = pattern.preview
    previews = Preview.objects.bulk_create(
        again(seen, order_id=row.pk, store_id=row.store_id, created_at=make.NOW - n * MINUTE)
        for n, row in enumerate(rows)
    )
    made = Cancellation.objects.bulk_create(
        again(pattern, order_id=p.order_id, store_id=p.store_id, preview_id=p.pk, created_at=p.created_at,
              finished_at=p.created_at, reread_at=p.created_at, differs=n % 90 == 0,
              state={0: "needs_operator", 1: "awaiting_approval"}.get(n % 100, "done"))
        for n, p in enumerate(previews)
    )  # fmt: skip
    Step.objects.bulk_create(
        again(step, cancellation_id=row.pk, state="applied") for step in pattern.steps.all() for row in made
    )
    Attempt.objects.bulk_create(
        Attempt(step_id=pk, generation=1, fence=1, method="POST", path="/", body=b"", created_at=make.NOW)
        for pk in Step.objects.values_list("pk", flat=True)
    )
    MirrorWatch.objects.bulk_create(
        MirrorWatch(cancellation=row, order_id=row.order_id, state="agrees", until=make.NOW) for row in made
    )
    return made


def _tell(made: Sequence[Cancellation]) -> None:
    Delivery.objects.bulk_create(
        Delivery(key=f"d{n}", channel="mail", kind="done", subject=f"cancellation:{row.uuid}", created_at=make.NOW,
                 state="given_up" if n % 50 == 0 else "sent")
        for n, row in enumerate(made)
    )  # fmt: skip
    Inbox.objects.bulk_create(
        Inbox(store_id=row.store_id, endpoint=f"e{row.store_id}", event_key=f"k{n}", order_external_id=f"x{n}",
              body=b"", received_at=row.created_at, state="read")
        for n, row in enumerate(made)
    )  # fmt: skip
    PrivateNote.objects.bulk_create(
        PrivateNote(store_id=row.store_id, sealed=b"", digest="", created_at=make.NOW) for row in made
    )


def _note(shop: Store, made: Sequence[Cancellation]) -> None:
    event = trail.record(actions.EXPORTED, actor="rescind", target=f"store:{shop.uuid}", store=shop)
    AuditEvent.objects.bulk_create(
        again(event, seq=n + 2, object=f"cancellation:{row.uuid}", actor=f"person:{n % 9}",
              at=f"{row.created_at:%Y-%m-%dT%H:%M}",
              kind=("cancellation.confirmed", "step.outcome", "step.intent", "cancellation.done")[n % 4])
        for n, row in enumerate(made)
    )  # fmt: skip
    AuditChain.objects.update(seq=len(made) + 1)
    Checkpoint.objects.bulk_create(
        Checkpoint(chain=event.chain, seq=n, head="", at=event.at, text="", signature="", key_id="")
        for n in range(len(made))
    )
    UnreadableOrder.objects.bulk_create(
        UnreadableOrder(store=shop, key=f"u{n}", external_id=f"u{n}", number=f"#9{n}", search=f"9{n} u{n}",
                        reason="no", first_seen_at=make.NOW, last_tried_at=make.NOW)
        for n in range(20)
    )  # fmt: skip
