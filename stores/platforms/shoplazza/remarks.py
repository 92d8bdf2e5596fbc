"""What is worth a look at an order, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from stores.canonical.order import Payment, Remark
from stores.platforms.shoplazza import fields, payments, words
from stores.platforms.shoplazza.fields import Node
from stores.platforms.shoplazza.rates import Rates


def of(raw: Node, records: Sequence[Node], paid: Sequence[Payment], rates: Rates) -> Iterator[Remark]:
    yield from _states(raw)
    if fields.text(raw, "fulfillment_status") in words.RETURNS:
        said = str(words.RETURNS[fields.text(raw, "fulfillment_status")])
        yield Remark(kind="return", text=said, is_open=fields.text(raw, "fulfillment_status") == "returning")
    if fields.amount(raw, "gift_card_total", rates.currency):
        yield Remark(kind="payment", text=str(words.GIFT_CARD))
    if any(p.capturable for p in paid) and not any(p.refundable is not None for p in paid):
        yield _other(words.AUTHORISED)
    if payments.shared_channels(raw):
        yield _other(words.DIVIDE)
    if recovery := fields.text(raw, "recovery_status"):
        yield _other(words.RECOVERY.get(recovery, recovery))
    if said := fields.text(raw, "customer_note"):
        yield _other(_("The customer wrote: %(said)s") % {"said": said[:500]})
    for fee in fields.items(raw, "additional_prices"):
        name = fields.text(fee, "fee_title") or fields.text(fee, "name")
        price = fields.amount(fee, "price", rates.currency)
        yield _other(_("Extra fee: %(name)s, %(price)s") % {"name": name, "price": f"{price.amount:f}"})


def _states(raw: Node) -> Iterator[Remark]:
    status, money = fields.text(raw, "status"), fields.text(raw, "financial_status")
    if fields.text(raw, "deleted_at"):
        yield _other(words.DELETED)
    if money in words.MONEY_STATES:
        yield Remark(kind="other", text=str(words.MONEY_STATES[money]), is_open=money == "refunding")
    known = (set(words.ORDER), {*words.PAYMENT, *words.BY_AMOUNT}, set(words.FULFILMENT))
    said = (status, money, fields.text(raw, "fulfillment_status"))
    for word, table in zip(said, known, strict=True):
        if word and word not in table:
            yield _other(_("Shoplazza says “%(word)s”, which Rescind does not know.") % {"word": word[:60]})


def _other(text: str) -> Remark:
    return Remark(kind="other", text=str(text))
