"""What rides along with a request or task without being passed: its id, and the zone that its reader lives in."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
reader_zone: ContextVar[str] = ContextVar("reader_zone", default="")  # a name as of the IANA; "": not said


def known_or_new(given: str) -> str:
    """The id that somebody in front of us gave the request, when it looks like one; else a new one."""
    return given if re.fullmatch(r"[A-Za-z0-9-]{8,64}", given) else secrets.token_hex(8)
