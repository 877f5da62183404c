"""What stands before the portal: nginx, as docs/operating.md configures it, on other ports."""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import requests

from bench import certificate
from bench.place import free_port
from bench.processes import GUNICORN
from portal.core.web import bodies
from tests.portal.test_settings import PRODUCTION, cleared_of_ours
from tests.tray.conftest import TRAY

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
HOST = "portal.example"
FORM = "multipart/form-data; boundary=x"
PHOTO = f"{TRAY}photo/"
# More than the portal answers at a time.
CROWD = 24
# What is lost by chance is lost within so many tries.
TRIES = 12
# All that Debian's nginx.conf has around it, in a folder of our own.
AROUND = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/portal.conf;
}}
"""


class Portal(NamedTuple):
    """The web server of the Procfile: its port, and its log."""

    port: int
    log: Path


class Proxy(NamedTuple):
    """nginx before it: the ports of http and https, and the certificate."""

    http: int
    https: int
    certificate: Path

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> requests.Response:
        return requests.request(
            method,
            f"https://127.0.0.1:{self.https}{path}",
            data=body or None,
            headers={"Host": HOST, "Content-Type": FORM, **headers},
            verify=str(self.certificate),
            allow_redirects=False,
            timeout=60,
        )

    def connection(self) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=str(self.certificate))
        plain = socket.create_connection(("127.0.0.1", self.https), timeout=60)
        return context.wrap_socket(plain, server_hostname="127.0.0.1")


def request(path: str, *headers: str) -> bytes:
    """Return the head of a form that is sent to the path, as bytes."""
    always = f"Host: {HOST}", f"Content-Type: {FORM}", "Connection: close"
    return "\r\n".join([f"POST {path} HTTP/1.1", *always, *headers, "", ""]).encode()


@contextmanager
def served(command: list[str], port: int, log: Path, **more: str) -> Iterator[None]:
    """Run a server until the end of the block."""
    with log.open("wb") as output:
        child = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, **more)
    try:
        until(lambda: child.poll() is not None or listens(port))
        assert child.poll() is None, log.read_text()
        yield
    finally:
        child.terminate()
        child.wait(timeout=30)


def until(happens: Callable[[], object]) -> None:
    ends_at = time.monotonic() + 60
    while not happens():
        assert time.monotonic() < ends_at
        time.sleep(0.05)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def portal(tmp_path_factory) -> Iterator[Portal]:
    folder, port = tmp_path_factory.mktemp("portal"), free_port()
    # As in production, except for where the static files of this run lie.
    static = f"from portal.settings import *\nSTATIC_ROOT = {str(folder / 'static')!r}\n"
    (folder / "settings_of_this_run.py").write_text(static)
    settings = {
        **cleared_of_ours(),
        **PRODUCTION,
        "PYTHONPATH": str(folder),
        "DJANGO_SETTINGS_MODULE": "settings_of_this_run",
        "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
        "PORTAL_TRUSTED_PROXIES": "1",
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(collect, cwd=ROOT, env=settings, check=True, timeout=120)
    command = [sys.executable, "-m", *GUNICORN, "--bind", f"127.0.0.1:{port}"]
    with served(command, port, folder / "log", env=settings):
        yield Portal(port, folder / "log")


@contextmanager
def nginx_before(portal: Portal, folder: Path, upstream: str = "") -> Iterator[Proxy]:
    """Run nginx as the documentation has it, or with that upstream in the portal's place."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not on this machine: apt-get install nginx")
    signed, key = certificate.write(folder)
    here = Proxy(free_port(), free_port(), signed)
    documented = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    block = re.search(r"^```nginx\n(.+?)^```$", documented, re.DOTALL | re.MULTILINE)[1]
    for there, ours in {
        "listen 80;": f"listen 127.0.0.1:{here.http};",
        "listen 443 ssl;": f"listen 127.0.0.1:{here.https} ssl;",
        "/etc/ssl/portal.example.pem": str(signed),
        "/etc/ssl/private/portal.example.key": str(key),
        "http://127.0.0.1:8000": "http://kept" if upstream else f"http://127.0.0.1:{portal.port}",
    }.items():
        assert there in block
        block = block.replace(there, ours)
    (folder / "portal.conf").write_text(upstream + block)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
    command = [nginx, "-e", "stderr", "-c", str(folder / "nginx.conf")]
    with served(command, here.https, folder / "log"):
        yield here


@pytest.fixture(scope="module")
def proxy(portal, tmp_path_factory) -> Iterator[Proxy]:
    with nginx_before(portal, tmp_path_factory.mktemp("nginx")) as here:
        yield here


@pytest.fixture
def keeping_proxy(portal, tmp_path) -> Iterator[Proxy]:
    """Give nginx with connections to the portal that it uses again."""
    upstream = f"upstream kept {{ server 127.0.0.1:{portal.port}; keepalive 8; }}\n"
    with nginx_before(portal, tmp_path, upstream) as here:
        yield here


