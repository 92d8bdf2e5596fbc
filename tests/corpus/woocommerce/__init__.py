"""Cases of WooCommerce; feed.py gives them to the adapter."""
