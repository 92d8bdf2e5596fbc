"""What paid for an order beside its payment: gift cards of extensions, which no refund of WooCommerce gives back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.platforms.woocommerce import amounts, messages
from stores.platforms.woocommerce.ledger import ZERO, Books, Kind

LIKE_A_CARD = re.compile(r"gift|voucher|store credit|gutschein|cadeau", re.IGNORECASE)


def said(order: Node, kept: Books) -> Iterator[str]:
    """A sentence for each way in which a part of the price was paid otherwise. Codes of cards are money: not told."""
    cards = [amounts.number(card, "amount") for card in json_readers.nodes(order, "gift_cards")]
    if sum(cards, ZERO) > 0:
        yield _money(messages.BY_GIFT_CARDS, sum(cards, ZERO), kept)
    elif -kept.unlisted > max(kept.rounding, kept.step):
        yield _money(messages.BY_SOMETHING, -kept.unlisted, kept)
    for item in kept.of(Kind.FEE):
        if item.net < 0 and LIKE_A_CARD.search(item.title):
            yield _money(messages.BY_GIFT_CARDS, -item.gross, kept)


def _money(sentence: str, amount: Decimal, kept: Books) -> str:
    said = amounts.told(amounts.rounded(amount, kept.step))
    return str(sentence) % {"amount": f"{said} {kept.currency}"}
