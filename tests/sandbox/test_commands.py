"""`manage.py sandbox` and `manage.py hub_labels`, as processes of their own."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from portal.sandbox import world
from tests.background import IN_BACKGROUND

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = """
SECRET_KEY = "only-for-this-test"
INSTALLED_APPS = ["portal.sandbox"]
"""


@pytest.fixture
def run(tmp_path):
    """A function that starts a management command with settings that hold the sandbox alone."""
    (tmp_path / "sandbox_alone.py").write_text(SETTINGS)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "sandbox_alone",
        "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]),
    }
    environment.pop("SANDBOX_PORT", None)
    started = []

    def start(*arguments, **more):
        process = subprocess.Popen(
            [*IN_BACKGROUND, sys.executable, "-m", "django", *arguments],
            env=environment | more,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def address(process):
    """The URL in the sandbox's first line."""
    line = process.stderr.readline()
    return next(word for word in line.split() if word.startswith("http://"))


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_the_sandbox_logs_one_plain_line_a_request_and_ends_quietly(run, ending):
    process = run("sandbox", "--port", "0", "--seed", "5")
    url = address(process)
    hub = world.hub_id(0, seed=5)
    for key, status in ((world.ACME_KEY, 200), ("canary", 401)):
        answer = requests.get(
            f"{url}/hubs/{hub}/status?secret=canary", headers={"X-API-Key": key}, timeout=60
        )
        assert answer.status_code == status
    process.send_signal(ending)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert out == ""
    assert err.splitlines() == [
        f"GET /hubs/{hub}/status 200 acme",
        f"GET /hubs/{hub}/status 401 unknown",
    ]


def test_a_busy_port_is_named_with_the_way_out(run):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        process = run("sandbox", SANDBOX_PORT=str(port))
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert str(port) in err
    assert "SANDBOX_PORT" in err
    assert "Traceback" not in err


def test_a_port_that_is_none_is_refused_with_a_sentence(run):
    process = run("sandbox", "--port", "99999")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "99999" in err
    assert "Traceback" not in err


def test_labels_go_to_the_named_file(run, tmp_path):
    process = run("hub_labels", "--out", "sheet.html", "--count", "3")
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "sheet.html" in out
    page = (tmp_path / "sheet.html").read_text()
    assert page.count("<li>") == len(world.MAGIC) + 3


@pytest.mark.parametrize("wrong", [["--count", "1000"], ["--out", "missing/sheet.html"]])
def test_labels_that_cannot_be_written_are_refused_with_a_sentence(run, wrong):
    process = run("hub_labels", *wrong)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "CommandError" in err
    assert "Traceback" not in err
