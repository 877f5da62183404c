"""The portal's processes on ephemeral ports of 127.0.0.1, each stopped at its block's end."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from bench import place
from portal.claims.models import Heartbeat

ROOT = Path(__file__).resolve().parent.parent
# As the Procfile starts it, but for the address.
GUNICORN = (
    *("gunicorn", "portal.wsgi", "--worker-class", "gthread", "--threads", "8"),
    *("--workers", "2", "--preload", "--no-control-socket"),
)
START_SECONDS = 30.0
STOP_SECONDS = 10.0
NO_API = "http://127.0.0.1:9"


@contextmanager
def web() -> Iterator[int]:
    """Serve the portal; give the port."""
    port = _free_port()
    health = f"http://127.0.0.1:{port}/health/"
    command = (sys.executable, "-m", *GUNICORN, "--bind", f"127.0.0.1:{port}")
    with _running("web", command, NO_API, lambda: _answers(health)):
        yield port


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
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    wait = ("--latency-ms", str(latency * 1000))
    command = (sys.executable, "manage.py", "sandbox", "--port", str(port), "--seed", str(seed))
    with _running("sandbox", (*command, *wait), url, lambda: _answers(f"{url}/_control/log")):
        yield url


@contextmanager
def _running(
    name: str, command: tuple[str, ...], api: str, ready: Callable[[], bool]
) -> Iterator[None]:
    log = place.folder() / f"{name}.log"
    with log.open("wb") as output:
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "SPKEY_BASE_URL": api},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Of its own, so that Ctrl-C reaches the bench alone and the child is stopped once.
            start_new_session=True,
        )
    try:
        _wait(child, ready, log)
        yield
    finally:
        _stop(child)


def _wait(child: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if child.poll() is not None or time.monotonic() > deadline:
            said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise RuntimeError(f"{log.stem} did not start:\n{said}")
        time.sleep(0.05)


def _stop(child: subprocess.Popen[bytes]) -> None:
    """Ask the process to end, and end what is left of it and of its own children."""
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5, allow_redirects=False).ok
    except requests.ConnectionError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
