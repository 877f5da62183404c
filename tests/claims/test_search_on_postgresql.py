"""PostgreSQL finds the same claims by the same words, with indexes of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chaos import postgres

HERE = (
    "tests/claims/test_search.py",
    "tests/claims/test_plans.py",
    "tests/claims/web/test_claim_list.py",
)
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_postgresql_finds_what_sqlite_finds_and_by_an_index_too():
    try:
        postgres.programs()
    except postgres.NotInstalledError as missing:
        pytest.skip(str(missing))
    pytest_here = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")
    with postgres.server() as database:
        done = subprocess.run(
            [*pytest_here, *HERE],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database},
            capture_output=True,
            text=True,
            timeout=1200,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "passed" in done.stdout
