"""The drill of docs/operating.md: a backup of PostgreSQL comes back into a new database."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from cryptography.fernet import Fernet

from chaos import postgres
from portal.sandbox import world
from tests.portal.test_settings import PRODUCTION, cleared_of_ours

psycopg = pytest.importorskip("psycopg")
pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
KEPT = """
from django.contrib.sessions.backends.db import SessionStore
from tests.conftest import claim_request, make_organisation, make_person
from portal.claims.engine import actions
from portal.orgs.models import Membership
from portal.sandbox import world
from portal.sites.models import Site
acme = make_organisation("Acme", world.ACME_ORG_ID, world.ACME_KEY)
ira = make_person("installer@acme.example", "Ira")
Membership.objects.create(user=ira, organisation=acme, role="installer")
site = Site.objects.create(organisation=acme, name="Mill Court", spkey_site_id="mill-court")
for number in range(2):
    actions.submit(claim_request(ira, site, world.hub_id(number)))
SessionStore().create()
"""
STATES = """
from portal.claims.models import Claim
print(sorted((claim.state, claim.due_at is None) for claim in Claim.objects.all()))
"""
KEY = """
from portal.orgs.models import ApiCredential
print(ApiCredential.objects.get().key.reveal())
"""
TOLD_OF = "SELECT count(*) FROM pg_trigger WHERE tgname = 'portal_tells_of_due'"


class Portal:
    """The portal's commands, on one database."""

    def __init__(self, database: str, api: str) -> None:
        self.database = database
        self.environment = {
            **cleared_of_ours(),
            **PRODUCTION,
            "PORTAL_SANDBOX": "true",
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": database,
            "SPKEY_BASE_URL": api,
        }

    def manage(self, *words: str, **changes: str) -> str:
        ran = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment | changes,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def says(self, script: str, **changes: str) -> str:
        return self.manage("shell", "--no-imports", "-c", script, **changes).strip()

    def asks(self, statement: str) -> object:
        with psycopg.connect(self.database) as connection:
            return connection.execute(statement).fetchone()[0]


@pytest.fixture
def server() -> Iterator[str]:
    try:
        postgres.programs()
    except postgres.NotInstalledError as missing:
        pytest.skip(str(missing))
    with postgres.server() as address:
        yield address


@pytest.fixture
def portal(server, sandbox) -> Callable[[str], Portal]:
    """Give the portal on the database of that name, which is made where it is not there."""

    def on(name: str) -> Portal:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return Portal(urlunsplit(urlsplit(server)._replace(path=f"/{name}")), sandbox.url)

    return on


def tool(name: str, *words: object) -> None:
    command = [str(postgres.programs() / name), *map(str, words)]
    subprocess.run(command, check=True, timeout=120)


def sends(sandbox) -> int:
    return sum(each.path.endswith("ClaimHub") for each in sandbox.state.requests)


def test_a_backup_comes_back_held_and_is_read_back_and_its_keys_work(portal, sandbox, tmp_path):
    old, backup = portal("portal"), tmp_path / "portal.dump"
    old.manage("migrate", "--verbosity", "0")
    old.says(KEPT)
    tool("pg_dump", "--format=custom", f"--file={backup}", old.database)
    # What happens after the backup, it does not know.
    old.manage("worker", "--once")
    assert old.says(STATES).count("('claimed', True)") == 2
    assert sends(sandbox) == 2
    assert PRODUCTION["PORTAL_ENCRYPTION_KEYS"].encode() not in backup.read_bytes()

    new = portal("restored")
    tool("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={new.database}", backup)
    assert new.asks(TOLD_OF) == old.asks(TOLD_OF) > 10
    new.manage("migrate", "--check")
    told = new.manage("restored")
    assert "2 claims are paused" in told
    assert "1 sessions have ended" in told

    new.manage("worker", "--once")
    assert new.says(STATES) == "[('queued', True), ('queued', True)]"
    assert sends(sandbox) == 2

    assert "2 claims are read back" in new.manage("restored", "--go-on")
    new.manage("worker", "--once")
    assert "queued" not in new.says(STATES)
    assert new.says(STATES).count("('already_yours', True)") == 2
    assert sends(sandbox) == 2


def test_a_backups_keys_are_read_by_the_keys_of_then_and_go_over_to_new_ones(
    portal, sandbox, tmp_path
):
    old, backup = portal("portal"), tmp_path / "portal.dump"
    old.manage("migrate", "--verbosity", "0")
    old.says(KEPT)
    tool("pg_dump", "--format=custom", f"--file={backup}", old.database)
    new = portal("restored")
    tool("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={new.database}", backup)

    then, now = PRODUCTION["PORTAL_ENCRYPTION_KEYS"], Fernet.generate_key().decode()
    assert new.says(KEY) == world.ACME_KEY
    with pytest.raises(AssertionError, match="UnreadableSecretError"):
        new.says(KEY, PORTAL_ENCRYPTION_KEYS=now)
    assert "1 encrypted again" in new.manage("reencrypt", PORTAL_ENCRYPTION_KEYS=f"{now},{then}")
    assert new.says(KEY, PORTAL_ENCRYPTION_KEYS=now) == world.ACME_KEY
    with pytest.raises(AssertionError, match="UnreadableSecretError"):
        new.says(KEY)
