"""Steps a person takes in the platform's own desk, wherever a capability that the wish needs is *assisted*."""

from __future__ import annotations

from collections.abc import Iterator

from cancellations.planning.amounts import authorised
from cancellations.planning.plan import Assist, PlannedStep
from cancellations.planning.planning_input import Case
from stores.canonical.capabilities import Capability, Support
from stores.kernel.i18n import gettext as _
from stores.kernel.i18n import money as said
from stores.kernel.i18n import units as counted


def assisted_steps(case: Case, *, after: int) -> tuple[PlannedStep, ...]:
    """One per assisted capability, after the calls: what has been done by then can be seen by the person."""
    found = [(title, assist) for title, assist in _wanted(case) if assist is not None]
    return tuple(
        PlannedStep(
            position=position,
            kind="assisted",
            title=title,
            command=None,
            requires=(position - 1,) if position > 1 else (),
            assist=assist,
        )
        for position, (title, assist) in enumerate(found, start=after + 1)
    )


def is_assisted(case: Case, name: str) -> bool:
    capability: Capability = getattr(case.capabilities, name)
    return capability.support is Support.ASSISTED


def _wanted(case: Case) -> Iterator[tuple[str, Assist | None]]:
    yield _("Put the units back in stock by hand"), _restock(case)
    yield _("Release the authorisation by hand"), _release(case)


def _restock(case: Case) -> Assist | None:
    if not case.back or not is_assisted(case, "restock"):
        return None
    values = [(c.line.sku or c.line.title, f"+{counted(c.units)}") for c in case.back]
    return Assist(text=str(case.capabilities.restock.why), values=((_("Order"), case.order.number), *values))


def _release(case: Case) -> Assist | None:
    held = authorised(case.order)
    if not case.is_whole or not held or not is_assisted(case, "void_authorisation"):
        return None
    values = [(p.label or p.gateway, said(p.capturable)) for p in held if p.capturable]
    return Assist(text=str(case.capabilities.void_authorisation.why), values=((_("Order"), case.order.number), *values))
