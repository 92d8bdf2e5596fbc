"""One shop's page: its health card tells of cancellations too, so it stands on this floor."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cancellations.selectors import cancellations, second_looks
from stores.connectors.roles import HookSource, OrderSource
from stores.kernel import clock
from stores.models import Store
from stores.platforms import registry
from stores.selectors import access, served, stores, unreadable
from stores.services import webhooks
from stores.views import capabilities
from stores.views.access import DeskRequest, get_store_or_404, may


def _of_hooks(store: Store, platform: type[OrderSource], *, may_manage: bool) -> dict[str, Any]:
    """A person must know the address where it is entered by hand, and where the signature covers it."""
    if not issubclass(platform, HookSource):
        return {"topics": 0, "hook_setup": "", "hook_address": ""}
    is_asked_for = may_manage and (not platform.hooks_are_signed or platform.hook_signs_address)
    return {
        "topics": len(platform.topics),
        "hook_setup": platform.hook_setup,
        "hook_address": webhooks.address(store.connection) if is_asked_for else "",
    }


@require_safe
@may("stores.view")
def shop_detail(request: DeskRequest, uuid: UUID) -> HttpResponse:
    store = get_store_or_404(request, uuid, "stores.view")
    may_manage = access.can(request.user, "stores.manage", store)
    may_attach = access.can(request.user, "stores.connect", store)
    if store.platform not in registry.PLATFORMS:
        context = {"key": store.platform, "store": store, "may_manage": may_manage}
        return render(request, "stores/unknown_connector.html", context, status=409)
    platform = registry.get(store.platform)
    missing = platform.missing(store.connection.granted_scopes)
    context = {
        "store": store,
        "card": stores.card(store),
        "served": served.by(store),
        "may_attach": may_attach,
        "offered": served.roles() if may_attach else [],
        "could_attach": bool(served.to_attach(store)) if may_attach else False,
        "platform": capabilities.Vendor.of(platform),
        "unknown": cancellations.unknown_outcomes(store.pk),
        "looks": second_looks.of_shop(store, now=clock.now()),
        "rows": capabilities.rows({platform.label: platform.capabilities}),
        "missing": missing,
        "unread": unreadable.of_store(request.user, store),
        "may_read_again": access.can(request.user, "orders.read_again", store),
        "may_manage": may_manage,
    } | _of_hooks(store, platform, may_manage=may_manage)
    return render(request, "stores/detail.html", context)
