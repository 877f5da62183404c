"""The settings under test: those of a deployment, as far as a test can keep to them.

Plain static storage, since the live server of the tests serves no hashed names; plain http;
and passwords hashed quickly.
"""

import os
from tempfile import TemporaryDirectory

from cryptography.fernet import Fernet

os.environ["PORTAL_ENV_FILE"] = os.devnull
os.environ["PORTAL_DEBUG"] = "true"
os.environ["PORTAL_SECRET_KEY"] = "tests only " * 6
os.environ["PORTAL_ENCRYPTION_KEYS"] = Fernet.generate_key().decode()
os.environ.setdefault("DATABASE_URL", "sqlite:///var/test.sqlite3")
os.environ.pop("SPKEY_BASE_URL", None)

from portal.settings import *
from portal.settings import DATABASES, INSTALLED_APPS, STORAGES

DEBUG = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
# A file, not memory: the worker's threads and the browser's requests share it. The folder goes
# with the process, and SQLite's companion files with it.
_folder = TemporaryDirectory(prefix="portal-tests-")
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder.name}/test.sqlite3"}
STORAGES["photos"]["OPTIONS"] = {"location": f"{_folder.name}/photos"}
# It raises for a query that a loop repeats.
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
# The files lie where they are written; nothing is collected for a test.
WHITENOISE_AUTOREFRESH = True
STATIC_ROOT = None
# A code that an app showed at the end of its half minute is still taken a moment later.
MFA_TOTP_TOLERANCE = 1
# A busy machine reads a photo late, and is not to be told from a slow photo.
PHOTO_SECONDS = 30
