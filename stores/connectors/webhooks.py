"""Webhooks as most vendors send them: a signature over the raw bytes, a topic, and the id of what is to be read.

Nothing else in a body is believed. A connector declares `Deliveries`; what a vendor does otherwise it says itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from stores.canonical.events import Event, EventKind
from stores.kernel import clock
from stores.kernel.http import safe_json
from stores.kernel.security import signing

WHOLE_ORDER: Final = 8_000_000  # bytes of a delivery that holds an order of 500 lines, and each again as it left
HOOK_ADDRESS = "x-rescind-hook-address"  # no header that came: the door says where this hook is registered
TOLERANCE_SECONDS = 300  # how old a signature with a time may be (standardwebhooks.com)
MOST_SIGNATURES = 10
MOST_PAGES: Final = 20  # of a list of subscriptions
LONGEST_TOPIC: Final = 80
STAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
NAME = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)

# (headers with small names, raw body, secrets that are not empty) → is it signed?
Signature = Callable[[Mapping[str, Any], bytes, Sequence[str]], bool]


@dataclass(frozen=True)
class Hook:
    """A webhook subscription that stands at the platform."""

    id: str
    topic: str
    uri: str


def lowered(headers: Mapping[str, str]) -> dict[str, Any]:
    return {str(name).lower(): value for name, value in headers.items()}


def standing_at(told: Mapping[str, Any], path: str) -> Any:
    """What stands at a path; None where nothing does. A name with "?" is passed over where it is missing."""
    found: Any = told
    for name in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(name[:-1], found) if name.endswith("?") else found.get(name)
    return found


@dataclass(frozen=True, kw_only=True)
class Deliveries:
    """How a vendor's deliveries are believed and read.

    topics: theirs → (kind, where the order's id stands in the body: "data.order.id"; "order?.id": in `order` where
    there is one; "": nowhere). topic_header, topic_field: where the topic stands, one of the two. ident: what an id
    looks like; numbers count too, unless `ids_are_text`. order_id: how ours is made of it. key_field: their id of the
    event, where the signature covers it; without one the key is made of the body. find: where no path tells it.
    """

    topics: Mapping[str, tuple[EventKind, str]]
    signature: Signature
    ident: re.Pattern[str]
    topic_header: str = ""
    topic_field: str = ""
    ids_are_text: bool = False
    order_id: str = "{}"
    key_field: str = ""
    find: Callable[[Mapping[str, Any], str], Any] = standing_at

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
        """Never raises: what a check stumbles over was not signed."""
        try:
            known = [secret for secret in secrets if secret]
            return isinstance(body, bytes) and self.signature(lowered(headers), body, known)
        except (AttributeError, TypeError, ValueError):
            return False

    def parse(self, headers: Mapping[str, str], body: bytes) -> list[Event]:
        """One event; none for a body that is no JSON object."""
        try:
            told = safe_json.loads(body)
        except ValueError:
            return []
        if not isinstance(told, dict):
            return []
        said = lowered(headers).get(self.topic_header) if self.topic_header else told.get(self.topic_field)
        topic = said[:LONGEST_TOPIC] if isinstance(said, str) else ""
        kind, path = self.topics.get(topic, (EventKind.UNKNOWN, ""))
        return [Event(kind=kind, topic=topic, event_key=self._key(told, body), order_id=self._order_id(told, path))]

    def _order_id(self, told: Mapping[str, Any], path: str) -> str:
        found = self.find(told, path) if path else None
        kinds = (str,) if self.ids_are_text else (str, int)
        is_id = isinstance(found, kinds) and not isinstance(found, bool) and self.ident.fullmatch(str(found))
        return self.order_id.format(found) if is_id else ""

    def _key(self, told: Mapping[str, Any], body: bytes) -> str:
        own = told.get(self.key_field) if self.key_field else None
        return own if isinstance(own, str) and self.ident.fullmatch(own) else sha256(body).hexdigest()


def standing_for(hooks: Iterable[Hook], topic: str, uri: str) -> Hook | None:
    """The one that stands already: where a second is not refused, what stands is looked at first."""
    return next((hook for hook in hooks if (hook.topic, hook.uri) == (topic, uri)), None)


# --- signatures ---------------------------------------------------------------------------------------
def base64_in(header: str) -> Signature:
    """base64(HMAC-SHA256(secret, raw body)) in a header."""
    return lambda headers, body, secrets: signing.is_signed(headers.get(header), body, secrets=secrets)


def base64_or_hex_in(header: str) -> Signature:
    """The same, or in hexadecimal."""

    def is_signed(headers: Mapping[str, Any], body: bytes, secrets: Sequence[str]) -> bool:
        given = headers.get(header)
        spelt = [spell(secret, body) for secret in secrets for spell in (signing.hmac_base64, signing.hmac_hex)]
        return isinstance(given, str) and bool(given) and signing.is_any(given, spelt)

    return is_signed


def base64_with_address_in(header: str) -> Signature:
    """base64(HMAC-SHA256(secret, the address it was registered for + raw body)); `HOOK_ADDRESS` tells the address."""

    def is_signed(headers: Mapping[str, Any], body: bytes, secrets: Sequence[str]) -> bool:
        address = headers.get(HOOK_ADDRESS)
        if not isinstance(address, str) or not address:
            return False
        return signing.is_signed(headers.get(header), address.encode() + body, secrets=secrets)

    return is_signed


def standard(headers: Mapping[str, Any], body: bytes, secrets: Sequence[str]) -> bool:
    """Standard Webhooks, version 1: one of the signatures over `{id}.{timestamp}.{raw body}`, made now.

    The key is the bytes of the secret as it stands. Source: standardwebhooks.com, "Signature scheme".
    """
    name, stamp, given = (headers.get(f"webhook-{part}") for part in ("id", "timestamp", "signature"))
    if not (isinstance(name, str) and isinstance(stamp, str) and isinstance(given, str)):
        return False
    if not NAME.fullmatch(name) or not STAMP.fullmatch(stamp):
        return False
    if abs(clock.now().timestamp() - int(stamp)) > TOLERANCE_SECONDS:
        return False
    expected = [signing.hmac_base64(secret, f"{name}.{stamp}.".encode() + body) for secret in secrets]
    signatures = [one.removeprefix("v1,") for one in given.split(" ")[:MOST_SIGNATURES] if one.startswith("v1,")]
    return any([signing.is_any(one, expected) for one in signatures])
