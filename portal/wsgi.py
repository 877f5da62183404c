"""The WSGI entry point that gunicorn serves."""

import os
import sys
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from django.core.exceptions import BadRequest, ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

# With this exit code of a worker gunicorn ends as well (Arbiter.WORKER_BOOT_ERROR in its
# source), in place of starting the next one for ever.
BOOT_ERROR = 3

# SQLite's files hold sessions and digests of passwords: they are their owner's alone.
os.umask(0o077)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


def _application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer 400 to a request that Django cannot begin with, such as a malformed Content-Type."""
    try:
        return django_application(environ, start_response)
    except BadRequest:
        start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"Bad request\n"]


try:
    django_application = get_wsgi_application()
    application = _application
except ImproperlyConfigured as error:
    sys.stderr.write(f"The portal cannot start: {error}\n")
    sys.exit(BOOT_ERROR)
