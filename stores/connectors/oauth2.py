"""OAuth 2.0, client credentials (RFC 6749, section 4.4): a token for the account itself, without a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stores.connectors.roles import ConnectorContext
from stores.kernel.errors import CredentialsRejected, RemoteRefused, RemoteUnavailable

REFUSALS = (400, 403)  # beside 401, which the transport knows
LIFE_SECONDS = 86_399  # where none is told
SHORT_SECONDS = 3600.0  # where what is told makes no sense


def client_credentials(connection: ConnectorContext, url: str, keys: Mapping[str, str]) -> tuple[str, float]:
    """(token, seconds it lives). keys: client_id, client_secret. Raises CredentialsRejected for a refusal."""
    wanted = {"grant_type": "client_credentials", **keys}
    try:
        answer = connection.transport.send("POST", url, form=wanted, cost=0)
    except RemoteRefused as exc:
        if exc.status not in REFUSALS:
            raise
        raise CredentialsRejected("token refused", code=exc.code, status=exc.status) from exc
    return _token_of(answer.body)


def _token_of(body: Any) -> tuple[str, float]:
    token, life = (
        (body.get("access_token"), body.get("expires_in", LIFE_SECONDS)) if isinstance(body, dict) else ("", 0)
    )
    if not isinstance(token, str) or not token.isprintable() or not token:
        raise RemoteUnavailable("no token in the answer", code="bad_token")
    return token, float(life) if isinstance(life, int) and 0 < life < 10**8 else SHORT_SECONDS
