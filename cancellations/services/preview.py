"""What a cancellation would do: read the order live, ask for the figures, plan, keep what was shown.

Nothing here has an effect at the shop. A kept preview is never changed: a new wish makes a new one, so that the
plan somebody sees is the plan that is stored under it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import TypeVar

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from cancellations.lifecycle import deadlines, readings
from cancellations.models import CopyState, MirrorWatch, Preview
from cancellations.planning import planner
from cancellations.planning.plan import Plan, ShopSettings, read_plan
from cancellations.services import notes
from stores.canonical import codec
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest, Quote
from stores.connectors.roles import OrderSource
from stores.kernel import clock
from stores.kernel.errors import CopyUnreadable, DeskError, PreviewUnreadable, RemoteRefused
from stores.models import OrderRecord, Store, User
from stores.platforms import registry
from stores.services import connections, orders

SEATS = 3  # of the web threads that may wait for platforms at once
RECENT = timedelta(seconds=60)
KEPT = timedelta(days=2)  # previews nobody confirmed
BATCH = 1000  # rows a statement: one writer at a time on SQLite
_seats = BoundedSemaphore(SEATS)
T = TypeVar("T")


class NoSeat(DeskError):
    """Too many pages wait for platforms right now; the mirrored copy stays and the page asks again."""

    default_message = "Other pages are waiting for their shops right now. This page asks again in a moment."


@contextmanager
def seat() -> Iterator[None]:
    """Wait for a platform on behalf of a page, if there is room. Raises NoSeat at once when there is none."""
    if not _seats.acquire(blocking=False):
        raise NoSeat
    try:
        yield
    finally:
        _seats.release()


def read(record: OrderRecord) -> Order:
    """The order live, for a page: 8 seconds at most. Raises NoSeat or RemoteError."""
    with seat():
        return orders.refresh(record, read_timeout=settings.PAGE_READ_TIMEOUT_SECONDS)


def recent(record: OrderRecord, now: datetime) -> Order | None:
    """The mirrored copy where it is a full live read of the last minute; confirming reads again in any case."""
    if record.is_summary or now - record.read_at > RECENT:
        return None
    try:
        return orders.order_of(record)
    except CopyUnreadable:
        return None


def make(*, actor: User, record: OrderRecord, request: CancelRequest, order: Order | None = None) -> Preview:
    """Plan `request` on the order and keep what is shown. `order`: a live read that is at hand already.

    Raises NoSeat or RemoteError when the shop does not answer: then nothing is kept.
    """
    return show(actor=actor, record=record, request=request, order=order)[0]


def show(
    *, actor: User, record: OrderRecord, request: CancelRequest, order: Order | None = None, snapshot: str = ""
) -> tuple[Preview, Plan]:
    """`make`, with its plan. snapshot: the canonical text of `order` where that is at hand too."""
    facts, plan = look(record, request, order=order)
    kept = Preview.objects.create(
        store=record.store,
        order=record,
        actor=actor,
        request=codec.dumps(replace(request, note="")),
        plan=codec.dumps(plan),
        facts=(snapshot if order is not None else "") or codec.dumps(facts),
        fingerprint=plan.fingerprint,
        note=notes.keep(request.note, store=record.store),
        created_at=clock.now(),
    )
    return kept, plan


def look(record: OrderRecord, request: CancelRequest, *, order: Order | None = None) -> tuple[Order, Plan]:
    """Live facts and the plan on them; nothing is stored but the mirrored copy."""
    if order is not None and not planner.needs_quote(order, request):
        return order, plan_on(record.store, order, request, None)
    with seat():
        platform = connections.open_platform(record.store, read_timeout=settings.PAGE_READ_TIMEOUT_SECONDS)
        facts = order or orders.refresh(record, platform=platform)
        quote, why_not = _quote(platform, facts, request)
        return facts, plan_on(record.store, facts, request, quote, why_not)


def _quote(platform: OrderSource, order: Order, request: CancelRequest) -> tuple[Quote | None, str]:
    """The platform's figures. A refusal of this very wish is no figure: the plan says why at its field."""
    if not planner.needs_quote(order, request):
        return None, ""
    try:
        return platform.quote(order, request), ""
    except RemoteRefused as exc:
        return None, exc.user_message


