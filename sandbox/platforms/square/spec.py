"""What an order of a Square seller should look like: keywords with believable defaults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.core.people import Person

__all__ = ["Line", "Order", "Person"]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line. `quantity` may be text ("0.75" of a weight); `discount`: off the whole line.

    unit: of what is weighed ("IMPERIAL_POUND"), "" for pieces.
    tracked: its item is counted in the inventory; item: "" for a made-up id of the catalogue, "-" for none.
    """

    title: str = "Enamel mug"
    price: str = "10.00"
    quantity: int | str = 1
    sku: str = "MUG"
    variant: str = "Regular"
    discount: str = "0"
    kind: str = "ITEM"  # ITEM, CUSTOM_AMOUNT, GIFT_CARD
    unit: str = ""
    tracked: bool = True
    item: str = ""


@dataclass(frozen=True, kw_only=True)
class Order:
    """One order. `pay`: paid, authorised, unpaid. `tender`: (source, amount) pairs instead of one payment of all.

    source: CARD, CASH, EXTERNAL, WALLET, BANK_ACCOUNT. outcome: of refunds, COMPLETED, REJECTED or FAILED.
    fulfilment: PICKUP, SHIPMENT, DELIVERY or "" for none; state: of it. entries: units of each line in a first
    fulfilment of an entry list, the rest in a second one. is_versioned: made through the API, so that it can change.
    earlier: units of the first line that came back at the till, with an itemised return. disputed: the state of
    its payments' dispute, "" = nobody disputes them.
    """

    lines: Sequence[Line] = field(default_factory=lambda: (Line(),))
    pay: str = "paid"
    source: str = "CARD"
    tender: Sequence[tuple[str, str]] = ()
    outcome: str = "COMPLETED"
    currency: str = ""
    location: str = ""
    tax_rate: str = "0"  # percent
    taxes_included: bool = False
    charge: str = "0"  # a service charge on the whole: delivery, gratuity
    tip: str = "0"
    fulfilment: str = "PICKUP"
    state: str = "PROPOSED"
    entries: Sequence[int] = ()
    order_state: str = ""  # "": OPEN, or COMPLETED where nothing is left to do
    is_versioned: bool = True
    earlier: int = 0
    refunds: int = 0  # refunds of one minor unit that were made long ago
    disputed: str = ""
    person: Person | None = field(default_factory=Person)
    age_days: float = 1.0
    reference: str = ""
    ticket: str = ""
    source_name: str = "Online store"
