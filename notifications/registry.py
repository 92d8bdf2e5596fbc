"""Who carries a delivery: the connection of its destination, else what is built in.

A channel or ledger with a connection is a connector like any other (stores/connectors/registry).
"""

from __future__ import annotations

from notifications.channels.mail import Mail
from notifications.models import Delivery
from stores.connectors.roles import Effects, in_role
from stores.kernel.errors import ConnectionUnreadable, UnknownConnector, Unsupported
from stores.kernel.http.contracts import Journal
from stores.kernel.security.vault import VaultError
from stores.services import connections

UNOPENED = (UnknownConnector, Unsupported, VaultError, ConnectionUnreadable)
BUILT_IN = {Mail.key: Mail}


def opened(delivery: Delivery, *, journal: Journal) -> Effects:
    """Raises UNOPENED; of these Unsupported for a connection that changes nothing outside."""
    to = delivery.destination
    if to is not None and to.connection is not None:
        return in_role(connections.open_connector(to.connection, journal=journal), Effects)
    if delivery.channel not in BUILT_IN:
        raise UnknownConnector(delivery.channel)
    return BUILT_IN[delivery.channel](journal)
