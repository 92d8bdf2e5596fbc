"""Rows of the ground floor: people, shops, their mirrored orders, the audit chains. Read `store` first.

Selectors ask, services write. A mirrored order is a copy for lists and search and is never believed for an effect.
Platforms are no `choices`: each new vendor would cost a migration.
"""

from stores.models.audit import AuditChain, AuditEvent, Checkpoint
from stores.models.check import ChainCheck
from stores.models.order import OrderRecord, OrderSnapshot
from stores.models.people import Invitation, Membership, Role, User
from stores.models.store import Store, StoreHealth, StoreSecret, StoreState, StoreSync, SyncPhase
from stores.models.unreadable import UnreadableOrder

__all__ = [
    "AuditChain",
    "AuditEvent",
    "ChainCheck",
    "Checkpoint",
    "Invitation",
    "Membership",
    "OrderRecord",
    "OrderSnapshot",
    "Role",
    "Store",
    "StoreHealth",
    "StoreSecret",
    "StoreState",
    "StoreSync",
    "SyncPhase",
    "UnreadableOrder",
    "User",
]
