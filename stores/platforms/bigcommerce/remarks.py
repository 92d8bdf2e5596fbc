"""What is worth a look at an order, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from stores.canonical.order import Remark
from stores.kernel import shapes
from stores.kernel.shapes import Node
from stores.platforms.bigcommerce import moneys, words
from stores.platforms.bigcommerce.moneys import Rates
from stores.platforms.bigcommerce.stock import Stocks


def of(raw: Node, records: Sequence[Node], stocks: Stocks, rates: Rates, *, is_clear: bool) -> Iterator[Remark]:
    status, money = int(shapes.units(raw, "status_id")), shapes.text(raw, "payment_status")
    if status == words.DISPUTED:
        yield Remark(kind="dispute", text=str(words.DISPUTE), is_open=True, stops_refund=True)
    if status in words.REMARKS:
        yield _other(str(words.REMARKS[status]))
    if status in words.PACKING:
        yield _other(str(words.PACKING[status]))
    if shapes.flag(raw, "is_deleted"):
        yield _other(str(words.ARCHIVED))
    if money in words.UNDECIDED:
        yield Remark(kind="other", text=str(words.UNDECIDED[money]), is_open=True)
    elif money and money not in words.PAYMENT:
        yield _other(_("BigCommerce says “%(word)s”, which Rescind does not know.") % {"word": money[:60]})
    if not is_clear:
        yield _other(str(words.TWO_CURRENCIES))
    if stocks.places is None:
        yield _other(str(words.NO_STOCK_RIGHT))
    yield from _declined(records, rates)
    if said := shapes.text(raw, "customer_message"):
        yield _other(_("The customer wrote: %(said)s") % {"said": said[:500]})


def _declined(records: Sequence[Node], rates: Rates) -> Iterator[Remark]:
    for record in records:
        for part in shapes.nodes(record, "payments"):
            if shapes.flag(part, "is_declined"):
                back = moneys.amount(part, rates.currency, "amount")
                said = {"amount": f"{back.amount:f} {back.currency}"}
                yield _other(str(words.DECLINED_BEFORE) % said)


def _other(text: str) -> Remark:
    return Remark(kind="other", text=text)
