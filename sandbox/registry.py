"""The one place that names the simulators. The first answers a control call that names no platform."""

from __future__ import annotations

from sandbox.core.world import Simulated
from sandbox.platforms.bigcommerce.simulator import BigCommerceSimulator
from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.platforms.modern_dropship.simulator import ModernDropshipSimulator
from sandbox.platforms.shopify.simulator import ShopifySimulator
from sandbox.platforms.shoplazza.simulator import ShoplazzaSimulator
from sandbox.platforms.square.simulator import SquareSimulator
from sandbox.platforms.woocommerce.simulator import WooCommerceSimulator

SIMULATORS: tuple[type[Simulated], ...] = (
    ShopifySimulator,
    ShoplazzaSimulator,
    ModernDropshipSimulator,
    SquareSimulator,
    MagentoSimulator,
    WooCommerceSimulator,
    BigCommerceSimulator,
)
