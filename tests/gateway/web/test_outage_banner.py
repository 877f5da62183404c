"""While SpKey does not answer, every page says so to those whose work it concerns."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.gateway.models import Circuit
from portal.orgs.models import ApiCredential
from tests.forms import FRAGMENT

TITLE = "SmartphoneKey is not answering"


@pytest.fixture
def away(settings) -> Circuit:
    now = timezone.now()
    settings.SPKEY_BASE_URL = "https://api.example:8443/v1"
    return Circuit.objects.create(
        host="api.example:8443", opened_at=now, open_until=now + timedelta(seconds=30)
    )


def text_of(client: Client, address: str) -> str:
    return client.get(address, follow=True).content.decode()


@pytest.mark.parametrize("address", ["/", "/claims/", "/claims/new/"])
def test_an_installer_reads_that_spkey_is_not_answering_and_that_scans_are_saved(
    address, as_person, ira, away
):
    page = text_of(as_person(ira), address)

    assert page.count(TITLE) == 1
    assert "We keep trying; every scan is saved." in page


@pytest.mark.parametrize("address", ["/sites/", "/organisation/people/", "/organisation/key/"])
def test_an_administrator_reads_it_too(address, as_person, ada, away):
    assert TITLE in text_of(as_person(ada), address)


def test_an_agent_reads_it_too(agent, away):
    assert TITLE in text_of(agent, "/support/")


def test_one_organisations_own_outage_is_read_by_its_people_alone(as_person, ira, hal, acme, away):
    Circuit.objects.update(organisation=acme)

    assert TITLE in text_of(as_person(ira), "/")
    assert TITLE not in text_of(as_person(hal), "/")


def test_nobody_reads_it_once_spkey_answers(as_person, ira, away):
    away.delete()

    assert TITLE not in text_of(as_person(ira), "/")


def test_people_it_does_not_concern_do_not_read_it(as_person, eli, otto, away):
    for client in (Client(), as_person(eli), as_person(otto)):
        assert TITLE not in text_of(client, "/")


def test_a_refused_key_comes_before_the_outage(as_person, ira, away):
    ApiCredential.objects.update(state="refused")
    page = text_of(as_person(ira), "/")

    assert "refuses the API key" in page
    assert TITLE not in page


def questions(client: Client, address: str, **headers: str) -> int:
    """How often a GET asks about the circuit."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address, headers=headers).status_code in {200, 204}
    return sum("gateway_circuit" in query["sql"] for query in queries)


def test_a_page_asks_the_circuit_once_and_a_polled_fragment_never(as_person, ada, claim, away):
    client = as_person(ada)
    live = client.get(f"/claims/{claim.pk}/").content.decode()
    fragment = live.partition('hx-get="')[2].partition('"')[0]

    assert questions(client, f"/claims/{claim.pk}/") == 1
    assert questions(client, fragment, **FRAGMENT) == 0
    ApiCredential.objects.update(due_at=timezone.now())
    page = client.get("/organisation/key/").content.decode()
    of_key = page.partition('id="key-status"')[2].partition('hx-get="')[2].partition('"')[0]
    assert questions(client, of_key.replace("&amp;", "&"), **FRAGMENT) == 0
