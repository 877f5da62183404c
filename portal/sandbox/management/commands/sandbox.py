"""`manage.py sandbox`: the sandbox as a server of its own."""

import errno
import os
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.sandbox import lived_in, world
from portal.sandbox.server import Sandbox
from portal.sandbox.webhooks import Webhook


class Command(BaseCommand):
    """Serves until it is told to stop; one line a request goes to standard error."""

    help = "Run a SpKey API to try things with."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to serve, which world in which state, and how slow it is."""
        port = os.environ.get("SANDBOX_PORT", "8787")
        parser.add_argument("--port", type=int, default=port, help="default: SANDBOX_PORT, or 8787")
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen at")
        parser.add_argument("--seed", type=int, default=world.DEFAULT_SEED, help="which world")
        lived_in = "begin with the hubs of the demo claimed"
        parser.add_argument("--lived-in", action="store_true", help=lived_in)
        tell = "tell the demo's portal at this address of events, such as http://127.0.0.1:8000"
        parser.add_argument("--tell", metavar="PORTAL", help=tell)
        late = "seconds between an event and its telling"
        parser.add_argument("--tell-late", type=float, default=0.0, help=late)
        parser.add_argument("--tell-twice", action="store_true", help="tell of each event twice")
        disordered = "let every other event be overtaken by the next"
        parser.add_argument("--tell-disordered", action="store_true", help=disordered)
        parser.add_argument("--latency-ms", type=float, default=0.0, help="added to every call")

    def handle(self, *_: Any, **options: Any) -> None:
        """Serve until SIGTERM or Ctrl-C."""
        stop = threading.Event()
        for ending in (signal.SIGTERM, signal.SIGINT):
            signal.signal(ending, lambda *_: stop.set())
        sandbox = Sandbox(
            options["seed"],
            options["latency_ms"] / 1000,
            report=self._report,
            lived_in=options["lived_in"],
        )
        self._start(sandbox, options["port"], options["host"])
        with sandbox:
            self._tell(sandbox, options)
            self._report(f"The sandbox answers at {sandbox.url} (seed {options['seed']}).")
            stop.wait()

    def _start(self, sandbox: Sandbox, port: int, host: str) -> None:
        try:
            sandbox.start(port, host)
        except OverflowError:
            raise CommandError(f"{port} is not a port: choose 1 to 65535.", returncode=2) from None
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                reason = f"Port {port} is in use. Free it, or choose another one with SANDBOX_PORT."
            else:
                reason = f"Cannot listen at {host}, port {port}: {problem.strerror}."
            raise CommandError(reason, returncode=2) from None

    def _tell(self, sandbox: Sandbox, options: dict[str, Any]) -> None:
        if not options["tell"]:
            return
        try:
            webhook = Webhook(
                f"{options['tell'].rstrip('/')}/events/{lived_in.EVENTS_KEY}",
                lived_in.EVENTS_SECRET,
                late=options["tell_late"],
                twice=options["tell_twice"],
                disordered=options["tell_disordered"],
            )
        except ValueError as problem:
            raise CommandError(f"--tell: {problem}.", returncode=2) from None
        sandbox.webhooks.set(world.ACME_ORG_ID, webhook)

    def _report(self, line: str) -> None:
        self.stderr.write(line, style_func=str)
        self.stderr.flush()
