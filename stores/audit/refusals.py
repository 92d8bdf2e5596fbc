"""What the chains record of those who were refused: who, what, on what, why, and a keyed digest of from where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from stores.audit.actions import Action, declare

DEEDS: Final[Mapping[str, Any]] = {
    "orders.view": _("seeing orders"),
    "orders.export": _("exporting orders"),
    "orders.read_again": _("reading an order again"),
    "cancellations.view": _("seeing cancellations"),
    "cancellations.preview": _("previewing a cancellation"),
    "cancellations.confirm": _("confirming a cancellation"),
    "cancellations.withdraw": _("taking a cancellation back"),
    "cancellations.approve": _("approving a cancellation"),
    "cancellations.settle": _("settling a step by hand"),
    "cancellations.retry": _("trying a step again"),
    "messages.send_again": _("having a message sent again"),
    "effects.stop": _("pressing the emergency stop"),
    "effects.resume": _("lifting the emergency stop"),
    "audit.view": _("seeing the audit log"),
    "audit.export": _("exporting the audit log"),
    "stores.view": _("seeing a shop"),
    "stores.manage": _("changing a shop"),
    "stores.connect": _("connecting a shop"),
    "people.view": _("seeing people"),
    "people.manage": _("changing people"),
    "settings.manage": _("changing the installation"),
    "capabilities.view": _("seeing the platforms"),
    "form": _("a form of no known page"),
}
ROLE, FOREIGN, RULE, LIMIT, FORM = "role", "foreign", "rule", "limit", "form"
REASONS: Final[Mapping[str, Any]] = {
    ROLE: _("their role does not cover it"),
    FOREIGN: _("they have no business there"),
    RULE: _("a limit or rule does not let them"),
    LIMIT: _("it is more than they have themselves"),
    FORM: _("the form did not come from a page of ours"),
}

DENIED = declare(
    Action(
        "access.denied",
        _("{actor} was refused {deed}: {why}"),
        personal=("from_where",),
        is_failure=True,
        words={"deed": DEEDS, "why": REASONS},
    )
)
