"""Secrets at rest: AES-256-GCM under a ring of keys, each value bound to the row it stands in.

Sealed form: version byte 1, length of the key id (one byte), key id, 12-byte nonce, ciphertext with its
16-byte tag. Everything before the nonce and `bound_to` are authenticated too, so a value that was copied from
another row, column or shop, cut, or planted in clear does not open. settings.VAULT_KEYS is the ring,
"id:base64 of 32 bytes,..."; the first key seals, every key opens; it is not derived from SECRET_KEY.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from stores.kernel.errors import DeskError

VERSION = b"\x01"
NONCE_BYTES = 12  # random: good for 2^32 values under one key (NIST SP 800-38D, 8.3)
TAG_BYTES = 16
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class VaultError(DeskError):
    """A sealed value that does not open here: wrong row, wrong key, changed, or never sealed."""

    default_message = "A stored secret could not be opened. Enter it again, or restore the key ring."


def bound(table: str, column: str, row: object, store: object) -> str:
    """The one spelling of `bound_to`: "table|column|row|store". Models that hold sealed values give it ready."""
    return f"{table}|{column}|{row}|{store}"


def seal(plain: bytes, *, bound_to: str) -> bytes:
    """Encrypt `plain` so that it opens only at `bound_to`."""
    key_id, key = next(iter(_ring().items()))
    header = _header(key_id)
    nonce = os.urandom(NONCE_BYTES)
    return header + nonce + AESGCM(key).encrypt(nonce, plain, header + bound_to.encode())


def unseal(sealed: bytes | memoryview, *, bound_to: str) -> bytes:
    """The plain bytes again. Raises VaultError unless this very value was sealed for `bound_to`."""
    sealed = bytes(sealed)  # PostgreSQL hands out memoryviews
    name = key_id(sealed)
    key = _ring().get(name)
    if key is None:
        raise VaultError("sealed under a key that is not in the ring")
    header = _header(name)
    nonce, body = sealed[len(header) :][:NONCE_BYTES], sealed[len(header) + NONCE_BYTES :]
    if len(body) < TAG_BYTES:
        raise VaultError("too short to be a sealed value")
    try:
        return AESGCM(key).decrypt(nonce, body, header + bound_to.encode())
    except InvalidTag as exc:
        raise VaultError("does not open here") from exc


def reseal(sealed: bytes | memoryview, *, bound_to: str) -> bytes | None:
    """The value under the first key; None when it is already. Raises VaultError like `unseal`.

    It is opened in either case: the id of a key says nothing of the key.
    """
    plain = unseal(sealed, bound_to=bound_to)
    return None if key_id(bytes(sealed)) == next(iter(_ring())) else seal(plain, bound_to=bound_to)


def key_id(sealed: bytes) -> str:
    """Which key sealed this. Raises VaultError for what was never sealed."""
    if len(sealed) < 2 or sealed[:1] != VERSION or not 0 < sealed[1] <= len(sealed) - 2:
        raise VaultError("not a sealed value")
    try:
        return sealed[2 : 2 + sealed[1]].decode("ascii")
    except UnicodeDecodeError as exc:
        raise VaultError("not a sealed value") from exc


def digest(plain: str) -> str:
    """A keyed fingerprint (HMAC-SHA-256, hex) that names words without telling or letting anybody guess them."""
    return _digest(next(iter(_ring().values())), plain)


def is_digest_of(known: str, plain: str) -> bool:
    """Whether `known` was `digest(plain)` under any key of the ring (a rotation changes the first)."""
    return any(hmac.compare_digest(known, _digest(key, plain)) for key in _ring().values())


def _digest(key: bytes, plain: str) -> str:
    apart = hmac.digest(key, b"rescind vault digest", sha256)  # a key of its own: never the one that encrypts
    return hmac.new(apart, plain.encode(), sha256).hexdigest()


def _header(name: str) -> bytes:
    return VERSION + bytes([len(name)]) + name.encode("ascii")


def _ring() -> dict[str, bytes]:
    return parse_ring(settings.VAULT_KEYS)


@lru_cache(maxsize=8)
def parse_ring(text: str) -> dict[str, bytes]:
    """Read "id:base64,...". Raises VaultError for an empty ring, a doubled id or a key that is not 32 bytes."""
    ring: dict[str, bytes] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, encoded = part.partition(":")
        if not KEY_ID.fullmatch(name) or name in ring:
            raise VaultError("a key id in VAULT_KEYS is doubled, or not 1 to 32 ASCII letters, digits, - and _")
        ring[name] = _decode(name, encoded)
    if not ring:
        raise VaultError("VAULT_KEYS is empty")
    return ring


def _decode(name: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise VaultError(f"key {name} in VAULT_KEYS is not base64") from exc
    if len(key) != 32:
        raise VaultError(f"key {name} in VAULT_KEYS is not 32 bytes long")
    return key
