"""What can be recorded about a shop. Names of settings and rights go in, secrets never."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stores.audit.actions import Action, declare

CONNECTED = declare(Action("shop.connected", _("{actor} connected the shop {name}")))
REKEYED = declare(Action("shop.rekeyed", _("{actor} gave the shop new credentials")))
PAUSED = declare(Action("shop.paused", _("{actor} paused the shop")))
RESUMED = declare(Action("shop.resumed", _("{actor} let the shop go on")))
REMOVED = declare(Action("shop.removed", _("{actor} removed the practice shop {name}")))
DISCONNECTED = declare(Action("shop.disconnected", _("{actor} disconnected the shop")))
REJECTED = declare(
    Action("shop.credentials_rejected", _("The shop no longer accepts our credentials"), is_failure=True)
)
SECRET_LOST = declare(
    Action("shop.secret_lost", _("A stored secret could not be opened; enter it again"), is_failure=True)
)
ATTACHED = declare(Action("shop.connection_attached", _("{actor} let another connection serve the shop: {role}")))
DETACHED = declare(Action("shop.connection_detached", _("{actor} detached a connection from the shop: {role}")))
SCOPES_CHANGED = declare(Action("shop.scopes_changed", _("The rights that the shop grants changed")))
HOOKS_REPAIRED = declare(Action("shop.hooks_repaired", _("{actor} registered {added} webhooks and removed {removed}")))
CONFORMED = declare(
    Action("shop.conformed", _("The console sent probes of `manage.py conform` to the order {order} of the shop"))
)
CHANGED = declare(Action("shop.changed", _("{actor} changed the settings of the shop")))
