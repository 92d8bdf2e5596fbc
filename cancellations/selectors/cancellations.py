"""Cancellations as a viewer may see them: the list, one with all its steps, what needs a look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThan

from cancellations.models import Attempt, Cancellation, CopyState, MirrorWatch, Step
from cancellations.selectors import looks
from cancellations.states import FINISHED, TERMINAL, CancellationState
from notifications.models import Delivery
from stores.kernel.keyset import Page, page_of
from stores.models import Membership, OrderRecord, User
from stores.selectors import access, matching, named, within

SUBJECT = "cancellation:"
OF_LATE = 200  # cancellations that say what is usual in a shop
FIRST_LOOKS = 20  # of a group above *Earlier*; all of them are one of the list's filters
OPEN = sorted(set(CancellationState) - TERMINAL)
NOTHING_SENT = (CancellationState.HELD, CancellationState.AWAITING_APPROVAL)
AT_WORK = (CancellationState.RUNNING, CancellationState.VERIFYING)
IN_A_ROW = (  # making objects of all columns took longer than the database
    "uuid", "state", "differs", "looked_at", "trouble", "units", "money_minor", "currency", "created_at", "held_until",
    "expires_at", "seen_at", "preview", "store__name", "store__platform", "store__time_zone", "order__uuid",
    "order__number", "order__customer_name", "order__store", "requester__name", "requester__email",
)  # fmt: skip
READ_FOR_A_ROW = 100_000  # characters of a plan or a receipt: a larger one is read on its own page alone


@dataclass(frozen=True, kw_only=True)
class CancellationQuery:
    """What the list is narrowed to; everything empty: all."""

    text: str = ""
    show: str = ""  # "look", a state, or "differs"
    store: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    person: UUID | None = None  # who asked for it
    reason: str = ""

    @property
    def is_grouped(self) -> bool:
        """By who must do what; a search and a state are answered by one list."""
        return not (self.text.strip() or self.show)


EVERYTHING = CancellationQuery()


def visible(viewer: User) -> QuerySet[Cancellation]:
    """Every cancellation of the viewer's shops."""
    stores = access.stores_for(viewer, "cancellations.view")
    return Cancellation.objects.filter(store__in=stores)


def _open_copies(viewer: User) -> QuerySet[MirrorWatch]:
    return copies_in(viewer).filter(state=CopyState.OPEN)


def copies_in(viewer: User) -> QuerySet[MirrorWatch]:
    """The same orders in other shops, where the viewer may see those."""
    stores = access.stores_for(viewer, "cancellations.view")
    rows = within.shops(MirrorWatch.objects.all(), stores, column="order__store_id")
    return rows.select_related("order__store").order_by("pk")


def copies_of(viewer: User, cancellation: Cancellation) -> Sequence[tuple[MirrorWatch, bool]]:
    """What is watched after this one: (the watch, whether the viewer may cancel there)."""
    rows = copies_in(viewer).filter(cancellation=cancellation).defer("order__search")
    return [(row, access.can(viewer, "cancellations.preview", row.order.store)) for row in rows]


def search(viewer: User, query: CancellationQuery, after: str = "", size: int = 50) -> Page[Cancellation]:
    """A page, newest first; where the list is grouped, of what has ended and waits for nobody.

    Constant number of queries.
    """
    rows = _narrowed(visible(viewer), query, viewer)
    if query.is_grouped:  # not "is terminal": SQLite would read and sort all of these states by their index
        rows = rows.exclude(state__in=OPEN).exclude(pk__in=looks.waiting(viewer))
    whole = _listed(Cancellation.objects.all(), viewer)
    return page_of(rows, after=after, size=size, field="created_at", whole=whole)


