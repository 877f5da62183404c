"""`manage.py worker`: does what is due, such as sending claims and keeping watched hubs fresh."""

import logging
import os
import signal
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.core import worker

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Runs the worker until SIGTERM or Ctrl-C, then finishes the steps under way."""

    help = "Send due claims to SpKey, confirm them, and keep watched hubs fresh."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--threads", type=int, default=settings.WORKER_THREADS)
        parser.add_argument("--once", action="store_true", help="work off what is due, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        if options["once"]:
            done = worker.run_once(options["threads"])
            self.stdout.write(f"{done} done")
            return
        working = worker.Worker(options["threads"])
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: working.stop())
        logger.info("worker %s: %s threads", working.name, working.threads)
        if working.run():
            logger.info("worker %s: stopped", working.name)
            return
        logger.warning("worker %s: stopped in the middle of a step", working.name)
        # Python would wait for the threads; the supervisor of the process would not.
        logging.shutdown()
        os._exit(0)
