"""A desk after years of work: many orders of four shops, a cancellation for every twentieth, and its audit entries.

One real cancellation, made through the simulator, is the pattern: its rows are copied with other numbers and names.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar
from uuid import uuid4

from django.db import connection
from django.db.models import Model

from cancellations.models import Attempt, Cancellation, Preview, Step
from notifications.models import Delivery
from sandbox.benches import execute
from sandbox.benches.ground import SHOP, Ground, patiently
from stores.kernel import clock
from stores.models import (
    AuditChain,
    AuditEvent,
    ConnectionHealth,
    OrderRecord,
    OrderSnapshot,
    Store,
    StoreState,
    StoreSync,
)
from stores.services import orders, platform_client

T = TypeVar("T", bound=Model)
BATCH = 1000
PATTERNS = 40  # orders of the simulator that are copied
PER_CANCELLATION = 20  # orders
MIRROR = "modern_dropship"  # one of the shops: its orders name the orders of another
GIVEN = ("priya", "wei", "tomas", "ana", "olu", "mia", "jon", "zoe", "ines", "karl", "noor", "lea", "omar", "ida")
FAMILY = (
    "raman",
    "li",
    "berg",
    "duarte",
    "ade",
    "horn",
    "ek",
    "park",
    "costa",
    "weiss",
    "aziz",
    "roy",
    "haddad",
    "lund",
)


def fill(place: Ground, count: int) -> None:
    """`count` orders, newest first in pk order no more than in a real shop."""
    shops, patterns, done = _shops(place), _patterns(place), _done(place)
    pick = random.Random(7)
    now = clock.now()
    span = timedelta(days=730) / count
    _save(OrderRecord, (_order(pick, n, patterns, shops, now - span * (count - n)) for n in range(count)))
    made = OrderRecord.objects.filter(snapshot=None).order_by("pk").values_list("pk", flat=True)
    texts = [row.snapshot.text for row in patterns]
    _save(OrderSnapshot, (OrderSnapshot(order_id=pk, text=texts[n % len(texts)]) for n, pk in enumerate(made)))
    _cancel(done)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def again(row: T, **fields: Any) -> T:
    """A row like this one, not saved."""
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key}
    return type(row)(**values | ({"uuid": uuid4()} if "uuid" in values else {}) | fields)


def _shops(place: Ground) -> list[Store]:
    """The bench's own and three more; none is asked, so that only our own work is measured."""
    made = [place.store]
    for number, platform in enumerate(("shopify", "shopify", MIRROR)):
        name = f"Shop {number}"
        account = again(place.store.connection, inbox_token=uuid4().hex, name=name, connector=platform)
        account.save()
        shop = again(place.store, connection_id=account.pk, name=name, platform=platform)
        shop.save()
        ConnectionHealth.objects.create(connection=account)
        StoreSync.objects.create(store=shop, phase="follow", fresh_at=clock.now())
        made.append(shop)
    return made


def _patterns(place: Ground) -> list[OrderRecord]:
    """Orders of all states, read whole."""
    world = place.world()
    world.populate(SHOP, PATTERNS)
    listing = patiently(lambda: platform_client.open_platform(place.store).list_orders(since=None))
    orders.save_many(place.store, listing.orders[:PATTERNS], clock.now())
    for record in OrderRecord.objects.filter(store=place.store).select_related("store"):
        patiently(lambda record=record: orders.refresh(record))  # type: ignore[misc]
    return list(OrderRecord.objects.filter(store=place.store).select_related("snapshot"))


def _done(place: Ground) -> Cancellation:
    """One cancellation carried out at the simulator."""
    world = place.world()
    uuid = execute._one(place, world)
    execute._work([uuid])
    Store.objects.update(state=StoreState.PAUSED)
    return Cancellation.objects.get(uuid=uuid)


