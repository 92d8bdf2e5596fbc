"""One order: what stands, what could be cancelled, what would happen, and the confirmation."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import reswap, retarget

from cancellations.forms.preview import PreviewForm, worth_keeping
from cancellations.lifecycle import readings
from cancellations.models import Preview
from cancellations.pages import mirror_prefill, order, orders_beside, orders_walk, plan, same_wish
from cancellations.pages.order import Standing, Wish
from cancellations.services import drafts, preview, submit, visits
from stores.kernel import numbers
from stores.kernel.errors import DeskError, InputRejected, OrderBusy, PreviewUnreadable, StalePlan
from stores.models import OrderRecord
from stores.platforms import registry
from stores.selectors import access
from stores.views import refusals
from stores.views.access import DeskRequest, may

ASKED_OR_TYPED = ["GET", "HEAD", "POST"]  # an address typed, or come back to after signing in, leads to the order
MOST_ASKED = 15  # a page asks so often for a seat before it gives up


def or_reads_again(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Where the copy cannot be read the page says so, and reads the order from its shop."""

    @wraps(view)
    def answered(request: DeskRequest, uuid: UUID) -> HttpResponse:
        try:
            return view(request, uuid)
        except order.NoCopy as exc:
            return _no_copy(request, _record(request, uuid, request.action), exc)

    return answered


def _no_copy(request: DeskRequest, record: OrderRecord, exc: order.NoCopy) -> HttpResponse:
    asked = _number(request, "asked", most=99_999) + int(exc.is_waiting)
    trouble = preview.NoSeat.default_message if asked > MOST_ASKED else exc.trouble
    context = {
        "record": record,
        "store": record.store,
        "platform_name": registry.get(record.store.platform).label,
        "trouble": trouble,
        "is_waiting": exc.is_waiting,
        "asked": asked,
    }
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "orders/no_copy.html", context)
    response = render(request, "orders/_no_copy.html", context)
    return reswap(retarget(response, "#live"), "outerHTML")


@require_safe
@may("orders.view")
@or_reads_again
def order_detail(request: DeskRequest, uuid: UUID) -> HttpResponse:
    """The mirrored copy at once; `?live=1` waits for the live one (the way without script)."""
    record = _record(request, uuid, "orders.view")
    if like := request.GET.get("like"):
        return _like(request, record, like)
    if again := request.GET.get("again"):
        return _again(request, record, again)
    is_live = _number(request, "live", most=1)
    standing = order.live(record) if is_live else order.mirrored(record)
    return _page(request, record, *_kept(request, record, standing))


def _like(request: DeskRequest, record: OrderRecord, like: str) -> HttpResponse:
    """*Cancel there too*: the wish that would do here what was done in the other shop, previewed. Nothing more."""
    standing = order.recent_or_live(record)
    typed = mirror_prefill.typed(request.user, record, standing.order, like)
    if typed is None:
        wish = order.blank(record, standing)
        wish.notice = _("The link names no cancellation of this order in another shop. Choose by hand.")
        return _page(request, record, standing, wish, status=422)
    form = PreviewForm(standing.order, typed)
    return _page(request, record, *order.asked(request.user, record, standing, form, 1))


def _again(request: DeskRequest, record: OrderRecord, again: str) -> HttpResponse:
    """*See the new preview*: the wish of a cancellation of this order once more, and how what it does differs."""
    shown = same_wish.of(request.user, record, again)
    standing = order.recent_or_live(record)
    if shown is None:
        wish = order.blank(record, standing)
        wish.notice = _("The link names no cancellation of this order that you may ask for again. Choose by hand.")
        return _page(request, record, standing, wish, status=422)
    standing, wish = order.asked(request.user, record, standing, PreviewForm(standing.order, shown.typed), 1)
    if shown.is_read_anew and wish.plan is not None:
        wish.notice = readings.words_of_new()
        wish.changes = plan.differences(shown.plan, wish.plan, is_read_anew=True)
    return _page(request, record, standing, wish)


@require_safe
@may("orders.view")
def order_present(request: DeskRequest, uuid: UUID) -> HttpResponse:
    """A fragment that an open page asks for once a minute: who else has the order open."""
    record = _record(request, uuid, "orders.view")
    visits.note(request.user, record)
    return render(request, "orders/_present.html", {"others": visits.others(request.user, record)})


