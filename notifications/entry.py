"""An account that no longer lets a message in: its connection is disconnected, and all that goes there waits."""

from __future__ import annotations

from notifications.journal import shut
from notifications.models import Delivery
from stores.connectors.roles import Connector
from stores.kernel.errors import CredentialsRejected, RemoteError, RemoteRefused
from stores.services import connections

FORBIDDEN = 403


def is_shut_out(delivery: Delivery, connector: Connector, exc: Exception) -> bool:
    """A 403 may be about this one thing alone, so the account is asked whether we may enter at all."""
    to = delivery.destination
    if to is None or to.connection is None or (refusal := _refusal(connector, exc)) is None:
        return False
    connections.reject_credentials(to.connection, refusal)
    to.connection.refresh_from_db(fields=["state"])
    return bool(shut(to.connection))


def words(delivery: Delivery) -> str:
    """What a delivery says while its account is shut; "" for one that needs none."""
    return shut(delivery.destination.connection) if delivery.destination else ""


def _refusal(connector: Connector, exc: Exception) -> CredentialsRejected | None:
    if isinstance(exc, CredentialsRejected):
        return exc
    if not isinstance(exc, RemoteRefused) or exc.status != FORBIDDEN:
        return None
    try:
        connector.check_access()
    except CredentialsRejected as no:
        return no
    except RemoteRefused as no:
        return CredentialsRejected(str(no), code=no.code) if no.status == FORBIDDEN else None
    except RemoteError:
        pass
    return None
