"""What a row says of its hub before anybody claims it."""

from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.core import worker
from portal.core.models import Heartbeat
from portal.gateway import circuit
from portal.gateway.models import Circuit
from portal.hubs.models import Hub
from portal.jobs import requests
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from tests.conftest import claim_request
from tests.tray.conftest import HUB, Tablet, beat, claims_sent

OURS_AT_MILL_COURT = {"status": "Claimed", "orgId": world.ACME_ORG_ID, "siteId": "mill-court"}
MAGIC = {name: hub.id for name, hub in world.MAGIC.items()}


def test_a_hub_is_looked_up_by_the_worker_and_nothing_is_claimed(tablet, mill_court, sandbox):
    row = tablet.row(f"https://spkey.example/h/{HUB.upper()}", mill_court)
    first = dict(tablet.news(row))
    then = tablet.after_work(row)

    assert (first["word"], first["outcome"]) == ("Checking", "looking")
    assert (first["settled"], first["pollIn"], first["hubId"]) == (False, 1, HUB)
    assert first["canClaim"]
    assert (then["word"], then["outcome"], then["canClaim"]) == ("Ready", "ready", True)
    assert (then["settled"], then["pollIn"]) == (True, 0)
    assert then["meta"] == f"{world.model(HUB)} · serial {world.serial(HUB)}"
    assert not Claim.objects.exists()
    assert claims_sent(sandbox) == 0


FOUND = {
    "unknown": "Unknown hub",
    "claimed_elsewhere": "Someone else’s",
    "suspended": "Suspended",
    "decommissioned": "Out of service",
}


@pytest.mark.parametrize("name", FOUND)
def test_a_hub_that_spkey_would_refuse_cannot_be_claimed(name, tablet, mill_court, sandbox):
    row = tablet.row(MAGIC[name], mill_court)
    tablet.news(row)
    news = tablet.after_work(row)

    assert (news["outcome"], news["word"]) == ("refused", FOUND[name])
    assert (news["canClaim"], news["settled"]) == (False, True)
    assert "reference" not in news["text"]


def test_a_hub_that_is_offline_can_be_claimed_and_says_what_to_look_at(tablet, mill_court, sandbox):
    row = tablet.row(MAGIC["offline"], mill_court)
    tablet.news(row)
    news = tablet.after_work(row)

    assert (news["word"], news["canClaim"]) == ("Ready, offline", True)
    assert "is it powered" in news["text"]


def test_a_hub_of_ours_says_whether_it_is_here_or_where_else(
    tablet, mill_court, orchard_rise, sandbox
):
    mine = {"status": "Claimed", "orgId": world.ACME_ORG_ID, "siteId": "mill-court"}
    sandbox.state.set_hub(HUB, mine)
    here, there, nowhere = (tablet.row(HUB, site) for site in (mill_court, orchard_rise, ""))
    tablet.news(here)
    news = [tablet.after_work(row) for row in (here, there, nowhere)]

    assert [each["word"] for each in news] == [
        "Already claimed here",
        "At another site",
        "Already yours",
    ]
    assert [each["outcome"] for each in news] == ["here", "elsewhere", "yours"]
    assert not any(each["canClaim"] for each in news)
    assert all("SmartphoneKey has it at Mill Court." in each["text"] for each in news[1:])


def test_an_installers_row_leads_to_where_they_ask_to_have_a_hub_moved_here(
    tablet, ira, mill_court, orchard_rise, sandbox
):
    sandbox.state.set_hub(HUB, OURS_AT_MILL_COURT)
    row = tablet.row(HUB, orchard_rise)
    tablet.news(row)
    offered = dict(tablet.after_work(row))
    hub = Hub.objects.get()
    requests.ask_for_move(hub, orchard_rise, ira.memberships.get(), "It is there")
    asked = tablet.send(tablet.body(row)).json()["rows"][0]

    assert (offered["outcome"], offered["actions"]) == ("elsewhere", [])
    assert offered["moveUrl"] == f"/jobs/ask-move/{hub.pk}/?site={orchard_rise.pk}"
    assert asked["moveUrl"] == ""
    assert "Your administrators are asked to move it here." in asked["text"]


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("Suspended", "The hub is suspended."),
        ("Decommissioned", "The hub is out of service for good."),
    ],
)
def test_no_row_leads_to_the_move_of_a_hub_out_of_use(
    tablet, as_person, ada, acme, orchard_rise, mill_court, sandbox, status, sentence
):
    as_admin = Tablet(as_person(ada), ada, acme)
    beat()
    sandbox.state.set_hub(HUB, OURS_AT_MILL_COURT | {"status": status})
    for reader in (tablet, as_admin):
        row = reader.row(HUB, orchard_rise)
        reader.news(row)
        news = reader.after_work(row)

        assert (news["outcome"], news["moveUrl"], news["url"]) == ("elsewhere", "", "")
        assert sentence in news["text"]


