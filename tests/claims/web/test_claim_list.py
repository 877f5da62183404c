"""The list of claims: filters, and pages that neither repeat nor skip a claim."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from portal.claims.display import name_wording
from portal.claims.engine import actions
from portal.claims.groups import OFFERED
from portal.claims.models import Claim
from portal.hubs.models import Hub
from portal.sandbox import world
from tests.conftest import claim_request

LIST = "/claims/"
NARROW = ("site", "person")


@pytest.fixture
def admin(as_person, ada):
    """Ada's browser."""
    return as_person(ada)


def many(user, site, count: int, first: int = 0) -> list[Claim]:
    """Make finished claims, a second apart, three of each second alike."""
    hubs = [Hub(organisation=site.organisation, hub_id=uuid4()) for _ in range(count)]
    Hub.objects.bulk_create(hubs)
    start = timezone.now() - timedelta(hours=1)
    return Claim.objects.bulk_create(
        Claim(
            organisation=site.organisation,
            hub=hub,
            hub_id_text=str(hub.hub_id),
            site=site,
            spkey_site_id=site.spkey_site_id,
            submitted_by=user,
            submission=uuid4(),
            state="cancelled",
            created_at=start + timedelta(seconds=(first + number) // 3),
            finished_at=start,
        )
        for number, hub in enumerate(hubs)
    )


def shown(client, address: str = LIST) -> list[str]:
    """The hub ids that a page of the list shows, in its order."""
    return [row.hub_id for row in client.get(address).context["rows"]]


def walk(client, side: str, address: str = LIST, each=lambda: None) -> list[list[str]]:
    """Every page from here on to the older or newer side."""
    pages = []
    while True:
        answer = client.get(address)
        pages.append([row.hub_id for row in answer.context["rows"]])
        way = getattr(answer.context["page"], f"{side}_url")
        if not way:
            return pages
        address = LIST + way
        each()


def flat(pages: Iterable[list[str]]) -> list[str]:
    return [hub_id for page in pages for hub_id in page]


def newest_first(claims: list[Claim]) -> list[str]:
    ordered = sorted(claims, key=lambda claim: (claim.created_at, claim.pk), reverse=True)
    return [claim.hub_id_text for claim in ordered]


def test_sixty_claims_are_paged_without_gap_or_overlap_while_new_ones_arrive(
    admin, ira, mill_court
):
    claims = many(ira, mill_court, 60)
    arriving = iter(range(60, 1000, 5))
    pages = walk(admin, "older", each=lambda: many(ira, mill_court, 5, first=next(arriving)))

    assert [len(page) for page in pages] == [25, 25, 10]
    assert flat(pages) == newest_first(claims)


def test_paging_back_shows_the_same_claims_and_then_the_new_ones(admin, ira, mill_court):
    claims = many(ira, mill_court, 60)
    answer = admin.get(LIST)
    for _ in range(2):
        address = LIST + answer.context["page"].older_url
        answer = admin.get(address)
    fresh = many(ira, mill_court, 7, first=90)
    pages = walk(admin, "newer", address)

    assert flat(reversed(pages))[-60:] == newest_first(claims)
    assert flat(reversed(pages))[:7] == newest_first(fresh)


def test_pages_keep_the_filters(admin, ira, ada, mill_court, orchard_rise):
    mine = many(ira, mill_court, 40)
    many(ada, orchard_rise, 40)
    pages = walk(admin, "older", f"{LIST}?site={mill_court.pk}&q=mill")

    assert flat(pages) == newest_first(mine)


@pytest.mark.parametrize(
    "position",
    [
        "nonsense",
        "_",
        "2026-01-01T00:00:00+00:00",
        "2026-01-01T00:00:00_3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b",
        "0001-01-01T00:00:00+14:00_3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b",
        "9999-12-31T23:59:59-14:00_3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b",
        "2026-01-01T00:00:00+00:00_not-an-id",
    ],
)
@pytest.mark.parametrize("side", ["before", "after"])
def test_an_invalid_position_is_ignored(position, side, admin, claim):
    assert admin.get(LIST, {side: position}).status_code == 200


@pytest.fixture
def three(ira, ada, mill_court, orchard_rise) -> dict[str, Claim]:
    """Three claims that differ in person, site and state."""
    claims = {
        "ira at mill": actions.submit(claim_request(ira, mill_court, world.hub_id(0))),
        "ira at orchard": actions.submit(claim_request(ira, orchard_rise, world.hub_id(1))),
        "ada at mill": actions.submit(claim_request(ada, mill_court, world.hub_id(2))),
    }
    actions.stop(claims["ira at orchard"], ira)
    done = {"state": "claimed", "finished_at": timezone.now(), "due_at": None}
    Claim.objects.filter(pk=claims["ada at mill"].pk).update(**done)
    hubs = Hub.objects.filter(hub_id=UUID(world.hub_id(2)))
    hubs.update(serial="SK-00AA-1234", online=True)
    return claims


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, {"ira at mill", "ira at orchard", "ada at mill"}),
        ({"state": "progress"}, {"ira at mill"}),
        ({"state": "needs"}, set()),
        ({"state": "release"}, set()),
        ({"state": "online"}, {"ada at mill"}),
        ({"state": "offline"}, set()),
        ({"state": "failed"}, set()),
        ({"state": "open"}, {"ira at mill"}),
        ({"state": "done"}, {"ada at mill"}),
        ({"state": "ended"}, {"ira at orchard"}),
        ({"state": "attention"}, set()),
        ({"site": "mill_court"}, {"ira at mill", "ada at mill"}),
        ({"person": "ira"}, {"ira at mill", "ira at orchard"}),
        ({"person": "ira", "site": "mill_court"}, {"ira at mill"}),
        ({"state": "queued"}, {"ira at mill"}),
        ({"state": "claimed"}, {"ada at mill"}),
        ({"state": "cancelled"}, {"ira at orchard"}),
        ({"state": "conflict"}, set()),
        ({"q": "orchard"}, {"ira at orchard"}),
        ({"q": "aDa AdM"}, {"ada at mill"}),
        ({"q": "installer@acme"}, {"ira at mill", "ira at orchard"}),
        ({"q": "00aa"}, {"ada at mill"}),
        ({"q": world.hub_id(1)[-4:]}, {"ira at orchard"}),
        ({"q": f" {world.hub_id(0)[:8].upper()} "}, {"ira at mill"}),
        ({"q": "%"}, set()),
        ({"q": "_"}, set()),
        ({"q": "nothing like it"}, set()),
    ],
)
def test_the_list_is_filtered_by_state_site_person_and_text(
    query, names, admin, three, ira, mill_court
):
    ids = {"mill_court": str(mill_court.pk), "ira": str(ira.pk)}
    asked = {name: ids.get(value, value) for name, value in query.items()}
    rows = admin.get(LIST, asked).context["rows"]

    assert {row.hub_id for row in rows} == {three[name].hub_id_text for name in names}


