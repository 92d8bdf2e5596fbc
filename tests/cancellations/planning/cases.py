"""A platform that can do everything, its figures, and one way to plan: the tests change one thing each."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from cancellations.planning import planner
from cancellations.planning.plan import Plan, ShopSettings
from stores.canonical.capabilities import Capabilities, Capability, native
from stores.canonical.commands import Command
from stores.canonical.order import Order
from stores.canonical.recipe import Adjust, Cancel, Edit, Per, Recipe, Refund, Refunds, RefundStock, Restock, Void
from stores.canonical.request import CancelRequest, Quote, QuotedPayment, Reason
from stores.kernel.money import Money, allocate, total

ABLE = Capabilities(**{f.name: native(f"{f.name} in words.") for f in fields(Capabilities)})
RECIPE = Recipe(
    cancel=Cancel(refunds=Refunds.WITH_CANCEL, restocks=Restock.ASKED),
    units=Refund(per=Per.ORDER, stock=RefundStock.ALWAYS, closes=False, of_nothing=True),
    void=Void.WITH_CANCEL,
    edit=Edit.KEPT,
    adjusts=frozenset({Adjust.KEEP}),
)
REASONS = {reason: reason.value.upper() for reason in Reason}


def able(**changes: Capability) -> Capabilities:
    return replace(ABLE, **changes)


def everything(order: Order, **fields: Any) -> CancelRequest:
    return CancelRequest(lines={line.id: line.cancellable for line in order.lines if line.cancellable}, **fields)


def take(*units: int | str, order: Order, **fields: Any) -> CancelRequest:
    """`units` of each line, in order."""
    pairs = zip(order.lines, units, strict=False)
    return CancelRequest(lines={line.id: Decimal(n) for line, n in pairs if Decimal(n)}, **fields)


def quote(order: Order, request: CancelRequest) -> Quote:
    """What such a platform would say: unit prices times units, over the payments by what each can give."""
    zero = Money.zero(order.customer_currency)
    worth = total(
        (order.line(i).unit_price.customer * n for i, n in request.lines.items()), order.customer_currency
    ).rounded()
    parents = [p for p in order.payments if p.refundable]
    most = total((p.refundable for p in parents if p.refundable), order.customer_currency)
    whole = min(worth + (request.shipping or zero), most).rounded()
    parts = allocate(whole, [p.refundable.amount for p in parents if p.refundable]) if parents else []
    return Quote(
        currency=order.customer_currency,
        subtotal=whole - (request.shipping or zero),
        tax=zero,
        shipping=request.shipping or zero,
        duties=zero,
        total=whole,
        maximum=most,
        payments=tuple(
            QuotedPayment(
                payment_id=p.id,
                gateway=p.gateway,
                label=p.label,
                amount=part,
                maximum=p.refundable or zero,
                is_manual=p.is_manual,
            )
            for p, part in zip(parents, parts, strict=True)
        ),
    )


def plan(
    order: Order,
    request: CancelRequest,
    *,
    capabilities: Capabilities = ABLE,
    recipe: Recipe = RECIPE,
    quoted: Quote | None = None,
    version: str = "1",
    **settings: Any,
) -> Plan:
    figures = quoted or (quote(order, request) if planner.needs_quote(order, request) else None)
    return planner.build(
        order,
        request,
        quote=figures,
        capabilities=capabilities,
        recipe=recipe,
        reasons=REASONS,
        settings=ShopSettings(hold_seconds=600, **settings),
        adapter_version=version,
    )


def commands(made: Plan) -> list[Command]:
    return [step.command for step in made.steps if step.command is not None]


def kinds(made: Plan) -> list[str]:
    return [type(command).__name__ for command in commands(made)]


def codes(made: Plan) -> list[str]:
    return [blocker.code for blocker in made.blockers]


def cautions(made: Plan) -> list[str]:
    return [caution.code for caution in made.warnings]
