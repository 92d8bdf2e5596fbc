"""Rows of the ground floor: people, connections, shops, their mirrored orders, the audit chains."""

from stores.models.audit import AuditChain, AuditEvent, Checkpoint
from stores.models.check import ChainCheck
from stores.models.connection import Connection, ConnectionHealth, ConnectionSecret, ConnectionState
from stores.models.order import OrderRecord
from stores.models.people import Invitation, Membership, Role, User
from stores.models.store import ServedRole, Store, StoreRole, StoreState, StoreSync, SyncPhase
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
    "Invitation",
    "Membership",
    "OrderRecord",
    "Role",
    "ServedRole",
    "Store",
    "StoreRole",
    "StoreState",
    "StoreSync",
    "SyncPhase",
    "UnreadableOrder",
    "User",
]
