#!/usr/bin/env python
"""Run the portal's management commands."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

# The files of a build are for whoever serves them.
FOR_OTHERS = {"collectstatic"}

if __name__ == "__main__":
    if FOR_OTHERS.isdisjoint(sys.argv[1:2]):
        # SQLite's files hold sessions and digests of passwords: they are their owner's alone.
        os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"The portal cannot start: {error}")
