"""Where a shop's site is: a host, maybe with a folder; it decides where we connect to, so it is matched fully."""

from __future__ import annotations

import re
from collections.abc import Mapping

from stores.kernel.errors import InputRejected
from stores.platforms.woocommerce.messages import _

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
SITE = re.compile(
    rf"(?:{LABEL}\.)+[a-z][a-z0-9-]*[a-z0-9](?::8443)?(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]{{0,60}}){{0,4}}", re.ASCII
)
PATTERN = r"(https://)?[A-Za-z0-9.-]{4,250}(:8443)?(/[A-Za-z0-9._~-]+){0,4}/?"
HELP = _("As in shop.example.com, or shop.example.com/store where WordPress lives in a folder.")


def site(settings: Mapping[str, str]) -> str:
    """shop.example.com/store: the shop's own name, also for its account. Raises InputRejected."""
    said = settings.get("shop", "").strip().removeprefix("https://").rstrip("/")
    host, slash, folder = said.partition("/")
    found = f"{host.lower()}{slash}{folder}"
    if not SITE.fullmatch(found):
        raise InputRejected("shop", str(HELP))
    return found


def base_url(settings: Mapping[str, str]) -> str:
    """https always, unless the deployment's own gateway is named."""
    return settings.get("base_url", "").rstrip("/") or f"https://{site(settings)}"


def signs(settings: Mapping[str, str]) -> bool:
    """OAuth where it is chosen, and always without TLS: the secret itself never travels in clear."""
    return settings.get("login", "") == "oauth" or base_url(settings).startswith("http://")
