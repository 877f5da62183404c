"""How `make run` keeps the portal's processes together, and stops all that it started."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.background import IN_BACKGROUND

BIN = Path(__file__).resolve().parents[2] / "bin"


def is_running(pid):
    """Whether the process exists and is no zombie."""
    command = ["ps", "-o", "stat=", "-p", str(pid)]
    state = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return not (state == "" or state.startswith("Z"))


def wait_until(condition, seconds=60.0):
    """Wait for the condition; return whether it came true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def supervise(tmp_path):
    """Start the supervisor on these Procfile lines; each `$PIDS` gets what it echoes."""
    started = []

    def start(*lines, arguments=()):
        procfile = tmp_path / "Procfile"
        procfile.write_text("# a comment\n" + "\n".join(lines), encoding="utf-8")
        command = [*IN_BACKGROUND, sys.executable, BIN / "supervise.py", procfile, *arguments]
        environment = {**os.environ, "PIDS": str(tmp_path / "pids")}
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.wait(timeout=60)
        process.stdout.close()


def written_pids(tmp_path, number):
    """Return the process ids that the commands wrote, once there are that many."""
    path = tmp_path / "pids"
    assert wait_until(lambda: path.exists() and len(path.read_text().split()) == number)
    return [int(pid) for pid in path.read_text().split()]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_stops_all_and_what_they_started(supervise, tmp_path, number):
    nested = "sh -c 'echo $$ >> $PIDS; exec sleep 600' & echo $$ >> $PIDS; wait"
    supervisor = supervise(f"web: {nested}", "worker: echo $$ >> $PIDS; exec sleep 600")
    pids = written_pids(tmp_path, 3)
    supervisor.send_signal(number)
    assert supervisor.wait(timeout=60) == 0
    assert wait_until(lambda: not any(map(is_running, pids)))


def test_all_stop_when_nobody_reads_their_output_any_more(supervise, tmp_path):
    supervisor = supervise("web: echo $$ >> $PIDS; exec sleep 600")
    (pid,) = written_pids(tmp_path, 1)
    supervisor.stdout.close()
    assert supervisor.wait(timeout=60) == 0
    assert wait_until(lambda: not is_running(pid))


def test_the_others_stop_when_one_ends_by_itself(supervise):
    supervisor = supervise("web: exit 3", "worker: echo $$ >> $PIDS; exec sleep 600")
    output = supervisor.communicate(timeout=60)[0]
    assert supervisor.returncode == 1
    assert "web has ended by itself (exit code 3); stopping the others." in output


def test_a_second_signal_ends_a_command_that_takes_its_time(supervise, tmp_path):
    supervisor = supervise(
        "worker: trap 'echo finishing' TERM; echo $$ >> $PIDS; while :; do sleep 0.05; done"
    )
    (pid,) = written_pids(tmp_path, 1)
    supervisor.send_signal(signal.SIGINT)
    assert any("worker | finishing" in line for line in supervisor.stdout)
    assert is_running(pid)
    supervisor.send_signal(signal.SIGINT)
    supervisor.wait(timeout=60)
    assert wait_until(lambda: not is_running(pid))


def test_each_line_of_output_begins_with_its_name(supervise):
    supervisor = supervise("web: echo up; sleep 600", "worker: echo up >&2; sleep 600")
    lines = iter(supervisor.stdout.readline, "")
    assert {next(lines), next(lines)} == {"web    | up\n", "worker | up\n"}


def test_the_announcement_waits_for_an_answer(supervise, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    words = tmp_path / "words"
    words.write_text("Sign in here", encoding="utf-8")
    listen = f"import http.server as h; print('soon'); h.test(port={port}, bind='127.0.0.1')"
    supervisor = supervise(
        f'web: exec {sys.executable} -c "{listen}"', arguments=[words, str(port)]
    )
    lines = iter(supervisor.stdout.readline, "")
    shown = [next(line for line in lines if text in line) for text in ("soon", "Sign in here")]
    assert shown[1] == "Sign in here\n"
