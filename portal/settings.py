"""Settings, driven by the environment. `.env.example` names every variable."""

from pathlib import Path
from typing import Any

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from environs import EnvError

from portal import environment

# ModelForm[Site] and its like are types to mypy alone until Django's classes are told of it.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
# What the portal writes beside itself: the database and photos, where no other place is named, and
# static files.
VAR_DIR = BASE_DIR / "var"
VAR_DIR.mkdir(exist_ok=True)

try:
    env = environment.load(BASE_DIR)
    DEBUG = env.bool("PORTAL_DEBUG", False)
    SECRET_KEY = environment.required_secret(env, "PORTAL_SECRET_KEY", at_least=50)
    PORTAL_ENCRYPTION_KEYS = environment.encryption_keys(env)
    ALLOWED_HOSTS: list[str] = env.list("PORTAL_ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
    CSRF_TRUSTED_ORIGINS: list[str] = env.list("PORTAL_ORIGINS", [])
    PORTAL_URL = environment.public_url(
        env, origins=CSRF_TRUSTED_ORIGINS, hosts=ALLOWED_HOSTS, debug=DEBUG
    )
    TRUSTED_PROXIES = env.int("PORTAL_TRUSTED_PROXIES", 0)
    SANDBOX = env.bool("PORTAL_SANDBOX", False)
    HSTS_SUBDOMAINS = env.bool("PORTAL_HSTS_SUBDOMAINS", False)
    HSTS_PRELOAD = env.bool("PORTAL_HSTS_PRELOAD", False)
    WORKER_THREADS = env.int("PORTAL_WORKER_THREADS", 16)
    # How many hubs of all organisations are read again at a time, by all workers together.
    HUB_READS_AT_ONCE = env.int("PORTAL_HUB_READS_AT_ONCE", max(1, WORKER_THREADS // 2))
    SPKEY_BASE_URL = environment.spkey_base_url(env, debug=DEBUG)
    SPKEY_SUPPORT_ADDRESS = env.str("SPKEY_SUPPORT_ADDRESS", "")
    # The SpKey id of the organisation whose agents see new move requests; "" for all agents.
    SUPPORT_OF_MOVES = env.str("PORTAL_SUPPORT_OF_MOVES", "")
    DATABASES: dict[str, Any] = {
        "default": environment.database(
            env, default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}", threads=WORKER_THREADS
        )
    }
    email = environment.email(env, debug=DEBUG)
    photos = environment.photos(
        env, default=VAR_DIR / "photos", public=(BASE_DIR / "static", VAR_DIR / "static")
    )
    TIME_ZONE = environment.time_zone(env)
    # None where people sign in by a password alone.
    OIDC = environment.oidc(env, debug=DEBUG)
    PASSWORD_SIGN_IN = env.bool("PORTAL_PASSWORD_SIGN_IN", True)
    LOG_FORMAT = environment.log_format(env, debug=DEBUG)
    METRICS_TOKEN = environment.metrics_token(env)
    SENTRY_DSN = environment.sentry_dsn(env)
    DEFAULT_FROM_EMAIL = env.str("PORTAL_DEFAULT_FROM_EMAIL", "portal@localhost")
except EnvError as error:
    raise ImproperlyConfigured(f"A setting is malformed: {error}") from None

if not 1 <= WORKER_THREADS <= 128:
    raise ImproperlyConfigured("PORTAL_WORKER_THREADS must be a number from 1 to 128.")
if not 1 <= HUB_READS_AT_ONCE <= 128:
    raise ImproperlyConfigured("PORTAL_HUB_READS_AT_ONCE must be a number from 1 to 128.")
if HSTS_PRELOAD and not HSTS_SUBDOMAINS:
    raise ImproperlyConfigured("PORTAL_HSTS_PRELOAD needs PORTAL_HSTS_SUBDOMAINS as well.")

if OIDC is None and not PASSWORD_SIGN_IN:
    raise ImproperlyConfigured(
        "PORTAL_PASSWORD_SIGN_IN may be false only where PORTAL_OIDC_ISSUER names a provider:"
        " nobody could sign in."
    )

INSTALLED_APPS = [
    "portal.core",
    "portal.audit",
    "portal.orgs",
    "portal.notices",
    "portal.gateway",
    "portal.sites",
    "portal.consent",
    "portal.hubs",
    "portal.hubs.photos",
    "portal.hubs.actions",
    "portal.jobs",
    "portal.claims",
    "portal.events",
    "portal.moves",
    "portal.imports",
    "portal.tray",
    "portal.support",
    "portal.monitoring",
    "portal.orgs.apps.OperatorsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_filters",
    "allauth",
    "allauth.account",
    "portal.orgs.apps.SecondFactorsConfig",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
# Commands to try things with. Production has none of them.
if DEBUG or SANDBOX:
    INSTALLED_APPS += ["portal.sandbox", "portal.demo"]

MIDDLEWARE = [
    "portal.core.web.traces.Traces",
    "portal.core.web.poll_pace.PollPace",
    # Outside the signature, which says how long the answer is that a script reads.
    "portal.core.web.compression.Compression",
    "portal.core.web.signature.Signature",
    "portal.core.web.headers.Headers",
    "portal.core.web.https.RefusesInClear",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.core.web.nul.NoNul",
    "portal.core.web.middleware.NoStore",
    "portal.core.web.poll_tickets.PollTickets",
    "portal.core.web.middleware.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.orgs.web.ended_access.EndedAccess",
    "portal.core.web.middleware.SessionLifetime",
    "portal.orgs.web.languages.LanguageMiddleware",
    "portal.core.web.bodies.BoundedBody",
    "portal.core.web.middleware.SignInRequired",
    "allauth.account.middleware.AccountMiddleware",
    "portal.orgs.web.required_factor.RequiredFactor",
    "portal.orgs.web.workspace.OrganisationOfThePage",
    "portal.core.web.middleware.LimitReached",
    "portal.orgs.web.second_factor.UnreadableFactor",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

FORM_RENDERER = "portal.core.web.focused.FormRenderer"
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
                "portal.orgs.web.context.workspace",
                "portal.pwa.web.context.page",
            ],
            # Known to every template without being loaded.
            "builtins": ["portal.core.templatetags.icons"],
        },
    },
]

