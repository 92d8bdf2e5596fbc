"""Which payments a bank disputes. Square tells it of the seller, never with the payment itself.

The list is read whole: its filter takes one state, and a seller has few disputes. Sheet: holds-and-ways.md has none;
states and fields are those of the published description (Dispute, DisputeState).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from stores.canonical.order import Remark
from stores.kernel import shapes
from stores.kernel.errors import RemoteRefused
from stores.kernel.shapes import Node
from stores.platforms.square import words
from stores.platforms.square.api import Api
from stores.platforms.square.fields import maybe

OPEN: Final = frozenset({"INQUIRY_EVIDENCE_REQUIRED", "INQUIRY_PROCESSING", "EVIDENCE_REQUIRED", "PROCESSING"})
PAID_BY_BANK: Final = frozenset({"LOST", "ACCEPTED"})
NO_RIGHT: Final = frozenset({"INSUFFICIENT_SCOPES", "FORBIDDEN"})
NEVER: Final = frozenset({"CASH", "EXTERNAL"})
MOST_PAGES = 20

Disputes = Mapping[str, str]  # payment id → state, of those that stand against a refund


def of(api: Api, payments: Sequence[Node]) -> Disputes | None:
    """Of these payments; None where nobody may tell: the token lacks the right, or the list has no end."""
    at_a_bank = {shapes.ident(one, "id") for one in payments if shapes.text(one, "source_type") not in NEVER}
    if not at_a_bank:
        return {}
    try:
        return {ident: state for ident, state in _standing(api) if ident in at_a_bank}
    except RemoteRefused as exc:
        if exc.code not in NO_RIGHT:
            raise
    except EndlessError:
        pass
    return None


class EndlessError(Exception):
    """More pages than any seller has disputes."""


def _standing(api: Api) -> Iterator[tuple[str, str]]:
    cursor = ""
    for _page in range(MOST_PAGES):
        page = api.get("v2/disputes" + (f"?{urlencode({'cursor': cursor})}" if cursor else ""))
        for one in shapes.nodes(page, "disputes"):
            state = shapes.text(one, "state")
            if state in OPEN | PAID_BY_BANK:
                yield shapes.text(maybe(one, "disputed_payment"), "payment_id"), state
        after = shapes.text(page, "cursor")
        if not after or after == cursor:
            return
        cursor = after
    raise EndlessError


def remarks(found: Disputes | None) -> Iterator[Remark]:
    if found is None:
        yield Remark(kind="payment", text=str(words.DISPUTES_UNKNOWN))
        return
    for payment, state in sorted(found.items()):
        text = str(words.DISPUTES.get(state, words.DISPUTES["PROCESSING"]))
        yield Remark(kind="dispute", text=text, is_open=state in OPEN, stops_refund=True, payment_id=payment)
