"""Every setting of Hemei. What a district changes, it changes by an environment variable named here."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent.parent
BASE = CHECKOUT if (CHECKOUT / "pyproject.toml").exists() else Path.cwd()


def env(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def env_bool(name: str, default: bool = False) -> bool:
    return env(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


VAR = Path(env("HEMEI_VAR") or BASE / "var")  # database, evidence and keys of this installation
VAR.mkdir(parents=True, exist_ok=True)


def env_limit(name: str, default: str) -> tuple[int, int]:
    """How many in how many seconds: "30/60". 0 means no limit."""
    count, _slash, seconds = (env(name) or default).partition("/")
    return int(count), int(seconds or 60)


def kept_secret(name: str) -> str:
    """The secret of that name from the environment, else from a file of ours, made on first use."""
    if given := env(name):
        return given
    path = VAR / f"{name.lower()}.key"
    if not path.exists():
        beside = path.with_suffix(f".{os.getpid()}")  # whole before it has its name: a process may be killed here
        with open(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first
            os.link(beside, path)
        beside.unlink()
    if kept := path.read_text().strip():
        return kept
    sys.exit(f"{path} 是空的，不能当密钥用；请从备份恢复。 / {path} is empty and no key; restore it from a backup.")


DEBUG = env_bool("HEMEI_DEBUG")
SECRET_KEY = kept_secret("HEMEI_SECRET_KEY")
PERSONAL_DATA_KEY = kept_secret("HEMEI_PERSONAL_DATA_KEY")  # encrypts ID numbers and phones, keys their HMAC
AUDIT_KEY = kept_secret("HEMEI_AUDIT_KEY")  # keys the digests in audit entries
ALLOWED_HOSTS = env_list("HEMEI_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_FAILURE_VIEW = "hemei.office.middleware.token_missing"
CSRF_TRUSTED_ORIGINS = env_list("HEMEI_ORIGINS")
PROXIES = env_list("HEMEI_PROXIES")  # whose word about the visitor's address and HTTPS is believed
PUBLIC_URL = env("HEMEI_PUBLIC_URL")  # what door plates print; empty: the address of the request

# What the district says of itself; empty shows as 未配置.
FILING_NUMBER = env("HEMEI_FILING_NUMBER")  # 备案号
MAP_APPROVAL_NUMBER = env("HEMEI_MAP_APPROVAL_NUMBER")  # 审图号
COMPLAINTS = env("HEMEI_COMPLAINTS")  # 投诉建议: a telephone number or address
TIANDITU_KEY = env("HEMEI_TIANDITU_KEY")  # 天地图 as background, only with a key
NOTIFY_WEBHOOK = env("HEMEI_NOTIFY_WEBHOOK")  # SMS gateway or WeCom robot
NOTIFY_SECOND_AFTER_MINUTES = int(env("HEMEI_NOTIFY_SECOND_AFTER_MINUTES", "30"))
BACKUP_PASSPHRASE = env("HEMEI_BACKUP_PASSPHRASE")  # for `hemei backup` and `hemei restore` only

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "hemei.core",
    "hemei.office",
    "hemei.field",
    "hemei.public",
    "hemei.api",
    "hemei.maps",
    "hemei.demo",
    "hemei.programmes.houses",
    "hemei.programmes.craftsmen",
    "hemei.programmes.control",
    "hemei.programmes.building",
]

MIDDLEWARE = [
    "hemei.field.openrosa.speaks_openrosa",
    "hemei.site.headers.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "hemei.site.headers.without_nul",  # behind what knows the reader's language
    "hemei.api.errors.problems",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "hemei.site.cookies.by_cookies",
    "hemei.office.middleware.refusals",
    "hemei.site.oldcodes.old_codes",
    "hemei.site.limiting.limits",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "hemei.site.urls"
WSGI_APPLICATION = "hemei.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "hemei.office.context.page",
            ],
        },
    }
]


def _as_libpq_reads(url: str) -> dict[str, object]:
    from psycopg import ProgrammingError  # not loaded where SQLite is used
    from psycopg.conninfo import conninfo_to_dict

    try:
        return dict(conninfo_to_dict(url))
    except ProgrammingError:  # its own message may tell the password
        raise ValueError(
            "DATABASE_URL: PostgreSQL cannot read it. Write postgresql://user:password@host:port/name, or"
            " postgresql:///name?host=/folder for a socket; in a password, %40 for @, %2F for /, %25 for %."
        ) from None


def database(url: str) -> dict[str, object]:
    """A database from a URL: `sqlite:///path`, or PostgreSQL's own, which may name a socket and how to connect.

    Raises ValueError where it is neither.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path[1:]),
            "CONN_MAX_AGE": 600,  # opening costs more than a page: pragmas, the schema, an empty cache
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # Commits are synced by core/writing.py, after the turn to write and before the answer.
                # The file is not mapped: many connections that write pay more for that than pages gain by it.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;"
                "PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;"
                "PRAGMA secure_delete=ON;",  # overwritten, not only forgotten
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        given = _as_libpq_reads(url)
        return {
            "ENGINE": "hemei.core.postgresql",
            "NAME": given.pop("dbname", ""),
            "USER": given.pop("user", ""),
            "PASSWORD": given.pop("password", ""),
            "HOST": given.pop("host", ""),
            "PORT": given.pop("port", ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            # Plans are kept for what `core/prepared.py` sends; Django sends texts.
            "OPTIONS": {**given, "prepare_threshold": 1},
        }
    raise ValueError(f"DATABASE_URL: {parts.scheme!r} is neither sqlite nor postgresql")


DATABASES = {"default": database(env("DATABASE_URL") or f"sqlite:///{VAR / 'hemei.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SERVING_LOCK = VAR / "serving.lock"  # held by a running site, so that nothing is restored under it
WRITE_LOCK = VAR / "write.lock"  # first come, first served, before BEGIN on SQLite
EVIDENCE = VAR / "evidence"

AUTH_USER_MODEL = "core.Account"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/office/"
LOGOUT_REDIRECT_URL = "/sign-in/"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "office/locked.html"
AXES_VERBOSE = False

# Token buckets (core/limits.py): so many at once, filled again in so many seconds.
LIMITS = {
    "sign_in": env_limit("HEMEI_LIMIT_SIGN_IN", "30/60"),  # for each address; a lock-out by name stands beside it
    "code": env_limit("HEMEI_LIMIT_CODE", "5/300"),  # for each account: one-time codes tried
    "door": env_limit("HEMEI_LIMIT_DOOR", "60/60"),  # for each door plate: pages opened
    "door_unknown": env_limit("HEMEI_LIMIT_DOOR_UNKNOWN", "30/60"),  # for each address: plates and keys that are none
    "wrong_key": env_limit("HEMEI_LIMIT_WRONG_KEY", "60/3600"),  # for all together: addresses noted in the audit
    "phone": env_limit("HEMEI_LIMIT_PHONE", "1200/600"),  # for each phone's key: forms fetched and sent in
    "export": env_limit("HEMEI_LIMIT_EXPORT", "20/600"),  # for each account
    "spot": env_limit("HEMEI_LIMIT_SPOT", "60/600"),  # for each address: spots asked about by anybody
    "place": env_limit("HEMEI_LIMIT_PLACE", "400/600"),  # for each address: houses put on the map by anybody
    "upload": env_limit("HEMEI_LIMIT_UPLOAD", "120/600"),  # for each account
}

SECOND_FACTOR = env_bool("HEMEI_SECOND_FACTOR", True)  # one-time codes for district-level accounts and unmasking
SECOND_FACTOR_MINUTES = int(env("HEMEI_SECOND_FACTOR_MINUTES", "15"))  # how long a code counts for unmasking

SESSION_COOKIE_AGE = int(env("HEMEI_SESSION_IDLE_MINUTES", "120")) * 60  # without a page opened in between
SESSION_SAVE_EVERY_REQUEST = False  # hemei.office.middleware.sessions_end renews it, and ends it
SESSION_LONGEST_HOURS = int(env("HEMEI_SESSION_LONGEST_HOURS", "12"))  # whatever was opened in between
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
HTTPS = env_bool("HEMEI_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
MAX_REGISTER_BYTES = 100 * 2**20
MAX_PHOTO_BYTES = 20 * 2**20
MAX_PHOTO_PIXELS = 60_000_000

DISTRICT_FORMS = True  # what the district published of its forms holds before what came with a programme
FORMS_FRESH_S = 1.0  # for so long a process believes that nothing new was published by another

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [HERE.parent / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [HERE / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site has a use for our files
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"tokens": {"()": "hemei.site.logs.WithoutTokens"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["tokens"]}},
    "root": {"handlers": ["console"], "level": env("HEMEI_LOG_LEVEL", "WARNING")},
}
SILENCED_SYSTEM_CHECKS = ["axes.W003"]
