"""Runs tests on PostgreSQL, with a server of its own from Debian's package (ARGS for pytest).

Without arguments those whose behaviour depends on the database: forms, filters, tenancy, limits,
leases and searches. The server, and all that is in it, ends with the tests.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from chaos import postgres  # noqa: E402 - the project's folder has to be known first

TESTS = (
    *("tests/audit", "tests/claims", "tests/core", "tests/gateway", "tests/hubs", "tests/notices"),
    *(
        "tests/imports",
        "tests/jobs",
        "tests/demo",
        "tests/operators",
        "tests/orgs",
        "tests/sites",
        "tests/support",
    ),
    *("tests/tray", "tests/portal/test_tenancy_matrix.py", "tests/portal/test_web_security.py"),
    "tests/portal/test_made_once.py",
)


def main(arguments: list[str]) -> int:
    """Run the tests and return pytest's exit code; 2 where there is no PostgreSQL."""
    try:
        postgres.programs()
    except postgres.NotInstalledError as missing:
        print(missing, file=sys.stderr)
        return 2
    with postgres.server() as database:
        chosen = arguments if any("tests/" in each for each in arguments) else [*arguments, *TESTS]
        pytest = (sys.executable, "-m", "pytest", "-q", "-m", "not slow", *chosen)
        return subprocess.run(
            pytest, cwd=ROOT, env={**os.environ, "DATABASE_URL": database}, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
