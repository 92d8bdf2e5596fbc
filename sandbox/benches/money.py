"""Is every cent accounted for? Orders of many shapes go back whole, and unit by unit, through each simulator.

No database and no executor: the plan's commands are carried out one after the other on the adapter, and the money
that moved is counted in the simulator's own ledger. A whole run without --platform writes docs/money.md.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings

from cancellations.planning import planner
from cancellations.planning.plan import Plan
from cancellations.services import preview
from sandbox import connections
from sandbox import in_process as sandbox
from sandbox.benches import money_cases, money_page
from sandbox.benches.frame import Figure
from sandbox.benches.money_cases import CURRENCIES, Cell, Result
from sandbox.world import World
from stores.canonical.order import Order
from stores.canonical.receipts import Outcome
from stores.canonical.request import CancelRequest
from stores.connectors.roles import ConnectorContext, Effects, OrderSource, in_role
from stores.kernel.errors import DeskError, RemoteRefused, RemoteThrottled
from stores.kernel.http.transport import HttpTransport
from stores.models import Connection, Store
from stores.platforms import registry

T = TypeVar("T")
POLLS: Final = 60
WIDE: Final = {"limit": "enterprise", "shoplazza_limit": "wide", "woocommerce_limit": "none"}


class Stuck(Exception):
    """It could not be given back; the text names why."""


@dataclass
class Shop:
    """One simulated shop, reached without a socket; its clock is the world's."""

    world: World
    store: Store
    name: str
    adapter: OrderSource
    calls: int = 0

    def patiently(self, act: Callable[[], T]) -> T:
        while True:
            try:
                return act()
            except RemoteThrottled as exc:
                self.world.advance(exc.retry_after or 1)

    def read(self, order_id: str) -> Order:
        return self.patiently(lambda: self.adapter.read_order(order_id))

    def plan(self, order: Order, request: CancelRequest) -> Plan:
        """Raises Stuck for one that cannot run."""
        quote, why_not = None, ""
        if planner.needs_quote(order, request):
            try:
                quote = self.patiently(lambda: self.adapter.quote(order, request))
            except RemoteRefused as exc:
                why_not = exc.user_message
        made = preview.plan_on(self.store, order, request, quote, why_not)
        if not made.can_run:
            raise Stuck(", ".join(blocker.code for blocker in made.blockers) or "neither step nor reason")
        return made

    def carry_out(self, plan: Plan) -> None:
        for step in plan.steps:
            if step.kind == "assisted":
                raise Stuck("a step by hand")
            if step.command is not None:
                self._send(step.command)

    def _send(self, command: Any) -> None:
        self.calls += 1
        key = str(uuid5(NAMESPACE_URL, f"{self.name}{self.calls}"))
        tag = f"[op {self.calls:08x}]"
        receipt = self.patiently(lambda: in_role(self.adapter, Effects).carry_out(command, key=key, tag=tag))
        for _ in range(POLLS):
            if receipt.outcome is Outcome.APPLIED:
                return
            self.world.advance(receipt.look_after or 30)
            receipt = self.patiently(partial(in_role(self.adapter, Effects).poll, command, receipt))
        raise Stuck("never finished")

    def moved(self, order_id: str) -> Decimal:
        return sum((effect.amount for effect in self.world.effects(order_id=order_id, kind="refund")), Decimal(0))


def run(quick: bool, platform: str = "") -> Iterator[Figure]:
    """Bar: every case exact, or an exception with its name."""
    results: dict[Cell, list[Result]] = {}
    keys = [kind.key for kind in registry.all_platforms() if kind.recipe.moves_money and platform in ("", kind.key)]
    for key in sorted(keys):
        with tempfile.TemporaryDirectory(prefix="rescind-bench-") as folder:
            for cell, found in _platform(Path(folder), key, quick=quick):
                results[cell] = found
                yield _figure(cell, found)
    if not quick and not platform:
        money_page.write(Path(settings.BASE_DIR) / "docs" / "money.md", results)
    exact, every = sum(r.is_exact for f in results.values() for r in f), sum(map(len, results.values()))
    yield Figure("money", "exact in all", exact, f"of {every}")


def _figure(cell: Cell, found: list[Result]) -> Figure:
    wrong = sorted({str(one) for one in found if not one.is_exact})
    exact = sum(one.is_exact for one in found)
    return Figure("money", str(cell), exact, f"of {len(found)}", {"not exact": wrong} if wrong else {})


def _platform(folder: Path, key: str, *, quick: bool) -> Iterator[tuple[Cell, list[Result]]]:
    world = World.open(folder / "world.sqlite3")
    for name, value in WIDE.items():
        world.switch(name, value)
    shops = {digits: _open(world, key, currency, digits) for digits, currency in CURRENCIES.items()}
    for cell in money_cases.cells(key, quick=quick):
        shop, found = shops[cell.digits], []
        for basket in range(1 if quick else len(money_cases.BASKETS)):
            made = [connections.make_order(world, key, shop.name, **money_cases.words(cell, basket)) for _ in range(2)]
            found += [_tried(shop, made[0], _whole), _tried(shop, made[1], _by_unit)]
        yield cell, found
    world.close()


def _open(world: World, key: str, currency: str, digits: int) -> Shop:
    name = f"bench-{currency.lower()}"
    place = world if key == "shopify" else connections.of(world, key)
    if key == "woocommerce":
        place.add_shop(name, currency=currency, digits=digits)
    elif key != "square":  # there an order names its own currency
        place.add_shop(name, currency=currency)
    practice = connections.open_shop(world, key, name)
    account = Connection(connector=key, granted_scopes=list(practice.scopes))
    store = Store(platform=key, connection=account, currency=currency, hold_seconds=0)
    token: list[str] = []

    def kept(fetch: Callable[[], tuple[str, float]]) -> str:
        if not token:
            token.append(fetch()[0])
        return token[0]

    reached = ConnectorContext(
        settings=practice.settings, secrets=practice.secrets, transport=HttpTransport(sandbox.session(world)),
        now=world.now, token=kept, forget_token=token.clear,
    )  # fmt: skip
    return Shop(world, store, name, registry.get(key)(reached))


def _tried(shop: Shop, order_id: str, give_back: Callable[[Shop, Order, Result], None]) -> Result:
    result = Result()
    try:
        order = shop.read(order_id)
        result.paid = order.totals.received.customer.amount
        give_back(shop, order, result)
    except Stuck as exc:
        result.trouble = str(exc)
    except DeskError as exc:
        result.trouble = f"{type(exc).__name__}: {exc.user_message}"
    result.moved = shop.moved(order_id)
    return result


def _whole(shop: Shop, order: Order, result: Result) -> None:
    lines = {line.id: line.cancellable for line in order.lines if line.cancellable}
    plan = shop.plan(order, CancelRequest(lines=lines))
    result.said += plan.sums.total.amount
    shop.carry_out(plan)


def _by_unit(shop: Shop, order: Order, result: Result) -> None:
    """One unit after the other, the first open line first, until nothing is left."""
    for step in range(100):
        line = next((line for line in order.lines if line.cancellable), None)
        if line is None:
            return
        try:
            plan = shop.plan(order, CancelRequest(lines={line.id: min(line.cancellable, Decimal(1))}))
        except Stuck as exc:
            raise Stuck(f"unit {step + 1}: {exc}") from exc
        result.said += plan.sums.total.amount
        shop.carry_out(plan)
        order = shop.read(order.external_id)
    raise Stuck("units without end")
