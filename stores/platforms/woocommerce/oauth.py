"""OAuth 1.0a with one leg, for shops whose WordPress does not believe that the connection is secure.

The signature covers method, address and query with the consumer secret; nonce and time make each one good for once.
Source: section Authentication of the vendor's REST documentation; the vector of its Python client is a test.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

METHOD = "HMAC-SHA256"
Pairs = list[tuple[str, str]]


def signed(method: str, url: str, *, key: str, secret: str, nonce: str, timestamp: int) -> str:
    """The address with what proves who asks. A server that takes a call for insecure signs its address as http."""
    parts = urlsplit(url)
    pairs = [
        *parse_qsl(parts.query, keep_blank_values=True),
        ("oauth_consumer_key", key),
        ("oauth_timestamp", str(timestamp)),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", METHOD),
    ]
    home = urlunsplit(("http", parts.netloc, parts.path, "", ""))
    proof = signature(base_string(method, home, pairs), secret)
    query = "&".join(_joined([*pairs, ("oauth_signature", proof)]))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def base_string(method: str, home: str, pairs: Pairs) -> str:
    told = "&".join(_joined(sorted((_encoded(name), _encoded(value)) for name, value in pairs), is_encoded=True))
    return f"{method.upper()}&{_encoded(home)}&{_encoded(told)}"


def signature(text: str, secret: str) -> str:
    """The signing key ends in an ampersand: there is no token and so no token secret."""
    return b64encode(hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha256).digest()).decode()


def _joined(pairs: Iterable[tuple[str, str]], *, is_encoded: bool = False) -> Iterable[str]:
    return (f"{n}={v}" if is_encoded else f"{_encoded(n)}={_encoded(v)}" for n, v in pairs)


def _encoded(text: str) -> str:
    return quote(text, safe="")
