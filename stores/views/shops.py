"""Shops: list, connect, settings, pause, new credentials, disconnect. One shop's page stands in `cancellations`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stores.connectors.roles import Access, OrderSource
from stores.forms.people import put_errors
from stores.forms.shops import Credentials, NewConnection, ShopSettings
from stores.kernel.errors import InputRejected, RemoteError
from stores.models import Store, StoreState, User
from stores.platforms import registry
from stores.selectors import access as rights
from stores.selectors import people, stores
from stores.services import connections, practice, shop_settings, timekeeper
from stores.views.access import DeskRequest, get_store_or_404, may, prove_first, step_up, step_up_afresh
from stores.views.capabilities import Vendor, vendors

T = TypeVar("T")
FORM = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@may("stores.view")
def shop_list(request: DeskRequest) -> HttpResponse:
    may_connect = rights.can(request.user, "stores.connect")
    context = {
        "cards": stores.cards(request.user),
        "may_connect": may_connect,
        "owners": [] if may_connect else people.owners(),
        "wrong_clocks": _wrong_clocks() if may_connect else [],
    }
    return render(request, "stores/list.html", context)


def _wrong_clocks() -> list[tuple[str, float, bool]]:
    """(host, seconds, is ahead)"""
    return [(host, abs(ahead), ahead > 0) for host, ahead in timekeeper.wrong_clocks().items()]


@require_safe
@may("stores.view")
def progress(request: DeskRequest, uuid: UUID) -> HttpResponse:
    """The import while it runs; the finished fragment comes without the trigger."""
    store = get_store_or_404(request, uuid, "stores.view")
    return render(request, "stores/_progress.html", {"card": stores.card(store)})


# --- connect ---------------------------------------------------------------------------------------
@require_safe
@may("stores.connect")
def choose(request: DeskRequest) -> HttpResponse:
    return render(request, "stores/choose.html", {"platforms": vendors()})


@sensitive_post_parameters()
@FORM
@may("stores.connect")
@step_up_afresh
def connect(request: DeskRequest, platform: str) -> HttpResponse:
    adapter = _adapter(platform)
    form = NewConnection(request.POST or None, platform=adapter)
    if form.is_valid():
        name = form.cleaned_data["name"]
        made = _try(form, lambda: connections.connect(request.user, platform, name, form.settings(), form.secrets()))
        if made is not None:
            messages.success(request, _("%(shop)s is connected. The import has begun.") % {"shop": made.name})
            return redirect("shops:detail", made.uuid)
    context = {"form": form, "platform": Vendor.of(adapter)}
    return render(request, "stores/connect.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters()
@require_POST
@may("stores.connect")
def test_new(request: DeskRequest, platform: str) -> HttpResponse:
    """*Test connection* of a shop not connected yet. Stores nothing."""
    adapter = _adapter(platform)
    return _tested(request, adapter, NewConnection(request.POST, platform=adapter), "stores/connect.html")


@sensitive_post_parameters()
@FORM
@may("stores.manage")
@step_up_afresh
def rekey(request: DeskRequest, uuid: UUID) -> HttpResponse:
    store = get_store_or_404(request, uuid, "stores.manage")
    adapter = registry.get(store.platform)
    form = Credentials(request.POST or None, platform=adapter, known=store.connection.settings)
    if form.is_valid():
        changed = _try(form, lambda: connections.rekey(request.user, store, form.secrets(), form.settings()))
        if changed is not None:
            messages.success(request, _("The new credentials work and are stored."))
            return redirect("shops:detail", store.uuid)
    context = {"form": form, "platform": Vendor.of(adapter), "store": store}
    return render(request, "stores/rekey.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters()
@require_POST
@may("stores.manage")
def test_known(request: DeskRequest, uuid: UUID) -> HttpResponse:
    store = get_store_or_404(request, uuid, "stores.manage")
    adapter = registry.get(store.platform)
    form = Credentials(request.POST, platform=adapter, known=store.connection.settings)
    return _tested(request, adapter, form, "stores/rekey.html", store)


# --- settings, pause, disconnect -------------------------------------------------------------------
@FORM
@may("stores.manage")
def settings(request: DeskRequest, uuid: UUID) -> HttpResponse:
    store = get_store_or_404(request, uuid, "stores.manage")
    form = ShopSettings(request.POST if request.method == "POST" else None, store=store)
    if form.is_valid():
        given = form.cleaned_data
        hold, longer = given["hold_minutes"] * 60, given["longer"]
        if shop_settings.shortens(store, hold, longer):  # less time to take something back
            prove_first(request)
        shop_settings.change(
            actor=request.user,
            store=store,
            name=given["name"],
            hold_seconds=hold,
            time_zone=given["time_zone"],
            longer=longer,
        )
        messages.success(request, _("Saved."))
        return redirect("shops:detail", store.uuid)
    context = {"form": form, "store": store}
    return render(request, "stores/settings.html", context, status=422 if form.errors else 200)


@FORM
@may("stores.manage")
def pause(request: DeskRequest, uuid: UUID) -> HttpResponse:
    return _decide(request, uuid, "pause", connections.pause, _("Paused. Nothing is read or sent."))


@FORM
@may("stores.manage")
@step_up
def resume(request: DeskRequest, uuid: UUID) -> HttpResponse:
    return _decide(request, uuid, "resume", connections.resume, _("It goes on."))


@FORM
@may("stores.manage")
@step_up
def disconnect(request: DeskRequest, uuid: UUID) -> HttpResponse:
    return _decide(request, uuid, "disconnect", connections.disconnect, _("Disconnected. Its credentials are gone."))


@FORM
@may("stores.manage")
def remove(request: DeskRequest, uuid: UUID) -> HttpResponse:
    """A practice shop leaves for good; a real one can only be disconnected."""
    store = get_store_or_404(request, uuid, "stores.manage")
    if not store.is_sandbox:
        messages.error(request, _("Only a practice shop can be removed. A real one is disconnected."))
        return redirect("shops:detail", store.uuid)
    if request.method != "POST":
        return render(request, "stores/remove.html", {"store": store})
    practice.remove(request.user, store)
    messages.success(request, _("%(shop)s is removed.") % {"shop": store.name})
    return redirect("shops:list")


def _decide(
    request: DeskRequest, uuid: UUID, deed: str, act: Callable[[User, Store], None], words: str
) -> HttpResponse:
    """A page that asks, then the deed. Pressed twice, it is done once."""
    store = get_store_or_404(request, uuid, "stores.manage")
    if request.method != "POST":
        return render(request, f"stores/{deed}.html", {"store": store, "is_active": store.state == StoreState.ACTIVE})
    act(request.user, store)
    messages.success(request, words)
    return redirect("shops:detail", store.uuid)


# --- parts -----------------------------------------------------------------------------------------
def _adapter(key: str) -> type[OrderSource]:
    try:
        return registry.get(key)
    except KeyError as exc:
        raise Http404 from exc


def _try(form: Credentials, act: Callable[[], T]) -> T | None:
    """What `act` gives, or None with its error in the form: at the field where the person can correct it."""
    try:
        return act()
    except InputRejected as exc:
        put_errors(form, exc)
    except RemoteError as exc:
        form.add_error(None, exc.user_message)
    return None


def _tested(
    request: DeskRequest, adapter: type[OrderSource], form: Credentials, page: str, store: Store | None = None
) -> HttpResponse:
    """The result alone for htmx, so that what was typed stays; without script the whole page, secrets empty."""
    result: Access | None = None
    if form.is_valid():
        result = _try(form, lambda: connections.test_access(adapter.key, form.settings(), form.secrets()))
    context = {"form": form, "platform": Vendor.of(adapter), "store": store, "result": result}
    template = "stores/_tested.html" if request.htmx else page
    return render(request, template, context, status=200 if result else 422)
