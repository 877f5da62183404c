"""The portal's processes on ephemeral ports of 127.0.0.1, each stopped at its block's end."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import requests

from bench import certificate, place, signals
from portal.core.models import Heartbeat

ROOT = Path(__file__).resolve().parent.parent
# As the Procfile starts it, but for the address.
GUNICORN = (
    *("gunicorn", "portal.wsgi", "--worker-class", "gthread", "--threads", "8"),
    *("--workers", "2", "--preload", "--no-control-socket"),
)
START_SECONDS = 120.0
STOP_SECONDS = 10.0
NO_API = "http://127.0.0.1:9"


@contextmanager
def web(**environment: str) -> Iterator[int]:
    """Serve the portal; give the port."""
    port = place.free_port()
    health = f"http://127.0.0.1:{port}/health/"
    command = (sys.executable, "-m", *GUNICORN, "--bind", f"127.0.0.1:{port}")
    with _running("web", command, NO_API, lambda: answers(health), environment):
        yield port


@contextmanager
def secure_web() -> Iterator[str]:
    """Serve the portal by TLS, with a certificate of our own; give the address."""
    port = place.free_port()
    address = f"https://127.0.0.1:{port}"
    signed, key = certificate.write(place.folder())
    by_tls = ("--certfile", str(signed), "--keyfile", str(key))
    command = (sys.executable, "-m", *GUNICORN, *by_tls, "--bind", f"127.0.0.1:{port}")
    # No proxy is before this one: what it says of itself is not to be asked for.
    alone = {"PORTAL_TRUSTED_PROXIES": "0"}
    with _running("web", command, NO_API, lambda: answers(f"{address}/health/", signed), alone):
        yield address


@contextmanager
def worker(api: str) -> Iterator[None]:
    """Run a worker that calls the API at that address."""
    command = (sys.executable, "manage.py", "worker")
    Heartbeat.objects.all().delete()
    with _running("worker", command, api, Heartbeat.objects.exists):
        yield


@contextmanager
def sandbox(latency: float, seed: int) -> Iterator[str]:
    """Run a SpKey API that takes `latency` seconds for every call; give its address."""
    port = place.free_port()
    url = f"http://127.0.0.1:{port}"
    wait = ("--latency-ms", str(latency * 1000))
    command = (sys.executable, "manage.py", "sandbox", "--port", str(port), "--seed", str(seed))
    with _running("sandbox", (*command, *wait), url, lambda: answers(f"{url}/_control/log")):
        yield url


@contextmanager
def _running(
    name: str,
    command: tuple[str, ...],
    api: str,
    ready: Callable[[], bool],
    more: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[None]:
    child = None
    try:
        with signals.postponed():
            child = start(name, command, SPKEY_BASE_URL=api, **more)
        wait(child, name, ready)
        yield
    finally:
        if child is not None:
            stop(child)


def start(name: str, command: Sequence[str], **environment: str) -> subprocess.Popen[bytes]:
    """Start a process in the project's folder; what it says is added to the log of that name."""
    with log_of(name).open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Of its own, so that Ctrl-C reaches us alone and the child is stopped once.
            start_new_session=True,
        )


def wait(child: subprocess.Popen[bytes], name: str, ready: Callable[[], bool]) -> None:
    """Wait until it is ready. Raises RuntimeError, with what it said, when it never is."""
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if child.poll() is not None or time.monotonic() > deadline:
            output = log_of(name).read_text(encoding="utf-8", errors="replace")[-2000:]
            raise RuntimeError(f"{name} did not start:\n{output}")
        time.sleep(0.05)


def stop(child: subprocess.Popen[bytes], within: float = STOP_SECONDS) -> None:
    """Ask the process to end, and end what is left of it and of its own children."""
    child.terminate()
    try:
        child.wait(within)
    except subprocess.TimeoutExpired:
        pass
    finally:
        kill(child)


def kill(child: subprocess.Popen[bytes]) -> None:
    """Kill the process and its own children (SIGKILL)."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def log_of(name: str) -> Path:
    """Return the file that holds what the process of that name said."""
    return place.folder() / f"{name}.log"


def answers(url: str, certificate: Path | None = None) -> bool:
    """Say whether something at that address answers well, with the certificate if one is given."""
    verify = str(certificate) if certificate else True
    try:
        return requests.get(url, timeout=5, allow_redirects=False, verify=verify).ok
    except requests.ConnectionError:
        return False
