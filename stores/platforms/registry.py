"""Which platforms there are. A new one is its package, its simulator, its tests, and one line here."""

from __future__ import annotations

from stores.connectors.roles import OrderSource
from stores.kernel.errors import UnknownConnector
from stores.platforms.bigcommerce import BigCommerce
from stores.platforms.magento import Magento
from stores.platforms.modern_dropship import ModernDropship
from stores.platforms.shopify import Shopify
from stores.platforms.shoplazza import Shoplazza
from stores.platforms.square import Square
from stores.platforms.woocommerce import WooCommerce

ADAPTERS: tuple[type[OrderSource], ...] = (
    Shopify,
    Shoplazza,
    ModernDropship,
    WooCommerce,
    Square,
    Magento,
    BigCommerce,
)
PLATFORMS: dict[str, type[OrderSource]] = {adapter.key: adapter for adapter in ADAPTERS}


def get(key: str) -> type[OrderSource]:
    """Raises UnknownConnector for a platform nobody registered."""
    try:
        return PLATFORMS[key]
    except KeyError:
        raise UnknownConnector(key) from None


def all_platforms() -> list[type[OrderSource]]:
    return list(PLATFORMS.values())
