"""What else the same customer ordered: how many, how many of them cancelled, and where to see them."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from stores.models import OrderRecord, User
from stores.selectors import orders

MOST = 20  # beyond this nobody counts


@dataclass(frozen=True)
class Others:
    """count: other orders under the same e-mail in the viewer's shops, at most MOST; has_more: there are more."""

    count: int
    cancelled: int
    has_more: bool
    url: str


def of(viewer: User, record: OrderRecord) -> Others | None:
    """None where the customer is not known by an e-mail."""
    email = record.customer_email
    if not email:
        return None
    page = orders.search(viewer, orders.OrderQuery(words=email), size=MOST + 1)
    rows = [row for row in page.rows if row.pk != record.pk and row.customer_email == email][:MOST]
    address = f"{reverse('orders:list')}?{urlencode({'q': email})}"
    return Others(len(rows), sum(1 for row in rows if row.cancelled_at), bool(page.next), address)
