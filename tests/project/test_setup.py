"""What `make` needs before anything of the portal can start."""

import base64
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / "bin"
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def run(*command, **environment):
    """Run a command of ours with this environment only; return how it ended."""
    words = [str(part) for part in command]
    return subprocess.run(
        words, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def tools(folder, *names):
    """Put links to this machine's own tools into a folder, to serve as the whole path."""
    for name in names:
        (folder / name).symlink_to(shutil.which(name))


def program(folder, name, script):
    """Put a program made of this shell script into a folder."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


class TestLocks:
    @pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
    def test_every_package_is_pinned_and_hashed(self, lock):
        packages = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
        assert packages
        for package in packages:
            assert re.match(r"[\w.-]+(\[[\w,-]+\])?==[\w.]+ ", package), package
            assert "--hash=sha256:" in package, package

    @pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
    def test_no_lock_names_an_index(self, lock):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index" not in text
        assert "--find-links" not in text

    def test_the_development_lock_holds_what_runs_in_production(self):
        pins = {
            lock.stem: set(re.findall(r"^\S+==\S+", lock.read_text(encoding="utf-8"), re.MULTILINE))
            for lock in LOCKS
        }
        assert pins["runtime"] < pins["postgres"] < pins["dev"]

    def test_every_declared_package_is_locked(self):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        declared = chain(project["dependencies"], *project["optional-dependencies"].values())
        lock = (ROOT / "requirements/dev.txt").read_text(encoding="utf-8")
        for requirement in declared:
            name = re.match(r"[\w-]+", requirement)[0]
            assert re.search(rf"^{name}(\[|==)", lock, re.MULTILINE), name

    def test_the_npm_lock_has_hashes_and_no_addresses(self):
        packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
        installed = {name: package for name, package in packages.items() if name}
        assert installed
        assert all("integrity" in package for package in installed.values())
        assert not any("resolved" in package for package in installed.values())

    def test_the_npm_lock_holds_the_packages_of_every_platform(self):
        packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
        for package in packages.values():
            for name in chain(
                package.get("dependencies", ()), package.get("optionalDependencies", ())
            ):
                assert f"node_modules/{name}" in packages


class TestFindPython:
    @pytest.fixture
    def path(self, tmp_path):
        tools(tmp_path, "sh", "dirname", "cat")
        return tmp_path

    def test_a_python_on_the_path_is_found(self, path):
        (path / "python3").symlink_to(sys.executable)
        found = run(BIN / "find-python", PATH=path)
        assert (found.returncode, found.stdout) == (0, f"{path}/python3\n")

    def test_the_version_that_pyenv_keeps_comes_first(self, path):
        (path / "python3").symlink_to(sys.executable)
        (path / "versions/bin").mkdir(parents=True)
        program(path / "versions/bin", "python", f'exec {sys.executable} "$@"')
        program(path, "pyenv", f'[ "$*" = "prefix 3.13" ] && echo {path}/versions')
        found = run(BIN / "find-python", PATH=path)
        assert found.stdout == f"{path}/versions/bin/python\n"

    def test_a_python_that_is_too_old_is_passed_over(self, path):
        program(path, "python3.13", "exit 1")
        (path / "python3.12").symlink_to(sys.executable)
        assert run(BIN / "find-python", PATH=path).stdout == f"{path}/python3.12\n"

    def test_uv_fetches_one_where_there_is_none(self, path):
        program(
            path, "uv", f'echo "$*" >> {path}/said; [ "$2" = install ] || echo {sys.executable}'
        )
        assert run(BIN / "find-python", PATH=path).stdout == f"{sys.executable}\n"
        assert "python install --quiet 3.13" in (path / "said").read_text(encoding="utf-8")

    def test_without_any_it_says_what_to_install(self, path):
        program(path, "python3", "exit 1")
        found = run(BIN / "find-python", PATH=path)
        assert found.returncode == 1
        assert found.stdout == ""
        assert "needs Python 3.12 or newer" in found.stderr
        assert "apt-get install python3" in found.stderr


class TestFindChromium:
    @pytest.fixture
    def path(self, tmp_path):
        tools(tmp_path, "sh", "cat", "id")
        program(tmp_path, "sudo", "exit 1")
        return tmp_path

    def test_the_one_that_is_named_is_taken(self, path):
        chosen = program(path, "mine", "")
        program(path, "chromium", "")
        found = run(BIN / "find-chromium", PATH=path, PORTAL_CHROMIUM=chosen)
        assert found.stdout == f"{chosen}\n"

    def test_chrome_will_do(self, path):
        program(path, "google-chrome", "")
        assert run(BIN / "find-chromium", PATH=path).stdout == f"{path}/google-chrome\n"

    def test_the_headless_shell_is_preferred(self, path):
        program(path, "chromium", "")
        program(path, "chromium-headless-shell", "")
        found = run(BIN / "find-chromium", PATH=path)
        assert found.stdout == f"{path}/chromium-headless-shell\n"

    @pytest.fixture
    def apt(self, path):
        """Stands in for apt-get, which has this package once it was updated, or already."""
        tools(path, "chmod", "touch")
        program(path, "id", "echo 0")

        def has(package, needs_update=True):
            known = f"[ -e {path}/updated ]" if needs_update else "true"
            program(
                path,
                "apt-get",
                f'case "$*" in update*) touch {path}/updated ;; *" {package}") {known} && '
                f"echo >{path}/{package} && chmod +x {path}/{package} ;; *) exit 1 ;; esac",
            )

        return has

    @pytest.mark.parametrize("known", ["chromium-headless-shell", "chromium"])
    def test_apt_installs_one_where_it_may(self, path, apt, known):
        apt(known)
        found = run(BIN / "find-chromium", PATH=path)
        assert found.stdout == f"{path}/{known}\n"

    @pytest.mark.parametrize("needs_update", [True, False])
    def test_the_headless_shell_is_installed_beside_another_browser(self, path, apt, needs_update):
        program(path, "chromium", "")
        apt("chromium-headless-shell", needs_update)
        found = run(BIN / "find-chromium", PATH=path)
        assert found.stdout == f"{path}/chromium-headless-shell\n"

    def test_without_a_headless_shell_in_apt_another_browser_will_do(self, path, apt):
        program(path, "google-chrome", "")
        apt("chromium")
        found = run(BIN / "find-chromium", PATH=path)
        assert found.stdout == f"{path}/google-chrome\n"

    def test_nothing_is_installed_beside_the_one_that_is_named(self, path, apt):
        chosen = program(path, "mine", "")
        apt("chromium-headless-shell")
        found = run(BIN / "find-chromium", PATH=path, PORTAL_CHROMIUM=chosen)
        assert found.stdout == f"{chosen}\n"
        assert not (path / "chromium-headless-shell").exists()

    def test_without_one_it_says_what_to_install(self, path):
        found = run(BIN / "find-chromium", PATH=path)
        assert (found.returncode, found.stdout) == (0, "")
        assert "apt-get install chromium-headless-shell" in found.stderr

    def test_without_one_continuous_integration_fails(self, path):
        assert run(BIN / "find-chromium", PATH=path, CI="true").returncode == 1


class TestWithoutNode:
    def test_it_goes_on_and_says_what_is_missing(self, tmp_path):
        tools(tmp_path, "sh", "dirname")
        found = run(BIN / "install-node", PATH=tmp_path)
        assert found.returncode == 0
        assert "The tray and the live camera need it; typing one hub id" in found.stderr

    def test_continuous_integration_fails(self, tmp_path):
        tools(tmp_path, "sh", "dirname")
        assert run(BIN / "install-node", PATH=tmp_path, CI="true").returncode == 1

    def test_a_production_machine_is_built_all_the_same(self):
        steps = run("make", "-n", "-C", ROOT, "build", **os.environ).stdout
        assert "bin/install-node --omit=dev" in steps
        assert "npm" not in steps


class TestWithNode:
    def test_it_installs_once_and_again_for_development_after_production(self, tmp_path):
        (tmp_path / "bin").mkdir()
        script = shutil.copy(BIN / "install-node", tmp_path / "bin")
        shutil.copy(ROOT / "package-lock.json", tmp_path)
        tools(tmp_path, "sh", "dirname", "cat", "cmp", "mkdir")
        program(tmp_path, "npm", f'echo "$*" >> {tmp_path}/said; mkdir -p node_modules')
        for options in (["--omit=dev"], ["--omit=dev"], [], []):
            assert run(script, *options, PATH=tmp_path).returncode == 0
        asked = (tmp_path / "said").read_text(encoding="utf-8").splitlines()
        assert ["--omit=dev" in line for line in asked] == [True, False]


class TestPorts:
    def check(self, *arguments):
        return run(sys.executable, BIN / "check_ports.py", *arguments)

    @pytest.fixture
    def busy(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            yield server.getsockname()[1]

    def free(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            return server.getsockname()[1]

    def test_free_ports_pass_without_a_word(self):
        checked = self.check(f"PORT={self.free()}")
        assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")

    def test_a_busy_port_is_named_with_what_to_do(self, busy):
        checked = self.check(f"PORT={self.free()}", f"SANDBOX_PORT={busy}")
        assert checked.returncode == 1
        assert f"Port {busy} is in use" in checked.stderr
        suggested = re.search(r"make run SANDBOX_PORT=(\d+)", checked.stderr)[1]
        assert self.check(f"SANDBOX_PORT={suggested}").returncode == 0

    def test_one_port_cannot_serve_two(self):
        port = self.free()
        checked = self.check(f"PORT={port}", f"SANDBOX_PORT={port}")
        assert (checked.returncode, "asked for twice" in checked.stderr) == (1, True)

    @pytest.mark.parametrize("value", ["", "http", "0", "65536", "-1", "80 80"])
    def test_what_is_not_a_port_is_refused(self, value):
        checked = self.check(f"PORT={value}")
        assert (checked.returncode, "is not a port" in checked.stderr) == (1, True)


class TestDevelopmentSecrets:
    def make(self, path):
        assert run(sys.executable, BIN / "dev_env.py", path).returncode == 0
        lines = path.read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines if not line.startswith("#"))

    def test_they_are_long_enough_and_only_their_owner_reads_them(self, tmp_path):
        path = tmp_path / "var/dev.env"
        secrets = self.make(path)
        assert len(secrets["PORTAL_SECRET_KEY"]) >= 50
        assert len(base64.urlsafe_b64decode(secrets["PORTAL_ENCRYPTION_KEYS"])) == 32
        assert path.stat().st_mode & 0o777 == 0o600

    def test_a_second_run_keeps_them(self, tmp_path):
        assert self.make(tmp_path / "dev.env") == self.make(tmp_path / "dev.env")

    def test_two_machines_differ(self, tmp_path):
        assert self.make(tmp_path / "a.env") != self.make(tmp_path / "b.env")


class TestMakefile:
    def test_help_names_the_commands(self):
        listed = run("make", "--no-print-directory", "-C", ROOT, **os.environ).stdout
        for command in ("run", "test", "check", "bench", "lock", "labels", "build", "clean"):
            assert f"make {command} " in listed

    def test_the_command_for_production_gives_every_secret_and_leaves_none(self):
        command = [BIN / "as-production", "env"]
        first, second = (run(*command, PATH=os.environ["PATH"]).stdout for _ in range(2))
        keys = re.compile(r"^(PORTAL_(?:SECRET_KEY|ENCRYPTION_KEYS))=(\S{44,})$", re.MULTILINE)
        assert len(keys.findall(first)) == 2
        assert not set(keys.findall(first)) & set(keys.findall(second))


class TestPortOfManage:
    @pytest.fixture
    def manage(self, tmp_path):
        """Run `make manage` on a machine where Python says which port it is told of."""
        shutil.copy(ROOT / "Makefile", tmp_path)
        for folder in ("bin", ".venv/bin", "var"):
            (tmp_path / folder).mkdir(parents=True)
        for name in ("bin/install", "bin/venv"):
            program(tmp_path, name, "true")
        program(tmp_path, ".venv/bin/python", 'test "$1" != manage.py || echo $PORT')

        def told(*words, **environment):
            words = ("make", "-C", tmp_path, "--no-print-directory", "manage", *words)
            return run(*words, PATH=os.environ["PATH"], **environment).stdout.strip()

        return told

    def test_links_lead_to_where_the_portal_was_last_run(self, manage, tmp_path):
        assert manage() == "8000"
        (tmp_path / "var/port").write_text("8123\n", encoding="ascii")
        assert manage() == "8123"
        assert manage("PORT=9001") == "9001"
        assert manage(PORT="9002") == "9002"

    def test_a_run_says_where_it_serves(self):
        steps = run("make", "-n", "-C", ROOT, "run", "PORT=8123", **os.environ).stdout
        assert "echo 8123 > var/port" in steps
