"""A PostgreSQL server of our own, from Debian's package, on a port of 127.0.0.1."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.place import free_port

PACKAGES = Path("/usr/lib/postgresql")
OWNERS = ("postgres", "nobody")
START_SECONDS = 30.0
STOP_SECONDS = 20.0
# Two web servers of two processes each, two workers and ourselves, each with a pool.
CONNECTIONS = 200


class NotInstalledError(Exception):
    """There is no PostgreSQL on this machine."""


@dataclass(slots=True)
class Server:
    """A server that can go away and come back, with all that is in it, at the same address."""

    binaries: Path
    folder: Path
    owner: pwd.struct_passwd | None
    port: int
    password: str
    child: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Its address, which holds its password."""
        return f"postgres://portal:{self.password}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it answers. Raises RuntimeError when it never does."""
        gives_up_at = time.monotonic() + START_SECONDS
        while True:
            self.child = _start(self.binaries, self.folder, self.owner, self.port)
            try:
                return _wait(self.binaries, self.child, self.folder, self.port)
            except RuntimeError:
                # What is left of one that was killed may still be ending.
                if time.monotonic() > gives_up_at:
                    raise
                time.sleep(0.2)

    def stop(self) -> None:
        """End it, as for a restart: who is connected is cut off."""
        if self.child is not None:
            _stop(self.child)

    def kill(self) -> None:
        """Kill it (SIGKILL)."""
        if self.child is not None:
            self.child.kill()
            self.child.wait()


@contextmanager
def server() -> Iterator[str]:
    """Run a server on a new, empty database; give its address. See `running`."""
    with running() as started:
        yield started.address


@contextmanager
def running() -> Iterator[Server]:
    """Run a server on a new, empty database.

    It never runs as root: started by root it belongs to `postgres` or `nobody`. Raises
    NotInstalledError, which says what to do.
    """
    found, owner = programs(), _owner()
    folder = Path(tempfile.mkdtemp(prefix="portal-chaos-postgresql-"))
    try:
        started = Server(found, folder, owner, free_port(), _make(found, folder, owner))
        try:
            started.start()
            yield started
        finally:
            started.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def programs() -> Path:
    """Return the folder of the newest server's programs. Raises NotInstalledError."""
    found = [folder.parent for folder in PACKAGES.glob("*/bin/initdb")]
    if not found:
        raise NotInstalledError(
            "PostgreSQL is not on this machine: apt-get install postgresql, "
            "or leave it out with ARGS='--only sqlite'."
        )
    return max(found, key=lambda folder: float(folder.parent.name))


def _owner() -> pwd.struct_passwd | None:
    """Return whose process the server is; None when that is our own user."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name: user for user in pwd.getpwall()}
    return next(known[name] for name in OWNERS if name in known)


def _as(owner: pwd.struct_passwd | None) -> dict[str, Any]:
    """Return the options that start a process with no more rights than the owner has."""
    if owner is None:
        return {}
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _make(binaries: Path, folder: Path, owner: pwd.struct_passwd | None) -> str:
    """Make the server's data in the folder; return the password of its one user."""
    password = secrets.token_urlsafe(24)
    password_file = folder / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(password, encoding="utf-8")
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        os.chown(password_file, owner.pw_uid, owner.pw_gid)
    command = (
        *(binaries / "initdb", "--pgdata", folder / "data", "--username", "portal"),
        *(
            "--pwfile",
            password_file,
            "--auth",
            "scram-sha-256",
            "--encoding",
            "UTF8",
            "--no-locale",
        ),
    )
    subprocess.run(
        command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=120, **_as(owner)
    )
    password_file.unlink()
    return password


def _start(
    binaries: Path, folder: Path, owner: pwd.struct_passwd | None, port: int
) -> subprocess.Popen[bytes]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "port": port,
        "max_connections": CONNECTIONS,
        # Nothing here outlives the run: the disk need not be waited for.
        "fsync": "off",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [binaries / "postgres", "-D", folder / "data", *options],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **_as(owner),
        )


def _wait(binaries: Path, child: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    ask = (f"{binaries}/pg_isready", "--quiet", "--host", "127.0.0.1", "--port", str(port))
    deadline = time.monotonic() + START_SECONDS
    while subprocess.run(ask, check=False, timeout=10).returncode != 0:
        if child.poll() is not None or time.monotonic() > deadline:
            log = (folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:]
            raise RuntimeError(f"PostgreSQL did not start:\n{log}")
        time.sleep(0.1)


def _stop(child: subprocess.Popen[bytes]) -> None:
    """End the server: fast (SIGINT), at once (SIGQUIT) if that takes too long."""
    for ending in (signal.SIGINT, signal.SIGQUIT):
        child.send_signal(ending)
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return
    child.kill()
    child.wait()
