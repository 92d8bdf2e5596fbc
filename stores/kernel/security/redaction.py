"""What may be kept of an exchange: structure, ids, amounts and states; no secret and nothing personal.

The second net: code is written so that nothing secret reaches a log or an attempt in the first place.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

MASK = "[redacted]"

SECRET_HEADERS = frozenset({"authorization", "cookie", "set-cookie", "proxy-authorization", "x-auth-token"})
SECRET_WORDS = ("token", "secret", "password", "api-key", "api_key", "apikey", "signature", "hmac")
PERSONAL_KEYS = frozenset(
    {
        "email", "phone", "displayname", "firstname", "lastname", "customer", "billingaddress", "shippingaddress",
        "address", "address1", "address2", "city", "zip", "formatted", "note", "staffnote", "formattedgateway",
        "accountnumber", "clientip", "query", "billing", "shipping_address", "billing_address",
        "first_name", "last_name", "customer_note", "ip", "reasonnotes",
    }
)  # fmt: skip

SECRET_TEXT = re.compile(
    r"""shp(?:at|ca|pa|ss|ua)_[A-Za-z0-9]{6,}        # Shopify tokens and secrets
      | (?:sk|rk|whsec|pk)_(?:live_|test_)?[A-Za-z0-9]{8,}
      | xox[a-z]-[A-Za-z0-9-]{8,}
      | \bc[ks]_[0-9a-f]{40}\b                         # WooCommerce keys and secrets
      | (?i:bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}
      | (?<=://)[^/\s:@]+:[^/\s@]+(?=@)               # user:password in an address
      | (?i:(?:access_token|client_secret|password|api_key|token|hmac|signature)=)[^&\s"']+
    """,
    re.VERBOSE,
)
EMAIL_TEXT = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
DOORS = frozenset({"hooks", "start", "join", "key"})  # what follows them in a path is a token
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
LONGEST_PATH, LONGEST_PART = 300, 24  # characters; names of pages are shorter
HIDDEN = "…"
CONTROL = {code: f"\\x{code:02x}" for code in range(32)} | {127: "\\x7f"}


def text(words: str) -> str:
    """Masks anything that looks like a secret or an e-mail address; line breaks are escaped."""
    return EMAIL_TEXT.sub(MASK, SECRET_TEXT.sub(MASK, words)).translate(CONTROL)


def address(path: str) -> str:
    """A path as a log may hold it: without its query, and without what opens a door by being known."""
    parts = path.partition("?")[0][:LONGEST_PATH].split("/")
    doors = [i for i, part in enumerate(parts) if part.lower() in DOORS]
    first = doors[0] + 1 if doors else len(parts)
    kept = [part if UUID_TEXT.fullmatch(part) or len(part) <= LONGEST_PART else HIDDEN for part in parts[:first]]
    return text("/".join([*kept, *(HIDDEN for part in parts[first:] if part)]))


def is_secret_name(name: str) -> bool:
    lowered = name.lower()
    return lowered in SECRET_HEADERS or any(word in lowered for word in SECRET_WORDS)


def headers(given: Mapping[str, str]) -> dict[str, str]:
    """Headers fit to be stored: those that carry a secret are left out."""
    return {name: text(value) for name, value in given.items() if not is_secret_name(name)}


def body(value: Any) -> Any:
    """The same JSON with personal and secret values masked; keys and structure stay."""
    match value:
        case dict():
            return {key: MASK if _is_private(key) and item is not None else body(item) for key, item in value.items()}
        case list():
            return [body(item) for item in value]
        case str():
            return text(value)
        case Decimal():
            return format(value, "f")
    return value


def _is_private(key: str) -> bool:
    return key.lower() in PERSONAL_KEYS or is_secret_name(key)


def answer(value: Any, *, limit: int = 4000) -> str:
    """A redacted answer as text of at most `limit` characters, for an attempt."""
    words = json.dumps(body(value), ensure_ascii=False, separators=(",", ":"), default=str)
    return words if len(words) <= limit else words[: limit - 1] + "…"


class RedactFilter(logging.Filter):
    """Masks secrets in every text of a log record, its extras included."""

    def filter(self, record: logging.LogRecord) -> bool:
        for name, value in list(record.__dict__.items()):
            if isinstance(value, str) and name not in _OWN:
                record.__dict__[name] = MASK if is_secret_name(name) else text(value)
        if record.args:
            record.args = (
                tuple(text(a) if isinstance(a, str) else a for a in record.args)
                if isinstance(record.args, tuple)
                else record.args
            )
        return True


_OWN = frozenset(
    {
        "name", "levelname", "pathname", "filename", "module", "funcName", "threadName", "processName", "taskName",
        "exc_text",
    }
)  # fmt: skip
