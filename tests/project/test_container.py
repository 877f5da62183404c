"""The image and its compose file, as far as they can be judged without building them.

What a container would run is run here, on PostgreSQL: from a folder that nobody may write to, by
somebody who may do nothing else either.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from bench.place import free_port
from chaos import postgres
from tests.portal.test_settings import PRODUCTION, cleared_of_ours

ROOT = Path(__file__).resolve().parents[2]
USER = 10001
# What Kubernetes tells a container of a Service that is called portal.
INJECTED = {
    "PORTAL_PORT": "tcp://10.96.0.7:8000",
    "PORTAL_SERVICE_HOST": "10.96.0.7",
    "PORTAL_SERVICE_PORT": "8000",
    "PORTAL_SERVICE_PORT_HTTP": "8000",
    "PORTAL_PORT_8000_TCP": "tcp://10.96.0.7:8000",
    "PORTAL_PORT_8000_TCP_ADDR": "10.96.0.7",
}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions with what they say."""
    text = re.sub(r"^#.*\n", "", read("Dockerfile"), flags=re.MULTILINE)
    joined = re.sub(r"\\\n\s*", "", text)
    return [tuple(line.split(None, 1)) for line in joined.splitlines() if line.strip()]


def said(instruction: str) -> list[str]:
    return [what for name, what in instructions() if name == instruction]


def compose() -> dict:
    return yaml.safe_load(read("compose.yaml"))


OURS = ("release", "web", "worker")


