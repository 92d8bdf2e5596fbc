"""What the order page needs, gathered: the order and how true it is, the wish, the plan, and who may do what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cancellations.forms import preview as forms
from cancellations.forms.preview import PreviewForm
from cancellations.lifecycle import refund_limits
from cancellations.models import Preview
from cancellations.pages import order_choices, order_facts, order_lines, order_story
from cancellations.pages import plan as plan_page
from cancellations.planning import disputes
from cancellations.planning.plan import Plan
from cancellations.selectors import cancellations, stops
from cancellations.services import drafts, preview, submit, visits
from stores.canonical.order import Order
from stores.kernel import clock
from stores.kernel.errors import CopyUnreadable, DeskError
from stores.kernel.money import Money
from stores.models import OrderRecord, StoreState, User
from stores.platforms import registry
from stores.selectors import access, holds, mirrored_orders
from stores.services import orders, platform_client


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How true the facts are. Nothing can be confirmed on facts that are not live."""

    order: Order
    read_at: datetime
    is_live: bool = False
    is_waiting: bool = False  # other pages wait for their shops: this one asks again in a moment
    trouble: str = ""  # the shop did not answer, or will not be asked; in words

    @property
    def is_reading(self) -> bool:
        """The live copy has not been asked for yet."""
        return not (self.is_live or self.trouble)


@dataclass(kw_only=True)
class Wish:
    """What was chosen and what came of it. `seen`: the stored preview; without one nothing can be confirmed."""

    form: PreviewForm
    plan: Plan | None = None
    seen: Preview | None = None
    is_planned: bool = False  # on the live order, whether it was kept or not: without a reason nothing is
    page: int = 1
    notice: str = ""
    draft: drafts.Draft | None = None  # kept for who chooses; what stands in the form
    tab: str = ""  # names this open page
    changes: Sequence[tuple[str, str, str]] = field(default_factory=list)

    @property
    def is_shown(self) -> bool:
        """The plan says what would happen, beyond what is worth knowing of any order."""
        return self.seen is not None or self.is_planned


class NoCopy(DeskError):
    """Nothing can be shown yet: the copy cannot be read, and the live order is not here (`trouble` says why not)."""

    def __init__(self, trouble: str, *, is_waiting: bool) -> None:
        super().__init__(CopyUnreadable.default_message)
        self.trouble, self.is_waiting = trouble, is_waiting


def mirrored(record: OrderRecord, *, trouble: str = "", is_waiting: bool = False) -> Standing:
    """The copy. Raises NoCopy where it cannot be read."""
    try:
        order = orders.order_of(record)
    except CopyUnreadable as exc:
        raise NoCopy(trouble, is_waiting=is_waiting) from exc
    return Standing(order=order, read_at=record.read_at, trouble=trouble, is_waiting=is_waiting)


def live(record: OrderRecord) -> Standing:
    """The order read now, or the copy with the reason why not. A read of the last minute counts."""
    if record.store.state != StoreState.ACTIVE:
        return mirrored(record, trouble=_("This shop is paused or disconnected, so it is not asked."))
    try:
        order = preview.read(record)
    except preview.NoSeat:
        return mirrored(record, is_waiting=True)
    except DeskError as exc:
        return mirrored(record, trouble=exc.user_message)
    store = record.store
    record.refresh_from_db()
    record.store = store  # with its connection: read a moment ago
    return Standing(order=order, read_at=record.read_at, is_live=True)


def recent_or_live(record: OrderRecord) -> Standing:
    if record.store.state == StoreState.ACTIVE and (order := preview.recent(record, clock.now())):
        return Standing(order=order, read_at=record.read_at, is_live=True)
    return live(record)


def blank(record: OrderRecord, standing: Standing) -> Wish:
    """Nothing chosen yet: the plan still brings what is worth knowing about this order."""
    form = PreviewForm(standing.order, can_restock=registry.get(record.store.platform).capabilities.restock.is_offered)
    return Wish(form=form, plan=preview.plan_on(record.store, standing.order, form.request, None))


def kept(actor: User, record: OrderRecord, standing: Standing) -> tuple[Standing, Wish]:
    """As it was left: with the draft of this person, on whatever device it was made; else nothing chosen."""
    if (draft := drafts.of(actor, record)) is None:
        return standing, blank(record, standing)
    typed, gone = forms.without_lines(draft.typed, standing.order)
    form = PreviewForm(standing.order, typed)
    if standing.is_live:
        standing, wish = asked(actor, record, standing, form, 1)
    else:
        wish = blank(record, standing)
        wish.form = form
    wish.draft = draft
    if gone:
        wish.notice = wish.notice or ngettext(
            "%(n)s line of your draft is no longer on this order.",
            "%(n)s lines of your draft are no longer on this order.",
            gone,
        ) % {"n": gone}
    return standing, wish


