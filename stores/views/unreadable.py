"""*Try again* for orders that could not be read: one at once, with its result; all of them in the background."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from stores.kernel.errors import RemoteError
from stores.models import Store
from stores.selectors import unreadable as selectors
from stores.services import sync, unreadable
from stores.services.unreadable import Ended
from stores.views.access import DeskRequest, get_store_or_404, may, uuid_or_404

RESULTS: Final[Mapping[Ended, Promise]] = {
    Ended.READ: gettext_lazy("It could be read: it is an ordinary order now."),
    Ended.GONE: gettext_lazy("The platform no longer knows it."),
    Ended.UNREADABLE: gettext_lazy("It still cannot be read."),
}


@require_POST
@may("orders.read_again")
def read_again(request: DeskRequest, uuid: UUID) -> HttpResponse:
    """`order`: the entry; without it all of the shop."""
    store = get_store_or_404(request, uuid, "orders.read_again")
    asked = request.POST.get("order", "")
    try:
        messages.info(request, _one(request, store, asked) if asked else _all(store))
    except RemoteError as exc:
        messages.error(request, exc.user_message)
    return redirect("shops:detail", store.uuid)  # at its top, where the result stands


def _one(request: DeskRequest, store: Store, asked: str) -> str:
    entry = selectors.one(request.user, store, uuid_or_404(asked))
    if entry is None:
        return _("It was read meanwhile.")
    if not entry.external_id:
        return _("It has no id to be asked for by; the next list that shows it reads it again.")
    return str(RESULTS[unreadable.try_again(entry, read_timeout=settings.PAGE_READ_TIMEOUT_SECONDS)])


def _all(store: Store) -> str:
    unreadable.try_all_again(store)
    sync.wake(store)
    return _("All of them are read again in the background.")
