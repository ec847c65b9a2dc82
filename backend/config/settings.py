"""Settings; everything that differs between machines comes from the environment (names begin with KK_).

Without any of it the office runs on SQLite and local files below `var/`.
"""

import secrets
from datetime import timedelta
from pathlib import Path

import environ
from xstatic.pkg import leaflet

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(env.str("KK_VAR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)


def _secret_key() -> str:
    """The secret of this installation, made once; two processes that start together agree on the one that was first."""
    path = VAR_DIR / "secret_key"
    try:
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass  # made by an earlier start
    return path.read_text(encoding="ascii")


SECRET_KEY = env.str("KK_SECRET_KEY", default="") or _secret_key()
DEBUG = env.bool("KK_DEBUG", default=False)
ALLOWED_HOSTS = env.list("KK_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("KK_ORIGINS", default=[])
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("KK_BEHIND_TLS", default=False) else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_PROXY_SSL_HEADER is not None
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 8 * 3600
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "backend.common",  # whose db_worker wraps the one of django_tasks_db
    "django_tasks",
    "django_tasks_db",
    "backend.audit",
    "backend.accounts",
    "backend.registry",
    "backend.inspections",
    "backend.enforcement",
    "backend.reporting",
    "backend.sync",
    "backend.backups",
    "backend.config.apps.OfficeAdminConfig",  # last, so that our templates stand before its own
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "backend.config.urls"
WSGI_APPLICATION = "backend.config.wsgi.application"
CSRF_FAILURE_VIEW = "backend.common.problems.csrf_failure"
APPEND_SLASH = False  # a redirected PUT loses its body; addresses are exact

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'kiemkhoang.sqlite3'}")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a transaction that will write takes its lock at once instead of failing half way; FULL: a receipt is a
    # promise, so what it names is on the disk before it is signed.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Throttles must count over all processes, so the cache is the database's.
# Beyond MAX_ENTRIES a third of the counters is dropped: enough that nobody gets there by changing addresses.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

TASKS = {"default": {"BACKEND": env.str("KK_TASKS", default="django_tasks_db.DatabaseBackend"), "QUEUES": ["default"]}}
# A task that a worker began so long ago and did not end is begun again: longer than any task takes.
TASK_ABANDONED = timedelta(seconds=env.float("KK_TASK_ABANDONED_S", default=1800.0))
# One that failed for a passing reason (database, disk, storage) is tried again, with growing waits, for so many days.
TASK_RETRY_FIRST = timedelta(seconds=env.float("KK_TASK_RETRY_FIRST_S", default=15.0))
TASK_RETRY_LONGEST = timedelta(seconds=env.float("KK_TASK_RETRY_LONGEST_S", default=3600.0))
TASK_RETRIED_FOR = timedelta(days=env.float("KK_TASK_RETRY_DAYS", default=30.0))
# How often each worker looks for tasks to take up again.
TASK_LOOK_EVERY = timedelta(seconds=env.float("KK_TASK_LOOK_S", default=15.0))

AUTH_USER_MODEL = "accounts.Officer"
KNOX_TOKEN_MODEL = "accounts.OfficerToken"  # noqa: S105 - the name of a model
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/web-session/login/"
LOGOUT_REDIRECT_URL = "/web-session/login/"
LOGIN_REDIRECT_URL = "/api/v1/"

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [("leaflet", leaflet.BASE_DIR)]  # the map of the office's pages, from this server
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = True

EVIDENCE_DIR = Path(env.str("KK_EVIDENCE", default=str(VAR_DIR / "evidence")))
KEYS_DIR = Path(env.str("KK_KEYS", default=str(VAR_DIR / "keys")))
# Signed heads of the audit chain, one line each; best on a medium that only grows, or on another machine.
HEADS_DIR = Path(env.str("KK_HEADS", default=str(VAR_DIR / "heads")))
HEADS_EVERY = env.int("KK_HEADS_EVERY", default=1000)  # events between two heads written there; 0: only when told
ENVELOPE_MAX_BYTES = env.int("KK_ENVELOPE_MAX_BYTES", default=2 * 2**20)
BATCH_MAX_BYTES = env.int("KK_BATCH_MAX_BYTES", default=32 * 2**20)
BATCH_MAX_ENVELOPES = 100
EVIDENCE_MAX_BYTES = env.int("KK_EVIDENCE_MAX_BYTES", default=2**30)
# By the first word of the media type that the report declares for a file.
EVIDENCE_LIMITS = {
    "image": env.int("KK_PHOTO_MAX_BYTES", default=64 * 2**20),
    "video": env.int("KK_VIDEO_MAX_BYTES", default=2**30),
    "audio": env.int("KK_AUDIO_MAX_BYTES", default=256 * 2**20),
    "other": env.int("KK_OTHER_MAX_BYTES", default=128 * 2**20),
}
UPLOAD_LIFE = timedelta(days=env.int("KK_UPLOAD_DAYS", default=30))  # of an unfinished one, after something last came
# Of the requests of one server process that have been sent for longer than the grace, only so many may go on at once.
SLOW_LINES = env.int("KK_SLOW_LINES", default=8)
SLOW_LINE_GRACE_S = env.float("KK_SLOW_LINE_GRACE_S", default=3.0)
# What a picture may be, to be decoded for a small one; larger ones are evidence all the same.
PICTURE_MAX_BYTES = env.int("KK_PICTURE_MAX_BYTES", default=64 * 2**20)
PICTURE_MAX_PIXELS = env.int("KK_PICTURE_MAX_PIXELS", default=100_000_000)
PICTURE_SECONDS = env.float("KK_PICTURE_SECONDS", default=30.0)
PICTURE_MEMORY_BYTES = env.int("KK_PICTURE_MEMORY_BYTES", default=2**30)  # address space of the reading process
DATA_UPLOAD_MAX_MEMORY_SIZE = BATCH_MAX_BYTES
ENROLMENT_CODE_LIFE = timedelta(minutes=env.int("KK_ENROLMENT_CODE_MINUTES", default=15))
IMPORTS_DIR = Path(env.str("KK_IMPORTS", default=str(VAR_DIR / "imports")))
IMPORT_MAX_BYTES = env.int("KK_IMPORT_MAX_BYTES", default=256 * 2**20)
FILE_UPLOAD_HANDLERS = ["backend.accounts.uploading.KeeperUploads"]
FILE_UPLOAD_TEMP_DIR = VAR_DIR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
# The map of the office's pages: without tiles, shapes on a plain grid. `https://tiles.example/{z}/{x}/{y}.png`
MAP_TILES = env.str("KK_MAP_TILES", default="")
MAP_TILES_NOTE = env.str("KK_MAP_TILES_NOTE", default="")  # whose tiles they are, as their licence wants it said
REFERENCE_MARGIN_KM = env.float("KK_REFERENCE_MARGIN_KM", default=15.0)  # neighbours that phones take along
CLOCK_TOLERANCE = timedelta(minutes=10)

REST_KNOX = {"TOKEN_TTL": timedelta(days=env.int("KK_TOKEN_DAYS", default=90)), "AUTO_REFRESH": False}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "backend.accounts.authentication.OfficerTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["backend.accounts.permissions.MayDoThis"],
    "DEFAULT_PARSER_CLASSES": ["backend.common.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "backend.common.renderers.BrowsableRenderer",
    ],
    "DEFAULT_PAGINATION_CLASS": "backend.common.paging.ByNumber",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "backend.common.problems.handle",
    "DEFAULT_THROTTLE_RATES": {
        "sign_in": env.str("KK_RATE_SIGN_IN", default="20/min"),
        "enrol": env.str("KK_RATE_ENROL", default="10/min"),
        "wrong_code": env.str("KK_RATE_WRONG_CODE", default="30/hour"),
        "wrong_code_everybody": env.str("KK_RATE_WRONG_CODE_EVERYBODY", default="600/hour"),
        "delivery": env.str("KK_RATE_DELIVERY", default="1200/min"),
        "head": env.str("KK_RATE_HEAD", default="60/min"),
    },
    "NUM_PROXIES": env.int("KK_PROXIES", default=0),
    "VIEW_NAME_FUNCTION": "backend.common.renderers.view_name",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Kiểm Khoáng",
    "DESCRIPTION": "Kiểm tra khai thác và vận chuyển khoáng sản / inspections of mineral extraction and transport.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "backend.config.openapi.add_wire_messages",
        "backend.config.openapi.say_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "CaseStateEnum": "shared.workflow.states.CaseState",
        "ReportStateEnum": "shared.wire.v1.messages.ReportState",
        "RoleEnum": "shared.workflow.states.Role",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "backend.common.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("KK_LOG_LEVEL", default="INFO")},
    "loggers": {"django.request": {"level": "ERROR"}},
}
