"""The safeguards against one's own users, and for each how it is switched off and who notices."""

from tests.mutants.catalogue import Edit, Mutant

THROTTLE = "portal/core/throttle.py"
SIGN_IN = "portal/orgs/web/sign_in_limits.py"
BY_ADDRESS = 'return f"{account.lower()} {counted_address(request)}"'
USED = 'return once("code", f"{person.pk} {normalize_user_code(code)}", within=CODE_SERVES)'

MUTANTS_OF_ACCESS = (
    Mutant(
        "a limit is exact, whoever counts at the same moment",
        "what is beyond it counts and is allowed",
        (
            Edit(
                THROTTLE,
                "WHERE {table}.count + EXCLUDED.count <= %s\n",
                "WHERE {table}.count + EXCLUDED.count <= %s + 1000000\n",
            ),
        ),
        "tests/core/test_throttle.py",
        by_machine=False,
    ),
    Mutant(
        "a stranger's guesses do not hold up the owner elsewhere",
        "they are counted by account alone",
        (Edit(SIGN_IN, BY_ADDRESS, "return account"),),
        "tests/orgs/web/test_sign_in_limits.py",
        by_machine=False,
    ),
    Mutant(
        "who guesses from everywhere keeps the owner waiting for a minute and no more",
        "all who ask share one turn",
        (Edit(THROTTLE, '_digest(self.name, f"{whom} {asker}")', "_digest(self.name, whom)"),),
        "tests/orgs/web/test_sign_in_limits.py",
        by_machine=False,
    ),
    Mutant(
        "a form acts in the organisation that it was opened for",
        "it acts in the one that the person works in now",
        (
            Edit(
                "portal/orgs/access.py",
                "    if said == str(now.organisation_id) or ",
                "    if said is not None or ",
            ),
        ),
        "tests/orgs/web/test_other_organisation.py",
        by_machine=False,
    ),
    Mutant(
        "a code of an authenticator app serves once",
        "each process takes it once",
        (
            Edit(
                SIGN_IN,
                USED,
                "return bool(person and code)",
            ),
        ),
        "tests/orgs/web/test_sign_in_limits.py",
        by_machine=False,
    ),
    Mutant(
        "support's claim needs a second factor used just now",
        "one used at any time in the session serves",
        (
            Edit(
                "portal/orgs/web/second_factor.py",
                "    is_fresh = within is None or any(",
                "    is_fresh = True or any(",
            ),
        ),
        "tests/support/web/test_fresh_factor.py",
        by_machine=False,
    ),
    Mutant(
        "a person may claim so many hubs an hour",
        "claims are not counted",
        (
            Edit(
                "portal/claims/limits.py",
                '        _take("claims", settings.CLAIMS_AN_HOUR, member, number)\n',
                "        pass\n",
            ),
        ),
        "tests/tray/test_limits.py",
        by_machine=False,
    ),
    Mutant(
        "a person may ask for so many tries an hour",
        "tries are not counted",
        (
            Edit(
                "portal/claims/limits.py",
                '        _take("tries", settings.CLAIMS_AN_HOUR, member, number)\n',
                "        pass\n",
            ),
        ),
        "tests/tray/test_limits.py",
        by_machine=False,
    ),
)
