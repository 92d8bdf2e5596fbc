"""Settings, URLs, the Celery app and the WSGI door. Read `settings` first; every name there stands in .env.example."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
