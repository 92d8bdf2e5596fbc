"""A public document that is not JSON, by one guarded GET: bounded, no redirect, nothing repeated, nothing logged."""

from __future__ import annotations

from urllib3.exceptions import HTTPError

from stores.kernel import clock
from stores.kernel.errors import RemoteError, RemoteUnavailable
from stores.kernel.http import network, responses
from stores.kernel.http.contracts import Timeouts

MOST_BYTES = 200_000


def read(url: str, *, limits: Timeouts) -> str:
    """Its text. Raises RemoteUnavailable whatever went wrong: nothing depends on this one try."""
    exchange = network.Exchange(clock.monotonic() + limits.whole)
    token = network.current.set(exchange)
    try:
        with (
            network.open_session(network.Egress(), pool_size=1) as session,
            session.get(
                url,
                headers={"Accept": "*/*"},
                timeout=(limits.connect, limits.read),
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            if response.status_code != 200:
                raise RemoteUnavailable(str(response.status_code), code=str(response.status_code))
            return responses.whole(response, exchange, MOST_BYTES).decode()
    except RemoteError:
        raise
    except (OSError, HTTPError, ValueError) as exc:  # every requests error is an OSError
        raise RemoteUnavailable("unread", code=type(exc).__name__) from None
    finally:
        network.current.reset(token)
