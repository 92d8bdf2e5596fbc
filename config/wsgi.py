import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_pages = get_wsgi_application()  # sets Django up, which the gate needs

from config.gate import Gate  # noqa: E402

application = Gate(_pages)