def asked(actor: User, record: OrderRecord, standing: Standing, form: PreviewForm, page: int) -> tuple[Standing, Wish]:
    """The plan for a wish, stored. A wish that is no number gets none; a shop that falls silent is said."""
    wish = Wish(form=form, page=page)
    if form.errors or not standing.is_live:
        return standing, wish
    try:
        if not form.has_reason:
            wish.plan = preview.look(record, form.request, order=standing.order)[1]
        else:
            snapshot = orders.text_of(record) if record.read_at == standing.read_at else ""
            wish.seen, wish.plan = preview.show(
                actor=actor, record=record, request=form.request, order=standing.order, snapshot=snapshot
            )
        wish.is_planned = True
    except preview.NoSeat as exc:
        wish.notice = exc.user_message
        return standing, wish
    except DeskError as exc:
        return mirrored(record, trouble=exc.user_message), wish
    return standing, wish


def context(viewer: User, record: OrderRecord, standing: Standing, wish: Wish) -> dict[str, Any]:
    """Everything the templates of templates/orders/ ask for."""
    kind, order, form = registry.get(record.store.platform), standing.order, wish.form
    wrong = order_choices.wrong_fields(form.errors, wish.plan.blockers if wish.plan and wish.is_shown else ())
    refunds = order_choices.refund_options(form, kind.capabilities)
    shares = {e.line_id: e.refund for e in wish.plan.expected.lines if e.refund} if wish.plan else {}
    busy = submit.open_cancellation(record)
    ours = cancellations.of_order(viewer, record.pk)
    return {
        "record": record,
        "store": record.store,
        "platform_name": kind.label,
        "order": order,
        "standing": standing,
        "wish": wish,
        "form": form,
        "wrong": wrong,
        "lines": order_lines.page_of(form, kind.capabilities, number=wish.page, shares=shares, wrong=wrong),
        "can": kind.capabilities,
        "may_ask": access.can(viewer, "cancellations.preview", record.store),
        "is_closed": not standing.is_live or bool(busy) or bool(order.cancelled_at),
        "refunds": refunds,
        "why_no_refund": order_choices.why_no_choice(refunds),
        "tells_money": kind.recipe.moves_money,
        "payments": order_choices.payment_fields(form, wrong),
        "disputed": disputes.standing(order),
        "reasons": cache(lambda: order_choices.reason_options(form, cancellations.reasons_given(record.store_id))),
        "reason_sent": order_choices.reason_sent(form, kind),
        "money_rows": order_facts.money_rows(order),
        "facts": order_facts.facts(order),
        "earlier": ours,
        "story": order_story.story(order, ours, visits.looked(viewer, record)),
        "is_untouched": order_facts.is_untouched(order),
        "busy": busy,
        "linked": mirrored_orders.seen_by(viewer, [record]).get(record.pk, ()),
        "theirs": theirs(record, order),
        **effects(viewer, record, wish),
    }


def effects(viewer: User, record: OrderRecord, wish: Wish) -> dict[str, Any]:
    """What *What will happen* shows (orders/_effects.html)."""
    plan, now = wish.plan, clock.now()
    if plan is None:
        return {"plan": None, "store": record.store}
    hold = holds.seconds(record.store, plan.limit_amount, now=now)
    return {
        "plan": plan,
        "store": record.store,
        "effect_rows": plan_page.effect_rows(plan),
        "calls": plan_page.calls(plan),
        "sum_rows": plan_page.sum_rows(plan),
        "caveats": plan_page.caveats(plan),
        "deed": plan_page.deed(plan, _kept(plan, wish.form.order)),
        "to_approve": plan_page.sum_words(plan),
        "above_limit": _why_approval(viewer, record, plan, now),
        "stopped": stopped.words if (stopped := stops.in_force(record.store_id)) else "",
        "may_confirm": access.can(viewer, "cancellations.confirm", record.store),
        "hold_seconds": hold,
        "held_until": now + timedelta(seconds=hold) if hold else None,
    }


def _kept(plan: Plan, order: Order) -> Money | None:
    """What the shop keeps of a whole order for which nothing goes back."""
    return order.totals.net.customer if plan.expected.is_cancelled and order.totals.net.customer.amount > 0 else None


def _why_approval(viewer: User, record: OrderRecord, plan: Plan, now: datetime) -> str:
    """Why somebody else must approve it; "" when nobody has to."""
    if not plan.sums.total:
        return ""
    return plan.second_person or refund_limits.above(viewer, record.store, plan.limit_amount, now=now)


def theirs(record: OrderRecord, order: Order) -> str:
    """The order in the platform's own desk; "" where it cannot be told."""
    try:
        return platform_client.open_platform(record.store).order_url(order.external_id, order.legacy_id)
    except DeskError:
        return ""
