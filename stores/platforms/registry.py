"""Which platforms there are. A new one is its package, its simulator, its tests, and one line here."""

from __future__ import annotations

from stores.kernel.errors import UnknownConnector
from stores.platforms.base import Platform
from stores.platforms.bigcommerce import BigCommerce
from stores.platforms.magento import Magento
from stores.platforms.modern_dropship import ModernDropship
from stores.platforms.shopify import Shopify
from stores.platforms.shoplazza import Shoplazza
from stores.platforms.square import Square
from stores.platforms.woocommerce import WooCommerce

ADAPTERS: tuple[type[Platform], ...] = (
    Shopify,
    Shoplazza,
    ModernDropship,
    WooCommerce,
    Square,
    Magento,
    BigCommerce,
)
PLATFORMS: dict[str, type[Platform]] = {adapter.key: adapter for adapter in ADAPTERS}


def get(key: str) -> type[Platform]:
    """Raises UnknownConnector for a platform nobody registered."""
    try:
        return PLATFORMS[key]
    except KeyError:
        raise UnknownConnector(key) from None


def all_platforms() -> list[type[Platform]]:
    return list(PLATFORMS.values())
