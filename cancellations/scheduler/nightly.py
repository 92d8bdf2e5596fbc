"""The nightly second look: every order we acted on within 14 days is read again and compared with its receipt.

A difference becomes an item for a person; nothing is repaired silently (RELIABILITY 10).
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cancellations import actions
from cancellations.execution import other_accounts
from cancellations.execution.keys import tag_of
from cancellations.execution.verify import answers_of
from cancellations.lifecycle import deadlines, notices, transitions
from cancellations.models import Cancellation, Step
from cancellations.planning import comparison
from cancellations.planning.plan import ReceiptSheet, read_plan
from cancellations.scheduler import second_looks
from cancellations.states import CancellationState
from stores.canonical import codec
from stores.canonical.commands import Command, Found
from stores.canonical.order import Order
from stores.connectors.roles import Effects, in_role
from stores.effects import leases, retry_policy
from stores.effects.outcomes import asked_wait
from stores.kernel import clock
from stores.kernel.errors import DeskError, RemoteThrottled
from stores.services import connections, orders

UNDONE = [CancellationState.WITHDRAWN, CancellationState.EXPIRED, CancellationState.REFUSED]

logger = logging.getLogger(__name__)


def look(cancellation_uuid: str) -> None:
    """Read, compare, remember when; then the next one may begin. What fails is looked at again later."""
    rows = Cancellation.objects.select_related("store__connection", "order", "preview")
    cancellation = rows.get(uuid=cancellation_uuid)
    cancellation.order.store = cancellation.store
    try:
        _look(cancellation)
    except RemoteThrottled as exc:  # at the shop's pace: what waits beside it may be let in before
        _again(cancellation, asked_wait(exc) or retry_policy.A_SECOND)
        return
    except DeskError:
        _again(cancellation, deadlines.SECOND_LOOK_FAILED)
    except Exception:  # a fault of ours in one comparison must not keep the rest from being looked at
        logger.exception("second look failed", extra={"cancellation": cancellation_uuid})
        _again(cancellation, deadlines.SECOND_LOOK_FAILED)
    second_looks.ring_for_next(clock.now())


def _look(cancellation: Cancellation) -> None:
    """The last one of each order only, since what a later one took away is no difference. Refused ones as well:

    a no is worth a second look.
    """
    later = Cancellation.objects.filter(order=cancellation.order_id, pk__gt=cancellation.pk).exclude(state__in=UNDONE)
    if states_of_later := set(later.values_list("state", flat=True)):
        is_settled = CancellationState.DONE in states_of_later
        _again(cancellation, None if is_settled else deadlines.SECOND_LOOK_FAILED)
        return
    before = codec.loads(Order, cancellation.preview.facts)
    if cancellation.state == CancellationState.REFUSED:
        _look_at_refused(cancellation, before)
        return
    order = orders.refresh(cancellation.order)
    plan = read_plan(cancellation.preview.plan)
    steps = list(cancellation.steps.all())
    order = other_accounts.with_theirs(order, before, cancellation, steps)
    results = answers_of(steps)
    sheet = comparison.compare(plan, before, order, results)
    _keep(cancellation, sheet, now=clock.now())


def _again(cancellation: Cancellation, wait: timedelta | None) -> None:
    """Not looked at: again after a while, or never where a later one speaks for the order."""
    at = None if wait is None else clock.now() + wait
    _mine(cancellation).update(look_again_at=at, looking_until=None)


def _mine(cancellation: Cancellation) -> QuerySet[Cancellation]:
    """None any more once its lease ran out and another look was begun."""
    rows = Cancellation.objects.filter(pk=cancellation.pk)
    return leases.held(rows, second_looks.HELD, cancellation.looking_until)


def _looked(cancellation: Cancellation, now: datetime) -> dict[str, Any]:
    """For a fortnight once a day; a shop that was away longer gets its one look when it is back."""
    following = now + deadlines.SECOND_LOOK_EVERY
    goes_on = following - cancellation.created_at < deadlines.SECOND_LOOK_FOR
    return {"reread_at": now, "look_again_at": following if goes_on else None, "looking_until": None}


def _look_at_refused(cancellation: Cancellation, before: Order) -> None:
    """Is the effect there after all, with our mark? Then a person must see it: nothing was to have happened."""
    sent = cancellation.steps.filter(attempts__sent_at__isnull=False).select_related("connection").distinct()
    found = [step for step in sent if _is_there(cancellation, step, before)]
    is_new = bool(found) and not cancellation.differs
    news = {"differs": True, "looked_at": None, "trouble": _("Refused, and done all the same.")} if is_new else {}
    with transaction.atomic():
        if _mine(cancellation).update(**_looked(cancellation, clock.now()), **news) and is_new:
            notices.differs(cancellation)
            transitions.record(actions.REREAD_DIFFERS, cancellation, lines=[step.kind for step in found])


def _is_there(cancellation: Cancellation, step: Step, before: Order) -> bool:
    """In the account that it acted on."""
    opened = connections.open_connector(step.connection, store_id=cancellation.store_id)
    command: Command = codec.loads(Command, step.command)  # type: ignore[arg-type]
    finding = in_role(opened, Effects).find(command, tag=tag_of(step), before=before)
    return isinstance(finding, Found) and finding.is_marked


def _keep(cancellation: Cancellation, sheet: ReceiptSheet, *, now: datetime) -> None:
    """A new difference is flagged, once; a refund that arrived meanwhile ends its *on its way* without a word."""
    is_new = sheet.differs and not cancellation.differs
    has_arrived = not sheet.differs and codec.loads(ReceiptSheet, cancellation.receipt).is_pending
    news: dict[str, Any] = {"receipt": codec.dumps(sheet), "seen_at": now} if is_new or has_arrived else {}
    news |= {"differs": True, "looked_at": None} if is_new else {}
    with transaction.atomic():
        if _mine(cancellation).update(**_looked(cancellation, now), **news) and is_new:
            notices.finished(cancellation, sheet)
            transitions.record(
                actions.REREAD_DIFFERS,
                cancellation,
                lines=[str(row.kind) for row in sheet.lines if row.verdict == "differs"],
            )
