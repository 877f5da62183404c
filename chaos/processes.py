"""The portal's parts as processes that can be killed and started again."""

import subprocess
import sys
from collections.abc import Callable, Sequence

from django.db import DatabaseError, InterfaceError, connection

from bench import place, signals
from bench import processes as bench_processes
from bench.processes import GUNICORN
from portal.core.models import Heartbeat

# What SpKey takes for every call: the slower, the more workers die in the middle of one.
LATENCY_MS = 400.0
LEAST_LATENCY_MS = 50.0


class Process:
    """A process under its name, started again and again; ended by its own id alone."""

    def __init__(
        self,
        name: str,
        command: Callable[[int], Sequence[str]],
        ready: Callable[["Process"], bool],
        api: str = "",
    ) -> None:
        self.name = name
        self._command = command
        self._ready = ready
        self._environment = {"SPKEY_BASE_URL": api} if api else {}
        self.port = 0
        self.child: subprocess.Popen[bytes] | None = None
        self.is_up = False

    @property
    def url(self) -> str:
        """Where it listens, if it does."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, at a port of its own, without waiting for it."""
        self.port = place.free_port()
        with signals.postponed():
            self.child = bench_processes.start(
                self.name, self._command(self.port), **self._environment
            )

    def wait(self) -> None:
        """Wait until it works. Raises RuntimeError when it never does."""
        if self.child is not None:
            bench_processes.wait(self.child, self.name, lambda: self._ready(self))
            self.is_up = True

    def kill(self) -> None:
        """Kill it (SIGKILL)."""
        self._end(bench_processes.kill)

    def stop(self, within: float = bench_processes.STOP_SECONDS) -> None:
        """Ask it to end (SIGTERM), for at most so many seconds."""
        self._end(lambda child: bench_processes.stop(child, within))

    def _end(self, end: Callable[[subprocess.Popen[bytes]], None]) -> None:
        self.is_up = False
        if self.child is not None:
            end(self.child)
            self.child = None


def sandbox(seed: int, faster: float) -> Process:
    """Return a SpKey API, as fast as the portal is in this run."""
    latency = max(LEAST_LATENCY_MS, LATENCY_MS / faster)

    def command(port: int) -> list[str]:
        return [
            *(sys.executable, "manage.py", "sandbox", "--port", str(port)),
            *("--seed", str(seed), "--latency-ms", str(latency)),
        ]

    return Process(
        "sandbox", command, lambda process: bench_processes.answers(f"{process.url}/_control/log")
    )


def web(name: str, api: str) -> Process:
    """Return a web server, as the Procfile starts it, by the run's own clock."""

    def command(port: int) -> list[str]:
        gunicorn = ("chaos.wsgi" if each == "portal.wsgi" else each for each in GUNICORN)
        return [sys.executable, "-m", *gunicorn, "--bind", f"127.0.0.1:{port}"]

    return Process(
        name, command, lambda process: bench_processes.answers(f"{process.url}/health/"), api
    )


def worker(name: str, api: str, faster: float) -> Process:
    """Return a worker by the run's own clock, of which all times are divided by `faster`."""
    command = [sys.executable, "-m", "chaos.quick_worker", f"{faster:g}"]
    return Process(name, lambda _port: command, _beats, api)


def _beats(process: Process) -> bool:
    """Say whether the worker has given a sign of life under its process id."""
    try:
        pid = process.child.pid if process.child else 0
        return Heartbeat.objects.filter(name__endswith=f"-{pid}").exists()
    except (DatabaseError, InterfaceError):
        return False
    finally:
        connection.close()
