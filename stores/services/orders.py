"""The mirrored copies of orders: saved from reads, never believed for an effect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Field, ProtectedError, Q

from stores.canonical import codec
from stores.canonical.order import Order
from stores.connectors.roles import OrderSource
from stores.kernel import clock, countries, search_text
from stores.kernel.errors import CopyUnreadable
from stores.models import OrderRecord, OrderSnapshot, Store, UnreadableOrder
from stores.platforms import registry
from stores.services import connections

DESCRIPTION = 1  # how `search`, `bought` and `lines` are made; a migration that changes it sets 0: written again
BATCH = 200  # rows a statement: 200 × 24 values stay below SQLite's 32,766 variables


def save(store: Store, order: Order, read_at: datetime) -> OrderRecord:
    """Keep what was read at `read_at`; an older read never overwrites a newer one."""
    save_many(store, [order], read_at)
    return OrderRecord.objects.get(store=store, external_id=order.external_id)


def save_many(store: Store, orders: Iterable[Order], read_at: datetime) -> int:
    """Keep a page of a listing; how many of them were not yet known."""
    return keep(store, rows_of(store, orders, read_at))


def rows_of(store: Store, orders: Iterable[Order], read_at: datetime) -> list[OrderRecord]:
    """The rows of a page, not saved: most of the work, done before a transaction is opened."""
    latest = {order.external_id: order for order in orders}
    return [record_of(store, order, read_at) for order in latest.values()]


def keep(store: Store, rows: Sequence[OrderRecord]) -> int:
    """Save them; how many were not yet known."""
    known = [row.external_id for row in rows]
    with transaction.atomic():
        before = _count(store, known)
        for batch in _batches(rows):
            _upsert(batch)
        _is_readable(store, rows)
        return _count(store, known) - before


def refresh(
    record: OrderRecord,
    *,
    read_timeout: float | None = None,
    platform: OrderSource | None = None,
) -> Order:
    """Read the order live and keep the copy. Raises RemoteError as `OrderSource.read_order`.

    platform: an adapter already open.
    """
    read_at = clock.now()
    platform = platform or connections.open_platform(record.store, read_timeout=read_timeout)
    order = platform.read_order(record.external_id)
    keep_read(record, order, read_at)
    return order


@dataclass(frozen=True)
class Seen:
    """An order as its platform showed it, and when it was asked."""

    order: Order
    read_at: datetime


def look_again(platform: OrderSource, before: Order) -> Seen:
    """Read it live, cheaper by an earlier full read. The caller decides when the copy is kept (`keep_read`)."""
    read_at = clock.now()
    return Seen(platform.look_again(before), read_at)


def keep_read(record: OrderRecord, order: Order, read_at: datetime) -> None:
    """Keep the copy of an order that was read at `read_at`."""
    with transaction.atomic(savepoint=False):
        if _is_known(record, order):
            OrderRecord.objects.filter(pk=record.pk, read_at__lt=read_at).update(read_at=read_at)
        else:
            rows = [record_of(record.store, order, read_at)]
            _upsert(rows)
            _is_readable(record.store, rows)


def _is_readable(store: Store, rows: Sequence[OrderRecord]) -> None:
    """What could not be read before is an ordinary order now; one without an id is known by its number."""
    by_id = Q(external_id__in=[row.external_id for row in rows])
    by_number = Q(external_id="", number__in=[row.number for row in rows])
    UnreadableOrder.objects.filter(by_id | by_number, store=store).delete()


def _is_known(record: OrderRecord, order: Order) -> bool:
    """The copy says the same: writing it again would only take time.

    All of it is compared. The platform's own version tells of no dispute, and of no refund that settled at the bank;
    where it is another one, the copy is another one.
    """
    return record.updated_at == order.updated_at and text_of(record) == codec.dumps(order)


def text_of(record: OrderRecord) -> str:
    """The copy as it is stored; "" where there is none."""
    try:
        return record.snapshot.text
    except OrderSnapshot.DoesNotExist:
        return ""


def order_of(record: OrderRecord) -> Order:
    """The mirrored copy as an Order. Raises CopyUnreadable."""
    try:
        return codec.loads(Order, text_of(record))
    except ValueError as exc:
        raise CopyUnreadable from exc


def number_of(store: Store, external_id: str) -> str:
    """As the copy has it; "" where there is none."""
    known = OrderRecord.objects.filter(store=store, external_id=external_id).values_list("number", flat=True)
    return known.first() or ""


def describe_again(most: int) -> int:
    """Write what lists show and search of up to `most` rows that an older version wrote; how many there were."""
    rows = OrderRecord.objects.filter(described_as=0).select_related("snapshot").order_by("pk")[:most]
    changed = []
    for row in rows:
        order = codec.loads(Order, row.snapshot.text)
        row.search, row.described_as = _search_text(order), DESCRIPTION
        row.bought, row.lines = _bought(order).values()
        changed.append(row)
    OrderRecord.objects.bulk_update(changed, ["search", "bought", "lines", "described_as"])
    return len(changed)


def forget(store: Store, external_id: str) -> bool:
    """Remove the copy of an order that the platform no longer knows, unless a cancellation speaks of it."""
    try:
        return bool(OrderRecord.objects.filter(store=store, external_id=external_id).delete()[0])
    except ProtectedError:
        return False


def record_of(store: Store, order: Order, read_at: datetime) -> OrderRecord:
    """The row of an order and its snapshot, not saved."""
    record = OrderRecord(
        store=store,
        external_id=order.external_id,
        number=order.number[:60],
        number_folded=search_text.fold_number(order.number)[:60],
        search=_search_text(order),
        customer_name=order.customer.name[:200],
        customer_email=order.customer.email[:254],
        placed_at=order.placed_at,
        updated_at=order.updated_at,
        cancelled_at=order.cancelled_at,
        fulfilment=order.fulfilment,
        payment=order.payment,
        cancellable=order.cancellable,
        units_open=sum((line.cancellable for line in order.lines), start=0),
        units_ordered=sum((line.ordered for line in order.lines), start=0),
        total_minor=order.totals.current.shop.rounded().minor,
        currency=order.currency,
        is_disputed=_is_disputed(order),
        is_summary=order.is_summary,
        read_at=read_at,
        source_folded=_source(store, order)[:60],
        **_bought(order),
        described_as=DESCRIPTION,
    )
    record.snapshot = OrderSnapshot(text=codec.dumps(order))
    return record


def _is_disputed(order: Order) -> bool:
    """A bank's word changes no order: nothing else of it tells."""
    return any(remark.kind == "dispute" and remark.is_open for remark in order.remarks)


