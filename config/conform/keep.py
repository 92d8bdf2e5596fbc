"""An answer as it may lie in a folder: structure, amounts, states and times; nothing secret, nothing of a person.

Stricter than a log: a text is kept only where it is known to be harmless, not where nothing speaks against it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from config.conform.recorder import Exchange
from stores.kernel.security import redaction
from stores.kernel.security.redaction import MASK

OF_PEOPLE: Final = frozenset(
    {
        "account", "address", "addresses", "agent", "billing", "birth", "birthday", "buyer", "card", "city", "company",
        "customer", "dob", "email", "fax", "first", "firstname", "gender", "geo", "ip", "iban", "last", "lastname",
        "lat", "latitude", "lon", "longitude", "name", "note", "owner", "person", "phone", "post", "postal", "postcode",
        "recipient", "region", "remote", "shipping", "street", "tax", "telephone", "title", "user", "vat", "zip",
    }
)  # fmt: skip
ERRORS: Final = "errors"
HARMLESS_WORDS: Final = frozenset({"status", "state", "currency", "kind", "type", "version", "typename", "precision"})
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}|[0-9]{1,3}(\.[0-9]{1,3}){1,3}")
AMOUNT = re.compile(r"-?[0-9]{1,12}\.[0-9]{1,8}")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]{5,15}(Z|[+-][0-9]{2}:?[0-9]{2})?)?")
GLOBAL_ID = re.compile(r"gid://shopify/[A-Za-z]{1,40}/[0-9]{1,20}")
CODE = re.compile(r"[A-Z][A-Z_]{2,60}|(woocommerce_)?rest_[a-z_]{2,60}")
PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")


def body(value: Any, *, is_refusal: bool) -> Any:
    """is_refusal: the platform's own words of a refusal are kept, without addresses and secrets."""
    return _safe(value, "", is_refusal)


def _safe(value: Any, key: str, is_refusal: bool) -> Any:
    words = {part.lower() for part in PARTS.findall(key)}
    if value is None or isinstance(value, bool):
        return value
    if _is_private(key, words) and value not in ([], {}):
        return MASK
    match value:
        case dict():
            return {
                name if _is_plain(name) else MASK: _safe(item, name, is_refusal or name.lower().endswith(ERRORS))
                for name, item in value.items()
            }
        case list():
            return [_safe(item, key, is_refusal) for item in value]
        case str():
            return value if _may_stay(value, key, words, is_refusal) else MASK
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case int() | float():
            return value
    return MASK


def _is_private(key: str, words: set[str]) -> bool:
    """By what a log leaves out, and by any word that may name a person; lists of errors are of nobody."""
    if redaction.is_secret_name(key) or key.lower() in redaction.PERSONAL_KEYS:
        return True
    return bool(words & OF_PEOPLE) and not key.lower().endswith(ERRORS)


def _is_plain(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_@$-]{0,60}", name) is not None


def _may_stay(text: str, key: str, words: set[str], is_refusal: bool) -> bool:
    if not text or AMOUNT.fullmatch(text) or TIME.fullmatch(text) or GLOBAL_ID.fullmatch(text):
        return True
    if is_refusal and key in ("message", "detail", "field"):
        return redaction.text(text) == text and "@" not in text
    if key == "code":
        return CODE.fullmatch(text) is not None
    return bool(words & HARMLESS_WORDS) and WORD.fullmatch(text) is not None


def write(folder: Path, name: str, facts: Mapping[str, Any], seen: Iterable[Exchange]) -> Path:
    """One file a probe, JSON. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    exchanges = [
        {
            "method": one.method,
            "path": redaction.address(one.path),
            "query": one.asked.get("query") if isinstance(one.asked, dict) else None,
            "status": one.status,
            "answer": body(one.answer, is_refusal=one.status is None or one.status >= 400),
        }
        for one in seen
    ]
    path = folder / f"{name}.json"
    text = json.dumps({**facts, "exchanges": exchanges}, indent=2, ensure_ascii=False, default=str)
    path.write_text(text + "\n")
    return path
