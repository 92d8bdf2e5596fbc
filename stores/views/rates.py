"""Exchange rates: what is stored, and one more typed in by an owner."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stores.forms.people import put_errors
from stores.forms.rates import TypedRate
from stores.kernel import clock
from stores.kernel.errors import InputRejected
from stores.selectors import rates as selector
from stores.services import rates
from stores.views.access import DeskRequest, may, step_up


@require_http_methods(["GET", "HEAD", "POST"])
@may("settings.manage")
@step_up
def exchange_rates(request: DeskRequest) -> HttpResponse:
    form = TypedRate(request.POST or None)
    if form.is_valid():
        try:
            rates.type_in(actor=request.user, **form.cleaned_data)
        except InputRejected as exc:
            put_errors(form, exc)
        else:
            messages.success(request, _("The rate is stored. It counts for 7 days."))
            return redirect("people:rates")
    context = {
        "form": form,
        "home": settings.CURRENCY,
        "rows": selector.newest(clock.now()),
        "is_read_daily": settings.EXCHANGE_RATES == rates.ECB,
    }
    return render(request, "people/rates.html", context, status=422 if form.errors else 200)
