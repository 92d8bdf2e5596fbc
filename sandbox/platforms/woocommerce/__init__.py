"""A simulated WooCommerce store (`wc/v3`). house.py is the Python door, door.py the HTTP one; start at house.py."""

from sandbox.platforms.woocommerce.simulator import WooCommerceSimulator

__all__ = ["WooCommerceSimulator"]