def _listed(rows: QuerySet[Cancellation], viewer: User) -> QuerySet[Cancellation]:
    """With what a row shows, and without what is heavy."""
    still_open = Prefetch("copies", _open_copies(viewer).defer("order__search"), to_attr="open_copies")
    untold = Delivery.objects.filter(about=OuterRef("uuid"), store=OuterRef("store"), state="given_up", looked_at=None)
    shown = rows.select_related("store", "order", "requester").only(*IN_A_ROW).prefetch_related(still_open)
    return shown.annotate(is_untold=Exists(untold), plan_text=_short("preview__plan"), receipt_text=_short("receipt"))


def _short(column: str) -> Case:
    """The text, "" for one of an order with a thousand lines."""
    is_long = GreaterThan(Length(column), Value(READ_FOR_A_ROW))
    return Case(When(is_long, then=Value("")), default=F(column), output_field=TextField())


def _first(rows: QuerySet[Cancellation], viewer: User, order: Sequence[Any], most: int) -> Sequence[Cancellation]:
    """The first of them with what a row shows: picked and sorted by their keys, since the plans are wide."""
    picked = rows.order_by(*order)[:most].values("pk")
    return list(_listed(Cancellation.objects.filter(pk__in=picked), viewer).order_by(*order))


def first_looks(
    viewer: User, query: CancellationQuery = EVERYTHING, *, most: int = FIRST_LOOKS
) -> Sequence[Cancellation]:
    """What a person must settle, longest waiting first: stands above the list. Those that the viewer may settle come
    before those that they only read.
    """
    rows = _narrowed(visible(viewer), query, viewer).filter(pk__in=looks.waiting(viewer))
    own = When(store__in=access.stores_for(viewer, "cancellations.settle").order_by(), then=0)
    order = ["created_at", "pk"] if viewer.is_owner else [Case(own, default=1), "created_at", "pk"]
    return _first(rows, viewer, order, most)


def on_their_way(
    viewer: User, query: CancellationQuery = EVERYTHING, *, most: int = FIRST_LOOKS
) -> tuple[Sequence[Cancellation], Sequence[Cancellation]]:
    """(Nothing of it was sent: on hold, or waiting for somebody else's approval; at work), oldest first.

    None of them waits for the viewer. One query: what can still be taken back is never crowded out by what is at work.
    """
    stores = access.stores_for(viewer, "cancellations.view").order_by()
    if query.store:
        stores = stores.filter(uuid=query.store)
    rows = Cancellation.objects.filter(state__in=[*NOTHING_SENT, *AT_WORK])  # the rarer condition: by its index
    rows = _narrowed(within.shops(rows, stores), replace(query, store=None), viewer)
    can_be_taken_back = Case(When(state__in=NOTHING_SENT, then=0), default=1)
    calm = rows.exclude(pk__in=looks.waiting(viewer))
    found = _first(calm, viewer, [can_be_taken_back, "created_at", "pk"], 2 * most)
    back = [row for row in found if row.state in NOTHING_SENT]
    return back[:most], [row for row in found if row.state in AT_WORK][:most]


def askers(viewer: User, *, most: int = 50) -> Sequence[User]:
    """The people of the viewer's shops, by name: who may have asked."""
    stores = access.stores_for(viewer, "cancellations.view").order_by()
    works = Membership.objects.filter(store__in=stores).values("person")
    return list(User.objects.filter(Q(pk__in=works) | Q(is_owner=True), is_active=True).order_by("name", "pk")[:most])


def progress(rows: Iterable[Cancellation]) -> dict[int, tuple[int, int]]:
    """{primary key: (steps finished, steps in all)} of those at work. One query, none when none is."""
    at_work = [row.pk for row in rows if row.state in (CancellationState.RUNNING, CancellationState.VERIFYING)]
    if not at_work:
        return {}
    done = Count("pk", filter=Q(state__in=sorted(FINISHED)))
    counted = Step.objects.filter(cancellation__in=at_work).order_by().values("cancellation")
    return {r["cancellation"]: (r["done"], r["all"]) for r in counted.annotate(done=done, all=Count("pk"))}


