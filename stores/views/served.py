"""Which connections serve a shop beside the one for its orders: attach one that is there already, detach it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stores.connectors import registry
from stores.forms.people import put_errors
from stores.forms.shops import Attachment
from stores.kernel.errors import InputRejected
from stores.models import Connection, ServedRole, StoreRole
from stores.selectors import served
from stores.services import served as services
from stores.views.access import DeskRequest, get_store_or_404, may, step_up

FORM = require_http_methods(["GET", "HEAD", "POST"])


@FORM
@may("stores.connect")
@step_up
def attach(request: DeskRequest, uuid: UUID) -> HttpResponse:
    store = get_store_or_404(request, uuid, "stores.connect")
    could = {f"{role}:{row.uuid}": (role, row) for role, row in served.to_attach(store)}
    form = Attachment(request.POST or None, offered=[(key, _named(*pair)) for key, pair in could.items()])
    if form.is_valid():
        role, connection = could[form.cleaned_data["what"]]
        try:
            services.attach(request.user, store, connection, role, form.cleaned_data["method"])
        except InputRejected as exc:
            put_errors(form, exc)
        else:
            said = _("%(account)s serves %(shop)s now.") % {"account": connection, "shop": store}
            messages.success(request, said)
            return redirect("shops:detail", store.uuid)
    takes_method = any(role == ServedRole.PAYMENTS for role, _row in could.values())
    context = {"form": form, "store": store, "could": could, "takes_method": takes_method}
    return render(request, "stores/attach.html", context, status=422 if form.errors else 200)


def _named(role: ServedRole, connection: Connection) -> str:
    kind = registry.get(connection.connector).label
    return _("%(role)s: %(account)s (%(kind)s)") % {"role": role.label, "account": connection, "kind": kind}


@FORM
@may("stores.connect")
@step_up
def detach(request: DeskRequest, uuid: UUID, row: int) -> HttpResponse:
    """A page that asks, then the deed."""
    store = get_store_or_404(request, uuid, "stores.connect")
    found = StoreRole.objects.select_related("connection", "store").filter(store=store, pk=row).first()
    if found is None:
        raise Http404
    if request.method != "POST":
        return render(request, "stores/detach.html", {"store": store, "row": found, "role": served.words(found)})
    services.detach(request.user, found)
    messages.success(request, _("Detached. What is under way through it goes on."))
    return redirect("shops:detail", store.uuid)
