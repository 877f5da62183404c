"""Runs tests on PostgreSQL, with a server of its own from Debian's package (ARGS for pytest).

Without arguments those whose behaviour depends on the database: forms, filters, tenancy, limits,
leases and searches; with --share of these what each change has to pass, which a machine without
PostgreSQL does without. The server, and all that is in it, ends with the tests.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from chaos import postgres  # noqa: E402 - the project's folder has to be known first

ROOMS: Final = (
    "audit claims consent core demo events gateway hubs imports jobs monitoring moves notices "
    "operators orgs sandbox sites support tray"
)
PORTAL: Final = ("test_tenancy_matrix.py", "test_web_security.py", "test_made_once.py")
TESTS: Final = (
    *(f"tests/{room}" for room in ROOMS.split()),
    *(f"tests/portal/{name}" for name in PORTAL),
)

# Where the two databases part: locks and leases, limits, what is unique, searches, plans, wake-ups.
SHARE: Final = (
    "tests/audit/test_audit.py",
    "tests/claims/engine/test_invariants.py",
    "tests/claims/test_counts.py",
    "tests/claims/test_plans.py",
    "tests/claims/test_search.py",
    "tests/claims/test_search_on_postgresql.py",
    "tests/consent/test_brakes.py",
    "tests/consent/test_codes.py",
    "tests/core/test_database_away.py",
    "tests/core/test_leasing.py",
    "tests/core/test_prepared.py",
    "tests/core/test_waking.py",
    "tests/core/test_windows.py",
    "tests/events/test_any_order.py",
    "tests/gateway/test_new_keys.py",
    "tests/hubs/test_bookkeeping.py",
    "tests/hubs/test_rounds.py",
    "tests/hubs/web/test_inventory.py",
    "tests/jobs/test_access.py",
    "tests/orgs/test_expired_sessions.py",
    "tests/orgs/test_members.py",
    "tests/portal/test_made_once.py",
    "tests/sites/web/test_sites.py",
    "tests/support/test_search.py",
    "tests/tray/web/test_claims.py",
)
SHARE_ALONE: Final = "--share"


def main(arguments: list[str]) -> int:
    """Run the tests and return pytest's exit code; without PostgreSQL 2, or 0 for the share."""
    is_share = SHARE_ALONE in arguments
    try:
        postgres.programs()
    except postgres.NotInstalledError as missing:
        print(missing, file=sys.stderr)
        return 0 if is_share else 2
    options = [each for each in arguments if each != SHARE_ALONE]
    usual = SHARE if is_share else TESTS
    with postgres.server() as database:
        chosen = options if any("tests/" in each for each in options) else [*options, *usual]
        pytest = (sys.executable, "-m", "pytest", "-q", "-m", "not slow", *chosen)
        return subprocess.run(
            pytest, cwd=ROOT, env={**os.environ, "DATABASE_URL": database}, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
