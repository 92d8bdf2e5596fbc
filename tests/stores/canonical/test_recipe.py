"""What no platform could mean cannot be written down."""

from __future__ import annotations

from typing import Any

import pytest

from stores.canonical.recipe import (
    Adjust,
    Cancel,
    CancelLines,
    Edit,
    Per,
    Recipe,
    Refund,
    Refunds,
    RefundStock,
    Restock,
    Void,
)

LINES = CancelLines(rest_in_one_call=True)
KEEP, ADD = frozenset({Adjust.KEEP}), frozenset({Adjust.ADD})


def refund(stock: RefundStock = RefundStock.NONE, per: Per = Per.ORDER) -> Refund:
    return Refund(per=per, stock=stock, closes=False)


def cancel(refunds: Refunds, restocks: Restock = Restock.NEVER) -> Cancel:
    return Cancel(refunds=refunds, restocks=restocks)


@pytest.mark.parametrize(("fields", "words"), [
    ({"units": LINES, "cancel": cancel(Refunds.FIRST)}, "only where there is a refund"),
    ({"units": LINES, "void": Void.ALONE}, "stand beside a refund"),
    ({"units": LINES, "edit": Edit.UNPAID}, "stand beside a refund"),
    ({"units": LINES, "adjusts": ADD}, "stand beside a refund"),
    ({"units": refund(), "cancel": cancel(Refunds.NEVER)}, "says when the money goes back"),
    ({"units": refund(), "cancel": cancel(Refunds.AFTER, Restock.ALWAYS)}, "takes no units puts none back"),
    ({"units": refund(), "void": Void.FIRST}, "alone where there is no cancel"),
    ({"units": refund(), "void": Void.WITH_CANCEL}, "alone where there is no cancel"),
    ({"units": refund(), "void": Void.ALONE, "cancel": cancel(Refunds.FIRST)}, "alone where there is no cancel"),
    ({"units": refund(RefundStock.ONE_SWITCH, Per.PAYMENT)}, "for each setting of a switch"),
    ({"units": refund(RefundStock.ALWAYS)}, "take kept ones out again"),
    ({"units": refund(RefundStock.PER_LINE), "adjusts": ADD}, "added once more"),
    ({"units": refund(RefundStock.PER_LINE), "edit": Edit.KEPT}, "an edit keeps units out of stock only where"),
    ({"units": refund(), "edit": Edit.KEPT}, "an edit keeps units out of stock only where"),
])  # fmt: skip
def test_what_does_not_fit_together_is_refused_with_words(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Recipe(**fields)


@pytest.mark.parametrize("fields", [
    {"units": LINES},
    {"units": refund(), "adjusts": KEEP | ADD},
    {"units": refund(RefundStock.ALWAYS), "adjusts": KEEP, "edit": Edit.KEPT, "void": Void.ALONE},
])  # fmt: skip
def test_a_platform_may_lack_the_call_that_ends_an_order(fields: dict[str, Any]) -> None:
    assert Recipe(**fields).cancel is None
    assert Recipe(**fields).moves_money == isinstance(fields["units"], Refund)
