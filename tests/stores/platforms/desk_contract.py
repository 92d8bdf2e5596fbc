"""What the stories at the desk need to know of a connector: its table, and the steps that its recipe lets expect.

A connector brings `tests/stores/platforms/<key>/desk.py` with a `TABLE`: how orders are made in the words of its
simulator, and what the simulator's own ledger shows afterwards. Which stories are told of it follows from its recipe
and capabilities; `story` writes down which cells of the capability table each story is about.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

import pytest

from cancellations.models import Cancellation
from cancellations.services import decide, preview, submit
from sandbox import colleagues, connections
from sandbox.world import World
from stores.canonical.capabilities import Capability
from stores.canonical.order import Order
from stores.canonical.recipe import Adjust, Edit, Refund, Refunds, RefundStock, Restock, Void
from stores.canonical.request import CancelRequest, RefundChoice
from stores.kernel.money import Money
from stores.models import OrderRecord
from stores.platforms import registry
from stores.services import orders
from tests.rigs.desk import Desk, lines_of
from tests.stores.platforms.rig import Platform

Words = Mapping[str, Any]
MUG, TEA = "MUG", "TEA"  # SKUs and titles: not every platform tells both
MUGS, TEAS = 3, 2  # units of the two lines of an order, at 10.00 and 4.00


class Meanwhile(NamedTuple):
    """What somebody does between the plan and the send of a command, and the code and words of the refusal.

    act: gets the platform's own staff and the order as it was planned. code "": any.
    """

    kind: type
    act: Callable[[Any, Order], object]
    code: str = ""
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class DeskTable:
    """How one connector's orders are made and what its ledger shows. None: it has no such order.

    Words are keywords of its simulator's `Order`. Amounts are text, as the ledger counts them.
    """

    kind: type[Platform]
    paid: str = "43.00"  # of an order in `plain` words: 3 at 10.00, 2 at 4.00, shipping 5.00
    plain: Words = field(default_factory=dict)
    unpaid: Words | None = None
    unpaid_too: Words | None = None  # and waits for a payment outside of the shop
    authorised: Words | None = None
    two_payments: Words | None = None
    amounts: Sequence[str] = ()  # that go back of `two_payments`, sorted
    by_hand: Words | None = None  # paid in a way that no call can pay back
    recorded: Words = field(default_factory=dict)  # what the ledger's only refund says of it then; {}: there is none
    taxed: Words = field(default_factory=dict)
    some: str = "24.00"  # of a `taxed` order, for two units of the first line and one of the second
    shipped_one: Words = field(default_factory=dict)  # words of the first line of which a unit has left …
    partly_shipped: Words = field(default_factory=dict)  # … or of the order
    foreign: tuple[Words, str, str] | None = None  # an order in a currency the desk has no limit in, back, its currency
    disputed: Words | None = None
    dispute: Callable[[Any], object] = lambda staff: staff.dispute()
    awkward: Sequence[str] = ()  # seeds of the simulator in which much is unusual
    stock: Callable[[Desk, Order], Sequence[Decimal | int]] | None = None  # of the lines, as the ledger counts it
    returns: frozenset[str] = frozenset({"unpaid", "unpaid_too", "authorised"})  # orders whose cancel puts units back
    ends_by_refund: bool = False  # the refund of everything leaves nothing to be cancelled
    state: Callable[[Desk, str], Any] | None = None  # the vendor's own word for how an order stands
    ended: Mapping[str, Any] = field(default_factory=dict)  # story → that word
    operations: Mapping[str, str] = field(default_factory=dict)  # effect → what the simulator calls the request
    refused: Words = field(default_factory=dict)  # of a `user_error`: how it says no to a refund
    refused_words: str = ""  # what is told of it
    declined: Callable[[Desk], Words] | None = None  # the provider says no after the yes: words of such an order
    declined_words: str = ""
    colleague: Mapping[str, Callable[[Any], object]] = field(default_factory=dict)  # the same refund by hand, each way
    ends_it: Mapping[str, Callable[[Any], object]] = field(  # what somebody may do to a held order so that none is sent
        default_factory=lambda: {"cancelled": lambda staff: staff.cancel()}
    )
    meanwhile: Sequence[Meanwhile] = ()  # what a guard of the adapter stops
    calls: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # story → at most, to confirm and from there on
    watch: Callable[[World], object] = lambda world: None  # the vendor's schema, for each exchange

    @property
    def key(self) -> str:
        return str(self.kind.key)

    @property
    def moves_money(self) -> bool:
        return bool(self.kind.recipe.moves_money)

    def can(self, cell: str) -> Capability:
        said: Capability = getattr(self.kind.capabilities, cell)
        return said


ROOMS = {kind.key: f"tests.stores.platforms.{kind.key}" for kind in registry.all_platforms()}
TABLES: dict[str, DeskTable] = {
    key: import_module(f"{room}.desk").TABLE
    for key, room in ROOMS.items()
    if find_spec(room) and find_spec(f"{room}.desk")
}


# --- which story is told of whom -----------------------------------------------------------------------
class Case(NamedTuple):
    story: str
    connector: str
    cell: str


CASES: list[Case] = []


def story(
    *cells: str,
    when: Callable[[DeskTable], object] = lambda table: True,
    over: Callable[[DeskTable], Iterable[str]] | None = None,
    quick: Collection[str] = (),
) -> Callable[[Any], Any]:
    """Told of every connector whose table and declarations let it be, and noted as a case of `cells`.

    over: variants, handed to the story as `variant`. quick: cases that `make test` tells (connector, or connector and
    variant), the others in `make prove`; none are named: all.
    """

    def told(test: Any) -> Any:
        rows = []
        for table in filter(when, TABLES.values()):
            for variant in over(table) if over else ("",):
                values = (table.key, variant) if over else (table.key,)
                is_quick = not quick or table.key in quick or f"{table.key} {variant}" in quick
                if is_quick:  # `make test` alone counts
                    CASES.extend(Case(test.__name__, table.key, cell) for cell in cells)
                marks = () if is_quick else (pytest.mark.prove,)
                rows.append(pytest.param(*values, id=f"{table.key} {variant}".strip(), marks=marks))
        names = ("desk", "variant") if over else ("desk",)
        return pytest.mark.parametrize(names, rows, indirect=["desk"])(test)

    return told


# --- what a recipe lets expect -------------------------------------------------------------------------
def table_of(desk: Desk) -> DeskTable:
    return TABLES[desk.store.platform]


def restock(table: DeskTable, *, is_cancelled: bool) -> list[str]:
    """What puts units back after the calls that took them off."""
    recipe = table.kind.recipe
    if table.can("restock").is_by_hand:
        return ["assisted"]
    does_itself = is_cancelled and recipe.cancel.restocks is not Restock.NEVER
    return ["restock"] if Adjust.ADD in recipe.adjusts and not does_itself else []


def refunds(table: DeskTable, payments: int = 1) -> list[str]:
    per_payment = table.kind.recipe.refund and table.kind.recipe.refund.per == "payment"
    return ["refund"] * (payments if per_payment else 1)


def whole(table: DeskTable, *, payments: int = 1, takes_all: bool = True) -> list[str]:
    """Steps of a whole paid order. takes_all: no money stays with the shop."""
    match table.kind.recipe.cancel.refunds:
        case Refunds.FIRST:
            calls = refunds(table, payments) + ([] if table.ends_by_refund else ["cancel"])
        case Refunds.WITH_CANCEL:
            calls = ["cancel"] if takes_all else ["refund", "cancel"]
        case Refunds.AFTER:
            calls = ["cancel", *refunds(table, payments)]
        case _:
            calls = ["cancel"]
    return [*calls, *restock(table, is_cancelled=True), "verify"]


def some(table: DeskTable, lines: int = 2) -> list[str]:
    """Steps of some units of so many lines of a paid order."""
    calls = ["refund"] if isinstance(table.kind.recipe.units, Refund) else ["cancel"] * lines
    return [*calls, *restock(table, is_cancelled=False), "verify"]


def without_money(table: DeskTable) -> list[str]:
    """Steps of a whole order of which nothing was paid, or of which the money stays."""
    return ["cancel", *restock(table, is_cancelled=True), "verify"]


def released(table: DeskTable) -> list[str]:
    """Steps of a whole order that is paid by an authorisation alone."""
    calls = {Void.FIRST: ["void", "cancel"], Void.WITH_CANCEL: ["cancel"]}
    return [*calls.get(table.kind.recipe.void, ["cancel", "assisted"]), *restock(table, is_cancelled=True), "verify"]


def all_kept(table: DeskTable) -> list[str]:
    """Steps of a whole paid order whose units all stay out of stock: no cancel that would put them back."""
    cancel = table.kind.recipe.cancel
    if cancel.refunds is Refunds.FIRST and cancel.restocks is Restock.ALWAYS:
        return ["refund", "verify"]
    return [step for step in whole(table) if step not in ("restock", "assisted")]


def one_kept(table: DeskTable) -> list[str]:
    """Steps of a whole paid order whose first line stays out of stock."""
    recipe = table.kind.recipe
    if recipe.refund and recipe.refund.stock is RefundStock.ONE_SWITCH:
        return ["refund", "refund", "verify"]
    if Adjust.KEEP in recipe.adjusts:
        return [*whole(table)[:-1], "restock", "verify"]
    return whole(table)


def some_kept(table: DeskTable) -> list[str]:
    """Steps of some units of a paid order, the first line's kept out of stock."""
    recipe = table.kind.recipe
    if recipe.edit is Edit.KEPT:
        return ["edit", "refund", "verify"]
    if recipe.refund and recipe.refund.stock is RefundStock.ONE_SWITCH:
        return ["refund", "refund", "verify"]
    return some(table)


