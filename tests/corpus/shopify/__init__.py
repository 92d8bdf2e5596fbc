"""Cases of Shopify; feed.py builds them in the simulator."""