def test_a_claim_is_found_by_the_number_that_its_row_gives(admin, three):
    claim = three["ira at mill"]
    Claim.objects.filter(pk=three["ada at mill"].pk).update(reference="8f2a-SBX")

    assert shown(admin, f"{LIST}?q={claim.number}") == [claim.hub_id_text]
    assert claim.number in admin.get(LIST).content.decode()
    assert shown(admin, f"{LIST}?q=8F2A-sbx") == [three["ada at mill"].hub_id_text]


def chip_and_note(client, claim: Claim) -> tuple[str, str]:
    [row] = [row for row in client.get(LIST).context["rows"] if row.hub_id == claim.hub_id_text]
    return row.chip.word, row.note


def test_claimed_does_not_flow_back_from_online_and_says_when_that_was_read(admin, three):
    claim = three["ada at mill"]
    hubs = Hub.objects.filter(pk=claim.hub_id)
    hubs.update(binding="ours", online=None, read_at=None, last_seen=None)
    assert chip_and_note(admin, claim)[0] == "Claimed"
    hubs.update(online=True, read_at=timezone.now(), last_seen=timezone.now())
    assert chip_and_note(admin, claim)[0] == "Online"
    assert "seen online" not in chip_and_note(admin, claim)[1]
    for age in (timedelta(minutes=4), timedelta(hours=3), timedelta(days=31)):
        hubs.update(read_at=timezone.now() - age)
        word, note = chip_and_note(admin, claim)
        assert word == "Online"
        assert "seen online" in note
    hubs.update(online=False)

    word, note = chip_and_note(admin, claim)
    assert word == "Offline"
    assert "seen offline" in note


