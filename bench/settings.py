"""The settings of production, with the bench's own addresses and folder."""

import os
from pathlib import Path

from portal.settings import *  # noqa: F403 - a settings module is all names
from portal.settings import LOGGING

ROOT_URLCONF = "bench.urls"
STATIC_ROOT = Path(os.environ["BENCH_FOLDER"]) / "static"
LOGGING = {**LOGGING, "root": {"handlers": ["stderr"], "level": "WARNING"}}
