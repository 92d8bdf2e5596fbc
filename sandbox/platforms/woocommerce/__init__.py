"""A simulated WooCommerce store (`wc/v3`) behind whatever its host and plug-ins do.

Read first: simulator.py (for Python), then router.py (paths, login, refusals), refund.py and computed.py (what 11.1
works out by itself), statuses.py (what a status does to stock). Line totals are kept unrounded, as
a real shop keeps them.
"""

from sandbox.platforms.woocommerce.simulator import WooCommerceSimulator

__all__ = ["WooCommerceSimulator"]
