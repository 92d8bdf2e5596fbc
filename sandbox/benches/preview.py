"""What a preview costs us: our share around the platform's answers at 50 lines, and planning at 1,000 lines.

`ours` is the wall time of the whole look minus the time spent waiting inside the transport.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from uuid import uuid4

from django.template.loader import render_to_string

from cancellations.forms.preview import PreviewForm
from cancellations.models import Preview
from cancellations.pages import order as order_page
from cancellations.services import preview
from sandbox.benches.frame import Figure, percentile
from sandbox.benches.ground import Ground, ground, patiently
from sandbox.platforms.shopify.spec import Line
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest
from stores.kernel import clock
from stores.kernel.http.transport import HttpTransport
from stores.models import OrderRecord, User
from stores.services import orders, platform_client

BIG, SMALL = 1_000, 50


def run(quick: bool) -> Iterator[Figure]:
    """Figures in milliseconds; bars: ours p95 ≤ 25 at 50 lines, planning p95 ≤ 100 at 1,000 lines."""
    rounds = 20 if quick else 100
    with ground() as place:
        world = place.world()
        world.switch("limit", "enterprise")
        record, order = _order(place, world, SMALL)
        ours, whole = _looks(record, order, rounds)
        yield Figure("preview", "ours p95 at 50 lines", percentile(ours, 0.95), "ms", {"bar": 25, "rounds": rounds})
        yield Figure("preview", "whole p95 at 50 lines", percentile(whole, 0.95), "ms")
        record, order = _order(place, world, BIG)
        times = _plans(place.person, record, order, max(5, rounds // 4))
        yield Figure("preview", "planner + effects p95 at 1,000 lines", percentile(times, 0.95), "ms", {"bar": 100})
        world.close()


def _order(place: Ground, world: object, lines: int) -> tuple[OrderRecord, Order]:
    spec = [Line(title=f"Tube {n}", sku=f"T-{n}", quantity=2, price="4.50") for n in range(lines)]
    made = world.make_order("demo", lines=spec)  # type: ignore[attr-defined]
    order = patiently(lambda: platform_client.open_platform(place.store).read_order(made.id))
    return orders.save(place.store, order, clock.now()), order


def _some(order: Order) -> CancelRequest:
    return CancelRequest(lines={line.id: Decimal(1) for line in order.lines})


def _looks(record: OrderRecord, order: Order, rounds: int) -> tuple[list[float], list[float]]:
    ours, whole = [], []
    for _ in range(rounds):
        with _waiting() as waited:
            began = time.perf_counter()
            preview.look(record, _some(order))
            took = time.perf_counter() - began
        whole.append(took * 1000)
        ours.append((took - waited[0]) * 1000)
    return ours[1:], whole[1:]  # the first warms templates and caches up


@contextmanager
def _waiting() -> Iterator[list[float]]:
    """Seconds spent in the transport meanwhile: the platform's answer, its slot included."""
    spent, real = [0.0], HttpTransport.send

    def timed(self: HttpTransport, *args: object, **kwargs: object) -> object:
        began = time.perf_counter()
        try:
            return real(self, *args, **kwargs)  # type: ignore[arg-type]
        finally:
            spent[0] += time.perf_counter() - began

    HttpTransport.send = timed  # type: ignore[method-assign, assignment]
    try:
        yield spent
    finally:
        HttpTransport.send = real  # type: ignore[method-assign]


def _plans(person: User, record: OrderRecord, order: Order, rounds: int) -> list[float]:
    """Plan and draw *What will happen* on facts that are at hand; the quote is asked once."""
    platform = platform_client.open_platform(record.store)
    quote = platform.quote(order, _some(order))
    form, seen = PreviewForm(order), Preview(uuid=uuid4(), order=record)
    standing = order_page.Standing(order=order, read_at=record.read_at, is_live=True)
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        plan = preview.plan_on(record.store, order, _some(order), quote)
        wish = order_page.Wish(form=form, plan=plan, seen=seen)
        shown = order_page.effects(person, record, wish) | {"wish": wish, "record": record, "standing": standing}
        render_to_string("orders/_effects.html", shown)
        render_to_string("orders/_deed.html", shown)
        times.append((time.perf_counter() - began) * 1000)
    return times[1:]