@require_safe
@may("orders.view")
def order_others(request: DeskRequest, uuid: UUID) -> HttpResponse:
    """A fragment: what else the same customer ordered."""
    record = _record(request, uuid, "orders.view")
    return render(request, "orders/_others.html", {"others": orders_beside.of(request.user, record)})


@require_safe
@may("orders.view")
@or_reads_again
def order_live(request: DeskRequest, uuid: UUID) -> HttpResponse:
    """The fragment that replaces the mirrored copy: 8 seconds at most."""
    record = _record(request, uuid, "orders.view")
    standing = order.live(record)
    asked = _number(request, "asked", most=99_999) + 1
    if standing.is_waiting and asked > MOST_ASKED:
        standing = order.mirrored(record, trouble=preview.NoSeat.default_message)
    standing, wish = _kept(request, record, standing)
    wish.tab = wish.tab or _new_tab()
    context = order.context(request.user, record, standing, wish)
    return render(request, "orders/_live.html", context | {"is_fragment": True, "asked": asked})


def _kept(request: DeskRequest, record: OrderRecord, standing: Standing) -> tuple[Standing, Wish]:
    """What this person left on the order; nothing for who may only look. It notes that they look."""
    if standing.is_live:
        visits.note(request.user, record)
    if access.can(request.user, "cancellations.preview", record.store):
        return order.kept(request.user, record, standing)
    return standing, order.blank(record, standing)


def _new_tab() -> str:
    return uuid4().hex


@require_http_methods(ASKED_OR_TYPED)
@may("cancellations.preview")
@or_reads_again
def order_preview(request: DeskRequest, uuid: UUID) -> HttpResponse:
    """What would happen: a fragment for each change, or the whole page without script."""
    record = _record(request, uuid, "cancellations.preview")
    if request.method != "POST":
        return redirect("orders:detail", record.uuid)
    standing, wish = _asked(request, record)
    _keep(request, record, wish)
    return _answer(request, record, standing, wish)


def _keep(request: DeskRequest, record: OrderRecord, wish: Wish) -> None:
    """Everything typed outlives the page, the device and the session."""
    wish.tab = request.POST.get("tab", "")[:32]
    seen = request.POST.get("draft", "")
    known = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
    wish.draft = drafts.keep(
        actor=request.user, record=record, typed=worth_keeping(wish.form), tab=wish.tab, seen=known
    )


@require_POST
@may("cancellations.preview")
def order_forget(request: DeskRequest, uuid: UUID) -> HttpResponse:
    """*Start over*: the draft goes, the order stands as nothing was chosen."""
    record = _record(request, uuid, "cancellations.preview")
    drafts.forget(request.user, record)
    return redirect(reverse("orders:detail", args=[record.uuid]) + orders_walk.suffix_of(request.GET.get("walk", "")))


@require_http_methods(ASKED_OR_TYPED)
@may("cancellations.confirm")
@or_reads_again
def order_confirm(request: DeskRequest, uuid: UUID) -> HttpResponse:
    """Only what was seen is confirmed: a form that says something else is previewed again."""
    record = _record(request, uuid, "cancellations.confirm")
    if request.method != "POST":
        return redirect("orders:detail", record.uuid)
    seen = _seen(request, record)
    if seen is None:
        return _look_again(request, record, _("There is no preview of yours to confirm. Look at what will happen."))
    try:
        before, shown = preview.facts_of(seen), preview.request_of(seen)
    except PreviewUnreadable as exc:
        return _look_again(request, record, exc.user_message)
    form = PreviewForm(before, request.POST)
    wanted = form.request
    if not form.has_reason:
        return _look_again(request, record, _("Choose a reason first."), status=422)
    if form.errors or not preview.is_same_wish(wanted, shown):
        return _look_again(request, record, _("You changed something after this preview. Look at it once more."))
    return _confirm(request, record, preview.with_note(seen, wanted.note))


