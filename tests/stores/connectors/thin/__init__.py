"""One thin connector of each kind that is no order platform: a refund at Stripe, a credit note in Xero, a mail.

They speak as the vendors do and know only what a role asks for: where a role is cut wrongly, they feel it first.
"""

from tests.stores.connectors.thin.mailgun import Mailgun
from tests.stores.connectors.thin.stripe import Stripe
from tests.stores.connectors.thin.xero import Xero

__all__ = ["Mailgun", "Stripe", "Xero"]
