"""What is worth a look at an order, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from stores.canonical.order import Payment, Remark
from stores.platforms.shoplazza import capabilities, fields, payments
from stores.platforms.shoplazza.fields import Node
from stores.platforms.shoplazza.rates import Rates


def of(raw: Node, records: Sequence[Node], paid: Sequence[Payment], rates: Rates) -> Iterator[Remark]:
    yield from _states(raw)
    if fields.text(raw, "fulfillment_status") in capabilities.RETURNS:
        said = str(capabilities.RETURNS[fields.text(raw, "fulfillment_status")])
        yield Remark(kind="return", text=said, is_open=fields.text(raw, "fulfillment_status") == "returning")
    if fields.amount(raw, "gift_card_total", rates.currency):
        yield Remark(kind="payment", text=str(capabilities.GIFT_CARD))
    if any(p.capturable for p in paid) and not any(p.refundable is not None for p in paid):
        yield _other(capabilities.AUTHORISED)
    if payments.shared_channels(raw):
        yield _other(capabilities.DIVIDE)
    if recovery := fields.text(raw, "recovery_status"):
        yield _other(capabilities.RECOVERY.get(recovery, recovery))
    if said := fields.text(raw, "customer_note"):
        yield _other(_("The customer wrote: %(said)s") % {"said": said[:500]})
    for fee in fields.items(raw, "additional_prices"):
        name = fields.text(fee, "fee_title") or fields.text(fee, "name")
        price = fields.amount(fee, "price", rates.currency)
        yield _other(_("Extra fee: %(name)s, %(price)s") % {"name": name, "price": f"{price.amount:f}"})


def _states(raw: Node) -> Iterator[Remark]:
    status, money = fields.text(raw, "status"), fields.text(raw, "financial_status")
    if fields.text(raw, "deleted_at"):
        yield _other(capabilities.DELETED)
    if money in capabilities.MONEY_STATES:
        yield Remark(kind="other", text=str(capabilities.MONEY_STATES[money]), is_open=money == "refunding")
    known = (set(capabilities.ORDER), {*capabilities.PAYMENT, *capabilities.BY_AMOUNT}, set(capabilities.FULFILMENT))
    said = (status, money, fields.text(raw, "fulfillment_status"))
    for word, table in zip(said, known, strict=True):
        if word and word not in table:
            yield _other(_("Shoplazza says “%(word)s”, which Rescind does not know.") % {"word": word[:60]})


def _other(text: str) -> Remark:
    return Remark(kind="other", text=str(text))
