"""Ways in which a network or a platform fails, each armed by name for an operation and a number of requests.

`effect` says what happened at the platform: none, done, twice, late (lands `seconds` after the connection died).
The names in INNER are spent deeper inside (by the job, the key store, the bucket); all others by the router.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.core.store import Store


@dataclass(frozen=True)
class Kind:
    name: str
    effect: str  # none | done | twice | late
    about: str


@dataclass(frozen=True)
class Fault:
    name: str
    detail: Mapping[str, Any]


ALL = (
    Kind("refused", "none", "no connection is made (in process; the server drops it)"),
    Kind("drop_before", "none", "the connection closes, nothing happened"),
    Kind("drop_after", "done", "the connection closes, it happened"),
    Kind("reset_before", "none", "the connection is reset, nothing happened"),
    Kind("reset_after", "done", "the connection is reset, it happened"),
    Kind("hang_before", "none", "no answer for `seconds`, then a drop; nothing happened"),
    Kind("hang_after", "done", "no answer for `seconds`, then a drop; it happened"),
    Kind("delay", "done", "the answer comes `seconds` late"),
    Kind("late", "late", "the connection drops; it happens `seconds` later"),
    Kind("doubled", "twice", "something on the way sends the request twice"),
    Kind("too_many", "none", "429; `retry_after`: a number, 'date' (with `seconds`) or 'none'"),
    Kind("error_before", "none", "`status` (500), nothing happened"),
    Kind("error_after", "done", "`status` (502), it happened"),
    Kind("cut_body", "done", "half of the announced bytes, then a drop"),
    Kind("cut_json", "done", "whole HTTP, half of the JSON"),
    Kind("html", "none", "200 with a login page, nothing happened"),
    Kind("html_after", "done", "200 with a page, it happened"),
    Kind("empty", "none", "200 without a body, nothing happened"),
    Kind("empty_after", "done", "200 without a body, it happened"),
    Kind("huge", "done", "12 MB of JSON"),
    Kind("bomb", "done", "a small compressed body that becomes 64 MB"),
    Kind("drip", "done", "one byte every `pause` seconds"),
    Kind("redirect", "none", "302 to `to`, nothing happened"),
    Kind("redirect_after", "done", "302 to `to`, it happened"),
    Kind("deep", "done", "JSON nested 100,000 deep"),
    Kind("nan", "done", "JSON with NaN"),
    Kind("duplicate_key", "done", "JSON whose `data` comes twice"),
    Kind("garbage", "done", "bytes that are not text"),
    Kind("internal_error", "none", "200 with INTERNAL_SERVER_ERROR, nothing happened"),
    Kind("internal_error_after", "done", "200 with INTERNAL_SERVER_ERROR, it happened"),
    Kind("stale", "done", "a read shows the order as it was before its last change"),
    Kind("throttled", "none", "THROTTLED, whatever the bucket holds"),
    Kind("stuck_job", "done", "the cancel job is accepted and never finishes"),
    Kind("job_fails", "none", "the cancel job ends FAILED with `code` (INTERNAL_ERROR) and `message`"),
    Kind("user_error", "none", "a mutation answers with one user error: `code`, `message`, `field`"),
    Kind("key_running", "none", "the same idempotency key is said to be running"),
)
REGISTRY = {kind.name: kind for kind in ALL}
INNER = frozenset({"stale", "throttled", "stuck_job", "job_fails", "user_error", "key_running"})


def arm(store: Store, name: str, *, on: str, times: int, skip: int, detail: Mapping[str, Any]) -> None:
    """Raises ValueError for an unknown fault."""
    if name not in REGISTRY:
        raise ValueError(f"no fault {name!r}; there are: {', '.join(REGISTRY)}")
    with store.write() as db:
        db.execute(
            "INSERT INTO faults (name, operation, times, skip, detail) VALUES (?, ?, ?, ?, ?)",
            (name, on, times, skip, json.dumps(detail)),
        )


def spend(store: Store, operations: Collection[str], names: Collection[str] | None = None) -> Fault | None:
    """Takes one armed fault that fits; None when there is none. `names` None: every fault that is not INNER."""
    db = store.db
    if not db.execute("SELECT 1 FROM faults LIMIT 1").fetchone():
        return None
    with store.write():
        for row in db.execute("SELECT * FROM faults ORDER BY id").fetchall():
            fits = row["name"] in names if names is not None else row["name"] not in INNER
            if not fits or not (row["operation"] == "*" or row["operation"] in operations):
                continue
            if row["skip"]:
                db.execute("UPDATE faults SET skip = skip - 1 WHERE id = ?", (row["id"],))
                continue
            if row["times"] <= 1:
                db.execute("DELETE FROM faults WHERE id = ?", (row["id"],))
            else:
                db.execute("UPDATE faults SET times = times - 1 WHERE id = ?", (row["id"],))
            store.count("faults", row["name"])
            return Fault(row["name"], json.loads(row["detail"]))
    return None
