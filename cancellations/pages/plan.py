"""A plan as pages tell it: effects, sums, the deed on the button, and how two plans differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cancellations.planning.plan import Assist, Caution, Effect, EffectKind, Plan
from stores.kernel.i18n import money as said
from stores.kernel.i18n import units as counted
from stores.kernel.money import Money, total
from stores.platforms import registry

A_LINE = 60  # letters that one line of the decision holds
ICONS: dict[EffectKind, tuple[str, str]] = {
    EffectKind.UNITS: ("minus", ""),
    EffectKind.CLOSE: ("stop", "bad"),
    EffectKind.REFUND: ("refund", ""),
    EffectKind.VOID: ("card", ""),
    EffectKind.REDUCE: ("money", ""),
    EffectKind.STOCK: ("stock", ""),
    EffectKind.KEEP_STOCK: ("box", ""),
    EffectKind.MESSAGE: ("mail", ""),
    EffectKind.CALL: ("call", ""),
}


def effect_rows(plan: Plan) -> Sequence[dict[str, Any]]:
    """For components/_effects.html; the calls come in a list of their own, but for what a person does by hand."""
    rows = [_effect(effect) for effect in plan.effects if effect.kind is not EffectKind.CALL]
    return rows + [_by_hand(step.title, step.assist) for step in plan.steps if step.assist]


def _by_hand(title: str, assist: Assist) -> dict[str, Any]:
    text = _("You do this by hand: Rescind asks you when it is time, with what to copy. %(how)s") % {"how": assist.text}
    return {"icon": "hand", "title": title, "text": text, "amount": None, "tone": "warn"}


def _effect(effect: Effect) -> dict[str, Any]:
    icon, tone = ICONS[effect.kind]
    return {"icon": icon, "title": effect.title, "text": effect.detail, "amount": effect.money, "tone": tone}


def calls(plan: Plan) -> Sequence[str]:
    by_hand = _("you do this by hand")
    return [f"{step.title} ({by_hand})" if step.assist else step.title for step in plan.steps]


def sum_rows(plan: Plan) -> Sequence[tuple[str, Money]]:
    sums = plan.sums
    always = ((_("Items"), sums.items), (_("Shipping"), sums.shipping))
    rows = (always[0], (_("Tax"), sums.tax), always[1], (_("Fees and tips"), sums.fees), (_("Duties"), sums.duties))
    return [(label, amount) for label, amount in rows if amount is not None and (amount or (label, amount) in always)]


def deed(plan: Plan, kept: Money | None = None) -> str:
    """The button's words: what it does, and what happens to the money, as the effects say it.

    kept: what the shop keeps, where nothing goes back although it was paid.
    """
    if plan.expected.is_cancelled and plan.method == "whole":
        act = _("Cancel the order")
    else:
        act = ngettext("Cancel %(n)s unit", "Cancel %(n)s units", int(plan.units)) % {
            "n": f"{plan.units.normalize():f}"
        }
    return " · ".join((act, *(_money_words(plan, kept) if plan.can_run else ())))


def _money_words(plan: Plan, kept: Money | None) -> Iterator[str]:
    """Refunded, only recorded, released, or none; nothing where money is settled elsewhere or the plan does nothing."""
    of_kind = {kind: [e for e in plan.effects if e.kind is kind and e.money] for kind in EffectKind}
    moved = [e.money for e in of_kind[EffectKind.REFUND] if e.money and not e.is_manual]
    by_hand = [e.money for e in of_kind[EffectKind.REFUND] if e.money and e.is_manual]
    held = [e.money for e in of_kind[EffectKind.VOID] if e.money]
    if moved:
        yield _("refund %(money)s") % {"money": _sum(plan, moved)}
    if by_hand:
        yield _("you pay %(money)s by hand") % {"money": _sum(plan, by_hand)}
    if held:
        yield _("release %(money)s") % {"money": said(total(held, held[0].currency))}
    kind = registry.PLATFORMS.get(plan.platform)  # a plan is told when its platform is gone, too
    if not plan.steps or moved or by_hand or held or not (kind is None or kind.recipe.moves_money):
        return
    if not any(caution.code == "no_refund" for caution in plan.warnings):
        yield _("no money moves")
    elif kept:
        yield _("refund %(nothing)s, keep %(money)s") % {"nothing": said(plan.sums.total), "money": said(kept)}
    else:
        yield _("refund %(nothing)s") % {"nothing": said(plan.sums.total)}


def sum_words(plan: Plan) -> str:
    """All that goes back, in both currencies where the shop counts in another."""
    return _sum(plan, [plan.sums.total])


def _sum(plan: Plan, parts: Sequence[Money]) -> str:
    """In the currency that moves; where the shop counts in another, what all of it is there."""
    words, whole = said(total(parts, parts[0].currency)), plan.sums.total
    is_all = total(parts, whole.currency) == whole
    return f"{words} ({said(plan.limit_amount)})" if is_all and plan.limit_amount.currency != whole.currency else words


@dataclass(frozen=True)
class Caveat:
    """One line, with the rest of it behind."""

    tone: str
    head: str
    rest: str


def caveats(plan: Plan) -> Sequence[Caveat]:
    """What to know before the click, the worst first; what holds of every plan is told of one that can run."""
    tones = {"dispute": "bad", "final": ""}
    rows = [_caveat(c, tones.get(c.code, "warn")) for c in plan.warnings if c.code != "final" or plan.can_run]
    return sorted(rows, key=lambda row: ("bad", "warn", "").index(row.tone))


def _caveat(caution: Caution, tone: str) -> Caveat:
    """Folded after its first sentence, where the line would grow too long."""
    head, stop, rest = caution.text.partition(". ")
    if not stop or len(caution.text) <= A_LINE:
        return Caveat(tone, caution.text, "")
    return Caveat(tone, f"{head}.", rest)


def differences(seen: Plan, fresh: Plan, *, is_read_anew: bool = False) -> Sequence[tuple[str, str, str]]:
    """(what, before, now) between the plan somebody saw and the one on the order as it is.

    is_read_anew: Rescind reads the shop's orders otherwise since.
    """
    rows = [
        (_("Reading changed"), _("as you saw it"), _("as it is read now") if is_read_anew else _("as you saw it")),
        (_("How it is done"), seen.method_words, fresh.method_words),
        (_("Units"), counted(seen.units), counted(fresh.units)),
        (_("Refund"), said(seen.sums.total), said(fresh.sums.total)),
        (_("What will happen"), _titles(seen), _titles(fresh)),
        (_("Warnings"), _cautions(seen), _cautions(fresh)),
    ]
    now = {end.line_id: end for end in fresh.expected.lines}
    for end in seen.expected.lines:
        if end.line_id not in now or now[end.line_id].before != end.before:
            left = counted(now[end.line_id].before) if end.line_id in now else "—"
            rows.append((end.title, counted(end.before), left))
    return [row for row in rows if row[1] != row[2]] or [(_("The order"), _("as you saw it"), _("changed"))]


def _titles(plan: Plan) -> str:
    return " · ".join(f"{e.title} {said(e.money) if e.money else ''}".strip() for e in plan.effects)


def _cautions(plan: Plan) -> str:
    return " · ".join(w.text for w in plan.warnings)
