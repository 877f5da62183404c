"""Administrators make, change, archive and restore sites."""

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.models import Claim
from portal.claims.site_use import SiteUse
from portal.hubs.actions import asking
from portal.hubs.actions.asking import ActionRequest
from portal.hubs.actions.models import Kind
from portal.hubs.models import Hub
from portal.jobs import planning
from portal.sites import changes
from portal.sites.models import Site
from portal.sites.web import making
from portal.sites.web.forms import SiteForm
from tests.concurrency import at_once
from tests.conftest import join, make_person, work
from tests.forms import claim_form
from tests.hubs.own_hubs import make_own_hub
from tests.jobs.conftest import make
from tests.jobs.handed_over import claim_hubs


@pytest.fixture
def admin(as_person, ada):
    """Ada's browser."""
    return as_person(ada)


def add(client, form: dict[str, str]):
    """Add a site as somebody does who looks at its id once."""
    asked = client.post(reverse("sites:new"), form)
    if asked.status_code != 200:
        return asked
    return client.post(reverse("sites:new"), {**form, "shown_id": asked.context["site_id"]})


def edit_address(site: Site) -> str:
    return reverse("sites:edit", args=(site.pk,))


def test_a_new_site_gets_a_spkey_id_from_its_name(admin, acme):
    answer = add(admin, {"name": "Quay House", "address": "1 Quay"})
    site = Site.objects.get()

    assert answer["Location"] == reverse("sites:detail", args=(site.pk,))
    assert (site.organisation, site.name, site.address) == (acme, "Quay House", "1 Quay")
    assert site.spkey_site_id == "quay-house"
    assert Entry.objects.filter(verb="site.created", object_id=str(site.pk)).count() == 1


@pytest.mark.parametrize("name", ["Mill Court", "mill court!", "工場"])
def test_sites_with_similar_names_get_ids_of_their_own(name, admin, mill_court):
    add(admin, {"name": name, "address": "1 Quay"})
    add(admin, {"name": name, "address": "2 Quay"})
    ids = list(Site.objects.values_list("spkey_site_id", flat=True))

    assert len(ids) == len(set(ids)) == 3


def test_a_new_site_takes_the_id_that_is_given(admin, acme):
    admin.post(reverse("sites:new"), {"name": "Quay House", "spkey_site_id": "QH/7"})

    assert Site.objects.get().spkey_site_id == "QH/7"


def test_the_same_spkey_id_twice_is_refused_and_what_was_typed_is_kept(admin, mill_court):
    form = {"name": "Another", "spkey_site_id": "mill-court"}
    answer = admin.post(reverse("sites:new"), form)

    assert answer.status_code == 422
    assert "Another of your sites has this id." in answer.content.decode()
    assert 'value="Another"' in answer.content.decode()
    assert Site.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_sites_of_one_name_made_at_once_get_ids_of_their_own(ada, acme):
    def make(number):
        site = Site(organisation=acme, name="Mill Court", address=f"{number} Mill Lane")
        return lambda: changes.make(site, ada)

    at_once(make(1), make(2), make(3))

    assert len(set(Site.objects.values_list("spkey_site_id", flat=True))) == 3


def test_an_id_that_was_taken_a_moment_ago_is_refused_with_the_form(admin, mill_court, monkeypatch):
    seen_before = {"clean_spkey_site_id": lambda form: form.cleaned_data["spkey_site_id"]}
    monkeypatch.setattr(making, "SiteForm", type("SiteForm", (SiteForm,), seen_before))
    form = {"name": "Another", "spkey_site_id": "mill-court"}
    answer = admin.post(reverse("sites:new"), form)

    assert answer.status_code == 422
    assert "Another of your sites has this id." in answer.content.decode()
    assert Site.objects.count() == 1


def test_a_change_of_a_site_that_is_archived_meanwhile_leaves_it_archived(ada, mill_court):
    opened = Site.objects.get()
    changes.archive(mill_court, ada)
    opened.name = "Mill Yard"
    changes.change(opened, ada)

    site = Site.objects.get()
    assert site.name == "Mill Yard"
    assert site.archived_at is not None


def test_two_organisations_may_use_the_same_spkey_id(admin, lighthouse):
    admin.post(reverse("sites:new"), {"name": "Ours", "spkey_site_id": "lighthouse-flats"})

    assert Site.objects.filter(spkey_site_id="lighthouse-flats").count() == 2


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 121},
        {"name": "Quay", "address": "x" * 241},
        {"name": "Quay", "spkey_site_id": "x" * 129},
        {"name": "Quay", "usual_hubs": "0"},
        {"name": "Quay", "usual_hubs": "100001"},
    ],
)
def test_a_malformed_site_is_refused_with_the_form(form, admin):
    answer = admin.post(reverse("sites:new"), form)

    assert answer.status_code == 422
    assert 'class="errors"' in answer.content.decode()
    assert not Site.objects.exists()


