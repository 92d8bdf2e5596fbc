"""Checks that explain a bad setting with an id and a hint: `manage.py check`, and every start (config/start.py)."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import os
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from babel.numbers import list_currencies
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Warned
from django.core.exceptions import ImproperlyConfigured

Findings = Iterable[CheckMessage]
LOOPBACK = {"localhost", "127.0.0.1", "::1", "[::1]", "testserver", ""}
RING_HINT = "Write id:base64-of-32-random-bytes (manage.py keys makes one)"
FEWEST_CHARACTERS = 10  # different ones; 40 random hexadecimal digits have fewer once in a million
POSITIVE_SECONDS = (
    "PLATFORM_CONNECT_TIMEOUT_SECONDS",
    "PLATFORM_READ_TIMEOUT_SECONDS",
    "PAGE_READ_TIMEOUT_SECONDS",
    "SESSION_COOKIE_AGE",
    "SESSION_ABSOLUTE_SECONDS",
)


def keys() -> Findings:
    """E001-E004: what secrets must look like."""
    if problem := _secret_problem(_secret_key()):
        yield _error(f"SECRET_KEY {problem}.", "Use 50 random characters; manage.py keys makes them.", 1)
    if problem := _ring_problem(settings.VAULT_KEYS):
        yield _error(f"VAULT_KEYS {problem}.", f"{RING_HINT}; the newest key first.", 2)
    if settings.AUDIT_KEY and (problem := _ring_problem(settings.AUDIT_KEY)):
        yield _error(f"AUDIT_KEY {problem}.", f"{RING_HINT}, or leave it empty.", 3)
    if not settings.AUDIT_KEY:
        yield Warned("AUDIT_KEY is empty: no signed checkpoints.", hint="Set AUDIT_KEY.", id="rescind.W001")


def addresses() -> Findings:
    """E011-E016, W013: where we are, where shops may be, and who may see the demo or what is inside."""
    if settings.PUBLIC_URL and not _is_origin(settings.PUBLIC_URL):
        hint = "Write scheme and host only, like https://desk.example.com."
        yield _error(f"PUBLIC_URL is no origin: {settings.PUBLIC_URL!r}.", hint, 11)
    for network in settings.PRIVATE_NETWORKS:
        if not _is_network(network):
            yield _error(f"PRIVATE_NETWORKS: {network!r} is no network.", "Write CIDRs like 10.20.0.0/16.", 12)
    if "*" in settings.ALLOWED_HOSTS:
        yield _error("ALLOWED_HOSTS allows every host.", "Name the hosts, or set PUBLIC_URL.", 13)
    if settings.DEMO and not settings.DEMO_ALLOW_HOSTS and (far := _far_hosts()):
        hint = "The demo's passwords are public. Leave it (manage.py demo leave), or set DEMO_ALLOW_HOSTS=1."
        yield _error(f"The demo would be reached from outside: {', '.join(far)}.", hint, 14)
    if settings.DEBUG and (far := _far_hosts()):
        hint = "Set DEBUG=0: error pages would show what is inside."
        yield _error(f"DEBUG is on where others reach it: {', '.join(far)}.", hint, 15)
    if not os.access(settings.STATE_DIR, os.W_OK):
        hint = "Name a folder that this account may make and write: VAR_DIR=/var/lib/rescind."
        yield _error(f"VAR_DIR cannot be written: {settings.STATE_DIR}.", hint, 16)


def choices() -> Findings:
    """E021-E026: durations, counts, words of a fixed list."""
    for name in POSITIVE_SECONDS:
        if getattr(settings, name) <= 0:
            yield _error(f"{name} must be above zero.", "Seconds, for example 30.", 21)
    for name in ("WEB_WORKERS", "WEB_THREADS", "WORKER_THREADS", "CHECKPOINT_EVENTS"):
        if getattr(settings, name) < 1:
            yield _error(f"{name} must be at least 1.", "A whole number.", 22)
    if settings.SECOND_FACTOR not in ("required", "optional"):
        yield _error("SECOND_FACTOR must be required or optional.", "Leave it out for the safe choice.", 23)
    if settings.STEP_LEASE_SECONDS < 100:
        hint = "A lease must outlive the longest request (90 s), or two workers hold one step. 120 is the default."
        yield Warned("STEP_LEASE_SECONDS is below 100.", hint=hint, id="rescind.W003")
    if settings.HOLD_SECONDS < 0:
        yield _error("HOLD_SECONDS must not be negative.", "0 starts at once; 600 leaves ten minutes.", 24)
    if settings.CURRENCY not in list_currencies():
        yield _error("CURRENCY must be an ISO 4217 code.", "Three capitals, for example EUR.", 25)
    if settings.EXCHANGE_RATES not in ("", "ecb"):
        yield _error("EXCHANGE_RATES must be ecb or empty.", "Empty: an owner types them in under People.", 26)


def deployment() -> Findings:
    """W011-W014: works, but not how an installation that moves money should be."""
    if settings.PUBLIC_URL and settings.SECOND_FACTOR == "optional" and settings.IS_HTTPS:
        hint = "Set SECOND_FACTOR=required, or leave it out."
        yield Warned("People who move money may sign in with a password alone.", hint=hint, id="rescind.W011")
    if settings.PUBLIC_URL.startswith("http://") and urlsplit(settings.PUBLIC_URL).hostname not in LOOPBACK:
        hint = "Passwords and sessions would cross the network in the clear. Put a proxy with TLS in front, write https://."
        yield Warned("PUBLIC_URL is not https.", hint=hint, id="rescind.W013")
    if settings.IS_HTTPS and not settings.TRUSTED_PROXY_COUNT:
        hint = "Set TRUSTED_PROXY_COUNT: else all visitors are that proxy to the limits of sign-in, one shuts all out."
        yield Warned("PUBLIC_URL is https, and no proxy that ends it is trusted.", hint=hint, id="rescind.W014")


def _error(message: str, hint: str, number: int) -> Error:
    return Error(message, hint=hint, id=f"rescind.E{number:03}")


def _secret_key() -> str:
    try:
        return settings.SECRET_KEY
    except ImproperlyConfigured:  # the framework's word for an empty one
        return ""


def _secret_problem(secret: str) -> str:
    """What is wrong with SECRET_KEY ("" when nothing)."""
    if not secret:
        return "is missing"
    if len(secret) < 40:
        return "is shorter than 40 characters"
    return "repeats few characters" if len(set(secret)) < FEWEST_CHARACTERS else ""


def _ring_problem(ring: str) -> str:
    """What is wrong with "id:base64,..." ("" when nothing)."""
    if not ring:
        return "is missing"
    ids = []
    for entry in ring.split(","):
        name, _, key = entry.strip().partition(":")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", name):
            return "has an entry without a plain id"
        if _decoded_length(key) != 32:
            return f"has a key that is not 32 bytes in base64 (id {name})"
        ids.append(name)
    return "names the same id twice" if len(set(ids)) < len(ids) else ""


def _decoded_length(text: str) -> int:
    try:
        return len(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return -1


def _is_origin(address: str) -> bool:
    parts = urlsplit(address)
    return (
        parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.path or parts.query or parts.username)
    )


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _far_hosts() -> list[str]:
    """An empty HOST is every address of the machine."""
    listening = settings.HOST or "0.0.0.0"  # noqa: S104  a comparison
    return sorted({host for host in (listening, *settings.ALLOWED_HOSTS) if host not in LOOPBACK})


def _run(check: Callable[[], Findings]) -> None:
    @register("rescind")
    def run(**_: Any) -> list[CheckMessage]:
        return list(check())


CHECKS = (keys, addresses, choices, deployment)  # they need the settings and nothing else
for _check in CHECKS:
    _run(_check)


def found() -> list[CheckMessage]:
    """What they say now, apart from the ids in SILENCED_SYSTEM_CHECKS."""
    return [message for check in CHECKS for message in check() if not message.is_silenced()]
