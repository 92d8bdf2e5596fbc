"""Rows of the ground floor: people, connections, shops, their mirrored orders, the audit chains.

Read `connection`, then `store`. Selectors ask, services write. A mirrored order is a copy for lists and search and is
never believed for an effect. Connectors are no `choices`: each new vendor would cost a migration.
"""

from stores.models.audit import AuditChain, AuditEvent, Checkpoint
from stores.models.check import ChainCheck
from stores.models.connection import Connection, ConnectionHealth, ConnectionSecret, ConnectionState
from stores.models.order import OrderRecord, OrderSnapshot
from stores.models.order_lists import ListedOrder, OrderList, SavedView
from stores.models.people import CurrencyLimit, Invitation, Membership, Role, User
from stores.models.rates import ExchangeRate, RateSource
from stores.models.store import HoldTier, ServedRole, Store, StoreRole, StoreState, StoreSync, SyncPhase
from stores.models.unreadable import UnreadableOrder

__all__ = [
    "AuditChain",
    "AuditEvent",
    "ChainCheck",
    "Checkpoint",
    "Connection",
    "ConnectionHealth",
    "ConnectionSecret",
    "ConnectionState",
    "CurrencyLimit",
    "ExchangeRate",
    "HoldTier",
    "Invitation",
    "ListedOrder",
    "Membership",
    "OrderList",
    "OrderRecord",
    "OrderSnapshot",
    "RateSource",
    "Role",
    "SavedView",
    "ServedRole",
    "Store",
    "StoreRole",
    "StoreState",
    "StoreSync",
    "SyncPhase",
    "UnreadableOrder",
    "User",
]
