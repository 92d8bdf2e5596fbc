"""Cases of BigCommerce; feed.py gives them to the adapter."""