def test_an_administrators_row_leads_to_the_move(
    as_person, ada, acme, orchard_rise, mill_court, sandbox
):
    as_admin = Tablet(as_person(ada), ada, acme)
    beat()
    sandbox.state.set_hub(HUB, OURS_AT_MILL_COURT)
    row = as_admin.row(HUB, orchard_rise)
    as_admin.news(row)
    news = dict(as_admin.after_work(row))

    hub = Hub.objects.get()
    assert news["url"] == f"/hubs/{hub.pk}/move/?site={orchard_rise.pk}"
    assert (news["actions"], news["moveUrl"]) == ([], "")


def test_nobody_asks_to_move_what_is_not_elsewhere_among_ours(tablet, mill_court, sandbox):
    for hub in (HUB, MAGIC["claimed_elsewhere"]):
        row = tablet.row(hub, mill_court)
        tablet.news(row)
        assert tablet.after_work(row)["moveUrl"] == ""


def test_a_site_that_the_portal_does_not_know_is_called_by_its_id(tablet, mill_court, sandbox):
    there = {"status": "Claimed", "orgId": world.ACME_ORG_ID, "siteId": "boiler-room"}
    sandbox.state.set_hub(HUB, there)
    row = tablet.row(HUB, mill_court)
    tablet.news(row)

    assert "SmartphoneKey has it at boiler-room." in tablet.after_work(row)["text"]


def test_a_hub_that_is_set_aside_for_us_is_ready(tablet, mill_court, sandbox):
    sandbox.state.set_hub(HUB, {"orgId": world.ACME_ORG_ID})
    row = tablet.row(HUB, mill_court)
    tablet.news(row)

    assert tablet.after_work(row)["word"] == "Ready"


@pytest.mark.parametrize("status", ["Suspended", "Decommissioned"])
def test_a_hub_of_ours_that_is_out_of_service_here_cannot_be_claimed(
    status, tablet, mill_court, sandbox
):
    mine = {"status": status, "orgId": world.ACME_ORG_ID, "siteId": "mill-court"}
    sandbox.state.set_hub(HUB, mine)
    row = tablet.row(HUB, mill_court)
    tablet.news(row)
    news = tablet.after_work(row)

    assert (news["outcome"], news["canClaim"]) == ("refused", False)


def test_a_lookup_is_valid_for_some_minutes_and_is_then_repeated(tablet, mill_court, sandbox):
    row = tablet.row(HUB, mill_court)
    tablet.news(row)
    tablet.after_work(row)
    Hub.objects.update(watched_until=None, due_at=None)
    tablet.news(row)
    assert Hub.objects.get().watched_until is None

    Hub.objects.update(read_at=timezone.now() - timedelta(minutes=6))
    sandbox.state.set_hub(HUB, {"status": "Suspended"})
    stale = dict(tablet.news(row))
    assert (stale["word"], stale["settled"], stale["pollIn"]) == ("Ready", False, 2)
    assert tablet.after_work(row)["word"] == "Suspended"


def test_a_hub_that_was_looked_up_is_not_read_again(tablet, mill_court, sandbox):
    row = tablet.row(HUB, mill_court)
    tablet.news(row)
    tablet.after_work(row)
    reads = len(sandbox.state.requests)
    Hub.objects.exclude(due_at=None).update(due_at=timezone.now())
    worker.run_once()

    assert len(sandbox.state.requests) == reads


def test_looking_up_a_hub_that_was_just_claimed_does_not_end_its_refreshes(
    tablet, mill_court, sandbox
):
    claimed = tablet.row(HUB, mill_court, claim=True)
    tablet.news(claimed)
    tablet.after_work(claimed)
    assert tablet.news(tablet.row(HUB, mill_court))["outcome"] == "here"

    assert Hub.objects.get().due_at is not None


def test_the_device_asks_for_a_lookup_more_slowly_as_it_ages(tablet, mill_court):
    row = tablet.row(HUB, mill_court)
    paces = []
    for age in (0, 20, 100):
        tablet.news(row)
        Hub.objects.update(created_at=timezone.now() - timedelta(seconds=age))
        paces.append(tablet.news(row)["pollIn"])

    assert paces == [1, 2, 5]


def _no_key(acme):
    ApiCredential.objects.all().delete()


def _refused(acme):
    ApiCredential.objects.update(state="refused")


def _no_worker(acme):
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(seconds=61))


def _silent(acme):
    now = timezone.now()
    Circuit.objects.create(host=circuit._host(), opened_at=now, open_until=now)