def test_a_hub_that_was_never_online_is_claimed_for_two_hours_and_offline_then(admin, three):
    claim = three["ada at mill"]
    offline = {"online": False, "read_at": timezone.now(), "last_seen": None}
    Hub.objects.filter(pk=claim.hub_id).update(binding="ours", **offline)
    assert chip_and_note(admin, claim)[0] == "Claimed"
    Claim.objects.filter(pk=claim.pk).update(finished_at=timezone.now() - timedelta(hours=3))
    assert chip_and_note(admin, claim)[0] == "Offline"


def test_filters_that_match_nothing_offer_all_again(admin, claim):
    page = admin.get(LIST, {"q": "nothing like it"}).content.decode()

    assert "No claim matches" in page
    assert "Show all" in page


def test_offline_are_claimed_hubs_and_those_that_wait_to_be_claimed(admin, three, monkeypatch):
    claimed, waiting = three["ada at mill"], three["ira at mill"]
    Claim.objects.filter(pk=waiting.pk).update(state="waiting", reason="offline")
    Hub.objects.filter(pk=claimed.hub_id).update(online=False)
    found = {claimed.hub_id_text, waiting.hub_id_text}

    assert set(shown(admin, f"{LIST}?state=offline")) == found
    monkeypatch.setattr("portal.claims.by_hub.FEW", 0)
    assert set(shown(admin, f"{LIST}?state=offline&q=mill")) == found
    assert shown(admin, f"{LIST}?state=online") == []


def test_few_states_are_offered_and_an_address_may_ask_for_any_other(admin, three):
    offered = admin.get(LIST).context["filter"].form["state"].field.widget.choices

    assert [name for name, _ in offered] == ["", *OFFERED]
    assert len(offered) <= 10
    for name in [*dict(name_wording.chip_choices()), *name_wording.GROUPS]:
        page = admin.get(LIST, {"state": name, "q": "mill"})
        is_said = 'class="chip put-away"' in page.text and 'href="?q=mill"' in page.text
        assert is_said == (name not in OFFERED), name
        assert page.context["filter"].form.is_valid()


@pytest.mark.parametrize("query", [{"state": "nonsense"}, {"site": "x"}])
def test_an_invalid_filter_is_ignored(query, admin, claim):
    assert admin.get(LIST, query).status_code == 200


def test_the_filters_offer_only_the_organisations_sites_and_claimers(
    admin, claim, harbours_claim, supports_claim
):
    answer = admin.get(LIST)
    page = answer.content.decode()
    form = answer.context["filter"].form
    offered = {name: [str(value) for value, _ in form.fields[name].choices] for name in NARROW}

    people = ["", "support", str(claim.submitted_by_id)]
    assert offered == {"site": ["", str(claim.site_id)], "person": people}
    names = [str(name) for _, name in form.fields["person"].choices]
    assert names == ["Anybody", "SpKey support", claim.submitted_by.display_name]
    for foreign in ("Lighthouse", "Hal Admin", "harbour.example", "Sam Support"):
        assert foreign not in page


def test_filtering_by_another_organisations_site_or_person_reveals_nothing(
    admin, claim, harbours_claim, lighthouse, hal
):
    for name, value in (("site", lighthouse.pk), ("person", hal.pk)):
        others = admin.get(LIST, {name: str(value)}).context["rows"]
        missing = admin.get(LIST, {name: str(uuid4())}).context["rows"]

        assert others == missing


def test_a_support_claim_is_in_the_targets_list(as_person, hal, supports_claim):
    assert shown(as_person(hal)) == [supports_claim.hub_id_text]


def test_an_organisation_without_claims_is_offered_the_first(admin, mill_court):
    page = admin.get(LIST).content.decode()

    assert "No claim yet" in page
    assert "Claim hubs" in page


def test_people_who_may_not_claim_are_not_offered_scanning(agent):
    page = agent.get(LIST).content.decode()

    assert 'href="/claims/new/' not in page
    assert "Claims for others" in page


@pytest.mark.parametrize("address", ["?q=" + "x" * 5000, "?q=%22%27%5C"])
def test_a_text_that_nobody_types_breaks_nothing(admin, three, address):
    assert admin.get(f"{LIST}{address}").status_code == 200
    assert admin.get(f"/sites/{address}").status_code == 200