def _narrowed(rows: QuerySet[Cancellation], query: CancellationQuery, viewer: User) -> QuerySet[Cancellation]:
    if query.show == "look":
        rows = rows.filter(pk__in=looks.waiting(viewer))
    elif query.show == "differs":
        rows = rows.filter(differs=True)
    elif query.show == "running":
        rows = rows.filter(state__in=[CancellationState.RUNNING, CancellationState.VERIFYING])
    elif query.show:
        rows = rows.filter(state=query.show)
    if query.store:
        rows = rows.filter(store__uuid=query.store)
    if query.since:
        rows = rows.filter(created_at__gte=query.since)
    if query.until:
        rows = rows.filter(created_at__lt=query.until)
    if query.person:
        rows = rows.filter(requester__uuid=query.person)
    if query.reason:
        rows = rows.filter(reason=query.reason)
    return rows.filter(pk__in=_named(query.text, viewer)) if query.text.strip() else rows


def _named(text: str, viewer: User) -> QuerySet[Cancellation, named.Pk]:
    """C-2041, an order number, a platform's id, or words of the order. A union: each part by its own index."""
    stores, every = access.stores_for(viewer, "cancellations.view"), Cancellation.objects.order_by().values("pk")
    found = every.filter(order__in=named.ids(text, stores))
    if pk := pk_of(text):
        found = found.union(every.filter(pk=pk))
    if not text.strip().upper().startswith("C-") and (words := matching.condition(text)):
        orders = within.shops(OrderRecord.objects.filter(words), stores.order_by())
        found = found.union(every.filter(order__in=orders.order_by().values("pk")))
    return found


def pk_of(text: str) -> int | None:
    """Of C-2041, or of its number alone; None for what cannot be one."""
    number = text.strip().upper().removeprefix("C-")
    return int(number) - 2000 if number.isascii() and number.isdigit() and len(number) < 12 else None


def one(viewer: User, uuid: UUID) -> Cancellation:
    """With steps, attempts and people. Raises Cancellation.DoesNotExist for unknown and foreign alike."""
    attempts = Prefetch("attempts", Attempt.objects.order_by("pk").defer("body"))
    steps = Prefetch("steps", Step.objects.order_by("position").prefetch_related(attempts))
    heavy = ("preview__facts", "preview__request", "order__search")
    joined = ("store__connection", "order", "requester", "approver", "note", "preview")
    found = visible(viewer).select_related(*joined).defer(*heavy).prefetch_related(steps).get(uuid=uuid)
    found.order.store = found.store
    return found


def of_order(viewer: User, order_id: int) -> Sequence[Cancellation]:
    """Ours, for the order page, newest first."""
    return list(visible(viewer).filter(order_id=order_id).select_related("requester").order_by("-pk")[:50])


def reasons_given(store_id: int) -> Mapping[str, int]:
    """How often each reason was given in the shop's last cancellations."""
    last = Cancellation.objects.filter(store_id=store_id).order_by("-created_at", "-id")
    return Counter(last.values_list("reason", flat=True)[:OF_LATE])


def deliveries(cancellation: Cancellation) -> Sequence[Delivery]:
    rows = Delivery.objects.filter(subject=f"{SUBJECT}{cancellation.uuid}")
    return list(rows.select_related("person").order_by("pk"))


def unknown_outcomes(store_id: int) -> int:
    """Steps of a shop whose outcome is not known: for its health card."""
    unknown = Step.objects.filter(state="unknown")
    return within.shops(unknown, [store_id], column="cancellation__store_id").count()


def person_can(viewer: User, cancellation: Cancellation) -> dict[str, bool]:
    """Which buttons this viewer gets."""
    names = ("withdraw", "confirm", "approve", "retry", "settle")
    can = {name: access.can(viewer, f"cancellations.{name}", cancellation.store, cancellation) for name in names}
    return can | {"send_again": access.can(viewer, "messages.send_again", cancellation.store, cancellation)}
