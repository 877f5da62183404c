"""Two sites that are called the same are told apart wherever one of them is named."""

import re
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from portal.hubs.actions.models import HubAction
from portal.hubs.actions.models import Kind as ActionKind
from portal.hubs.display import action_wording, rows
from portal.hubs.models import Hub
from portal.imports.display import page
from portal.imports.models import Row, Verdict
from portal.imports.site_finder import SiteFinder
from portal.jobs import queries, requests
from portal.jobs.models import Handover, JobRequest
from portal.notices.models import Notice
from portal.sites import changes
from portal.sites.models import Site
from portal.sites.queries import with_words
from tests.imports.conftest import give
from tests.jobs.conftest import make
from tests.jobs.handed_over import claim_hubs, complete, job_at
from tests.tray.conftest import HUB

NEAR, FAR = "Mill Court, 1 Mill Lane", "Mill Court, 9 Far End"


@pytest.fixture
def near(acme, ada) -> Site:
    site = Site(organisation=acme, name="Mill Court", address="1 Mill Lane", spkey_site_id="near")
    return changes.make(site, ada)


@pytest.fixture
def far(near, acme, ada) -> Site:
    """The second site of that name; both are told by their addresses from now on."""
    site = Site(organisation=acme, name="Mill Court", address="9 Far End", spkey_site_id="far")
    made = changes.make(site, ada)
    near.refresh_from_db()
    return made


@pytest.fixture
def hub(acme, near, far) -> Hub:
    return Hub.objects.create(
        organisation=acme,
        hub_id=UUID(HUB),
        binding="ours",
        status="Claimed",
        spkey_site_id="near",
        online=True,
        read_at=timezone.now(),
    )


@pytest.fixture
def iras(ira):
    """Ira's membership, limited to jobs."""
    member = ira.memberships.get()
    member.all_sites = False
    member.save()
    return member


def test_a_site_that_was_just_made_is_named_in_full(near, far):
    assert (near.shown_name, far.shown_name) == (NEAR, FAR)


def test_who_asks_for_a_move_names_the_very_site(hub, far, ira, ada, as_person, mailoutbox):
    asked = requests.ask_for_move(hub, far, ira.memberships.get(), "It is there")

    assert asked.record_label == FAR
    assert Notice.objects.get(kind="job_request").facts["site"] == FAR
    answer = as_person(ada).get(reverse("jobs:request", args=(asked.pk,))).content.decode()
    assert f"to {FAR}" in answer


def test_where_somebody_worked_is_two_sites(iras, ada, near, far):
    for site in (near, far):
        make(site, ada, iras, first=-9, last=-8)

    assert set(queries.former_sites(iras)) == {NEAR, FAR}


def test_asking_for_one_of_them_leaves_the_other_to_ask_for(iras, ira, ada, near, far, as_person):
    for site in (near, far):
        make(site, ada, iras, first=-9, last=-8)
    client = as_person(ira)
    first = client.get("/").context["site_to_ask_for"]
    client.post(reverse("jobs:ask-site"), {"wanted": first})

    assert {first, client.get("/").context["site_to_ask_for"]} == {NEAR, FAR}
    asked = JobRequest.objects.get()
    proposed = as_person(ada).get(reverse("jobs:request", args=(asked.pk,)))
    the_one = Site.objects.get(address=first.partition(", ")[2])
    assert f'value="{the_one.pk}" selected' in proposed.content.decode()


def test_a_handover_is_of_the_very_site(far, ira, installer):
    job = job_at(far, ira.memberships.get())
    claim_hubs(job, ira)
    done = complete(job, ira)

    assert Handover.objects.get().record_label.startswith(FAR)
    assert done.site_address == "", "the name has said it"
    assert Notice.objects.filter(kind="job_completed", facts__site=FAR).exists()
    sheet = installer.get(reverse("jobs:handover", args=(job.pk,))).content.decode()
    assert FAR in sheet


def test_a_name_and_an_address_of_any_length_fit(acme, ada, ira):
    for number in range(2):
        site = Site(organisation=acme, name="n" * 120, address=f"{number}" * 240)
        made = changes.make(site, ada)
    assert len(made.shown_name) == Site.LONGEST_SHOWN_NAME == 362
    job = job_at(made, ira.memberships.get())
    claim_hubs(job, ira)

    for row, name in (
        (complete(job, ira), "site_name"),
        (requests.ask_for_site(made.shown_name, ira.memberships.get()), "wanted"),
    ):
        row._meta.get_field(name).clean(made.shown_name, row)


def test_a_move_says_where_to(hub, far):
    action = HubAction(kind=ActionKind.MOVE, hub=hub, site=far, spkey_site_id="far")

    assert action_wording.title(action) == f"Move to {FAR}"
    assert action.record_label == FAR


def test_a_list_of_hubs_as_a_file_has_the_very_site(hub):
    hub.refresh_from_db()

    assert NEAR in rows.cells(hub)


def test_photos_are_of_a_hub_at_the_very_site(hub, ada, as_person):
    photos = as_person(ada).get(reverse("photos:list", args=(hub.pk,))).content.decode()

    assert NEAR in photos


def test_a_row_of_a_file_finds_and_names_the_very_site(near, far, ada, acme):
    plan, finder = give(ada, HUB), SiteFinder(acme, ada.memberships.get())
    row = Row(plan=plan, site_text=FAR, site=far, at_site="near", verdict=Verdict.OTHER_SITE)
    (shown,) = page.items(plan, [row], finder, for_admin=True)

    assert finder.find(plan, row) == (far, Verdict.NONE)
    assert finder.find(plan, Row(site_text="Mill Court")) == (None, Verdict.SITE_NOT_CLEAR)
    assert (shown.site, shown.about) == (FAR, f"now at {NEAR}")


def test_the_site_of_a_whole_file_is_named_in_full(far, ada, as_person):
    plan = give(ada, HUB, site=far)
    shown = as_person(ada).get(reverse("imports:detail", args=(plan.pk,))).content.decode()

    assert FAR in shown


def test_a_name_that_is_almost_one_of_them_is_answered_with_one_of_them(near, far, acme, ada):
    finder = SiteFinder(acme, ada.memberships.get())
    row = Row(site_text="Mill Court, 9 Far Ent", verdict=Verdict.SITE_UNKNOWN)

    assert FAR in page.about(row, finder)


@pytest.mark.parametrize("name", [NEAR, FAR])
def test_what_people_call_a_site_finds_it(name, near, far):
    assert [site.shown_name for site in with_words(Site.objects.all(), name)] == [name]


def bare_names() -> list[str]:
    """Where code or a template outside the room of sites names one by its bare name."""
    root = Path(settings.BASE_DIR)
    files = [*root.glob("portal/**/*.py"), *root.glob("templates/**/*.html")]
    files += root.glob("templates/**/*.txt")
    own = re.compile(r"(portal|templates)/sites/|/migrations/|portal/(demo|sandbox)/")
    bare = re.compile(r"\bsite\.name\b|values(_list)?\([^)]*\"site__name\"")
    return [
        f"{path.relative_to(root)}: {line.strip()}"
        for path in files
        if not own.search(str(path.relative_to(root)))
        for line in path.read_text().splitlines()
        if bare.search(line)
    ]


def test_no_page_letter_or_file_says_a_bare_name():
    # What is compared with the words of a file, and shown to nobody.
    assert [line for line in bare_names() if "bare(site.name)" not in line] == []