def _source(store: Store, order: Order) -> str:
    """The number of the order that this one mirrors; "" where the platform's orders mirror nothing."""
    field = registry.get(store.platform).copies_by
    return search_text.fold_number(getattr(order, field)) if field else ""


def _bought(order: Order) -> dict[str, Any]:
    """What a list says of the lines: the first that is still on the order, else the first, and how many there are."""
    first = next((line for line in order.lines if line.current), order.lines[0] if order.lines else None)
    words = ", ".join(filter(None, (first.title, first.variant))) if first else ""
    return {"bought": words[:120], "lines": min(len(order.lines), 32_767)}


def _search_text(order: Order) -> str:
    return search_text.search_text(order.number, _searched(order), _found_too(order), _facets(order))


def _searched(order: Order) -> Iterator[str]:
    yield from (order.customer.name, order.customer.email, order.confirmation_number, order.po_number)
    for line in order.lines:
        yield from (line.title, line.variant, line.sku)
    for shipment in order.shipments:
        yield from shipment.tracking


def _found_too(order: Order) -> Iterator[str]:
    """Streets and postcodes (lines of an address that hold a digit), and what a bank calls a payment."""
    for line in (*order.customer.shipping_address, *order.customer.billing_address):
        if any(map(str.isdigit, line)):
            yield line
    for payment in (*order.payments, *(x for refund in order.refunds for x in refund.transactions)):
        if len(name := payment.id.rpartition("/")[2]) > 3:
            yield name


def _facets(order: Order) -> Iterator[str]:
    yield from (search_text.facet("sku", line.sku) for line in order.lines)
    yield from (search_text.facet("tag", tag) for tag in order.tags)
    if order.customer.shipping_address:
        yield search_text.facet("to", countries.code(order.customer.shipping_address[-1]))
    if digits := search_text.phone(order.customer.phone):
        yield search_text.facet("tel", f"{digits}")


def _count(store: Store, orders: Iterable[str]) -> int:
    return OrderRecord.objects.filter(store=store, external_id__in=list(orders)).count()


def _batches(rows: Sequence[OrderRecord]) -> Iterator[list[OrderRecord]]:
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        yield batch


@cache
def _columns() -> tuple[Field[Any, Any], ...]:
    return tuple(f for f in OrderRecord._meta.concrete_fields if not f.primary_key)


def _upsert(batch: Sequence[OrderRecord]) -> None:
    """Insert, or overwrite what is older: two workers cannot put an old read over a new one.

    The record decides, in one statement; its row is ours until the transaction ends, and so is its snapshot. Django's
    own upsert takes no condition. A summary of the same version tells nothing new: the full copy stays.
    """
    written = _upsert_records(batch)
    texts = {row.external_id: row.snapshot.text for row in batch}
    OrderSnapshot.objects.bulk_create(
        [OrderSnapshot(order_id=pk, text=texts[external_id]) for pk, external_id in written],
        update_conflicts=True,
        update_fields=["text"],
        unique_fields=["order"],
    )


def _upsert_records(batch: Sequence[OrderRecord]) -> list[tuple[int, str]]:
    """(id, external id) of those that were written."""
    name = connection.ops.quote_name
    fields = _columns()
    columns = [str(f.column) for f in fields]
    table = name(OrderRecord._meta.db_table)
    updates = [name(column) for column in columns if column not in ("uuid", "store_id", "external_id")]
    row = f"({', '.join(['%s'] * len(fields))})"
    statement = (
        f"INSERT INTO {table} ({', '.join(map(name, columns))})"  # noqa: S608  our own column names
        f" VALUES {', '.join([row] * len(batch))}"
        f" ON CONFLICT (store_id, external_id) DO UPDATE SET {', '.join(f'{c} = excluded.{c}' for c in updates)}"
        f" WHERE {table}.updated_at < excluded.updated_at"
        f" OR ({table}.updated_at = excluded.updated_at AND {table}.read_at <= excluded.read_at"
        f" AND ({table}.is_summary OR NOT excluded.is_summary))"
        f" RETURNING {name('id')}, {name('external_id')}"
    )
    values = [f.get_db_prep_save(f.pre_save(r, add=True), connection) for r in batch for f in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
