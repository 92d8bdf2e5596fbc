import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from stores.services import timekeeper  # noqa: E402  apps are loaded by now

timekeeper.start()
