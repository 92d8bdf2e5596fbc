"""Cases of Square; feed.py gives them to the adapter."""
