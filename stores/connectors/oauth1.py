"""OAuth 1.0a with HMAC-SHA256: each send is signed anew, so that no stored request ever holds a signature.

oauthlib writes what is signed and signs it (RFC 5849, section 3.4); the transport sends. A body is JSON and therefore
no part of it. keys: "consumer_key", "consumer_secret", and where there is a second leg "token", "token_secret".
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from oauthlib.oauth1 import Client
from oauthlib.oauth1.rfc5849 import signature

METHOD = "HMAC-SHA256"
Pairs = list[tuple[str, str]]


def fresh_nonce() -> str:
    """32 characters."""
    return secrets.token_hex(16)


def header(method: str, url: str, keys: Mapping[str, str], *, nonce: str, timestamp: int) -> str:
    """The value of `Authorization`."""
    words = [*_words(keys, nonce, timestamp), ("oauth_token", keys.get("token", "")), ("oauth_version", "1.0")]
    signed = [*words, ("oauth_signature", proof(base_string(method, url, words), keys))]
    return "OAuth " + ", ".join(f'{name}="{quote(value, safe="~")}"' for name, value in sorted(signed))


def address(method: str, url: str, keys: Mapping[str, str], *, nonce: str, timestamp: int, signed_as: str = "") -> str:
    """The address with what proves who asks. signed_as: the scheme that the server takes the call for."""
    parts, words = urlsplit(url), _words(keys, nonce, timestamp)
    seen = urlunsplit(parts._replace(scheme=signed_as or parts.scheme))
    signed = [*_query(url), *words, ("oauth_signature", proof(base_string(method, seen, words), keys))]
    return urlunsplit(parts._replace(query=urlencode(signed, quote_via=quote, safe="~")))


def base_string(method: str, url: str, words: Iterable[tuple[str, str]]) -> str:
    """What is signed: method, address without its usual port, and all parameters in order."""
    told = signature.normalize_parameters([*words, *_query(url)])
    bare = urlunsplit(urlsplit(url)._replace(query=""))
    return str(signature.signature_base_string(method, signature.base_string_uri(bare), told))


def proof(text: str, keys: Mapping[str, str]) -> str:
    client = Client(
        keys.get("consumer_key", ""),
        client_secret=keys.get("consumer_secret", ""),
        resource_owner_secret=keys.get("token_secret", ""),
    )
    return str(signature.sign_hmac_sha256_with_client(text, client))


def _words(keys: Mapping[str, str], nonce: str, timestamp: int) -> Pairs:
    return [
        ("oauth_consumer_key", keys.get("consumer_key", "")),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", METHOD),
        ("oauth_timestamp", str(timestamp)),
    ]


def _query(url: str) -> Pairs:
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)
