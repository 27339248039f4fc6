"""Settings, all from the environment. Every variable stands in .env.example (a test keeps it so)."""

from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from . import env, production

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "var"))).resolve()

DEBUG = env.flag("DEBUG", default=False)
SITE_URL = env.address("SITE_URL", "http://127.0.0.1:8000")
ON_LOOPBACK = production.is_loopback(SITE_URL)
SECRET_KEY = env.text("SECRET_KEY") or env.kept(DATA_DIR / "secret_key")
if len(SECRET_KEY) < 40:
    raise ImproperlyConfigured(
        "SECRET_KEY is missing or shorter than 40 characters; script/server makes one in the data folder."
    )
ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS", f"127.0.0.1,localhost,[::1],{urlsplit(SITE_URL).hostname}"
)
CSRF_TRUSTED_ORIGINS = env.words("TRUSTED_ORIGINS", SITE_URL)
INSTALLATION_ID = env.text("INSTALLATION_ID")

# The house, from the bottom to the top: a lower app never imports a higher one.
INSTALLED_APPS = [
    "ui",
    "accounts",
    "meetings",
    "commitments",
    "reminders",
    "sco_tracker",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_filters",
    "django_htmx",
    "django_tables2",
]

MIDDLEWARE = [
    "sco_tracker.middleware.room_for_frames",
    # Headers first, so that refusals, redirects and static files carry them too.
    "sco_tracker.middleware.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PersonalMiddleware",
    "accounts.middleware.SessionLimits",
    "accounts.middleware.AccessMiddleware",
    "accounts.limits.LimitsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "sco_tracker.urls"
WSGI_APPLICATION = "sco_tracker.wsgi.application"
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
                "sco_tracker.context.site",
            ],
        },
    },
]

DATABASES = {"default": env.database("DATABASE_URL", sqlite=DATA_DIR / "tracker.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People -------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.auth.PeopleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.auth.InvitationOnly"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600
# So many tries in so long: for one client address (ip), for what accounts/throttle.py names (key), or
# for whoever is signed in (user). docs/sign-in.md gives the reasons.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "5/5m/key,30/12h/key",
    "login_client": "20/m/ip,300/d/ip",
    "login_elsewhere": "60/h/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "reset_password": "20/h/ip,3/h/key",
    "reset_password_from_key": "20/m/ip",
}
# How many proxies stand before the product and add to X-Forwarded-For; none: it is not believed.
ALLAUTH_TRUSTED_PROXY_COUNT = env.whole("TRUSTED_PROXIES", default=0, least=0, most=9)
REQUIRE_SECOND_FACTOR = env.flag("REQUIRE_SECOND_FACTOR", default=True)
MFA_FORMS = {
    "authenticate": "accounts.factor_forms.AuthenticateForm",
    "reauthenticate": "accounts.factor_forms.ReauthenticateForm",
    "activate_totp": "accounts.factor_forms.ActivateForm",
}
MFA_TOTP_ISSUER = "SCO Tracker"
MFA_RECOVERY_CODE_DIGITS = 10
# Addresses are given by an administrator: there is nothing for their owners to verify.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# Language and time ---------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian")), ("zh-hans", _("Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Static files and security --------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        # Nothing but what is named; no directive allows what stands inside a page (unsafe-inline).
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = not ON_LOOPBACK
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
SECURE_HSTS_SECONDS = 0 if ON_LOOPBACK else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not ON_LOOPBACK
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not ON_LOOPBACK
SESSION_COOKIE_NAME = "sessionid" if ON_LOOPBACK else "__Host-sessionid"
CSRF_COOKIE_NAME = "csrftoken" if ON_LOOPBACK else "__Host-csrftoken"
CSRF_COOKIE_HTTPONLY = True
# A session ends after a working day without a request, and after a week in any case.
SESSION_IDLE_SECONDS = 8 * 3600
SESSION_COOKIE_AGE = 7 * 24 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Broker, cache, tasks -------------------------------------------------------------------------------
CELERY_BROKER_URL = env.server(
    "CELERY_BROKER_URL", "redis://127.0.0.1:6379/0", schemes=("redis", "rediss", "redis+socket")
)
CACHE_URL = env.server("CACHE_URL", schemes=("redis", "rediss", "unix"))
CACHES = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": CACHE_URL,
            # What is remembered can be counted: nobody waits long for a cache that is away.
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
        if CACHE_URL
        else {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            # Whoever tries from many addresses must not push their own counts out.
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    ),
    # Parts of pages that look alike for many, each kept under everything that it shows (menus, the legend).
    "drawn": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "drawn",
        "OPTIONS": {"MAX_ENTRIES": 1_000},
    },
}
TICK_SECONDS = env.number("TICK_SECONDS", default=60, least=0.2, most=3600)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "reminders"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 1200
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Whoever is told to stop ends the mail at hand; after a minute the task is put back.
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 60
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# Without it, beat and workers wait for ever at a connection by which nothing arrives any more.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 15, "socket_connect_timeout": 15}
CELERY_TIMEZONE = "UTC"
# A lost tick costs one interval, a repeated one nothing; one that waited too long is dropped.
_EXPIRES = {"expires": max(1.0, TICK_SECONDS * 5 / 6)}
CELERY_BEAT_SCHEDULE = {
    "plan": {"task": "reminders.plan", "schedule": TICK_SECONDS, "options": _EXPIRES},
    "send": {"task": "reminders.send", "schedule": TICK_SECONDS, "options": _EXPIRES},
    "reconcile": {"task": "reminders.reconcile", "schedule": 3600.0, "options": _EXPIRES},
    "purge": {"task": "reminders.purge", "schedule": 24 * 3600.0, "options": _EXPIRES},
    "verify": {"task": "reminders.verify", "schedule": 24 * 3600.0, "options": _EXPIRES},
    "read": {"task": "commitments.read", "schedule": TICK_SECONDS, "options": _EXPIRES},
    "bulk": {"task": "commitments.bulk", "schedule": TICK_SECONDS, "options": _EXPIRES},
    "import": {"task": "commitments.import", "schedule": TICK_SECONDS, "options": _EXPIRES},
    "seal": {"task": "accounts.seal", "schedule": 600.0, "options": {"expires": 500}},
    # By the hour, as beat begins anew with each start: a day without one may never come.
    "sweep": {"task": "accounts.sweep", "schedule": 3600.0, "options": _EXPIRES},
}