def test_a_change_keeps_the_spkey_id_whatever_the_form_sends(admin, mill_court):
    form = {"name": "Mill Yard", "address": "2 Mill", "spkey_site_id": "other"}
    answer = admin.post(edit_address(mill_court), form)
    mill_court.refresh_from_db()

    assert answer.status_code == 302
    assert (mill_court.name, mill_court.address) == ("Mill Yard", "2 Mill")
    assert mill_court.spkey_site_id == "mill-court"


@pytest.mark.parametrize("field", ["organisation", "archived_at", "id", "created_at"])
def test_fields_that_no_form_has_are_ignored(field, admin, acme, harbour, mill_court):
    forged = {"name": "Mill Court", field: str(harbour.pk)}
    admin.post(edit_address(mill_court), forged)
    add(admin, {**forged, "address": "1 Quay"})

    assert not Site.objects.exclude(organisation=acme).exists()
    assert not Site.objects.exclude(archived_at=None).exists()
    assert Site.objects.filter(pk=mill_court.pk, created_at=mill_court.created_at).exists()


def test_an_archived_site_leaves_the_list_and_the_claim_form_and_comes_back(
    admin, mill_court, orchard_rise, as_person, ira
):
    installer = as_person(ira)
    admin.post(reverse("sites:archive", args=(mill_court.pk,)))
    sites = admin.get(reverse("sites:list"))

    assert names(sites) == [orchard_rise.name]
    assert list(sites.context["archived"]) == [mill_court]
    assert "Mill Court" not in installer.get(reverse("claims:new")).content.decode()
    admin.post(reverse("sites:restore", args=(mill_court.pk,)))
    assert "Mill Court" in installer.get(reverse("claims:new")).content.decode()
    verbs = list(Entry.objects.filter(object_id=str(mill_court.pk)).values_list("verb", flat=True))
    assert sorted(verbs) == ["site.archived", "site.restored"]


def test_archiving_asks_first_with_what_goes_on_there(
    admin, ada, mill_court, orchard_rise, lighthouse, claim
):
    job = make(mill_court, ada)
    planning.cancel(make(mill_court, ada), ada)
    claim_hubs(job, ada, 2)
    Hub.objects.create(
        organisation=lighthouse.organisation,
        hub_id=claim.pk,
        binding="ours",
        spkey_site_id=mill_court.spkey_site_id,
    )
    asking.submit(ActionRequest(ada, claim.hub, Kind.MOVE, uuid4(), site=mill_court))
    page = admin.get(reverse("sites:archive", args=(mill_court.pk,)))

    assert "Archive Mill Court?" in page.text
    used = SiteUse(open_claims=1, open_moves=1, open_jobs=1, hubs=2)
    assert page.context["use"] == used
    assert "1 hub is being moved here." in page.text
    assert "1 claim is open here. If it is not sent yet, it is stopped for good." in page.text
    assert not Site.objects.exclude(archived_at=None).exists()
    empty = admin.get(reverse("sites:archive", args=(orchard_rise.pk,)))
    assert "No claim is open here." in empty.text
    assert "hub" not in empty.text.partition("<main")[2].partition("</main")[0].lower()


def test_archiving_twice_is_recorded_once(admin, mill_court):
    for _ in range(2):
        admin.post(reverse("sites:archive", args=(mill_court.pk,)))

    assert Entry.objects.filter(verb="site.archived").count() == 1


def test_an_archived_site_takes_no_claims(as_person, ira, admin, mill_court, orchard_rise, hub_id):
    admin.post(reverse("sites:archive", args=(mill_court.pk,)))
    answer = as_person(ira).post(reverse("claims:new"), claim_form(mill_court, hub_id))

    assert answer.status_code == 422
    assert not Claim.objects.exists()


def test_claims_that_wait_at_an_archived_site_are_stopped_and_nothing_is_sent(
    admin, mill_court, claim, sandbox
):
    admin.post(reverse("sites:archive", args=(mill_court.pk,)))
    stopped = work(claim)

    assert (stopped.state, stopped.reason) == ("cancelled", "right_gone")
    assert not [r for r in sandbox.state.requests if r.method == "POST"]


def test_a_claim_that_ended_at_an_archived_site_is_not_tried_again_there(
    admin, mill_court, claim, as_person, ira
):
    installer = as_person(ira)
    installer.post(reverse("claims:stop", args=(claim.pk,)))
    admin.post(reverse("sites:archive", args=(mill_court.pk,)))
    installer.post(reverse("claims:again", args=(claim.pk,)))
    again = Claim.objects.filter(retry_of=claim).first()

    assert again is None or work(again).state == "cancelled"


def test_an_organisation_without_sites_is_led_to_make_one(admin, as_person, ira):
    assert reverse("sites:new") in admin.get(reverse("sites:list")).content.decode()
    assert "Add the first site" in admin.get(reverse("claims:new")).content.decode()
    assert "Ask your administrator" in as_person(ira).get(reverse("claims:new")).content.decode()


