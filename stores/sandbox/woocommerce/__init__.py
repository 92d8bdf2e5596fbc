"""A simulated WooCommerce store (`wc/v3`). house.py is the Python door, door.py the HTTP one; start at house.py."""

from stores.sandbox.woocommerce.house import WooCommerceHome

__all__ = ["WooCommerceHome"]
