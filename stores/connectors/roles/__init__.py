"""What an outside account can be to us. A connector inherits the roles it plays, and nothing else is asked of it.

`class Shopify(OrderSource, OrderWriter, Refunder, StockKeeper, HookSource)` reads orders, changes them, gives money
back, corrects stock and sends webhooks; a ledger is a `BookKeeper`, a channel a `Messenger`. Pages, forms, documents
and contract tests follow the roles. A command belongs to the role that names it; whoever lacks the role raises
Unsupported before anything is sent. Read `connector` first (the head that all share), then `effects` (how something
is done once); the rest are short.
"""

from stores.connectors.roles.connector import Access, Connector, ConnectorContext, End, Scope, Transport, in_role
from stores.connectors.roles.effects import Answers, Effects, Looks
from stores.connectors.roles.hooks import HookSource, Subscriptions
from stores.connectors.roles.orders import Listing, OrderSource, Reads
from stores.connectors.roles.writers import BookKeeper, Messenger, OrderWriter, Refunder, StockKeeper
from stores.connectors.webhooks import HOOK_ADDRESS, WHOLE_ORDER, Hook

__all__ = [
    "HOOK_ADDRESS",
    "WHOLE_ORDER",
    "Access",
    "Answers",
    "BookKeeper",
    "Connector",
    "ConnectorContext",
    "Effects",
    "End",
    "Hook",
    "HookSource",
    "Listing",
    "Looks",
    "Messenger",
    "OrderSource",
    "OrderWriter",
    "Reads",
    "Refunder",
    "Scope",
    "StockKeeper",
    "Subscriptions",
    "Transport",
    "in_role",
]
