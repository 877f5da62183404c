"""Run the commands of a Procfile side by side, until one ends or somebody stops them.

Usage: supervise.py PROCFILE [ANNOUNCEMENT PORT]

Their output is shown line by line behind their names. The text of the file ANNOUNCEMENT
is shown once a web server answers on PORT.

Every command gets a session of its own, so Ctrl-C reaches this process only and each
command is asked to stop exactly once. A closed terminal stops them as well: the usual
Procfile runners leave their commands running then.
"""

import contextlib
import http.client
import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import Empty, SimpleQueue

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# The worker finishes the step that it is at, which takes as long as the API does.
PATIENCE_SECONDS = 40
COLOURS = (36, 33, 35, 32)

type Children = dict[str, subprocess.Popen[str]]
# What happened: the name of a command that ended, or the number of a signal that came.
type Events = SimpleQueue[str | int]


class Screen:
    """Standard output, shared by threads, one whole line at a time."""

    def __init__(self, names: list[str]) -> None:
        self._lock = threading.Lock()
        self._width = max(map(len, names))
        self._colours = dict(zip(names, COLOURS * len(names), strict=False))
        self._in_colour = sys.stdout.isatty()

    def show(self, text: str, name: str = "") -> None:
        """Write the text, behind the name of the command that said it."""
        label = f"{name.ljust(self._width)} | " if name else ""
        if label and self._in_colour:
            label = f"\033[{self._colours[name]}m{label}\033[0m"
        with self._lock:
            try:
                print(f"{label}{text}", flush=True)
            except OSError:
                # The terminal is gone, and the commands still have to be stopped. What is left
                # of the text must not fail once more when Python ends.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parse(procfile: str) -> dict[str, str]:
    """Return the commands of a Procfile by their names."""
    return dict(re.findall(r"^([\w-]+):\s*(.+)$", procfile, re.MULTILINE))


def start(name: str, command: str, screen: Screen, events: Events) -> subprocess.Popen[str]:
    """Start a command and relay its output; its name is put into events when it ends."""
    child = subprocess.Popen(
        command,
        shell=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )

    def relay() -> None:
        for line in child.stdout or ():
            screen.show(line.rstrip("\n"), name)
        child.wait()
        events.put(name)

    threading.Thread(target=relay, daemon=True).start()
    return child


def watch_output(events: Events) -> None:
    """Put SIGHUP into events once nobody can read the output any more.

    A closed terminal signals its first process only, which need not tell the others.
    """
    output = select.poll()
    output.register(sys.stdout, 0)
    for _, state in output.poll():
        if state & (select.POLLHUP | select.POLLERR):
            events.put(int(signal.SIGHUP))


def signal_all(children: Children, number: int) -> None:
    """Send a signal to every command and all that it has started."""
    for child in children.values():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, number)


def stop(children: Children, running: set[str], events: Events) -> None:
    """Ask the commands to end, wait for those that still run, and end what remains.

    Another stop signal meanwhile ends the waiting.
    """
    signal_all(children, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while running:
        try:
            event = events.get(timeout=max(0.0, deadline - time.monotonic()))
        except Empty:
            break
        if isinstance(event, int):
            break
        running.discard(event)
    signal_all(children, signal.SIGKILL)


def announce(screen: Screen, text: str, port: int) -> None:
    """Show the text once a web server answers on the port of this machine, whatever it answers."""
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", "/")
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        else:
            return screen.show(f"\n{text}\n")
        finally:
            connection.close()


def main(procfile: str, announcement: str = "", port: str = "0") -> int:
    """Run the commands to their end; return the exit code, 0 after a stop signal."""
    commands = parse(Path(procfile).read_text(encoding="utf-8"))
    screen = Screen(list(commands))
    events: Events = SimpleQueue()
    for number in STOP_SIGNALS:
        signal.signal(number, lambda received, _frame: events.put(int(received)))
    children = {name: start(name, line, screen, events) for name, line in commands.items()}
    threading.Thread(target=watch_output, args=(events,), daemon=True).start()
    if announcement:
        text = Path(announcement).read_text(encoding="utf-8").rstrip()
        threading.Thread(target=announce, args=(screen, text, int(port)), daemon=True).start()

    event = events.get()
    if isinstance(event, str):
        code = children[event].returncode
        screen.show(f"\n{event} has ended by itself (exit code {code}); stopping the others.")
    else:
        screen.show("\nStopping. Once more to stop at once.")
    stop(children, set(children) - {event}, events)
    return 1 if isinstance(event, str) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
