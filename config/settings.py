"""Every setting, read once from the environment (or from NAME_FILE). Durations carry their unit in the name."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
if env.bool("READ_DEV_ENV", default=True):  # neither overrides what the environment already says
    for _file in (VAR_DIR / "dev.env", VAR_DIR / "demo" / "demo.env", VAR_DIR / "practice.env"):
        if _file.exists() and (_file.name != "demo.env" or env.bool("DEMO", default=True)):
            environ.Env.read_env(str(_file))

# the three that `manage.py keys` makes; without them nothing starts (config/start.py)
SECRET_KEY = env.str("SECRET_KEY", default="").strip()
VAULT_KEYS = env.str("VAULT_KEYS", default="").strip()  # "id:base64-of-32-bytes,..."; the first seals, all open
AUDIT_KEY = env.str("AUDIT_KEY", default="").strip()  # "id:base64 of an Ed25519 private key"; "" = no checkpoints
AUDIT_OLD_PUBLIC_KEYS = env.list("AUDIT_OLD_PUBLIC_KEYS", default=[])  # "id:base64 public", of keys it followed
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
DEMO_ALLOW_HOSTS = env.bool("DEMO_ALLOW_HOSTS", default=False)  # its passwords are public: loopback only otherwise
STATE_DIR = VAR_DIR / "demo" if DEMO else VAR_DIR  # the demo has a database and queue of its own
with suppress(OSError):  # rescind.E016 says it, with a hint
    STATE_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
PUBLIC_URL = env.str("PUBLIC_URL", default="").rstrip("/")
IS_HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
if PUBLIC_URL:
    ALLOWED_HOSTS.append(urlsplit(PUBLIC_URL).hostname or "")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
ADMIN_SITE = env.bool("ADMIN_SITE", default=False)

INSTALLED_APPS = [
    "config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",  # its widgets, for the TemplatesSetting renderer
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",  # a row for each sign-in; its middleware is not used: it would write on every request
    "stores",
    "notifications",
    "cancellations",
    *(["django.contrib.admin"] if ADMIN_SITE else []),
]

MIDDLEWARE = [
    "config.middleware.RequestIdMiddleware",
    "config.middleware.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.WebhookMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # its random padding answers BREACH
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "config.middleware.BodyMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.DeskMiddleware",
    "config.middleware.VisibleTextMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.desk",
            ],
            "builtins": ["stores.templatetags.desk"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- how much at once -----------------------------------------------------------------------------
WEB_WORKERS = env.int("WEB_WORKERS", default=1)  # processes, each with WEB_THREADS
WEB_THREADS = env.int("WEB_THREADS", default=8)
WORKER_THREADS = env.int("WORKER_THREADS", default=4)

# --- database ---------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", default="") or f"sqlite:///{STATE_DIR / 'rescind.sqlite3'}"
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
IS_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if IS_SQLITE:
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 30,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000;",
    }
    # opening one costs more than most questions, and the last that closes writes the whole log back into the file
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE_SECONDS", default=60)
else:
    # connections a process holds at most: its threads (a worker whose broker is away has as many again) and two that
    # look after them; 0: no pool, one a thread
    DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", default=max(WEB_THREADS, 2 * WORKER_THREADS) + 2)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    if DATABASE_POOL_SIZE:  # a worker closes its connection around every task; nothing here forks after a query
        DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
            "min_size": 1,
            "max_size": DATABASE_POOL_SIZE,
            "timeout": 3,  # seconds that a page waits for a database that is away
            "reconnect_timeout": 2,  # then the next query tries; else the pauses double, for minutes, after an outage
        }
    else:
        DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE_SECONDS", default=60)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {  # holds the counters of throttling and spent codes, so it is never culled early
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "rescind_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- queue (a doorbell; the database is the queue) ----------------------------------------------
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://")
if CELERY_BROKER_URL.startswith("filesystem"):
    _queue, _control = STATE_DIR / "queue", STATE_DIR / "queue-control"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue),
        "data_folder_out": str(_queue),
        "control_folder": str(_control),
        "polling_interval": 0.1,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 1, "socket_timeout": 1}  # seconds; frozen is down
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker works without its doorbell, and listens again when it is back
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_POOL = "threads"  # they wait for shops most of the time; one would be throttled by the broker's poll
CELERY_WORKER_CONCURRENCY = WORKER_THREADS
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "rescind"
SWEEP_SECONDS = 2.0
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "cancellations.sweep", "schedule": SWEEP_SECONDS},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(STATE_DIR / "beat-schedule")

# --- people -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "stores.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
]
PASSWORD_RESET_TIMEOUT = 3600  # seconds; and once: the link is bound to the password it replaces
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "stores.services.sign_in.DeskAccountAdapter"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # seconds
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password or second factor is told to the person
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to addresses that somebody typed
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "reauthenticate": "10/m/user"}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
ACCOUNT_FORMS = {
    "login": "stores.forms.sign_in.SignIn",
    "reset_password": "stores.forms.sign_in.ForgottenPassword",
    "reset_password_from_key": "stores.forms.sign_in.ReplacedPassword",
    "change_password": "stores.forms.sign_in.ChangedPassword",
    "reauthenticate": "stores.forms.sign_in.Again",
}
MFA_ADAPTER = "stores.services.sign_in.DeskSecondFactor"
MFA_FORMS = {"authenticate": "stores.forms.sign_in.CodeForm"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Rescind"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the address was proved by the invitation
# whole units of the shop's currency, for staff without limits of their own; a day: any 24 hours
STAFF_LIMIT_PER_CANCELLATION = env.int("STAFF_LIMIT_PER_CANCELLATION", default=1000)
STAFF_LIMIT_PER_DAY = env.int("STAFF_LIMIT_PER_DAY", default=5000)
CURRENCY = env.str("CURRENCY", default="USD")  # of the installation: amounts in several currencies are compared in it
EXCHANGE_RATES = env.str("EXCHANGE_RATES", default="")  # "ecb": a worker reads the day's; "": an owner types them in
INVITATION_HOURS = env.int("INVITATION_HOURS", default=72)
SECOND_FACTOR = env.str("SECOND_FACTOR", default="required" if IS_HTTPS else "optional")
SESSION_COOKIE_AGE = env.int("SESSION_IDLE_SECONDS", default=30 * 60)
SESSION_ABSOLUTE_SECONDS = env.int("SESSION_ABSOLUTE_SECONDS", default=12 * 3600)
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_NAME = "__Host-desk" if IS_HTTPS else "desk"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrf"
CSRF_FAILURE_VIEW = "config.views.csrf_failure"

# --- pages --------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
SECURE_HSTS_SECONDS = 31536000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", default=True)  # of PUBLIC_URL's host
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.Files"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English")]  # what is translated whole; a reader of en-US gets it too
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LOCALE_PATHS = [BASE_DIR / "locale"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
HOOK_MAX_BYTES = 8_000_000  # the most that any platform's delivery may have (`HookSource.hook_bytes`)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 12_000  # an order of 1,000 lines has several fields a line

# --- platforms ----------------------------------------------------------------------------------
PLATFORM_CONNECT_TIMEOUT_SECONDS = env.float("PLATFORM_CONNECT_TIMEOUT_SECONDS", default=5.0)
PLATFORM_READ_TIMEOUT_SECONDS = env.float("PLATFORM_READ_TIMEOUT_SECONDS", default=30.0)
PAGE_READ_TIMEOUT_SECONDS = env.float("PAGE_READ_TIMEOUT_SECONDS", default=8.0)  # from a page
PRIVATE_NETWORKS = env.list("PRIVATE_NETWORKS", default=[])  # CIDRs that shops may live in, e.g. a gateway
SANDBOX_URL = env.str("SANDBOX_URL", default="")  # where `up` serves the sandbox
SANDBOX_PORT = env.int("SANDBOX_PORT", default=0)  # where it shall; 0: as last time, else near PORT
PRACTICE_SHOPS = env.bool("PRACTICE_SHOPS", default=not IS_HTTPS)  # `up` serves the sandbox without the demo, too
HOLD_SECONDS = env.int("HOLD_SECONDS", default=600)
STEP_LEASE_SECONDS = env.int("STEP_LEASE_SECONDS", default=120)  # longer than the longest request (90 s)
HOST = env.str("HOST", default="127.0.0.1")  # where `manage.py up` listens
PORT = env.int("PORT", default=8000)
CHECKPOINT_EVENTS = env.int("CHECKPOINT_EVENTS", default=1000)
AUDIT_EXPORT_DIR = env.str("AUDIT_EXPORT_DIR", default=str(STATE_DIR / "audit"))

EMAIL_CONFIG = env.email_url("EMAIL_URL", default=f"filemail:///{STATE_DIR / 'mail'}")  # until there is a mail server
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10  # seconds; a mail goes out after the commit, while a person waits for the page
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="rescind@example.com")

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING_CONFIG = "config.logging.configure"
LOGGING = {"level": LOG_LEVEL}
