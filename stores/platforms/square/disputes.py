"""Which payments a bank disputes. Square tells it of the seller, never with the payment itself.

The list is read whole: its filter takes one state, and a seller has few disputes. States
and fields are those of the vendor's OpenAPI description (Dispute, DisputeState).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlencode

from stores.canonical.order import Remark
from stores.kernel.errors import RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node, maybe
from stores.platforms.square import capabilities
from stores.platforms.square.api import Api

FREE: Final = frozenset(
    {"WON", "INQUIRY_CLOSED"}
)  # the money stayed; a state that nobody knows stands against a refund
PAID_BY_BANK: Final = frozenset({"LOST", "ACCEPTED"})
NO_RIGHT: Final = frozenset({"INSUFFICIENT_SCOPES", "FORBIDDEN"})
NEVER: Final = frozenset({"CASH", "EXTERNAL"})
MOST_PAGES = 20

Disputes = tuple[tuple[str, str], ...]  # (payment id, state) of each that stands against a refund; some share a payment


def of(api: Api, payments: Sequence[Node]) -> Disputes | None:
    """Of these payments; None where nobody may tell: the token lacks the right, or the list has no end."""
    at_a_bank = {
        json_readers.ident(one, "id") for one in payments if json_readers.text(one, "source_type") not in NEVER
    }
    if not at_a_bank:
        return ()
    try:
        return tuple(sorted(one for one in _standing(api) if one[0] in at_a_bank))
    except RemoteRefused as exc:
        if exc.code not in NO_RIGHT:
            raise
    except EndlessError:
        pass
    return None


class EndlessError(Exception):
    """More pages than any seller has disputes, or one that leads back to itself."""


def _standing(api: Api) -> Iterator[tuple[str, str]]:
    cursor = ""
    for _page in range(MOST_PAGES):
        page = api.get("v2/disputes" + (f"?{urlencode({'cursor': cursor})}" if cursor else ""))
        for one in json_readers.nodes(page, "disputes"):
            state = json_readers.text(one, "state")
            if state not in FREE:
                yield json_readers.text(maybe(one, "disputed_payment"), "payment_id"), state
        after = json_readers.text(page, "cursor")
        if not after:
            return
        if after == cursor:
            break
        cursor = after
    raise EndlessError


def remarks(found: Disputes | None) -> Iterator[Remark]:
    if found is None:
        yield Remark(kind="payment", text=str(capabilities.DISPUTES_UNKNOWN), is_open=True)
        return
    for payment, state in found:
        text = str(capabilities.DISPUTES.get(state, capabilities.DISPUTES_OTHER))
        is_open = state not in PAID_BY_BANK
        yield Remark(kind="dispute", text=text, is_open=is_open, stops_refund=True, payment_id=payment)
