"""What each platform can do: all of them side by side in a word each, or the chosen ones in sentences."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stores.selectors.capabilities import Vendor, rows, vendors
from stores.views.access import DeskRequest, may

__all__ = ["Vendor", "capabilities", "rows"]
COMPARED = 3  # sentences of more platforms do not fit beside each other


@require_safe
@may("capabilities.view")
def capabilities(request: DeskRequest) -> HttpResponse:
    """`?platform=square`, repeated to compare; without it the overview. One that we do not know is named."""
    known = vendors()
    wanted = request.GET.getlist("platform")
    strange = set(wanted) - {each.key for each in known}
    chosen = [each for each in known if each.key in wanted][:COMPARED]
    table = rows({each.label: each.capabilities for each in chosen or known})
    context = {"known": known, "chosen": chosen, "platforms": chosen or known, "rows": table}
    context["strange"] = sorted(strange)
    return render(request, "stores/capabilities.html", context, status=422 if strange else 200)
