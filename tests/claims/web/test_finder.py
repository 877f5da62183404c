"""The search from everywhere: a few of each kind, of one's own organisation, with the way to it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.claims.models import Claim
from portal.hubs.models import Hub
from portal.jobs import planning
from portal.orgs import invitations
from portal.sites.models import Site
from tests.claims.web.test_claim_list import many
from tests.conftest import make_person
from tests.forms import FRAGMENT
from tests.hubs.own_hubs import make_own_hub

SEARCH = "/search/"


@pytest.fixture
def find(as_person):
    """Return the addresses that somebody's search leads to, in order."""

    def find(person, text: str) -> list[str]:
        page = as_person(person).get(SEARCH, {"q": text}, headers=FRAGMENT).text
        return [link.partition('"')[0] for link in page.split('<a class="found-item" href="')[1:]]

    return find


def page_of(claim: Claim) -> str:
    return reverse("claims:detail", args=(claim.pk,))


def test_a_hub_of_ones_own_leads_to_its_page_and_is_found_by_its_place(find, ada, hal, mill_court):
    hub = make_own_hub(mill_court, place="Flat 12, ΥΠΌΓΕΙΟ", serial="SK-7F03-91A2")

    for text in (str(hub.hub_id), "7f03", "flat 12", "υπόγειο"):
        assert find(ada, text) == [reverse("hubs:detail", args=(hub.pk,))]
        assert find(hal, text) == []


@pytest.mark.parametrize("spelt", [str, lambda hub: str(hub)[-4:].upper(), lambda hub: hub.hex])
def test_a_hub_is_found_by_its_id_however_it_is_typed(find, ada, claim, spelt):
    assert find(ada, spelt(claim.hub.hub_id)) == [page_of(claim)]


def test_a_hub_is_found_by_its_serial_and_leads_to_its_newest_claim(find, ada, ira, mill_court):
    older, newer = sorted(many(ira, mill_court, 2), key=lambda claim: (claim.created_at, claim.pk))
    Claim.objects.update(hub=older.hub)
    Hub.objects.filter(pk=older.hub_id).update(serial="SK-7F03-91A2")

    assert find(ada, "sk-7f03") == [page_of(newer)]


def test_a_claim_is_found_by_its_number_and_by_spkeys_reference(find, ada, claim):
    Claim.objects.update(reference="8f2a-SBX")

    assert find(ada, "8F2A-sbx") == [page_of(claim)]
    assert find(ada, claim.number) == [page_of(claim)]
    assert find(ada, claim.number.lower().replace("-", " ")) == [page_of(claim)]


def test_an_administrator_is_led_to_sites_and_people_who_has_jobs_alone_to_claims(
    find, ada, ira, mill_court
):
    member = ira.memberships.get()
    assert find(ada, "mill") == [reverse("sites:detail", args=(mill_court.pk,))]
    assert find(ada, "ira") == [reverse("people:edit", args=(member.pk,))]
    assert find(ira, "mill") == [reverse("sites:detail", args=(mill_court.pk,))]
    ira.memberships.update(all_sites=False)
    assert find(ira, "mill") == [f"/claims/?site={mill_court.pk}"]
    assert find(ira, "ira") == [f"/claims/?person={ira.pk}"]


@pytest.mark.parametrize("text", ["#1", "στοα-47", "ΣΤΟΑ-47/α", "ΕΡΜΟΥ"])  # noqa: RUF001
def test_a_job_is_found_by_its_number_reference_and_site(find, ada, ira, acme, text):
    site = Site.objects.create(organisation=acme, name="Έρμου", spkey_site_id="ermou")
    day = timezone.localdate()
    job = planning.make(planning.Plan(site, day, day, (), "Στοά-47/Α"), ada)  # noqa: RUF001
    page = reverse("jobs:detail", args=(job.pk,))

    assert page in find(ada, text)
    ira.memberships.update(all_sites=False)
    assert page not in find(ira, text)


def test_who_is_invited_is_found_by_those_who_run_people(find, ada, ira, acme):
    invitations.invite(acme, "nia@new.example", role="installer", all_sites=True, actor=ada)
    assert find(ada, "NIA@") == [f"{reverse('people:list')}#invitations"]
    assert find(ira, "nia@") == []


def test_an_installer_reads_names_and_no_addresses(as_person, ira, ada):
    page = as_person(ira).get(SEARCH, {"q": "ada"}, headers=FRAGMENT).text
    assert ada.name in page
    assert ada.email not in page


def test_nothing_of_another_organisation_is_found(find, hal, ira, claim, mill_court):
    Claim.objects.update(reference="8f2a-SBX")
    for text in (str(claim.hub.hub_id), "8f2a-SBX", claim.number, mill_court.name, ira.name):
        assert find(hal, text) == []


def test_of_many_sites_five_are_shown(find, ada, acme):
    for number in range(9):
        Site.objects.create(organisation=acme, name=f"Quay {number}", spkey_site_id=f"q{number}")
    assert len(find(ada, "quay")) == 5


def test_nothing_is_looked_for_without_words_and_a_page_says_what_was_not_found(as_person, ada):
    client = as_person(ada)
    assert "<h2>" not in client.get(SEARCH, headers=FRAGMENT).text
    assert "Nothing here is called “&lt;b&gt;”." in client.get(SEARCH, {"q": "<b>"}).text


def test_somebody_of_no_organisation_has_nothing_to_search(as_person, db):
    client = as_person(make_person("new@nowhere.example", "Nia New"))
    assert client.get(SEARCH).status_code == 403
    assert SEARCH not in client.get("/").text
