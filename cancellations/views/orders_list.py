"""The order list: one box, chips, tabs of views, pages by position; the same as a file, and lists that people keep."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cancellations.forms.search import OrderSearch
from cancellations.pages import orders_filters, orders_found, orders_walk
from cancellations.pages import orders_list as orders_page
from cancellations.services import exports
from stores.kernel import clock, csv_export
from stores.kernel.errors import InputRejected
from stores.models import OrderList, OrderRecord
from stores.selectors import access, freshness, order_lists, orders
from stores.services import order_lists as kept
from stores.services import saved_views
from stores.views.access import DeskRequest, may, without_token


@require_safe
@may("orders.view")
def order_list(request: DeskRequest) -> HttpResponse:
    go = "go" in request.GET  # pressed Enter: the only hit is opened
    request.GET = _without_blanks(request.GET)  # type: ignore[assignment]  # so that every link of the page is as short as the question
    form = _form(request, request.GET)
    page = orders.search(
        request.user, form.query(), request.GET.get("after", ""), stores=form.stores, whole=orders_page.rows_with_work()
    )
    if go and form.is_valid() and len(page.rows) == 1 and not page.previous:
        return _open(request, page.rows[0], orders_walk.suffix(form))
    fragment = request.htmx and not request.htmx.history_restore_request
    template = "orders/_results.html" if fragment else "orders/list.html"
    status = 200 if form.is_valid() else 422
    context = orders_page.context(request.user, form, page) | _counted(request, form)
    response = render(request, template, context, status=status)
    if fragment:
        response["HX-Push-Url"] = request.path + (f"?{request.GET.urlencode()}" if request.GET else "")
    patch_vary_headers(response, ["HX-Request"])
    return response


def _open(request: DeskRequest, record: OrderRecord, suffix: str) -> HttpResponse:
    address = reverse("orders:detail", args=[record.uuid]) + suffix
    return HttpResponse(headers={"HX-Redirect": address}) if request.htmx else redirect(address)


def _counted(request: DeskRequest, form: OrderSearch) -> dict[str, Any]:
    """Without script the number is asked for by a link; with it, by a fragment of its own."""
    return {"found": orders_found.of(request.user, form)} if "count" in request.GET else {}


@require_safe
@may("orders.view")
def order_found(request: DeskRequest) -> HttpResponse:
    """How many are found, and their sum: a fragment; its address typed leads to the list that says it."""
    form = _form(request, request.GET)
    if not request.htmx:
        return redirect(f"{reverse('orders:list')}?{request.GET.urlencode()}{'&' if request.GET else ''}count=1")
    return render(request, "orders/_found.html", orders_found.context(request.user, form) | {"is_fragment": True})


@require_safe
@may("orders.view")
def order_shops(request: DeskRequest) -> HttpResponse:
    """The choices of the chip *Shop*, drawn when it is opened: there may be hundreds."""
    form = _form(request, request.GET)
    return render(request, "orders/_shops.html", {"chip": orders_filters.shops(form, form.query())})


@require_POST
@may("orders.export")
def order_export(request: DeskRequest) -> HttpResponse:
    """The filtered list as CSV, streamed. A filter that does not fit is shown on the page instead."""
    asked = without_token(request.POST)
    form = _form(request, asked)
    if not form.is_valid():
        return redirect(f"{reverse('orders:list')}?{asked.urlencode()}")
    return _csv(request, form)


def _csv(request: DeskRequest, form: OrderSearch) -> HttpResponse:
    query = form.query()
    exports.note_orders(request.user, form.stores, is_narrowed=query.is_narrowed)
    lines = csv_export.lines(orders_page.header(), orders_page.cells(orders.every(request.user, query)))
    return cast(HttpResponse, csv_export.download(lines, name=f"orders-{clock.now():%Y-%m-%d}.csv"))


@require_POST
@may("orders.view")
def order_paste(request: DeskRequest) -> HttpResponse:
    """Pasted numbers become a list that is kept; the page of it says which were not found."""
    try:
        made = kept.paste(actor=request.user, text=request.POST.get("numbers", ""), stores=list(request.stores))
    except InputRejected as exc:
        messages.error(request, exc.user_message)
        return redirect("orders:list")
    return redirect(_list_url(made))


@require_POST
@may("orders.view")
def order_choose(request: DeskRequest) -> HttpResponse:
    """What was ticked, or everything that matches, as a list that is kept. POST `do`: keep, csv, or open one by one."""
    form = _form(request, QueryDict(request.POST.get("question", "")))
    try:
        made = _chosen(request, form)
    except InputRejected as exc:
        messages.error(request, exc.user_message)
        return redirect(f"{reverse('orders:list')}?{orders_walk.question_of(form)}")
    kept_form = _form(request, QueryDict(f"list={made.uuid}"), made)
    if request.POST.get("do") == "csv" and access.can(request.user, "orders.export"):
        return _csv(request, kept_form)
    first = orders.search(request.user, kept_form.query(), size=1).rows
    if request.POST.get("do") == "open" and first:
        return _open(request, first[0], orders_walk.suffix(kept_form))
    return redirect(_list_url(made))


def _chosen(request: DeskRequest, form: OrderSearch) -> OrderList:
    question = orders_walk.question_of(form)
    if request.POST.get("all"):
        return kept.match(actor=request.user, query=form.query(), stores=form.stores, question=question)
    named = [uuid for uuid in map(_uuid, request.POST.getlist("pick")) if uuid]
    return kept.pick(actor=request.user, uuids=named, stores=form.stores, question=question)


@require_POST
@may("orders.view")
def save_view(request: DeskRequest) -> HttpResponse:
    """Keep the question under a name."""
    form = _form(request, _without_blanks(QueryDict(request.POST.get("question", ""))))
    question = orders_walk.question_of(form)
    name = " ".join(request.POST.get("name", "").split())[:60]
    try:
        saved_views.save(
            actor=request.user, name=name, query=question, is_shared="share" in request.POST, stores=form.stores
        )
    except InputRejected as exc:
        messages.error(request, exc.user_message)
    else:
        messages.success(request, _("The view “%(name)s” is kept.") % {"name": name})
    return redirect(f"{reverse('orders:list')}?{question}")


@require_POST
@may("orders.view")
def forget_view(request: DeskRequest, uuid: UUID) -> HttpResponse:
    view = next((v for v in order_lists.views_of(request.user, request.stores) if v.uuid == uuid), None)
    if view is None:
        raise Http404
    name = view.name
    try:
        saved_views.forget(actor=request.user, view=view)
    except InputRejected as exc:
        messages.error(request, exc.user_message)
    else:
        messages.success(request, _("The view “%(name)s” is gone.") % {"name": name})
    return redirect("orders:list")


def _form(request: DeskRequest, asked: Any, listed: OrderList | None = None) -> OrderSearch:
    if listed is None and asked.get("list"):
        listed = order_lists.own_list(request.user, asked["list"])
    return OrderSearch(asked, stores=freshness.told(request.stores), listed=listed)


def _list_url(made: OrderList) -> str:
    return f"{reverse('orders:list')}?list={made.uuid}"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _without_blanks(asked: QueryDict) -> QueryDict:
    kept = QueryDict(mutable=True)
    for name, values in asked.lists():
        if name != "go" and (filled := [value for value in values if value]):
            kept.setlist(name, filled)
    return kept