def test_a_page_is_asked_for_by_https_and_a_stranger_led_to_sign_in(proxy):
    by_http = requests.get(
        f"http://127.0.0.1:{proxy.http}/claims/?state=open",
        headers={"Host": HOST},
        allow_redirects=False,
        timeout=60,
    )
    answer = proxy.ask("GET", "/")
    elsewhere = proxy.ask("GET", "/", Host="elsewhere.example")

    assert by_http.headers["Location"] == f"https://{HOST}/claims/?state=open"
    assert answer.headers["Location"] == "/accounts/login/?next=/"
    assert elsewhere.status_code == 400


@pytest.mark.parametrize(
    ("ciphers", "is_taken"),
    [
        ("ECDHE-ECDSA-AES128-GCM-SHA256", True),
        ("ECDHE-ECDSA-CHACHA20-POLY1305", True),
        ("ECDHE-ECDSA-AES128-SHA256", False),
        ("ECDHE-ECDSA-AES256-SHA", False),
        ("ECDHE-ECDSA-CAMELLIA128-SHA256", False),
    ],
)
def test_what_is_sent_cannot_be_changed_unnoticed_nor_read_later(ciphers, is_taken, proxy):
    context = ssl.create_default_context(cafile=str(proxy.certificate))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    with ExitStack() as ending:
        plain = ending.enter_context(socket.create_connection(("127.0.0.1", proxy.https), 20))
        if not is_taken:
            ending.enter_context(pytest.raises(ssl.SSLError))
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
            assert secure.cipher()[0] == ciphers


def test_no_header_comes_twice(proxy):
    names = Counter(name.lower() for name, _ in proxy.ask("GET", "/").raw.headers.items())

    assert {name for name, times in names.items() if times > 1} == set()
    assert "x-request-id" in names


@pytest.mark.parametrize("size", [bodies.ORDINARY + 1, bodies.WITH_PHOTO, bodies.WITH_PHOTO * 2])
def test_what_is_too_large_is_refused_in_the_portals_words_every_time(size, proxy):
    for _ in range(TRIES):
        answer = proxy.ask("POST", TRAY, bytes(size))

        assert answer.status_code == 413
        assert answer.json()["problem"].startswith("The portal did not understand this device")


def test_who_comes_after_something_too_large_on_a_kept_connection_is_answered(keeping_proxy):
    for _ in range(TRIES // 4):
        refused = keeping_proxy.ask("POST", TRAY, bytes(bodies.WITH_PHOTO * 2))
        begins = time.monotonic()
        next_one = keeping_proxy.ask("POST", TRAY, bytes(1000))

        assert (refused.status_code, next_one.status_code) == (413, 403)
        assert time.monotonic() - begins < 4


def test_a_body_of_which_nothing_comes_ends_the_connection_with_the_answer(portal):
    head = request(TRAY, f"Content-Length: {bodies.WITH_PHOTO * 2}", "X-Forwarded-Proto: https")
    with socket.create_connection(("127.0.0.1", portal.port), timeout=60) as sender:
        sender.sendall(head.replace(b"Connection: close", b"Connection: keep-alive"))
        answer = sender.recv(65536)

    assert answer.startswith(b"HTTP/1.1 413")
    assert b"\r\nConnection: close\r\n" in answer


def test_a_photo_is_let_in_or_refused_in_words(proxy):
    strangers = [proxy.ask("POST", PHOTO, bytes(bodies.WITH_PHOTO)) for _ in range(TRIES)]
    size = bodies.WITH_PHOTO + 1
    with proxy.connection() as sender:
        # In one piece, as browsers send it: nginx has read some of the body when it refuses it.
        sender.sendall(request(PHOTO, f"Content-Length: {size}") + bytes(size))
        too_large = sender.makefile("rb").read()

    assert {answer.status_code for answer in strangers} == {302}
    assert too_large.startswith(b"HTTP/1.1 413")
    assert b"That photo is too large" in too_large


def test_what_a_client_says_of_its_address_is_not_believed(portal, proxy):
    claimed = {"X-Forwarded-For": "192.0.2.1", "X-Request-ID": "of-the-client-1"}
    answers = [
        proxy.ask("POST", TRAY, bytes(size), **claimed, **{"X-Forwarded-Proto": "http"})
        for size in (bodies.ORDINARY + 1, bodies.WITH_PHOTO * 2)
    ]
    lines = [json.loads(line) for line in portal.log.read_text().splitlines()]

    for answer in answers:
        named = answer.headers["X-Request-ID"]
        assert {line["address"] for line in lines if line.get("request") == named} == {"127.0.0.1"}
    assert "of-the-client-1" not in portal.log.read_text()


def test_those_who_send_slowly_keep_nobody_waiting(proxy):
    half = request("/accounts/login/", "Content-Length: 1000") + b"x"
    with ExitStack() as slow:
        for begun in [half[:40], half] * CROWD:
            slow.enter_context(proxy.connection()).sendall(begun)
        begins = time.monotonic()

        assert proxy.ask("GET", "/health/").status_code == 200
        assert time.monotonic() - begins < 5


def test_the_answer_to_a_body_left_unread_reaches_whoever_sends_all_of_it(portal):
    size = bodies.WITH_PHOTO
    head = request(TRAY, f"Content-Length: {size}", "X-Forwarded-Proto: https")
    with socket.create_connection(("127.0.0.1", portal.port), timeout=60) as sender:
        sender.sendall(head + bytes(size))

        assert sender.recv(12) == b"HTTP/1.1 413"
