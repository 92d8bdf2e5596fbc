"""Signatures on what comes in: HMAC in constant time, any bad input is simply not signed."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterable, Sequence


def hmac_base64(secret: str, body: bytes) -> str:
    """base64(HMAC-SHA256(secret, body))"""
    return b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def hmac_hex(secret: str, body: bytes) -> str:
    """HMAC-SHA256 in lower-case hexadecimal."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def is_any(given: str, expected: Iterable[str]) -> bool:
    """True when `given` equals one of `expected`; takes the same time wherever they differ.

    Bytes are compared, since compare_digest raises TypeError for text beyond ASCII.
    """
    seen = given.encode("utf-8", "surrogatepass")
    return any([hmac.compare_digest(seen, wanted.encode()) for wanted in expected])


def is_signed(given: object, body: bytes, *, secrets: Sequence[str]) -> bool:
    """Is `given` the base64 HMAC-SHA256 of `body` under one of `secrets` (old and new)? An empty secret never is."""
    if not isinstance(given, str) or not given or not isinstance(body, bytes):
        return False
    usable = [secret for secret in secrets if secret]
    return is_any(given, [hmac_base64(secret, body) for secret in usable])
