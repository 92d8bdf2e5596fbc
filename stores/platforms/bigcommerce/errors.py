"""The platform's refusals as our classes, out of the shapes in which it says them.

v2: [{"status", "message"}]; v3: {"status", "title", "errors": {field: text}}; payment actions: {"data": [{…}]} with
either of `title` and `error`, or {"errors": [{…}]} of the same; 504 of a void: {"errors": {…}}.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stores.kernel.errors import RemoteError, RemoteRefused, RemoteThrottled
from stores.kernel.http.responses import DEFAULT_RETRY_AFTER
from stores.platforms.bigcommerce import capabilities

OVERLOADED_SECONDS = 30.0  # 429 without a word about time means the platform itself is overloaded: a whole window
PLAN_LIMIT = 507
RUNNING = "refund_running"


def flat(body: Any) -> str:
    """All that is said, as one message."""
    return "; ".join(dict.fromkeys(_parts(body)))[:500]


def _parts(body: Any) -> Iterator[str]:
    match body:
        case list():
            for one in body[:20]:
                yield from _parts(one)
        case Mapping():
            yield from _parts(body.get("data"))
            for name in ("title", "message", "error"):
                if isinstance(said := body.get(name), str) and said.strip():
                    yield said.strip()
            yield from _fields(body.get("errors"))


def _fields(said: Any) -> Iterator[str]:
    if isinstance(said, Mapping):
        for name, text in list(said.items())[:20]:
            if isinstance(text, str) and text.strip():
                yield f"{name} {text.strip()}"
    elif isinstance(said, list):
        yield from (text.strip() for text in said[:20] if isinstance(text, str) and text.strip())
        yield from _parts([one for one in said[:20] if isinstance(one, Mapping)])


def sorted_out(exc: RemoteError, *, effect: bool) -> RemoteError:
    """The transport's class by status, with words, and the few rows where the status alone says too little."""
    said = flat(exc.answer)
    told: dict[str, Any] = {"status": exc.status, "request_id": exc.request_id, "answer": exc.answer}
    if exc.status == PLAN_LIMIT:
        return RemoteRefused(said, code="plan_limit", user_message=capabilities.refused(said, PLAN_LIMIT), **told)
    if exc.status == 404:
        return RemoteRefused(said, code="not_found", user_message=capabilities.refused(said, 404), **told)
    if exc.status == 422 and is_running(said):
        return RemoteRefused(said, code=RUNNING, user_message=str(capabilities.RUNNING), **told)
    if isinstance(exc, RemoteThrottled) and exc.status == 429 and exc.retry_after == DEFAULT_RETRY_AFTER:
        exc.retry_after = OVERLOADED_SECONDS
    if exc.status in capabilities.STATUSES:
        exc.user_message = capabilities.refused(said, exc.status)
    return exc


def is_running(said: str) -> bool:
    """The only words that tell this refusal from the others of 422; exact texts are not documented."""
    lower = said.lower()
    return "another refund" in lower or "running" in lower or "in progress" in lower or "concurrent" in lower
