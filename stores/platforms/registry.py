"""Which platforms this version knows. A registry key is never a model choice: a new one needs no migration."""

from __future__ import annotations

from importlib import import_module

from stores.platforms.base import Platform

PLATFORMS = {"shopify": "stores.platforms.shopify:Shopify"}


def get(key: str) -> type[Platform]:
    """Raises KeyError for a platform that this version does not know."""
    module, name = PLATFORMS[key].split(":")
    found: type[Platform] = getattr(import_module(module), name)
    return found


def all_platforms() -> list[type[Platform]]:
    return [get(key) for key in PLATFORMS]
