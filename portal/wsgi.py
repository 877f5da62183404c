"""The WSGI entry point that gunicorn serves."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

# With this exit code of a worker gunicorn ends as well (Arbiter.WORKER_BOOT_ERROR in its
# source), in place of starting the next one for ever.
BOOT_ERROR = 3

# SQLite's files hold sessions and digests of passwords: they are their owner's alone.
os.umask(0o077)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

try:
    application = get_wsgi_application()
except ImproperlyConfigured as error:
    sys.stderr.write(f"The portal cannot start: {error}\n")
    sys.exit(BOOT_ERROR)
