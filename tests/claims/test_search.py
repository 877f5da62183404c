"""Claims are found by words: of their hub, site, person or reference."""

import pytest
from django.db import connection

from portal.claims import search
from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.claims.queries import claimers, claims_of
from portal.hubs import search as hub_search
from portal.hubs.models import Hub
from portal.sandbox import world
from portal.sites.models import Site
from tests.conftest import claim_request, join, make_person


@pytest.fixture
def found(ada, acme):
    """Return the hubs of the claims that a text finds, for Ada."""

    def find(text: str) -> set[str]:
        claims = claims_of(ada.memberships.get())
        conditions = search.conditions(ada.memberships.get(), text)
        return {claim.hub_id_text for each in conditions for claim in claims.filter(each)}

    return find


@pytest.fixture
def three(ira, ada, mill_court, orchard_rise):
    """Hub 0 at Mill Court and hub 1 at Orchard Rise by Ira; hub 2 at Mill Court by Ada."""
    for person, site, n in ((ira, mill_court, 0), (ira, orchard_rise, 1), (ada, mill_court, 2)):
        actions.submit(claim_request(person, site, world.hub_id(n)))
    Hub.objects.filter(hub_id=world.hub_id(1)).update(serial="SK-7F03-91A2")
    return [world.hub_id(n) for n in range(3)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("mill", {0, 2}),
        ("Mill Court", {0, 2}),
        ("court mill", {0, 2}),
        ("orchard ira", {1}),
        ("installer@acme mill", {0}),
        ("ada mill", {2}),
        ("ada orchard", set()),
        ("SK-7F03-91A2", {1}),
        ("sk7f03", {1}),
        ("91a2", {1}),
        ("7f03 orchard", {1}),
        ("7f03 mill", set()),
        (world.hub_id(0), {0}),
        (world.hub_id(0).upper(), {0}),
        (world.hub_id(0).replace("-", ""), {0}),
        (world.hub_id(0).replace("-", " "), {0}),
        (world.hub_id(2)[9:13], {2}),
        (world.hub_id(1)[-4:], {1}),
        (world.hub_id(1)[-4:] + " mill", set()),
        ("mill-court", {0, 2}),
        ("%", set()),
        ("___", set()),
        ('"mill"', set()),
        ("' OR 1=1 --", set()),
        ("mill* OR orchard", set()),
        ("", set()),
    ],
)
def test_every_word_must_be_found_somewhere(three, found, text, numbers):
    assert found(text) == {three[number] for number in numbers}


def test_a_claim_is_found_by_its_number_and_by_spkeys_reference(three, found):
    number = Claim.objects.get(hub_id_text=three[2]).number
    Claim.objects.filter(hub_id_text=three[0]).update(reference="8f1a-ATH")

    assert found(number) == {three[2]}
    assert found(number.lower()) == {three[2]}
    assert found(number.removeprefix("C-")) == {three[2]}
    assert found(f"{number} mill") == found(number) & found("mill")
    assert found(number[:-1]) == set()
    assert found("8F1A-ath") == {three[0]}
    assert found("8f1a") == set()


@pytest.mark.parametrize("often", [1, 200])
def test_a_claim_without_a_site_of_ours_is_found_by_its_spkey_site_id(
    three, found, hal, lighthouse, monkeypatch, often
):
    monkeypatch.setattr(search, "OFTEN", often)
    actions.submit(claim_request(hal, lighthouse, world.hub_id(7)))
    without = Claim.objects.filter(hub_id_text__in=(three[0], three[1], world.hub_id(7)))
    without.update(site=None, spkey_site_id="boiler-room")
    Claim.objects.filter(hub_id_text=three[1]).update(spkey_site_id="Attic")

    assert found("Boiler") == {three[0]}
    assert found("attic") == {three[1]}
    assert found("attic ada") == set()


def test_a_serial_that_was_typed_in_groups_is_found(three, found):
    assert found("SK 7F03 91A2") == {three[1]}
    assert found("SK 7F03 91A3") == set()


def test_a_serial_that_changed_is_found_by_the_new_one_alone(three, found):
    Hub.objects.filter(hub_id=three[1]).update(serial="SK-0000-0001")

    assert found("sk-0000-0001") == {three[1]}
    assert found("7f03") == set()


def test_nothing_of_another_organisation_is_found(three, found, hal, lighthouse):
    actions.submit(claim_request(hal, lighthouse, world.hub_id(7)))

    for text in ("lighthouse", "hal", world.hub_id(7)):
        assert found(text) == set()


@pytest.mark.parametrize("few", [1, 200])
def test_what_many_things_have_is_found_all_the_same(three, found, monkeypatch, acme, few):
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(search, "OFTEN", few)
    Site.objects.create(organisation=acme, name="Mill Lane", spkey_site_id="lane")
    Hub.objects.filter(organisation=acme).update(serial="SK-1234")

    assert found("sk-1234") == set(three)
    assert found("mill") == {three[0], three[2]}
    assert found("mill sk-1234") == {three[0], three[2]}


def test_those_who_have_claimed_are_listed_once_each_and_nobody_else(
    three, ira, ada, acme, hal, lighthouse
):
    join(make_person("nia@acme.example", "Nia"), acme)
    actions.submit(claim_request(hal, lighthouse, world.hub_id(7)))

    assert set(claimers(ada.memberships.get())) == {ira, ada}
    assert len(claimers(ada.memberships.get())) == 2
    assert list(claimers(hal.memberships.get())) == [hal]


def test_before_the_first_claim_nobody_has_claimed(ada):
    assert list(claimers(ada.memberships.get())) == []


@pytest.mark.parametrize("text", ["ΑΘΉΝΑ", "αθήνα", "οδός 3 αθήνα"])
def test_capitals_of_other_alphabets_do_not_matter(three, found, mill_court, text):
    Site.objects.filter(pk=mill_court.pk).update(name="Αθήνα, Οδός 3")

    assert found(text) == {three[0], three[2]}


def test_the_index_has_a_hub_from_its_making_to_its_removal(acme):
    hub = Hub.objects.create(organisation=acme, hub_id=world.hub_id(3), serial="SK-AAAA")
    of_index = hub_search.matching("skaaaa")
    assert Hub.objects.filter(of_index).get() == hub
    Hub.objects.update(serial="SK-BBBB")
    assert not Hub.objects.filter(of_index).exists()
    assert Hub.objects.filter(hub_search.matching("skbbbb")).get() == hub

    hub.delete()

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM hubs_search WHERE words MATCH 'bbbb OR aaaa'")
            assert cursor.fetchone() == (0,)
