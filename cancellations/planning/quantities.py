"""What is asked against what is cancellable: units per line, where they come from, and whether stock goes back.

A line that cannot be taken as asked is left out and gets a blocker at its field, naming what is allowed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from cancellations.planning.plan import Blocker
from stores.canonical.order import READY, LineItem, Location, Order, Readiness
from stores.canonical.request import CancelRequest
from stores.kernel.i18n import gettext as _
from stores.kernel.i18n import ngettext
from stores.kernel.i18n import units as said

ZERO = Decimal(0)
FIRST_TAKEN = (Readiness.OPEN, Readiness.ON_HOLD, Readiness.BEING_PACKED)  # what is being packed goes last


class Stock(StrEnum):
    BACK = "back"  # units go back
    KEEP = "keep"  # they could, and the person said no
    NONE = "none"  # not counted, or cannot be put back


@dataclass(frozen=True)
class Share:
    """Units of one line from one place."""

    units: Decimal
    location: Location | None
    readiness: Readiness = Readiness.OPEN
    detail: str = ""


@dataclass(frozen=True)
class Chosen:
    """Units of one line that are to leave the order. `goes_to`: the location a person named, "" = where they wait."""

    line: LineItem
    units: Decimal
    shares: tuple[Share, ...]
    stock: Stock
    goes_to: str = ""

    @property
    def takes_all(self) -> bool:
        return self.units == self.line.current


def choose(order: Order, request: CancelRequest) -> tuple[tuple[Chosen, ...], tuple[Blocker, ...]]:
    """The lines that can leave as asked, in the order's own order, and a blocker for each that cannot."""
    lines = {line.id: line for line in order.lines}
    asked = {line_id: units for line_id, units in request.lines.items() if units != 0}
    blockers = [_foreign(line_id) for line_id in asked if line_id not in lines]
    chosen = []
    for line in order.lines:
        if line.id not in asked:
            continue
        if wrong := _wrong(line, asked[line.id]):
            blockers.append(wrong)
        else:
            chosen.append(_take(order, line, asked[line.id], request))
    blockers.extend(_broken_bundles(order, asked))
    return tuple(chosen), tuple(blockers)


def _foreign(line_id: str) -> Blocker:
    return Blocker(code="foreign_line", field="lines", text=_("The order has no line %(line)s.", line=line_id[:80]))


def _wrong(line: LineItem, units: Decimal) -> Blocker | None:
    field = f"units.{line.id}"
    if not units.is_finite() or units < 0:
        return Blocker(code="not_a_number", field=field, text=_("Give a number of units, 0 or more."))
    if units > line.cancellable:
        return Blocker(code="too_many", field=field, text=_allowed(line), advice=advice(line))
    step = line.unit_step if line.unit_step > 0 else Decimal(1)
    if units % step:
        return Blocker(code="step", field=field, text=_("Cancel in steps of %(step)s.", step=said(step)))
    return None


def _allowed(line: LineItem) -> str:
    if line.cancellable > 0:
        return ngettext(
            "At most %(n)s unit of %(title)s can be cancelled.",
            "At most %(n)s units of %(title)s can be cancelled.",
            line.cancellable,
            title=line.title,
        )
    return line.why_not or _("Nothing of %(title)s can be cancelled.", title=line.title)


def advice(line: LineItem) -> str:
    """What to do about units that cannot be cancelled now; "" when all of them can."""
    if line.cancellable >= line.current:
        return ""
    states = {place.readiness: place for place in line.placements if place.units > 0}
    if place := states.get(Readiness.WITH_SERVICE):
        who = place.detail or (place.location.name if place.location else _("the fulfilment service"))
        return _("Ask %(who)s to give the units back first; when it agrees they can be cancelled here.", who=who)
    if Readiness.WAITING in states:
        return _("The fulfilment service has been asked to stop. Wait for its answer.")
    if Readiness.REFUSED in states:
        return _("The fulfilment service will ship these units: start a return once they have arrived.")
    if line.shipped > 0:
        return _("What has left cannot be cancelled: start a return instead.")
    return ""


def _take(order: Order, line: LineItem, units: Decimal, request: CancelRequest) -> Chosen:
    return Chosen(
        line=line,
        units=units,
        shares=tuple(_shares(line, units)),
        stock=_stock(order, line, request),
        goes_to=request.restock_at.get(line.id, ""),
    )


def _stock(order: Order, line: LineItem, request: CancelRequest) -> Stock:
    if not line.is_tracked or not line.is_restockable or not order.is_restockable:
        return Stock.NONE
    return Stock.KEEP if line.id in request.keep_stock else Stock.BACK


def _shares(line: LineItem, units: Decimal) -> Iterator[Share]:
    """Take the units from ready places; what no place holds (digital goods) has no location."""
    ready = [place for place in line.placements if place.readiness in READY and place.units > 0]
    for place in sorted(ready, key=lambda place: FIRST_TAKEN.index(place.readiness)):
        taken = min(units, place.units)
        if taken <= 0:
            return
        yield Share(taken, place.location, place.readiness, place.detail)
        units -= taken
    if units > 0:
        yield Share(units, None)


def _broken_bundles(order: Order, asked: Mapping[str, Decimal]) -> Iterator[Blocker]:
    """All members of a bundle leave in the same share of what was ordered."""
    bundles: defaultdict[str, list[LineItem]] = defaultdict(list)
    for line in order.lines:
        if line.group_id and line.ordered > 0 and line.current > 0:
            bundles[line.group_id].append(line)
    for members in bundles.values():
        share = max(_share(line, asked) for line in members)
        for line in members:
            if share > 0 and _share(line, asked) != share:
                yield _bundle_blocker(line, (share * line.ordered))


def _share(line: LineItem, asked: Mapping[str, Decimal]) -> Decimal:
    units = asked.get(line.id, ZERO)
    return units / line.ordered if units.is_finite() and 0 < units <= line.cancellable else ZERO


def _bundle_blocker(line: LineItem, wanted: Decimal) -> Blocker:
    nearest = wanted.to_integral_value()
    fits = abs(wanted - nearest) < Decimal("0.000001") and nearest <= line.cancellable
    text = (
        ngettext(
            "Part of the bundle %(bundle)s: cancel %(n)s unit of it as well.",
            "Part of the bundle %(bundle)s: cancel %(n)s units of it as well.",
            nearest,
            bundle=line.group_title or line.group_id,
        )
        if fits
        else _("Part of the bundle %(bundle)s: its parts can only leave together.", bundle=line.group_title)
    )
    return Blocker(code="bundle", field=f"units.{line.id}", text=text)
