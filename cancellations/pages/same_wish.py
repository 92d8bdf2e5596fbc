"""*See the new preview*: the wish of a cancellation of which nothing was sent, filled in. A person still confirms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from cancellations.forms import preview as forms
from cancellations.lifecycle import readings
from cancellations.planning.plan import Plan, read_plan
from cancellations.selectors import cancellations
from cancellations.services import preview
from stores.kernel.errors import PlanUnreadable, PreviewUnreadable
from stores.models import OrderRecord, User
from stores.selectors import access


@dataclass(frozen=True)
class Shown:
    """What was asked, as form fields, and the plan that was shown for it."""

    typed: Mapping[str, str]
    plan: Plan
    is_read_anew: bool


def of(viewer: User, record: OrderRecord, uuid: str) -> Shown | None:
    """None where it is not a cancellation of this order, not the viewer's to ask for, or it cannot be read."""
    try:
        wanted = UUID(uuid)
    except ValueError:
        return None
    mine = cancellations.visible(viewer).filter(uuid=wanted, order=record)
    found = mine.select_related("preview__note", "preview__store", "store").first()
    if found is None or not access.can(viewer, "cancellations.preview", record.store):
        return None
    try:
        plan, wish = read_plan(found.preview.plan), preview.request_of(found.preview)
    except (PlanUnreadable, PreviewUnreadable):
        return None
    return Shown(forms.typed_of(wish), plan, readings.has_changed(found))
