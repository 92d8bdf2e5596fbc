"""OAuth 1.0a with HMAC-SHA256: each send is signed anew, so that no stored request ever holds a signature."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from hmac import new
from urllib.parse import parse_qsl, quote, urlsplit

NAMES = ("consumer_key", "consumer_secret", "token", "token_secret")


def fresh_nonce() -> str:
    """32 characters, as long as Magento's own."""
    return secrets.token_hex(16)


def base_string(method: str, url: str, parameters: Mapping[str, str]) -> str:
    """RFC 5849, section 3.4.1. The body is JSON and therefore no part of it."""
    parts = urlsplit(url)
    pairs = [*parameters.items(), *parse_qsl(parts.query, keep_blank_values=True)]
    signed = "&".join(f"{name}={value}" for name, value in sorted((enc(name), enc(value)) for name, value in pairs))
    address = f"{parts.scheme.lower()}://{host_of(parts.netloc.lower(), parts.scheme.lower())}{parts.path}"
    return "&".join((method.upper(), enc(address), enc(signed)))


def host_of(netloc: str, scheme: str) -> str:
    return netloc.removesuffix({"https": ":443", "http": ":80"}.get(scheme, ""))


def signature(base: str, consumer_secret: str, token_secret: str) -> str:
    key = f"{enc(consumer_secret)}&{enc(token_secret)}".encode()
    return b64encode(new(key, base.encode(), sha256).digest()).decode()


def header(method: str, url: str, given: Mapping[str, str], *, nonce: str, timestamp: int) -> str:
    """The value of `Authorization`. given: the four values of an integration."""
    parameters = {
        "oauth_consumer_key": given.get("consumer_key", ""),
        "oauth_nonce": nonce,
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": str(timestamp),
        "oauth_token": given.get("token", ""),
        "oauth_version": "1.0",
    }
    base = base_string(method, url, parameters)
    parameters["oauth_signature"] = signature(base, given.get("consumer_secret", ""), given.get("token_secret", ""))
    return "OAuth " + ", ".join(f'{name}="{enc(value)}"' for name, value in sorted(parameters.items()))


def enc(value: str) -> str:
    return quote(value, safe="-._~")