class TestImage:
    def test_its_bases_are_of_a_version_and_of_no_registry_of_somebodys(self):
        bases = [what.split(" AS ")[0] for what in said("FROM")]
        assert len(bases) >= 3
        for base in bases:
            assert re.fullmatch(r"[a-z]+:\d[\w.-]+", base), base

    def test_it_runs_as_nobody_in_particular(self):
        assert said("USER") == ["10001:10001"]
        last = [name for name, _ in instructions()]
        assert last.index("USER") < last.index("ENTRYPOINT")
        assert last.index("USER") > len(last) - 1 - last[::-1].index("FROM")

    def test_it_says_how_it_is_and_soon_after_its_start(self):
        [health] = said("HEALTHCHECK")
        assert "--start-interval=" in health
        command = re.search(r'CMD \["(.+)"\]', health)[1]
        assert os.access(ROOT / command, os.X_OK)

    def test_packages_are_installed_as_locked(self):
        runs = " ".join(said("RUN"))
        assert "--require-hashes -r requirements/" in runs
        assert "npm ci " in runs
        assert "--ignore-scripts" in runs
        assert not re.search(r"pip install (?!.*--require-hashes)|npm install|curl|wget|apt", runs)

    def test_there_is_no_secret_in_it(self):
        assert said("ARG") == []
        assert not re.search(r"SECRET|PASSWORD|TOKEN|_KEY", " ".join(said("ENV")))
        assert "http" not in read("Dockerfile").replace("https", "http").split("FROM", 1)[1]

    def test_it_starts_what_the_procfile_says(self):
        assert said("ENTRYPOINT") == ['["bin/start"]']
        names = re.findall(r"^(\w+): ", read("Procfile"), re.MULTILINE)
        assert sorted(names) == sorted(OURS)
        for name in OURS:
            assert compose()["services"][name]["command"] == [name]

    @pytest.mark.parametrize("name", [".env", ".git", "var", "tests", "**/node_modules", ".venv"])
    def test_what_it_does_without_is_not_even_sent_to_who_builds_it(self, name):
        assert name in read(".dockerignore").splitlines()

    def test_hadolint_finds_nothing(self):
        hadolint = Path(sys.executable).with_name("hadolint")
        if not hadolint.exists():
            pytest.skip("hadolint is not installed")
        found = subprocess.run(
            [hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False
        )
        assert (found.returncode, found.stdout) == (0, "")


class TestCompose:
    def test_nothing_starts_before_what_it_needs(self):
        services = compose()["services"]
        assert "pg_isready" in services["database"]["healthcheck"]["test"]
        assert "start_interval" in services["database"]["healthcheck"]
        for name in OURS:
            wanted = services[name]["depends_on"]
            assert wanted["database"] == {"condition": "service_healthy"}
            if name != "release":
                assert wanted["release"] == {"condition": "service_completed_successfully"}

    @pytest.mark.parametrize("name", OURS)
    def test_ours_may_do_as_little_as_they_need(self, name):
        service = compose()["services"][name]
        assert service["read_only"] is True
        assert service["tmpfs"] == ["/tmp"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "user" not in service
        assert not service.get("privileged")

    def test_nobody_but_this_machine_reaches_the_web_and_nobody_the_database(self):
        services = compose()["services"]
        assert services["web"]["ports"] == ["127.0.0.1:8000:8000"]
        assert [name for name in services if "ports" in services[name]] == ["web"]

    def test_its_images_are_of_a_version(self):
        for service in compose()["services"].values():
            assert re.fullmatch(r"[a-z-]+:\d[\w.-]+", service["image"]), service["image"]

    def test_there_is_no_secret_in_it_and_one_that_is_missing_stops_it(self):
        text = read("compose.yaml")
        for name, value in re.findall(r"(\w*(?:PASSWORD|SECRET|KEY)\w*): (\S+)", text):
            assert value.startswith(f"${{{name}:?"), name
        assert "postgres://portal:${POSTGRES_PASSWORD:?" in text

    def test_a_worker_is_given_the_time_to_end_what_it_has_begun(self):
        from portal.core import worker  # noqa: PLC0415

        seconds = int(compose()["services"]["worker"]["stop_grace_period"].removesuffix("s"))
        assert seconds > worker.STOP_WITHIN_SECONDS


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    try:
        postgres.programs()
    except postgres.NotInstalledError as missing:
        pytest.skip(str(missing))
    with postgres.server() as address:
        yield address


@pytest.fixture(scope="module")
def image() -> Iterator[Path]:
    """The folder of the image: what is not left out, static files, and no leave to write."""
    folder = Path(tempfile.mkdtemp(prefix="portal-image-"))
    folder.chmod(0o755)
    here = folder / "portal"
    left_out = set(read(".dockerignore").splitlines()) | {".venv", "node_modules", "__pycache__"}
    names = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    for name in names:
        if name.split("/")[0] not in left_out and (ROOT / name).is_file():
            (here / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, here / name)
    (here / ".venv").symlink_to((ROOT / ".venv").resolve())
    (here / "node_modules").symlink_to((ROOT / "node_modules").resolve())
    collect = [".venv/bin/python", "manage.py", "collectstatic", "--noinput", "-v0"]
    plain = cleared_of_ours()
    subprocess.run(["bin/as-production", *collect], cwd=here, env=plain, check=True, timeout=300)
    try:
        subprocess.run(["chmod", "-R", "a-w", here], check=True)
        yield here
    finally:
        subprocess.run(["chmod", "-R", "u+w", here], check=True)
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def surroundings(image, database) -> dict[str, str]:
    """What a container's environment says."""
    photos = image.parent / "photos"
    photos.mkdir()
    photos.chmod(0o777)
    return {
        **cleared_of_ours(),
        **PRODUCTION,
        **INJECTED,
        "HOME": "/tmp",
        "PATH": f"{image}/.venv/bin:{os.environ['PATH']}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "DATABASE_URL": database,
        "PORT": str(free_port()),
        "PORTAL_TRUSTED_PROXIES": "1",
        "PORTAL_PHOTOS_FOLDER": str(photos),
        "SPKEY_BASE_URL": "http://127.0.0.1:9",
    }


def powerless(image: Path) -> list[str]:
    """Return what starts a command without any power over the image's files.

    As another user where that one reaches this Python; else as ourselves, less what root may.
    """
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv is not on this machine: apt-get install util-linux")
    as_user = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
    reaches = subprocess.run(
        [*as_user, image / ".venv/bin/python", "-c", ""], capture_output=True, check=False
    )
    without = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"]
    return as_user if reaches.returncode == 0 else without


def start(name: str, image: Path, environment: dict[str, str], **how) -> subprocess.Popen[str]:
    command = [*powerless(image), *shlex.split("bin/start"), name]
    return subprocess.Popen(
        command, cwd=image, env=environment, stderr=subprocess.PIPE, text=True, **how
    )


@contextmanager
def started(name: str, image: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen]:
    child = start(name, image, environment, stdout=subprocess.DEVNULL)
    try:
        yield child
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=60) == 0
    finally:
        child.kill()
        child.communicate()


def until(happens: Callable[[], object], child: subprocess.Popen) -> None:
    ends_at = time.monotonic() + 120
    while not happens():
        assert child.poll() is None, child.stderr.read()
        assert time.monotonic() < ends_at
        time.sleep(0.2)


def ran(name: str, image: Path, environment: dict[str, str]) -> tuple[int, str]:
    child = start(name, image, environment, stdout=subprocess.PIPE)
    out, error = child.communicate(timeout=300)
    return child.returncode, out + error


@pytest.mark.slow
class TestRunning:
    def test_nobody_may_write_to_the_image(self, image, surroundings):
        command = [*powerless(image), "sh", "-c", "echo > manage.py || echo > var/new"]
        tried = subprocess.run(command, cwd=image, capture_output=True, text=True, check=False)
        assert tried.returncode != 0
        assert tried.stderr.count("ermission denied") == 2

    def test_release_web_and_worker_run_from_it_and_end_when_told(self, image, surroundings):
        psycopg = pytest.importorskip("psycopg")
        assert ran("release", image, surroundings)[0] == 0
        # A second time there is nothing to do.
        assert ran("release", image, surroundings)[0] == 0

        def healthy() -> bool:
            asked = subprocess.run(
                [*powerless(image), "bin/healthy"],
                cwd=image,
                env=surroundings,
                capture_output=True,
                check=False,
            )
            return asked.returncode == 0

        def beats() -> bool:
            with psycopg.connect(surroundings["DATABASE_URL"]) as connection:
                return bool(connection.execute("SELECT 1 FROM core_heartbeat").fetchall())

        assert not healthy()
        with (
            started("web", image, surroundings) as web,
            started("worker", image, surroundings) as worker,
        ):
            until(healthy, web)
            until(beats, worker)
        assert not healthy()

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"PORTAL_TRUSTED_PROXIES": "0"}, "no proxy stands before the portal"),
            ({"PORTAL_SECRET_KEY": "short"}, "PORTAL_SECRET_KEY"),
            ({"PORTAL_SECRET_KEY": "a" * 60}, "SECRET_KEY"),
            ({"PORTAL_DEBUG": "true"}, "DEBUG"),
            ({"PORTAL_PORT": "8000"}, "PORTAL_PORT is not a setting"),
        ],
    )
    def test_nothing_is_served_with_settings_that_are_none_for_a_deployment(
        self, change, told, image, surroundings
    ):
        code, output = ran("web", image, surroundings | change)
        assert code != 0
        assert told in output
        assert "Listening at" not in output

    def test_what_is_no_command_is_said(self, image, surroundings):
        code, output = ran("wbe", image, surroundings)
        assert code == 2
        assert "release, web or worker" in output
