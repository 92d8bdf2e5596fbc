"""What base.html needs on every page: the navigation, where the search goes, the demo, an emergency stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cancellations.selectors import looks, stops
from config.up import practice
from stores.selectors import access


@dataclass(frozen=True)
class Page:
    """One page of the navigation: who sees it, and where it stands."""

    group: Any
    label: Any
    url_name: str
    icon: str
    action: str


PAGES = (
    Page(gettext_lazy("Desk"), gettext_lazy("Orders"), "orders:list", "orders", "orders.view"),
    Page(gettext_lazy("Desk"), gettext_lazy("Cancellations"), "cancellations:list", "undo", "cancellations.view"),
    Page(gettext_lazy("Know"), gettext_lazy("Audit log"), "audit:list", "audit", "audit.view"),
    Page(
        gettext_lazy("Know"),
        gettext_lazy("Platforms"),
        "shops:capabilities",
        "call",
        "capabilities.view",
    ),
    Page(gettext_lazy("Set up"), gettext_lazy("Shops"), "shops:list", "shop", "stores.view"),
    Page(gettext_lazy("Set up"), gettext_lazy("People"), "people:list", "people", "people.view"),
    Page(gettext_lazy("Set up"), gettext_lazy("Emergency stop"), "stop:page", "stop", "effects.stop"),
)


def desk(request: HttpRequest) -> dict[str, Any]:
    """Lazy: a fragment that draws no navigation pays for none of it."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {"demo": settings.DEMO, "demo_people": SimpleLazyObject(practice.people)}
    return {
        "demo": settings.DEMO,
        "practice": SimpleLazyObject(practice.is_served),
        "nav": SimpleLazyObject(lambda: navigation(request)),
        "may_stop": SimpleLazyObject(lambda: access.can(request.user, "effects.stop")),
        "stops": SimpleLazyObject(lambda: stops.seen_by(request.user) if _waiting(request)[1] else []),  # type: ignore[arg-type]
        "orders_url": reverse("orders:list"),
    }


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Only pages that the person may open; the badge counts what needs a look."""
    items = []
    for page in PAGES:
        if not access.can(request.user, page.action):
            continue
        url = reverse(page.url_name)
        count = _badge(request) if page.url_name == "cancellations:list" else ""
        items.append(
            {
                "group": str(page.group),
                "label": page.label,
                "url": url,
                "icon": page.icon,
                "current": request.path == url or request.path.startswith(f"{url}/"),
                "count": count,
                "hot": bool(count),
            }
        )
    return items


def _waiting(request: Any) -> tuple[int, bool]:
    """What waits for this person, and whether anything is stopped: asked once for a page."""
    if not hasattr(request, "waiting"):
        request.waiting = looks.at_once(request.user)
    found: tuple[int, bool] = request.waiting
    return found


def _badge(request: HttpRequest) -> str:
    if not request.user.is_authenticated or not access.can(request.user, "cancellations.view"):
        return ""
    waiting = _waiting(request)[0]
    return "" if not waiting else _("99+") if waiting > 99 else str(waiting)
