"""What each platform can do, in words: one table that the planner obeys and this page tells."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stores.selectors.capabilities import Vendor, rows, vendors
from stores.views.access import DeskRequest, may

__all__ = ["Vendor", "capabilities", "rows"]


@require_safe
@may("capabilities.view")
def capabilities(request: DeskRequest) -> HttpResponse:
    platforms = vendors()
    table = rows({platform.label: platform.capabilities for platform in platforms})
    return render(request, "stores/capabilities.html", {"platforms": platforms, "rows": table})
