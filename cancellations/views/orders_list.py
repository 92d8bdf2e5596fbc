"""The order list: one box, filters, pages by position, and the same list as a file."""

from __future__ import annotations

from typing import cast

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from cancellations.forms.search import OrderSearch
from cancellations.pages import orders_list as orders_page
from cancellations.services import exports
from stores.kernel import clock, csv_export
from stores.selectors import orders
from stores.views.access import DeskRequest, may, without_token


@require_safe
@may("orders.view")
def order_list(request: DeskRequest) -> HttpResponse:
    request.GET = _without_blanks(request.GET)  # type: ignore[assignment]  # so that every link of the page is as short as the question
    form = OrderSearch(request.GET, stores=request.stores)
    page = orders.search(request.user, form.query(), after=request.GET.get("after", ""))
    fragment = request.htmx and not request.htmx.history_restore_request
    template = "orders/_results.html" if fragment else "orders/list.html"
    status = 200 if form.is_valid() else 422
    response = render(request, template, orders_page.context(request.user, form, page), status=status)
    if fragment:
        response["HX-Push-Url"] = request.path + (f"?{request.GET.urlencode()}" if request.GET else "")
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
@may("orders.export")
def order_export(request: DeskRequest) -> HttpResponse:
    """The filtered list as CSV, streamed. A filter that does not fit is shown on the page instead."""
    asked = without_token(request.POST)
    form = OrderSearch(asked, stores=request.stores)
    query = form.query()
    if not form.is_valid():
        return redirect(f"{reverse('orders:list')}?{asked.urlencode()}")
    exports.note_orders(request.user, form.stores, is_narrowed=query.is_narrowed)
    lines = csv_export.lines(orders_page.header(), orders_page.cells(orders.every(request.user, query)))
    return cast(HttpResponse, csv_export.download(lines, name=f"orders-{clock.now():%Y-%m-%d}.csv"))


def _without_blanks(asked: QueryDict) -> QueryDict:
    kept = QueryDict(mutable=True)
    for name, values in asked.lists():
        if filled := [value for value in values if value]:
            kept.setlist(name, filled)
    return kept
