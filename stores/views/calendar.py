"""The calendar: what vendors switch off, and when."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stores.kernel import clock
from stores.models import Store
from stores.selectors import access
from stores.selectors import calendar as selectors
from stores.views.access import DeskRequest, may


@require_safe
@may("stores.view")
def calendar(request: DeskRequest) -> HttpResponse:
    found = selectors.seen_by(request.user, clock.now())
    managed = set(access.stores_for(request.user, "stores.manage").values_list("pk", flat=True))
    context = {
        "dated": [(one, _to_rekey(one, managed)) for one in found if one.on],
        "undated": [one for one in found if not one.on],
    }
    return render(request, "stores/calendar.html", context)


def _to_rekey(one: selectors.Ending, managed: set[int]) -> Store | None:
    """The shop on whose page this viewer may enter what the connection needs."""
    own = [shop for shop in one.stores if shop.connection_id == one.connection.pk and shop.pk in managed]
    return own[0] if own else None
