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
        "a provider signs in whose address it has verified",
        "whose address it names",
        (
            Edit(
                "portal/orgs/web/oidc.py",
                'about.get("email_verified") not in {True, "true"} or not about.get("email")',
                'not about.get("email")',
            ),
        ),
        "tests/orgs/web/test_oidc.py",
        by_machine=False,
    ),
    Mutant(
        "who lacks a required second factor sees nothing of the organisation from elsewhere",
        "only its own pages are closed to them",
        (
            Edit(
                "portal/orgs/models/organisations.py",
                'if getattr(user, "lacks_required_factor", False):',
                "if False:",
            ),
        ),
        "tests/orgs/web/test_required_factor.py",
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
    Mutant(
        "an organisation keeps an administrator whose membership has no end",
        "the last one may go",
        (
            Edit(
                "portal/orgs/members.py",
                "    if was_administrator and not _lasting(member.organisation_id).exists():\n",
                "    if was_administrator and member.pk is None:\n",
            ),
        ),
        "tests/orgs/test_members.py",
        by_machine=False,
    ),
    Mutant(
        "who lost the right since their page was asked for changes no member",
        "the page's own check is enough",
        (
            Edit(
                "portal/orgs/members.py",
                "    if not access.may(actor, member.organisation, Ability.MANAGE_PEOPLE):\n",
                "    if actor.pk is None:\n",
            ),
        ),
        "tests/orgs/test_members.py",
        by_machine=False,
    ),
    Mutant(
        "an invitation is for its own address",
        "whoever has the link joins",
        (
            Edit(
                "portal/orgs/web/invitation.py",
                "    if person.email != found.email:\n",
                "    if person.email is None:\n",
            ),
            Edit(
                "portal/orgs/invitations.py",
                "    if person.email.lower() != invitation.email:\n",
                "    if person.email is None:\n",
            ),
        ),
        "tests/orgs/web/test_invitation.py",
        by_machine=False,
    ),
    Mutant(
        "an invitation is good once",
        "it can be used again",
        (
            Edit(
                "portal/orgs/invitations.py",
                "    if invitation.accepted_at is not None:\n",
                "    if invitation.pk is None:\n",
            ),
        ),
        "tests/orgs/web/test_invitation.py",
        by_machine=False,
    ),
    Mutant(
        "a link to a handover ends by itself",
        "it is good until somebody ends it",
        (
            Edit(
                "portal/jobs/handover_links.py",
                "filter(revoked_at=None, ends_at__gt=timezone.now())\n    with_all",
                "filter(revoked_at=None)\n    with_all",
            ),
        ),
        "tests/jobs/web/test_handover_link.py",
        by_machine=False,
    ),
    Mutant(
        "what was handed over is frozen",
        "the database lets it be changed and removed",
        (Edit("portal/jobs/guard.py", "        guard.install(connection)\n", "        pass\n"),),
        "tests/jobs/test_handover.py",
        by_machine=False,
    ),
)
