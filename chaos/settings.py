"""The settings of production, with what would only cost time here left out."""

from bench import place
from portal.settings import *  # noqa: F403 - a settings module is all names
from portal.settings import LOGGING, STORAGES

# Nothing is collected: no page here is looked at.
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = None
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A code that is made at the end of its half minute is still taken a moment later.
MFA_TOTP_TOLERANCE = 1
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "OPTIONS": {"file_path": place.folder() / "emails"},
    }
}
# `chaos.accounts` looks for errors in it, line by line.
LOGGING = {
    **LOGGING,
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
# Agents use their second factor once, as they sign in: what its age keeps out is tested elsewhere.
SUPPORT_FACTOR_SECONDS = 24 * 3600
# People here tap *Try now* all the time, in a life that may be shorter than the web server's.
TRY_NOW_SECONDS = 0.2
CLAIMS_AN_HOUR = 100_000