# Not from the environment: tests alone let time run faster and processes die (reminders/failpoints.py).
REMINDER_SCALE = 1.0
FAIL_POINT = ""

# Mail: every message is a row of the outbox first; reminders/deliver.py alone talks to the relay -----
EMAIL_BACKEND = "reminders.backend.OutboxBackend"
EMAIL_RELAY = env.mail("EMAIL_URL")
MAIL_DIR = DATA_DIR / "mail"
BOUNCE_TOKEN = env.text("BOUNCE_TOKEN")
if BOUNCE_TOKEN and len(BOUNCE_TOKEN) < 20:
    raise ImproperlyConfigured("BOUNCE_TOKEN is shorter than 20 characters.")
METRICS_TOKEN = env.text("METRICS_TOKEN")
if METRICS_TOKEN and len(METRICS_TOKEN) < 20:
    raise ImproperlyConfigured("METRICS_TOKEN is shorter than 20 characters.")
DEAD_MAN_URL = env.address("DEAD_MAN_URL")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("MAIL_FROM", "SCO Tracker <tracker@example.org>")

# Words, instruments and deadlines of public commitments, for whoever has no account (docs/public.md).
PUBLIC_VIEW = env.flag("PUBLIC_VIEW", default=False)

# How often a minute one person, or one address without a person, may do what (accounts/limits.py). Who
# works by hand stays far below; a script is told to wait.
LIMITS = {
    "export": "30/m/key",
    "search": "90/m/key",
    "link": "60/m/key",
    "mail": "10/m/key",
    "upload": "30/m/key",
}

if not ON_LOOPBACK:
    production.refuse(
        site=SITE_URL,
        debug=DEBUG,
        hosts=ALLOWED_HOSTS,
        secrets={
            "SECRET_KEY": SECRET_KEY,
            "BOUNCE_TOKEN": BOUNCE_TOKEN,
            "METRICS_TOKEN": METRICS_TOKEN,
        },
        database=DATABASES["default"],
        brokers={"CELERY_BROKER_URL": CELERY_BROKER_URL, "CACHE_URL": CACHE_URL},
    )

# The register ---------------------------------------------------------------------------------------
SILENT_DAYS = env.whole("SILENT_DAYS", default=90, least=1, most=3650)
DUE_SOON_DAYS = env.whole("DUE_SOON_DAYS", default=30, least=1, most=365)
SCANNER_URL = env.server("SCANNER_URL", schemes=("tcp", "unix"))
EVIDENCE_MAX_MB = env.whole("EVIDENCE_MAX_MB", default=25, least=1, most=500)
FILE_UPLOAD_HANDLERS = [
    "commitments.files.LargestUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "sco_tracker.logs.OneLine",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "filters": {"hide_links": {"()": "sco_tracker.logs.HideLinks"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["hide_links"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django": {"handlers": ["console"], "level": "INFO", "propagate": False}},
}
