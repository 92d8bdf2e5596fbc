"""What may be chosen on the order page, with what was chosen, typed and refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cancellations.forms.preview import PreviewForm
from cancellations.planning import amounts, reasons
from cancellations.planning.plan import Blocker
from stores.canonical.capabilities import Capabilities, Support
from stores.canonical.request import QuotedPayment, Reason, RefundChoice
from stores.connectors.roles import OrderSource

USUAL = (Reason.CUSTOMER, Reason.OUT_OF_STOCK, Reason.ADDRESS)  # while a shop has little history
A_FEW = 5


@dataclass(frozen=True)
class PaymentField:
    """One payment a refund can go back through, with what was typed for it."""

    number: int
    payment: QuotedPayment
    name: str
    value: str
    wrong: str


def payment_fields(form: PreviewForm, wrong: Mapping[str, str]) -> Sequence[PaymentField]:
    parents = amounts.parents_of(form.order, None)
    return [
        PaymentField(
            n, p, f"part.{p.payment_id}", form.text(f"part.{p.payment_id}"), wrong.get(f"part.{p.payment_id}", "")
        )
        for n, p in enumerate(parents.values())
    ]


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    is_chosen: bool
    why_not: str = ""
    help: str = ""


def refund_options(form: PreviewForm, capabilities: Capabilities) -> Sequence[Option]:
    """Full, part, none; what this order or platform does not offer stays visible with its reason."""
    unpaid = amounts.why_nothing(form.order) if capabilities.refund.is_offered else str(capabilities.refund.why)
    rows = (
        (RefundChoice.FULL, _("In full"), capabilities.refund, _figures(capabilities)),
        (RefundChoice.PART, _("Other amount"), capabilities.refund_part, ""),
        (RefundChoice.NONE, _("None"), capabilities.cancel_without_refund, ""),
    )
    return [
        Option(choice.value, label, form.refund is choice, unpaid or ("" if row.is_offered else row.why), help_text)
        for choice, label, row, help_text in rows
    ]


def why_no_choice(options: Sequence[Option]) -> str:
    """The one reason why none of the options is offered; "" when some is, or each has a reason of its own."""
    reasons_why = {option.why_not for option in options}
    return reasons_why.pop() if len(reasons_why) == 1 else ""


def reason_options(form: PreviewForm, given: Mapping[str, int]) -> tuple[Sequence[Option], Sequence[Option]]:
    """The three that this shop gives most, as buttons, and the rest. None is chosen for anybody.

    given: how often each was given of late; a few cancellations do not outweigh what is usual anywhere.
    """
    often = Counter(given) + Counter(dict.fromkeys(USUAL, A_FEW))
    first = [reason for reason in sorted(Reason, key=lambda r: -often[r])][:3]
    options = {r: Option(r.value, reasons.label(r), form.has_reason and form.reason is r) for r in Reason}
    return [options[r] for r in first], [option for r, option in options.items() if r not in first]


def reason_sent(form: PreviewForm, platform: type[OrderSource]) -> str:
    if not form.has_reason:
        return _("Choose a reason: then you see which word the platform gets.")
    word = platform.reasons.get(form.reason, "")
    values = {"platform": platform.label, "word": word, "note": reasons.label(form.reason)}
    return _("%(platform)s receives %(word)s and the note “%(note)s”.") % values


def wrong_fields(errors: Mapping[str, str], blockers: Sequence[Blocker]) -> dict[str, str]:
    """Field name → words: the form's own errors first, then the plan's."""
    found = dict(errors)
    for blocker in blockers:
        if blocker.field:
            found.setdefault(blocker.field, " ".join(t for t in (blocker.text, blocker.advice) if t))
    return found


def _figures(capabilities: Capabilities) -> str:
    """Whose figures they are: the platform's, or our estimate in the words of its own row."""
    row = capabilities.refund_quote
    return _("The platform's own figure.") if row.support is Support.NATIVE else str(row.why)
