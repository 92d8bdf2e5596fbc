"""What an HTTP answer lets us know: read whole, bounded, strict; then sorted by RELIABILITY 5."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from stores.kernel import clock
from stores.kernel.errors import (
    CredentialsRejected,
    OutcomeUnknown,
    RemoteConflict,
    RemoteError,
    RemoteRefused,
    RemoteThrottled,
    RemoteUnavailable,
)
from stores.kernel.http import safe_json
from stores.kernel.http.network import Exchange

CHUNK = 65_536
LONGEST_RETRY_AFTER = 3600.0
DEFAULT_RETRY_AFTER = 5.0  # a 429 that names no time
LOCKED_RETRY_AFTER = 300.0  # 423: minutes
SHORT = 1.0  # no longer than the pauses between repeated reads
MAYBE_PROCESSED = frozenset({408, 425, 499})  # 4xx that say nothing about what happened


@dataclass(frozen=True)
class Answer:
    """A 2xx that is whole and well formed. `headers` in lower case; `body` parsed JSON, None when empty and allowed."""

    status: int
    headers: Mapping[str, str]
    body: Any
    request_id: str = ""


def read(
    response: requests.Response, exchange: Exchange, *, effect: bool, size: int, may_be_empty: bool = False
) -> Answer:
    """The answer, or the class of what is known instead. Raises requests' own errors when it breaks off."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    request_id = id_of(headers)
    if not 200 <= response.status_code < 300:
        raise refusal(response.status_code, headers, _lenient(response, exchange, size), effect=effect)
    try:
        body = _strict(whole(response, exchange, size), headers, may_be_empty)
    except ValueError as exc:
        raise _bad(response.status_code, request_id, str(exc), effect=effect) from exc
    return Answer(response.status_code, headers, body, request_id)


def id_of(headers: Mapping[str, str]) -> str:
    """Their name of the exchange, by either of its usual headers."""
    return (headers.get("x-request-id") or headers.get("request-id") or "")[:80]


def whole(response: requests.Response, exchange: Exchange, size: int) -> bytes:
    """The body after decompression. Raises ValueError when it is too large or dripping."""
    found = bytearray()
    for chunk in response.iter_content(CHUNK):
        found += chunk
        if len(found) > size:
            raise ValueError("too_large")
        if exchange.left() <= 0:
            raise ValueError("too_slow")
    return bytes(found)


def _strict(raw: bytes, headers: Mapping[str, str], may_be_empty: bool) -> Any:
    if not raw and may_be_empty:
        return None
    if not raw.strip():
        raise ValueError("empty")
    if "json" not in headers.get("content-type", "").split(";")[0].lower():
        raise ValueError("not_json")  # login pages and captive portals answer 200
    try:
        return safe_json.loads(raw)
    except ValueError as exc:
        raise ValueError("bad_json") from exc


def _lenient(response: requests.Response, exchange: Exchange, size: int) -> Any:
    """The body of a refusal, for its code and words; None when it is not JSON."""
    try:
        return safe_json.loads(whole(response, exchange, size))
    except (ValueError, requests.RequestException):
        return None


def _bad(status: int, request_id: str, code: str, *, effect: bool) -> RemoteError:
    kind = OutcomeUnknown if effect else RemoteUnavailable
    return kind(f"bad answer: {code}", code=code, status=status, request_id=request_id)


def refusal(status: int, headers: Mapping[str, str], body: Any, *, effect: bool) -> RemoteError:
    """The class of an answer that is not 2xx; what no row names is unknown."""
    told: dict[str, Any] = {"status": status, "request_id": id_of(headers), "answer": body}
    match status:
        case 401:
            return CredentialsRejected("401", code="401", **told)
        case 409:
            return RemoteConflict("409", code="409", **told)
        case 423:
            return RemoteUnavailable("423", code="423", retry_after=LOCKED_RETRY_AFTER, **told)
        case 429:
            return RemoteThrottled("429", code="429", retry_after=retry_after(headers), **told)
    if 400 <= status < 500 and status not in MAYBE_PROCESSED:
        return RemoteRefused(str(status), code=str(status), **told)
    if effect:
        return OutcomeUnknown(str(status), code=str(status), **told)
    # A shop under maintenance says when it is back.
    wait = retry_after(headers) if status == 503 and says_when(headers) else 0
    return RemoteUnavailable(str(status), code=str(status), retry_after=wait if wait > SHORT else None, **told)


def says_when(headers: Mapping[str, str]) -> str:
    return (headers.get("retry-after") or headers.get("x-retry-after") or "").strip()


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds to wait, told as seconds or as a date, between 0 and an hour."""
    said = says_when(headers)
    try:
        seconds = float(said)
    except ValueError:
        seconds = _until(said)
    if not math.isfinite(seconds):
        return DEFAULT_RETRY_AFTER
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)


def _until(said: str) -> float:
    try:
        when = parsedate_to_datetime(said)
    except (ValueError, TypeError, IndexError, OverflowError):
        return math.nan
    return (when.replace(tzinfo=when.tzinfo or UTC) - clock.now()).total_seconds()
