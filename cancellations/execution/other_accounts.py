"""Steps that act beside the shop's own account: what stands there is read before each send, and set beside the order.

An order platform's refunds stand on its orders, whichever way in; those of a payment provider stand nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from cancellations.models import Cancellation, Step
from cancellations.planning import other_accounts
from stores.canonical import codec
from stores.canonical.commands import Command, RefundOrder
from stores.canonical.order import Order
from stores.connectors import judge, registry
from stores.connectors.roles import Effects, OrderSource, in_role
from stores.kernel import clock
from stores.services import connections

CLOCKS = timedelta(minutes=2)  # what theirs and ours may differ


def is_other(connector: str) -> bool:
    """Of a connection that is not the shop's: does no order tell what it did? Raises UnknownConnector."""
    return not issubclass(registry.get(connector), OrderSource)


def since(cancellation: Cancellation) -> datetime:
    """What stood there before is nobody's answer to the plan."""
    return cancellation.preview.created_at - CLOCKS


def with_theirs(
    order: Order, before: Order, cancellation: Cancellation, steps: Iterable[Step], *, read_timeout: float | None = None
) -> Order:
    """The order with what moved in other accounts. Raises as a read; nothing is asked where no step acts elsewhere."""
    at, known = clock.now(), set[tuple[int, str]]()
    for step in steps:
        if not (command := _refund_elsewhere(step, cancellation.store.connection_id)):
            continue
        opened = connections.open_connector(step.connection, store_id=cancellation.store_id, read_timeout=read_timeout)
        records = in_role(opened, Effects).records(command, before=before).records
        new = [
            record
            for record in judge.fresh(records, before, since(cancellation))
            if (step.connection_id, record.id) not in known  # several steps may give back through one payment
        ]
        known |= {(step.connection_id, record.id) for record in new}
        order = other_accounts.with_refunds(order, step.connection.name, new, at)
    return order


def _refund_elsewhere(step: Step, own: int) -> RefundOrder | None:
    if step.connection_id == own or not step.command or not is_other(step.connection.connector):
        return None
    command: Command = codec.loads(Command, step.command)  # type: ignore[arg-type]
    return command if isinstance(command, RefundOrder) else None