def _confirm(request: DeskRequest, record: OrderRecord, seen: Preview) -> HttpResponse:
    try:
        cancellation = submit.confirm(actor=request.user, seen=seen)
    except StalePlan as exc:
        return _look_again(request, record, exc.user_message, seen=seen)
    except OrderBusy as exc:
        return _look_again(request, record, exc.user_message)
    except InputRejected as exc:
        return _look_again(request, record, exc.user_message, status=422)
    except DeskError as exc:
        refusals.of_error(request, exc)
        return _look_again(request, record, _("%(why)s Nothing was confirmed.") % {"why": exc.user_message}, status=503)
    drafts.forget(request.user, record)
    waits = cancellation.state == "awaiting_approval"
    said = _("Sent for approval as %(reference)s.") if waits else _("Confirmed as %(reference)s.")
    messages.success(request, said % {"reference": cancellation.reference})
    address = reverse("cancellations:detail", args=[cancellation.uuid])
    return redirect(address + orders_walk.suffix_of(request.GET.get("walk", "")))


def _look_again(
    request: DeskRequest, record: OrderRecord, notice: str, *, seen: Preview | None = None, status: int = 409
) -> HttpResponse:
    """The page with a new preview of the same wish, and how it differs from the one that was confirmed."""
    store = record.store
    record.refresh_from_db()
    record.store = store
    standing, wish = _asked(request, record)
    _keep(request, record, wish)
    wish.notice = notice
    if seen is not None and wish.plan is not None:
        anew = readings.has_changed(seen)
        wish.changes = plan.differences(preview.plan_of(seen), wish.plan, is_read_anew=anew)
    return _page(request, record, standing, wish, status=status)


def _asked(request: DeskRequest, record: OrderRecord) -> tuple[Standing, Wish]:
    standing = order.recent_or_live(record)
    form = PreviewForm(standing.order, request.POST)
    return order.asked(request.user, record, standing, form, form.page)


def _answer(request: DeskRequest, record: OrderRecord, standing: Standing, wish: Wish) -> HttpResponse:
    status = 422 if _is_rejected(wish) else 200
    if not request.htmx:
        return _page(request, record, standing, wish, status=status)
    context = order.context(request.user, record, standing, wish) | {"is_fragment": True}
    if request.htmx.target == "items":
        return render(request, "orders/_items.html", context, status=status)
    context["is_other_page"] = wish.form.find != wish.form.text("find_was") or bool(wish.form.fill)
    return render(request, "orders/_preview.html", context, status=status)


def _is_rejected(wish: Wish) -> bool:
    """A number at a field of its own was refused, by its shape or by the plan."""
    by_plan = wish.plan.blockers if wish.plan else ()
    return bool(wish.form.errors) or any("." in b.field or b.field == "shipping" for b in by_plan)


def _page(
    request: DeskRequest, record: OrderRecord, standing: Standing, wish: Wish, *, status: int = 200
) -> HttpResponse:
    wish.tab = wish.tab or _new_tab()
    context = order.context(request.user, record, standing, wish) | _walk(request, record)
    return render(request, "orders/detail.html", context, status=status)


def _walk(request: DeskRequest, record: OrderRecord) -> dict[str, object]:
    """The list that the order was opened from, as the address names it."""
    question = request.GET.get("walk", "")
    stores = access.stores_for(request.user, "orders.view")
    walk = orders_walk.of(request.user, record, question, stores) if question else None
    return {"walk": walk}


def _record(request: DeskRequest, uuid: UUID, action: str) -> OrderRecord:
    """Unknown and foreign answer the same 404."""
    stores = access.stores_for(request.user, action)
    rows = OrderRecord.objects.select_related("store__connection", "snapshot")
    record = rows.filter(uuid=uuid, store__in=stores).first()
    if record is None:
        raise Http404
    return record


def _seen(request: DeskRequest, record: OrderRecord) -> Preview | None:
    """The preview named by the form, when this person made it for this order."""
    try:
        named = UUID(request.POST.get("preview", ""))
    except ValueError:
        return None
    return Preview.objects.filter(uuid=named, order=record, actor=request.user).first()


def _number(request: DeskRequest, name: str, *, most: int) -> int:
    """0 when the address does not say it. Raises BadRequest: no page of ours makes another."""
    try:
        return int(numbers.units(request.GET.get(name, "0"), field=name, most=Decimal(most)))
    except InputRejected as exc:
        raise BadRequest(name) from exc