@pytest.fixture
def thirty(acme):
    """Thirty more sites in use, and thirty that are archived."""
    now = timezone.now()
    made = [
        Site(
            organisation=acme,
            name=f"House {n:02}",
            address=f"{n} Harbour Road",
            spkey_site_id=f"h-{n:02}",
            archived_at=now if n >= 30 else None,
        )
        for n in range(60)
    ]
    return Site.objects.bulk_create(made)


def names(answer):
    return [row.site.name for row in answer.context["rows"]]


def test_many_sites_are_shown_a_page_at_a_time(admin, thirty, mill_court):
    first = admin.get(reverse("sites:list"))
    second = admin.get(reverse("sites:list"), {"page": 2})

    assert names(first) == [f"House {n:02}" for n in range(25)]
    assert names(second) == [f"House {n:02}" for n in range(25, 30)] + ["Mill Court"]
    assert "Next" in first.text
    assert "Previous" in second.text
    assert len(first.context["archived"]) == 25
    assert "These were archived last." in first.text


@pytest.mark.parametrize("number", ["0", "99", "x", ""])
def test_a_page_that_is_none_shows_one_that_is(admin, thirty, number):
    assert names(admin.get(reverse("sites:list"), {"page": number}))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("house 07", ["House 07"]),
        ("7 harbour h-07", ["House 07"]),
        ("H-2", [f"House {n}" for n in range(20, 30)]),
        ("mill", ["Mill Court"]),
        ("mill harbour", []),
        ("%", []),
        ("στοα ΕΡΜΗΣ", ["Στοά Ερμής"]),
    ],
)
def test_sites_are_found_by_the_words_of_their_name_address_and_id(
    admin, acme, thirty, mill_court, text, found
):
    Site.objects.create(organisation=acme, name="Στοά Ερμής", spkey_site_id="stoa")
    assert names(admin.get(reverse("sites:list"), {"q": text})) == found


def test_a_search_that_finds_no_site_says_so_and_leads_back(admin, thirty):
    page = admin.get(reverse("sites:list"), {"q": "nowhere"}).text

    assert "No site matches" in page
    assert "Show all" in page


def test_a_handful_of_sites_needs_no_search(admin, mill_court):
    page = admin.get(reverse("sites:list")).text
    assert 'name="q"' not in page[page.index("<main") : page.index("</main>")]


def test_the_sites_of_another_organisation_are_not_found(admin, mill_court, lighthouse):
    assert names(admin.get(reverse("sites:list"), {"q": lighthouse.name})) == []


def test_a_viewer_reads_the_sites_and_changes_none(as_person, acme, mill_court):
    vic = make_person("vic@acme.example", "Vic")
    join(vic, acme, "viewer")
    viewer = as_person(vic)
    page = viewer.get(reverse("sites:list")).text

    assert "Mill Court" in page
    assert reverse("sites:new") not in page
    assert reverse("sites:edit", args=(mill_court.pk,)) not in page
    here = viewer.get(reverse("sites:detail", args=(mill_court.pk,))).text
    assert reverse("sites:edit", args=(mill_court.pk,)) not in here
    assert viewer.post(reverse("sites:archive", args=(mill_court.pk,))).status_code == 403


def test_who_is_limited_to_jobs_reads_no_list_of_sites(as_person, ira, mill_court):
    ira.memberships.update(all_sites=False)
    client = as_person(ira)
    assert client.get(reverse("sites:list")).status_code == 403
    assert client.get(reverse("sites:detail", args=(mill_court.pk,))).status_code == 403


@pytest.mark.parametrize(("hubs", "says"), [(8, False), (9, True), (12, True)])
def test_a_sites_page_says_how_many_of_its_hubs_it_shows_and_leads_to_all(
    admin, mill_court, hubs, says
):
    for number in range(hubs):
        make_own_hub(mill_court, online=number > 0)
    page = admin.get(reverse("sites:detail", args=(mill_court.pk,)))
    assert len(page.context["hubs"]) == 8
    assert (f"8 of {hubs} hubs" in page.text) is says
    assert (f"Show all {hubs}" in page.text) is says


@pytest.mark.parametrize(("hubs", "online"), [(3, 2), (1, 0), (0, 0)])
def test_an_archived_sites_row_has_the_numbers_of_its_hubs(admin, ada, mill_court, hubs, online):
    for number in range(hubs):
        make_own_hub(mill_court, online=number < online)
    changes.archive(mill_court, ada)
    page = admin.get(reverse("sites:list"))
    [site] = page.context["archived"]
    assert (site.hubs_here, site.online_here) == (hubs, online)
    row = page.text.partition("sites-hubs")[2].partition("</tr>")[0]
    assert f">{hubs}<" in row
    assert f">{online if hubs else '–'}<" in row
