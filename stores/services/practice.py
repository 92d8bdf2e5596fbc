"""Practice shops: invented shops that the sandbox serves, to try the desk with. Opening them is the start's affair."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from stores.audit import shop_actions, trail
from stores.kernel import clock
from stores.kernel.errors import InputRejected
from stores.models import Connection, Invitation, Membership, Store, User
from stores.services import connections


def remove(actor: User, store: Store) -> None:
    """Disconnect it and take it out of every list; its entries stay in the audit log, for the owners.

    Raises InputRejected for a real shop. Pressed again, nothing more is done.
    """
    if not store.is_sandbox:
        raise InputRejected("shop", _("Only a practice shop can be removed. A real one is disconnected."))
    connections.disconnect(actor, store)
    with transaction.atomic():
        if Store.objects.filter(pk=store.pk, removed_at=None).update(removed_at=clock.now()):
            Membership.objects.filter(store=store).delete()
            Invitation.objects.filter(store=store, used_at=None).delete()
            trail.record(shop_actions.REMOVED, actor=actor, target=f"store:{store.uuid}", store=store, name=store.name)


def follow(url: str) -> None:
    """Point every practice shop to where the sandbox answers now; `url` has no path. Before anything calls them."""
    for connection in Connection.objects.filter(stores__is_sandbox=True).distinct():
        known = urlsplit(connection.settings.get("base_url", ""))
        if known.netloc and known.netloc != urlsplit(url).netloc:
            connection.settings |= {"base_url": f"{url}{known.path}"}
            connection.save(update_fields=["settings"])
