import os

import django

from config import start

os.umask(0o077)  # whatever this process writes is its owner's alone
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
start.check()
django.setup(set_prefix=False)

from django.core.wsgi import get_wsgi_application  # noqa: E402

from config import static_files  # noqa: E402
from config.gate import Gate  # noqa: E402
from stores.services import timekeeper  # noqa: E402

static_files.ensure()
application = Gate(start.guarded(get_wsgi_application()))
timekeeper.start()