def plan_on(store: Store, order: Order, request: CancelRequest, quote: Quote | None, why_no_quote: str = "") -> Plan:
    kind = registry.get(store.platform)
    return planner.build(
        order,
        replace(request, note=""),
        quote=quote,
        capabilities=kind.capabilities.spoken(),
        recipe=kind.recipe,
        reasons={reason: str(word) for reason, word in kind.reasons.items()},
        settings=shop_settings(store, kind),
        adapter_version=readings.version_of(kind),
        why_no_quote=why_no_quote,
    )


def shop_settings(store: Store, kind: type[OrderSource]) -> ShopSettings:
    """What planning must know of the shop: its hold, and which rights it did not grant."""
    missing = kind.missing(store.connection.granted_scopes)
    words = {scope.name: f"{scope.name} ({scope.disables})" if scope.disables else scope.name for scope in missing}
    return ShopSettings(
        hold_seconds=store.hold_seconds,
        missing_scopes=tuple(words[scope.name] for scope in missing if scope.is_vital),
        missing_for={command: words[scope.name] for scope in missing for command in scope.needed_for},
    )


def plan_of(preview: Preview) -> Plan:
    """Raises PlanUnreadable."""
    return read_plan(preview.plan)


def facts_of(preview: Preview) -> Order:
    """The live order as it was read for this preview. Raises PreviewUnreadable."""
    return _kept(Order, preview.facts)


def request_of(preview: Preview) -> CancelRequest:
    """The wish, with the note put back where it was not erased. Raises PreviewUnreadable."""
    return replace(_kept(CancelRequest, preview.request), note=notes.read(preview.note))


def _kept(kind: type[T], text: str) -> T:
    try:
        return codec.loads(kind, text)
    except ValueError as exc:
        raise PreviewUnreadable from exc


def replan(preview: Preview) -> Plan:
    """The same wish on the order as it is now, with fresh figures. Raises NoSeat, PreviewUnreadable or RemoteError."""
    record = preview.order
    record.store = preview.store
    return look(record, _kept(CancelRequest, preview.request))[1]


def is_same_wish(one: CancelRequest, other: CancelRequest) -> bool:
    """The note aside: words for colleagues change nothing that happens."""
    return replace(one, note="") == replace(other, note="")


def with_note(preview: Preview, note: str) -> Preview:
    """The same preview with other words for colleagues: the plan does not depend on them."""
    if notes.read(preview.note) == note:
        return preview
    return Preview.objects.create(
        store=preview.store,
        order=preview.order,
        actor=preview.actor,
        request=preview.request,
        plan=preview.plan,
        facts=preview.facts,
        fingerprint=preview.fingerprint,
        note=notes.keep(note, store=preview.store),
        created_at=preview.created_at,
    )


def forget_facts(now: datetime) -> int:
    """Blank how orders stood before cancellations that ended, once nothing looks at them again; how many went.

    Second looks and other sides of an order compare with it: what still waits for one of them keeps it.
    """
    long_ago = now - deadlines.SECOND_LOOK_FOR
    ended = Q(cancellation__finished_at__lt=long_ago, cancellation__look_again_at=None)
    compared = MirrorWatch.objects.filter(cancellation__preview=OuterRef("pk")).exclude(state=CopyState.AGREES)
    rows = Preview.objects.exclude(facts="").filter(ended, ~Exists(compared), created_at__lt=long_ago)
    gone = 0
    while found := list(rows.order_by("created_at").values_list("pk", flat=True)[:BATCH]):
        gone += Preview.objects.filter(pk__in=found).update(facts="")
    return gone


def forget_old(now: datetime) -> int:
    """Remove previews nobody confirmed, and the notes only they held; how many went."""
    old = Preview.objects.filter(created_at__lt=now - KEPT, cancellation=None)
    note_ids = [pk for pk in old.values_list("note_id", flat=True) if pk]
    count, _rows = old.delete()
    notes.forget(note_ids)
    return count