def _paused(acme):
    ApiCredential.objects.update(paused_until=timezone.now() + timedelta(seconds=30))


def _unanswered(acme):
    Hub.objects.create(
        organisation=acme,
        hub_id=HUB,
        due_at=timezone.now() + timedelta(seconds=20),
        watched_until=timezone.now() + timedelta(seconds=50),
    )


TROUBLES = {
    _no_key: ("key", "Your organisation has no API key yet"),
    _refused: ("key", "Your administrator must renew the API key"),
    _no_worker: ("clock", "The portal cannot check hubs at this moment"),
    _silent: ("offline", "SmartphoneKey is not answering"),
    _paused: ("clock", "SmartphoneKey is busy"),
    _unanswered: ("help", "SmartphoneKey has said nothing of this hub yet"),
}


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__)
def test_a_lookup_that_cannot_be_made_says_why_and_stops_no_claim(
    trouble, tablet, acme, mill_court, sandbox
):
    trouble(acme)
    news = tablet.news(tablet.row(HUB, mill_court))

    assert (news["icon"], news["title"]) == TROUBLES[trouble]
    assert (news["outcome"], news["word"]) == ("unknown", "Not checked")
    assert news["text"] == "You can still claim."
    assert (news["canClaim"], news["settled"]) == (True, False)


def test_a_hub_about_which_spkey_does_not_answer_says_so(tablet, mill_court, sandbox):
    row = tablet.row(MAGIC["forbidden"], mill_court)
    sandbox.faults.add({"method": "GET"}, action={"status": 500}, times=1)
    tablet.news(row)
    news = tablet.after_work(row)

    assert news["title"] == "SmartphoneKey has said nothing of this hub yet"
    assert news["canClaim"]


def test_a_claim_that_a_colleague_has_under_way_here_is_shown_as_that_claim(
    tablet, ada, mill_court
):
    theirs = actions.submit(claim_request(ada, mill_court, HUB))
    news = tablet.news(tablet.row(HUB, mill_court))

    assert news["claimId"] == str(theirs.pk)
    assert news["url"] == f"/claims/{theirs.pk}/"
    assert news["word"] == "Waiting to send"


def test_a_claim_that_a_colleague_has_under_way_elsewhere_is_named(
    tablet, ada, mill_court, orchard_rise
):
    theirs = actions.submit(claim_request(ada, orchard_rise, HUB))
    news = tablet.news(tablet.row(HUB, mill_court))

    assert (news["claimId"], news["url"]) == ("", f"/claims/{theirs.pk}/")
    assert (news["outcome"], news["canClaim"]) == ("elsewhere", False)
    assert news["text"] == "This hub is being claimed at Orchard Rise, by Ada Admin."


def test_another_organisations_claim_of_a_hub_is_not_revealed(tablet, mill_court, hal, lighthouse):
    nobodys = dict(tablet.news(tablet.row(HUB, mill_court)))
    Hub.objects.all().delete()
    actions.submit(claim_request(hal, lighthouse, HUB))
    harbours = tablet.news(tablet.row(HUB, mill_court))

    assert Hub.objects.count() == 2
    assert {**harbours, "id": "", "seen": ""} == {**nobodys, "id": "", "seen": ""}


def test_a_hub_that_somebody_looks_up_at_the_same_moment_has_one_row(
    tablet, acme, mill_court, monkeypatch
):
    make = QuerySet.bulk_create

    def a_moment_late(hubs, made, **options):
        Hub.objects.create(organisation=acme, hub_id=HUB)
        return make(hubs, made, **options)

    monkeypatch.setattr(QuerySet, "bulk_create", a_moment_late)

    assert tablet.news(tablet.row(HUB, mill_court))["word"] == "Checking"
    assert Hub.objects.count() == 1


LABELS = {
    "": "Nothing was read.",
    "https://example.com/menu": "We read “https://example.com/menu”.",
    HUB[:-1]: "This has 31.",
    "x" * 257: "That is more than a hub label holds.",
    "x" * 30_000: "That is more than a hub label holds.",
    "\x00\ud800<img src=x>": "[U+0000][U+D800]<img src=x>",
}


@pytest.mark.parametrize("claim", [False, True])
def test_a_text_that_is_no_hub_label_is_refused_and_quoted(claim, tablet, mill_court):
    for label, said in LABELS.items():
        news = tablet.news(tablet.row(label, mill_court, claim=claim))

        assert (news["outcome"], news["word"], news["hubId"]) == ("refused", "No hub label", "")
        assert said in news["text"]
        assert (news["settled"], news["canClaim"]) == (True, False)
    assert not Hub.objects.exists()
