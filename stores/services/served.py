"""A connection that is there already serves one more shop, in a role that its connector plays; and no longer."""

from __future__ import annotations

import re
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from stores.audit import shop_actions, trail
from stores.connectors import registry
from stores.kernel.errors import InputRejected
from stores.models import Connection, ServedRole, Store, StoreRole, User
from stores.selectors import served
from stores.services import admin_mail

METHOD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,59}", re.ASCII)


def attach(actor: User | str, store: Store, connection: Connection, role: str, method: str = "") -> StoreRole:
    """method: of payments, which the provider takes as the platform spells it; "" for all that no other one takes.

    Raises InputRejected, and UnknownConnector for an account that this version does not know.
    """
    method = method.strip()
    if not served.plays(registry.get(connection.connector), role):
        raise InputRejected("what", _("This connection cannot do that for a shop."))
    if method and (role != ServedRole.PAYMENTS or not METHOD.fullmatch(method)):
        raise InputRejected(
            "method", _("Only payments have a method: the platform's word for it, up to 60 characters.")
        )
    try:
        with transaction.atomic():
            row = StoreRole.objects.create(store=store, connection=connection, role=role, method=method)
            said = _("%(who)s let %(account)s serve the shop: %(role)s.")
            admin_mail.of_change(store, said % {"who": actor, "account": connection, "role": served.words(row)})
            _record(shop_actions.ATTACHED, actor, row)
    except IntegrityError as exc:
        raise InputRejected("what", _("Another connection does this here already. Detach it first.")) from exc
    return row


def detach(actor: User | str, row: StoreRole) -> None:
    """The connection stays, and so does what is under way through it. Done once, however often it is pressed."""
    with transaction.atomic():
        if not StoreRole.objects.filter(pk=row.pk).delete()[0]:
            return
        said = _("%(who)s ended that %(account)s serves the shop: %(role)s.")
        admin_mail.of_change(row.store, said % {"who": actor, "account": row.connection, "role": served.words(row)})
        _record(shop_actions.DETACHED, actor, row)


def _record(action: shop_actions.Action, actor: User | str, row: StoreRole) -> None:
    trail.record(
        action,
        actor=actor,
        target=f"store:{row.store.uuid}",
        store=row.store,
        connection=str(row.connection.uuid),
        connector=row.connection.connector,
        role=row.role,
        method=row.method,
    )
