import os

from django.core.wsgi import get_wsgi_application

os.umask(0o077)  # whatever this process writes is its owner's alone
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
