"""The Ed25519 key that signs checkpoints, and the public ones that are believed. Outside the database on purpose."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from stores.audit import verify_audit


def sign(text: str) -> dict[str, str]:
    """`text` with its signature, as it stands in files."""
    key_id, key = private_key()
    return {"text": text, "signature": base64.b64encode(key.sign(text.encode())).decode(), "key_id": key_id}


def private_key() -> tuple[str, Ed25519PrivateKey]:
    """Read settings.AUDIT_KEY, "id:base64 of 32 bytes". Raises ValueError."""
    name, _, encoded = settings.AUDIT_KEY.partition(":")
    return name, Ed25519PrivateKey.from_private_bytes(base64.b64decode(encoded, validate=True))


def public_keys() -> dict[str, Ed25519PublicKey]:
    """The keys whose statements are believed here: the one that signs and those it followed."""
    keys = dict(verify_audit.public_key(text) for text in settings.AUDIT_OLD_PUBLIC_KEYS)
    if settings.AUDIT_KEY:
        name, key = private_key()
        keys[name] = key.public_key()
    return keys


def public_texts() -> list[str]:
    """The same as "id:base64", to hand to whoever verifies outside."""
    return [f"{name}:{base64.b64encode(key.public_bytes_raw()).decode()}" for name, key in public_keys().items()]
