"""Django's settings, read from the environment (`environment.py` names every variable)."""

from pathlib import Path

import dj_database_url

from fieldapi import environment, files
from fieldapi.introduction import INTRODUCTION
from notices.environment import outward

BASE_DIR = Path(__file__).resolve().parent.parent
PRODUCTION = environment.mode() == "production"
DEBUG = environment.debug(production=PRODUCTION)
DATA_DIR = environment.data_dir(BASE_DIR)
SECRET_KEY = environment.secret_key(DATA_DIR, production=PRODUCTION)
DATA_KEY = environment.data_key(SECRET_KEY, production=PRODUCTION)
ALLOWED_HOSTS = environment.allowed_hosts(production=PRODUCTION)
TRUSTED_PROXIES = environment.trusted_proxies()
CLOCK_OFFSET = environment.clock_offset(production=PRODUCTION)
MIN_APP_VERSION = environment.text("FIELDAPI_MIN_APP_VERSION")
# Read by the web processes themselves; looked at here so that a wrong one stops every program alike.
environment.whole_number("PORT", "8000", most=65535)
environment.whole_number("WEB_CONCURRENCY", "2", most=256)
environment.client_silence()
GEOCODER = environment.text("FIELDAPI_GEOCODER")
NOTICES = outward(production=PRODUCTION)

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_tasks",
    "django_tasks_db",
    "fieldapi",
    "cadres",
    "households",
    "notices",
    "visits",
    "media",
    "opinions",
    "grouping",
    "matters",
    "reports",
    "sync",
    "demo",
]

MIDDLEWARE = [
    "fieldapi.middleware.TellTheLength",
    "fieldapi.middleware.KeptNowhere",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "fieldapi.middleware.CompressedAnswers",
    "fieldapi.middleware.SpeakTheirLanguage",
    "fieldapi.middleware.EveryFaultIsAProblem",
]

ROOT_URLCONF = "fieldapi.urls"
WSGI_APPLICATION = "fieldapi.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]

AUTH_USER_MODEL = "cadres.User"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = ["cadres.passwords.Argon2"]

DATABASES = {"default": dj_database_url.parse(environment.database_url(DATA_DIR))}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;",
    }
    DATABASES["default"]["CONN_MAX_AGE"] = 60
else:
    FOR_EACH_CONNECTION = {
        # Compiling a statement to machine code takes PostgreSQL longer than any statement of ours runs.
        "jit": "off",
        "statement_timeout": f"{environment.statement_seconds()}s",
        # A process that is gone, frozen or cut off must not hold rows that others wait for.
        "idle_in_transaction_session_timeout": "5min",
        "client_connection_check_interval": "10s",
        "tcp_keepalives_idle": "60",
    }
    # A thread borrows a connection for as long as it talks to the database, no longer (`middleware.py`).
    DATABASES["default"]["OPTIONS"] = {
        "pool": {"min_size": 1, "max_size": 20, "timeout": 10},
        "options": " ".join(f"-c {name}={value}" for name, value in FOR_EACH_CONNECTION.items()),
        # Statements are parsed and planned once per connection, and values travel beside them.
        "server_side_binding": True,
        "prepare_threshold": 2,
    }
# SQLite has no covering indexes and makes plain ones of them, which is what we want there.
SILENCED_SYSTEM_CHECKS = ["models.W040"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STORAGES = {
    "default": files.storage(environment.storage_url(DATA_DIR)),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # straight from the packages: nothing to collect
MAX_JSON_BYTES = 8 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_JSON_BYTES
MAX_PHOTO_BYTES = 20 * 1024 * 1024

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# What `manage.py run_due` does, in this order.
DUE = [
    "sync.due.wake_waiting",
    "sync.due.end_waiting",
    "visits.late_pairings.judge_by_late_pairings",
    "matters.late_moves.follow_moves",
    "grouping.due.place_new",
    "grouping.due.learn_confirmed",
    "sync.due.forget_changes",
    "media.due.develop_left_behind",
    "media.due.sweep_drafts",
    "media.due.free_uploads",
    "matters.cards.issue_fallen",
    "matters.recount.recount",
    "matters.escalation.escalate_overdue",
    "matters.reminders.remind",
    "notices.due.send_out",
    "notices.due.forget_old",
    "cadres.due.forget_failures",
    "cadres.due.forget_browsers",
    "reports.exporting.write_left_behind",
    "reports.exporting.forget_old",
    "fieldapi.due.forget_answers",
    "fieldapi.due.forget_jobs",
    "fieldapi.sealed_days.seal_days",
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["cadres.authentication.SignedIn"],
    "DEFAULT_PERMISSION_CLASSES": ["fieldapi.access.ByTable"],
    "DEFAULT_PARSER_CLASSES": ["fieldapi.bodies.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["fieldapi.bodies.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "fieldapi.negotiation.Negotiation",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_PAGINATION_CLASS": "fieldapi.paging.Pages",
    "DEFAULT_SCHEMA_CLASS": "fieldapi.openapi.Schema",
    "EXCEPTION_HANDLER": "fieldapi.errors.as_problem",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # `?format=` is ours: the kind of file asked for
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "TEST_REQUEST_RENDERER_CLASSES": [
        "fieldapi.bodies.JSONRenderer",
        "rest_framework.renderers.MultiPartRenderer",
    ],
}
SIMPLE_JWT = {
    "SIGNING_KEY": SECRET_KEY,
    "UPDATE_LAST_LOGIN": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "fieldapi",
    "VERSION": "1",
    "DESCRIPTION": INTRODUCTION,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_SETTINGS": {
        "deepLinking": True,
        "validatorUrl": None,
    },  # nothing leaves for a validator elsewhere
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["fieldapi.openapi.tell_of_all_methods"],
    "ENUM_NAME_OVERRIDES": {
        "TaskState": "matters.models.Task.State",
        "HouseholdState": ["active", "merged", "ended"],
        "VisitKind": "visits.models.Visit.Kind",
        "OpinionKind": "opinions.models.Opinion.Kind",
        "ImportKind": "households.import_serializers.KINDS",
        "ExportKind": "reports.sheets.KINDS",
        "RowOutcome": "sync.serializers.OUTCOMES",
        "SummaryState": "reports.summaries.STATES",
        "FlagCode": "visits.presence.CODES",
        "FlagState": "visits.models.Flag.State",
        "PhotoState": "media.models.Photo.State",
        "QuarantineState": "sync.models.QuarantinedRow.State",
    },
}

# What `write_docs` prints of the apps.
DOC_PAGES = {
    "summary.md": "reports.page.summary",
    "notices.md": "notices.page.notices",
    "sync-columns.md": "sync.page.sync_columns",
}

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"discreet": {"()": "fieldapi.discreet.Discreet"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["discreet"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.request": {"level": "ERROR"}},
}
