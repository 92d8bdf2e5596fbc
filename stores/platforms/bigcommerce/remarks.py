"""What is worth a look at an order, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from stores.canonical.order import Remark
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.platforms.bigcommerce import capabilities, moneys
from stores.platforms.bigcommerce.moneys import Rates
from stores.platforms.bigcommerce.stock import Stocks


def of(raw: Node, records: Sequence[Node], stocks: Stocks, rates: Rates, *, is_clear: bool) -> Iterator[Remark]:
    status, money = int(json_readers.units(raw, "status_id")), json_readers.text(raw, "payment_status")
    if status == capabilities.DISPUTED:
        yield Remark(kind="dispute", text=str(capabilities.DISPUTE), is_open=True, stops_refund=True)
    if status in capabilities.REMARKS:
        yield _other(str(capabilities.REMARKS[status]))
    if status in capabilities.PACKING:
        yield _other(str(capabilities.PACKING[status]))
    if json_readers.flag(raw, "is_deleted"):
        yield _other(str(capabilities.ARCHIVED))
    if money in capabilities.UNDECIDED:
        yield Remark(kind="other", text=str(capabilities.UNDECIDED[money]), is_open=True)
    elif money and money not in capabilities.PAYMENT:
        yield _other(_("BigCommerce says “%(word)s”, which Rescind does not know.") % {"word": money[:60]})
    if not is_clear:
        yield _other(str(capabilities.TWO_CURRENCIES))
    if stocks.places is None:
        yield _other(str(capabilities.NO_STOCK_RIGHT))
    yield from _declined(records, rates)
    if said := json_readers.text(raw, "customer_message"):
        yield _other(_("The customer wrote: %(said)s") % {"said": said[:500]})


def _declined(records: Sequence[Node], rates: Rates) -> Iterator[Remark]:
    for record in records:
        for part in json_readers.nodes(record, "payments"):
            if json_readers.flag(part, "is_declined"):
                back = moneys.amount(part, rates.currency, "amount")
                said = {"amount": f"{back.amount:f} {back.currency}"}
                yield _other(str(capabilities.DECLINED_BEFORE) % said)


def _other(text: str) -> Remark:
    return Remark(kind="other", text=text)
