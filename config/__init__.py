"""What holds the apps together: settings, URLs, the Celery app, logging, middleware, the commands of the installation.

Read `settings` first; every name there stands in .env.example. Nothing below imports from here but through Django's
settings. Of the product only this package may name `sandbox`, in `up` and its commands, and it starts without it.
"""

from config.celery import app as celery_app

__all__ = ["celery_app"]
