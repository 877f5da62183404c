"""Who may see a row is decided in its queryset, and pages get their rows from nowhere else.

A page asks `orgs.access` for a Membership and a room's `queries` for its rows, which go through
`of(membership)` or `visible_to(user)`. It never starts from a model's manager, which has
everybody's rows.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection

from portal.claims.models import Claim
from portal.orgs.models import Membership, Organisation, User
from portal.sites.models import Site

PORTAL = Path(__file__).resolve().parents[2] / "portal"
MANAGERS = {"objects", "_default_manager", "_base_manager"}
# Beside the `web` folders: files of these names hold pages wherever they are.
PAGES = {"views.py", "forms.py", "filters.py"}


def uses_of_managers(portal: Path) -> Iterator[str]:
    """Yield the place of each use of a model's manager in the pages below this folder."""
    for path in sorted(portal.rglob("*.py")):
        inner = path.relative_to(portal)
        if "web" not in inner.parts and inner.name not in PAGES:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
                yield f"{inner}:{node.lineno}: {ast.unparse(node)}"


def test_pages_and_forms_never_use_a_model_manager():
    assert list(uses_of_managers(PORTAL)) == []


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("claims/web/home.py", "Claim.objects.filter(organisation=mine)"),
        ("claims/web/parts/rows.py", "rows = models.Claim.objects"),
        ("orgs/web/people.py", "Membership._default_manager.all()"),
        ("sites/forms.py", "class SiteForm:\n    site = Field(Site.objects.none())"),
        ("support/views.py", "def view():\n    return Claim._base_manager.get(pk=1)"),
    ],
)
def test_a_page_that_uses_a_model_manager_is_caught(tmp_path, file, source):
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(source, encoding="utf-8")
    assert len(list(uses_of_managers(tmp_path))) == 1


@pytest.mark.parametrize("file", ["claims/queries.py", "claims/engine/work.py"])
def test_the_domain_may_use_a_model_manager(tmp_path, file):
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text("Claim.objects.filter(pk=1)", encoding="utf-8")
    assert list(uses_of_managers(tmp_path)) == []


SOMEBODY = User(pk=UUID(int=7))
TODAY = (
    '(SELECT "U0"."organisation_id" AS "organisation" FROM "orgs_membership" "U0" '
    'INNER JOIN "orgs_user" "U1" ON ("U0"."user_id" = "U1"."id") '
    'WHERE (("U0"."expires_at" IS NULL OR "U0"."expires_at" > %s) '
    'AND "U1"."is_active" AND "U0"."user_id" = %s{}))'
)
MINE, AS_AGENT = TODAY.format(""), TODAY.format(' AND "U0"."support"')
EVERYWHERE = TODAY.format(' AND "U0"."all_sites"')
MEMBERSHIPS = MINE.replace('"U0"."organisation_id" AS "organisation"', '"U0"."id"')
OF_MY_JOBS = (
    '(SELECT "V0"."job_id" AS "job" FROM "jobs_jobmember" "V0" '
    f'WHERE "V0"."membership_id" IN {MEMBERSHIPS})'
)
WHERE = {
    Organisation: f'"orgs_organisation"."id" IN {MINE}',
    Membership: f'"orgs_membership"."organisation_id" IN {MINE}',
    Site: f'"sites_site"."organisation_id" IN {MINE}',
    Claim: (
        f'("claims_claim"."organisation_id" IN {EVERYWHERE} '
        f'OR "claims_claim"."acting_organisation_id" IN {AS_AGENT} '
        f'OR ("claims_claim"."organisation_id" IN {MINE} '
        'AND "claims_claim"."submitted_by_id" = %s) '
        f'OR "claims_claim"."job_id" IN {OF_MY_JOBS})'
    ),
}


@pytest.mark.parametrize("model", WHERE)
def test_the_rows_a_person_may_see_are_chosen_by_their_memberships_of_today(model):
    query = model.objects.visible_to(SOMEBODY).order_by().query
    sql, _ = query.get_compiler(connection=connection).as_sql()
    # PostgreSQL has truths, SQLite compares with 1.
    for truth in ("is_active", "support", "all_sites"):
        sql = sql.replace(f'"{truth}" = %s', f'"{truth}"')

    assert sql.partition(" WHERE ")[2] == WHERE[model]


@pytest.mark.parametrize("model", [Membership, Site, Claim])
def test_the_rows_of_a_members_organisation_take_no_sub_query(model):
    member = Membership(organisation_id=UUID(int=8), user=SOMEBODY)
    query = model.objects.of(member).order_by().query
    sql, parameters = query.get_compiler(connection=connection).as_sql()

    assert sql.endswith(f' WHERE "{model._meta.db_table}"."organisation_id" = %s')
    assert [UUID(str(each)) for each in parameters] == [member.organisation_id]