# --- at the desk ---------------------------------------------------------------------------------------
def ordered(desk: Desk, words: Words | None = None, *, first: Words | None = None) -> OrderRecord:
    """Three mugs and two teas."""
    table = table_of(desk)
    lines = [
        connections.line(table.key, sku=MUG, title=MUG, quantity=MUGS, **({"price": "10.00"} | dict(first or {}))),
        connections.line(table.key, sku=TEA, title=TEA, quantity=TEAS, price="4.00"),
    ]
    return desk.order(**({"lines": lines} | dict(table.plain) | dict(words or {})))


def copy_of(record: OrderRecord) -> Order:
    """As the desk last read it: enough to make a wish, and no request."""
    return orders.order_of(OrderRecord.objects.select_related("snapshot").get(pk=record.pk))


def everything(record: OrderRecord, **wish: Any) -> CancelRequest:
    """All that can be cancelled."""
    lines = {line.id: line.cancellable for line in copy_of(record).lines if line.cancellable}
    return CancelRequest(lines=lines, **wish)


def units(record: OrderRecord, mugs: int, teas: int = 0, **wish: Any) -> CancelRequest:
    """So many of what is still on the order: a line may stand under a new id by now."""
    wanted = {MUG: mugs, TEA: teas}
    open_lines = [line for line in copy_of(record).lines if line.cancellable and wanted[line.title]]
    return CancelRequest(lines={line.id: Decimal(wanted[line.title]) for line in open_lines}, **wish)