MAILERS = {
    "default": {
        "BACKEND": email["EMAIL_BACKEND"].replace(
            "django.core.mail.backends.console", "portal.notices.terminal"
        ),
        "OPTIONS": {
            "host": email["EMAIL_HOST"],
            "port": email["EMAIL_PORT"],
            "username": email["EMAIL_HOST_USER"],
            "password": email["EMAIL_HOST_PASSWORD"],
            "use_tls": email["EMAIL_USE_TLS"],
            "use_ssl": email["EMAIL_USE_SSL"],
            "timeout": 10,
        }
        if email["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
        else {},
    }
}

PORTAL_NAME = "SpKey installer portal"
AUTH_USER_MODEL = "orgs.User"
AUTHENTICATION_BACKENDS = ["portal.orgs.web.sign_in_backend.Backend"]
PASSWORD_HASHERS = ["portal.orgs.hashing.PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "portal.orgs.web.passwords.CommonWords"},
    {"NAME": "portal.orgs.web.passwords.ContextWords"},
    {"NAME": "portal.orgs.web.passwords.EasyGuesses"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "portal.orgs.web.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_FORMS = {
    "change_password": "portal.orgs.web.sign_in_forms.OwnPasswordForm",
    "reset_password": "portal.orgs.web.forms.LinkRequestForm",
    "reset_password_from_key": "portal.orgs.web.sign_in_forms.PasswordByLinkForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = False
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
# How many links to set a new password one address is sent.
PASSWORD_LINKS_A_DAY = 5
# Counted in each process alone: `orgs.web.sign_in_limits` counts for all of them.
ACCOUNT_RATE_LIMITS = False
MFA_FORMS = {
    "activate_totp": "portal.orgs.web.sign_in_forms.SetUpForm",
    "add_webauthn": "portal.orgs.web.sign_in_forms.AddPasskeyForm",
    "authenticate": "portal.orgs.web.sign_in_forms.AuthenticateForm",
    "authenticate_webauthn": "portal.orgs.web.sign_in_forms.AuthenticatePasskeyForm",
    "edit_webauthn": "portal.orgs.web.sign_in_forms.RenamePasskeyForm",
    "reauthenticate": "portal.orgs.web.sign_in_forms.ReauthenticateForm",
    "reauthenticate_webauthn": "portal.orgs.web.sign_in_forms.ReauthenticatePasskeyForm",
}
MFA_ADAPTER = "portal.orgs.web.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# Beside the password only: with this on, whoever holds any security key would sign in by it alone.
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_TOTP_ISSUER = "SpKey portal"
MFA_RECOVERY_CODES_SHOW_ONCE = True

SOCIALACCOUNT_ADAPTER = "portal.orgs.web.oidc.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"provider_class": "portal.orgs.web.oidc.Provider"}}

SESSION_ENGINE = "portal.orgs.session_store"
# The cookie itself lives for the longest session; SessionLifetime ends idle ones.
SESSION_COOKIE_AGE = 7 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_IDLE_SECONDS = 12 * 3600
SESSION_ABSOLUTE_SECONDS = 7 * 24 * 3600
# Of those who may act on what is not their own: operators of the portal and support agents.
POWERFUL_SESSION_IDLE_SECONDS = 30 * 60
POWERFUL_SESSION_ABSOLUTE_SECONDS = 8 * 3600
# How long ago a second factor may have been used for what support and operators do.
SUPPORT_FACTOR_SECONDS = 5 * 60
OPERATOR_FACTOR_SECONDS = 15 * 60
# How many claims one agent may make for others in an hour.
SUPPORT_CLAIMS_AN_HOUR = 60
# For how many organisations one agent may act in a day.
SUPPORT_ORGANISATIONS_A_DAY = 10
# The cookie of Django's default would hold the names of sites.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_NAME = "portal_session" if DEBUG else "__Host-portal_session"
CSRF_COOKIE_NAME = "portal_csrf" if DEBUG else "__Host-portal_csrf"
CSRF_COOKIE_HTTPONLY = True
DEVICE_COOKIE_NAME = "portal_device" if DEBUG else "__Host-portal_device"

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.WASM_UNSAFE_EVAL],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "media-src": [CSP.SELF, "blob:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"
if not DEBUG:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(health|ready)/$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = HSTS_SUBDOMAINS
    SECURE_HSTS_PRELOAD = HSTS_PRELOAD
    # What other names of the domain do is for their owners to say: neither is a mistake.
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
    if TRUSTED_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

STATIC_URL = "static/"
STATIC_ROOT: Path | None = VAR_DIR / "static"
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS: list[Any] = [
    BASE_DIR / "static",
    *(
        (prefix, NODE_MODULES / folder)
        for prefix, folder in (
            ("vendor/idb", "idb/build"),
            ("vendor/zxing", "zxing-wasm/dist/es"),
            ("vendor/zxing-wasm", "zxing-wasm/dist/reader"),
        )
        if (NODE_MODULES / folder).is_dir()
    ),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Never by an address of their own: `hubs/web/photos.py` hands them to who may see the hub.
    "photos": photos,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "portal.core.static_files.ProductionStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

DEFAULT_EXCEPTION_REPORTER_FILTER = "portal.core.web.error_reports.Filter"

# In an hour: of one person; an organisation may ten times as much.
LOOKUPS_AN_HOUR = env.int("PORTAL_LOOKUPS_AN_HOUR", 1_000)
CLAIMS_AN_HOUR = env.int("PORTAL_CLAIMS_AN_HOUR", 500)
# How far apart the calls are by which each organisation's own hubs are read again.
HUB_READ_SECONDS = env.float("PORTAL_HUB_READ_SECONDS", 1.0)
# Of an organisation; each has up to 10,000 rows.
IMPORTS_A_DAY = env.int("PORTAL_IMPORTS_A_DAY", 100)
# A claim whose last try began less long ago is not tried at somebody's asking: no hub comes online
# in between, and each try is up to three calls with the organisation's key.
TRY_NOW_SECONDS = 10

# A photo that takes longer to read is given up.
PHOTO_SECONDS = 3

FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
# What is pasted into an import. Elsewhere `bodies.ORDINARY` bounds it before.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("el", "Ελληνικά")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["portal.formats"]
LANGUAGE_COOKIE_NAME = "portal_language" if DEBUG else "__Host-portal_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = not DEBUG
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "portal.core.logs.PlainFormatter",
            "format": "%(levelname)s %(name)s %(message)s",
        },
        "json": {"()": "portal.core.logs.JsonFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # urllib3 and requests log addresses and headers below this level.
    "loggers": {
        "urllib3": {"level": "WARNING"},
        "requests": {"level": "WARNING"},
        # Django's own handlers would say everything twice.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # Below that are refusals, which `portal.security` tells of.
        "django.request": {"level": "ERROR"},
        # Whoever calls us by another name: 400, which `portal.security` tells of, too.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # gunicorn has set its own before it loads us.
        "gunicorn.error": {"handlers": ["stderr"], "propagate": False},
    },
}
