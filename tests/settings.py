"""config.settings with values that suit tests: nothing is read from a person's installation."""

from __future__ import annotations

import base64
import os
import tempfile
import zlib
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_NAME = f"rescind-tests-{os.getuid()}-{zlib.crc32(str(_ROOT).encode()):08x}-{os.environ.get('TEST_DB_SUFFIX', '')}"
VAR = Path(tempfile.gettempdir()) / _NAME.rstrip("-")
(VAR / "static").mkdir(mode=0o700, parents=True, exist_ok=True)

os.environ |= {
    "READ_DEV_ENV": "false",
    "VAR_DIR": str(VAR),
    "SECRET_KEY": "only-for-tests-" + "x" * 50,
    "VAULT_KEYS": "t1:" + base64.b64encode(b"v" * 32).decode(),
    "AUDIT_KEY": "t1:" + base64.b64encode(b"a" * 32).decode(),
    "CELERY_BROKER_URL": os.environ.get("TEST_BROKER_URL", "memory://"),
    "EMAIL_URL": "memorymail://",
    "PUBLIC_URL": "",
    "DEMO": "false",
}

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, IS_SQLITE, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if IS_SQLITE:  # a file, not memory: live servers and workers have threads and processes of their own
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
else:
    DATABASES["default"]["OPTIONS"].pop("pool", None)  # tests have threads of their own, more than a pool allows
    DATABASES["default"]["TEST"] = {"NAME": f"test_rescind_{os.environ.get('TEST_DB_SUFFIX', 'all')}"}
LOGGING = {"level": "WARNING"}
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # nothing to make first