def kept(record: OrderRecord, *titles: str) -> frozenset[str]:
    """Lines whose units stay out of stock; all where none are named."""
    return frozenset(line.id for line in copy_of(record).lines if line.title in (titles or (MUG, TEA)))


def own(record: OrderRecord, amount: str) -> dict[str, Any]:
    """An amount of one's own through the first payment."""
    payment = copy_of(record).payments[0]
    assert payment.refundable is not None
    return {
        "refund": RefundChoice.PART,
        "part": {payment.id: Money(Decimal(amount), payment.refundable.currency)},
    }


def stock(desk: Desk, record: OrderRecord) -> list[Decimal]:
    count = table_of(desk).stock
    return [Decimal(units) for units in count(desk, copy_of(record))] if count else []


def moved(desk: Desk, before: list[Decimal], record: OrderRecord) -> tuple[int, ...]:
    """How many units of each line came back; a connector that tells of no stock moved what its orders say."""
    return tuple(int(now - then) for then, now in zip(before, stock(desk, record), strict=True))


def comes_back(desk: Desk, *counts: int) -> tuple[int, ...]:
    """What is expected of `moved`."""
    return counts if table_of(desk).stock else ()


def back(desk: Desk, record: OrderRecord) -> list[str]:
    """Amounts that really went back, once every provider has answered, in their order."""
    desk.travel(120)
    desk.world.tick()
    found = desk.world.effects(record.external_id, kind="refund")
    return [f"{effect.amount:.2f}" for effect in found]


def total(desk: Desk, record: OrderRecord) -> str:
    return f"{sum(map(Decimal, back(desk, record)), Decimal(0)):.2f}"


def kinds(cancellation: Cancellation) -> list[str]:
    return [step.kind for step in cancellation.steps.all()]


def steps_of(cancellation: Cancellation) -> list[Any]:
    """The planned steps that send something."""
    return [step for step in preview.plan_of(cancellation.preview).steps if step.command]


def effects(desk: Desk, record: OrderRecord, kind: str) -> int:
    return len(desk.world.effects(record.external_id, kind=kind))


def differing(cancellation: Cancellation) -> list[dict[str, Any]]:
    return [row for row in lines_of(cancellation.receipt) if row["verdict"] == "differs"]


def settled(desk: Desk, cancellation: Cancellation) -> Cancellation:
    """A person does by hand what only a person can; there is nothing else to be asked about."""
    for step in cancellation.steps.filter(kind="assisted"):
        cancellation.refresh_from_db()
        assert (cancellation.state, step.state) == ("needs_operator", "needs_person"), cancellation.trouble
        decide.settle(actor=desk.staff, step=step, evidence="seen there", note="Done in the platform's own desk")
        desk.work(cancellation)
    return cancellation


def carried_through(desk: Desk, record: OrderRecord, wish: CancelRequest, *, cost: str = "") -> Cancellation:
    """From preview to receipt as promised. cost: the story whose number of calls the table bounds."""
    desk.travel(60)
    seen = desk.preview(record, wish)
    desk.travel(60)
    begun = calls(desk)
    cancellation = desk.patiently(lambda: submit.confirm(actor=desk.staff, seen=seen))
    confirmed = calls(desk)
    done = desk.work(cancellation, hours=3)
    spent = confirmed - begun, calls(desk) - confirmed
    done = settled(desk, done)
    assert done.state == "done", (done.state, done.trouble, desk.steps(done))
    assert done.differs is False, differing(done)
    bound = table_of(desk).calls.get(cost)
    assert not cost or bound is None or all(count <= most for count, most in zip(spent, bound, strict=True)), spent
    return done


def calls(desk: Desk) -> int:
    return int(sum(desk.world.counters()["requests"].values()))


def stopped(desk: Desk, record: OrderRecord, wish: CancelRequest, **words: Any) -> Cancellation:
    return desk.work(desk.confirm(record, wish), **({"hours": 3} | words))


def staff(desk: Desk, record: OrderRecord) -> Any:
    """A colleague at this order, in the platform's own desk."""
    return colleagues.of(desk.world, desk.store.platform, record.external_id)