def _order(
    pick: random.Random, n: int, patterns: Sequence[OrderRecord], shops: Sequence[Store], placed_at: datetime
) -> OrderRecord:
    row, number, is_copy = patterns[n % len(patterns)], f"{100_000 + n}", n % 20 == 7
    name = f"{pick.choice(GIVEN)} {pick.choice(FAMILY)}"
    email = f"{name.replace(' ', '.')}{n}@example.com"
    shop = shops[3] if is_copy else shops[(0, 0, 0, 0, 0, 0, 1, 1, 1, 2)[n % 10]]
    return again(
        row, store_id=shop.pk, external_id=f"gid://shopify/Order/{10**9 + n}", number=f"#{number}",
        number_folded=number, search=f"{row.search.replace(row.number_folded, number)}{name} {email} ",
        customer_name=name.title(), customer_email=email, placed_at=placed_at, updated_at=placed_at,
        total_minor=pick.randint(500, 50_000), is_disputed=n % 400 == 3,
        source_folded=f"{100_000 + n - 1}" if is_copy else "",
    )  # fmt: skip


def _cancel(done: Cancellation) -> None:
    """Copies of the pattern for every twentieth order of each shop: some stopped, different, or not approved."""
    rows = OrderRecord.objects.order_by("placed_at").only("pk", "store_id", "placed_at", "uuid")
    picked = [row for shop in Store.objects.order_by("pk") for row in rows.filter(store=shop)[::PER_CANCELLATION]]
    seen = done.preview
    _save(Preview, (again(seen, order_id=row.pk, store_id=row.store_id, created_at=row.placed_at) for row in picked))
    previews = (
        Preview.objects.exclude(pk=seen.pk).order_by("pk").values_list("pk", "order_id", "store_id", "created_at")
    )
    states = {3: "needs_operator", 5: "awaiting_approval", 7: "refused", 9: "withdrawn"}
    _save(Cancellation, (
        again(done, preview_id=pk, order_id=order, store_id=store, created_at=at, finished_at=at, reread_at=at,
              state=states.get(n % 500, "done"), differs=n % 300 == 0)
        for n, (pk, order, store, at) in enumerate(previews.iterator(BATCH))
    ))  # fmt: skip
    made = list(Cancellation.objects.exclude(pk=done.pk).order_by("pk"))
    accounts = dict(Store.objects.values_list("pk", "connection"))
    for step in done.steps.all():
        _save(Step, (again(step, cancellation_id=row.pk, connection_id=accounts[row.store_id]) for row in made))
    attempts = list(Attempt.objects.filter(step__cancellation=done).order_by("pk")[:1])
    steps = Step.objects.exclude(cancellation=done).filter(kind=done.steps.all()[0].kind)
    _save(Attempt, (again(one, step_id=pk) for one in attempts for pk in steps.values_list("pk", flat=True)))
    told = Delivery.objects.filter(subject=f"cancellation:{done.uuid}")
    about = ((row, f"cancellation:{row.uuid}") for row in made)
    _save(Delivery, (again(d, key=f"{d.key}/{row.pk}", subject=subject) for row, subject in about for d in told))
    _note(done, made)


def _note(done: Cancellation, made: Sequence[Cancellation]) -> None:
    """The pattern's entries once more for each: the chain's sums are not right, which no page looks at."""
    pattern = list(AuditEvent.objects.filter(object=f"cancellation:{done.uuid}").order_by("pk"))
    chains = {shop.pk: AuditChain.objects.get_or_create(name=str(shop.uuid), defaults={"store": shop})[0]
              for shop in Store.objects.all()}  # fmt: skip
    numbers = {pk: chain.seq for pk, chain in chains.items()}

    def entries() -> Iterator[AuditEvent]:
        for row in made:
            for event in pattern:
                numbers[row.store_id] += 1
                at = f"{row.created_at:%Y-%m-%dT%H:%M:%S}.000000Z"
                chain = chains[row.store_id]
                yield again(
                    event, chain_id=chain.pk, seq=numbers[row.store_id], at=at, object=f"cancellation:{row.uuid}"
                )

    _save(AuditEvent, entries())
    for pk, chain in chains.items():
        if numbers[pk] > chain.seq:  # the end of a chain only moves on
            AuditChain.objects.filter(pk=chain.pk).update(seq=numbers[pk])


def _save(model: type[T], rows: Iterable[T]) -> None:
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        model._default_manager.bulk_create(batch)
