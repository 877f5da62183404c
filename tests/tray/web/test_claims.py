"""What becomes of a row once it is confirmed: one claim, however often it is sent."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models import F
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.hubs.models import Hub
from portal.sandbox import world
from portal.sites.models import Site
from tests.concurrency import at_once
from tests.conftest import claim_request
from tests.tray.conftest import HUB, OTHER_HUB, Tablet, beat, claims_sent

MAGIC = {name: hub.id for name, hub in world.MAGIC.items()}


def test_a_hub_is_looked_up_claimed_and_seen_online(tablet, mill_court, sandbox):
    row = tablet.row(HUB, mill_court)
    tablet.news(row)
    tablet.after_work(row)
    row["claim"] = True
    saved = dict(tablet.news(row))
    claimed = dict(tablet.after_work(row))
    claim = Claim.objects.get()
    sandbox.state.set_hub(HUB, {"online": True})
    look_at_hubs_now()
    online = tablet.after_work(row)

    assert (saved["word"], saved["claimId"]) == ("Waiting to send", str(claim.pk))
    assert (saved["url"], saved["canClaim"]) == (f"/claims/{claim.pk}/", False)
    assert (claimed["word"], claimed["outcome"]) == ("Claimed", "claimed")
    assert (claimed["settled"], claimed["pollIn"]) == (False, 1)
    assert (online["word"], online["settled"], online["pollIn"]) == ("Online", True, 0)
    assert (claim.site, claim.submitted_by.email) == (mill_court, "installer@acme.example")
    assert claims_sent(sandbox) == 1


def look_at_hubs_now() -> None:
    """Make due what is due within the seconds that somebody before the tray waits."""
    soon = timezone.now() + timedelta(seconds=3)
    assert Hub.objects.filter(due_at__lte=soon).update(due_at=timezone.now())


def test_a_claimed_hub_is_refreshed_for_as_long_as_its_row_is_shown(tablet, mill_court, sandbox):
    row = tablet.row(HUB, mill_court, claim=True)
    tablet.news(row)
    tablet.after_work(row)
    Hub.objects.update(watched_until=None, due_at=timezone.now() + timedelta(minutes=1))
    tablet.news(row)

    assert Hub.objects.get().watched_until is not None
    look_at_hubs_now()


def test_a_row_that_is_confirmed_before_its_lookup_is_claimed(tablet, mill_court, sandbox):
    row = tablet.row(HUB, mill_court, claim=True)
    tablet.news(row)

    assert tablet.after_work(row)["word"] == "Claimed"


def test_a_call_whose_answer_was_lost_is_made_again_and_is_one_claim(tablet, mill_court, sandbox):
    rows = [tablet.row(hub, mill_court, claim=True) for hub in (HUB, OTHER_HUB)]
    lost = tablet.send(tablet.body(*rows)).json()["rows"]
    again = tablet.sync(*rows)
    late = [{**row, "claimId": "", "seen": ""} for row in rows]
    for row in rows:
        tablet.after_work(row)
    after = tablet.sync(*late)

    assert len({news["claimId"] for news in [*lost, *again, *after]}) == 2
    assert [news["outcome"] for news in after] == ["claimed", "claimed"]
    assert Claim.objects.count() == claims_sent(sandbox) == 2


def test_a_repeat_after_the_site_was_archived_still_finds_the_claim(tablet, mill_court):
    row = tablet.row(HUB, mill_court, claim=True)
    lost = tablet.send(tablet.body(row)).json()["rows"]
    Site.objects.update(archived_at=timezone.now())

    assert tablet.sync(row)[0]["claimId"] == lost[0]["claimId"]


@pytest.mark.django_db(transaction=True)
def test_two_equal_calls_at_the_same_moment_make_one_claim_for_each_row(
    ira, acme, mill_court, as_person
):
    tablets = [Tablet(as_person(ira), ira, acme) for _ in range(2)]
    rows = [tablets[0].row(world.hub_id(n), mill_court, claim=n < 3) for n in range(6)]
    bodies = [tablet.body(*rows) for tablet in tablets]
    answers: list = []
    at_once(
        lambda: answers.append(tablets[0].send(bodies[0])),
        lambda: answers.append(tablets[1].send(bodies[1])),
    )
    first, second = (answer.json()["rows"] for answer in answers)

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [news["claimId"] for news in first] == [news["claimId"] for news in second]
    assert (Claim.objects.count(), Hub.objects.count()) == (3, 6)


def test_two_rows_of_the_same_hub_are_one_claim(tablet, mill_court):
    first, second = tablet.sync(*(tablet.row(HUB, mill_court, claim=True) for _ in range(2)))

    assert first["claimId"] == second["claimId"]
    assert Claim.objects.count() == 1


def test_a_row_that_is_claimed_by_a_colleague_meanwhile_is_their_claim(
    tablet, adas_tablet, mill_court
):
    theirs = adas_tablet.news(adas_tablet.row(HUB, mill_court, claim=True))
    mine = tablet.news(tablet.row(HUB, mill_court, claim=True))

    assert mine["claimId"] == theirs["claimId"]
    assert Claim.objects.get().submitted_by == adas_tablet.person


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        (False, "This hub is being claimed at Orchard Rise, by Ada Admin."),
        (True, "This hub was just claimed at Orchard Rise, by Ada Admin. A hub can be at one"),
    ],
)
def test_a_hub_that_is_claimed_at_another_site_stops_its_row_and_no_other(
    ended, expected, tablet, ada, mill_court, orchard_rise
):
    theirs = actions.submit(claim_request(ada, orchard_rise, HUB))
    if ended:
        now = timezone.now()
        Claim.objects.update(state="claimed", finished_at=now, due_at=None)
    stopped, taken = tablet.sync(
        tablet.row(HUB, mill_court, claim=True), tablet.row(OTHER_HUB, mill_court, claim=True)
    )

    word = "At another site" if ended else "Being claimed elsewhere"
    assert (stopped["outcome"], stopped["word"]) == ("elsewhere", word)
    assert expected in stopped["text"]
    assert (stopped["claimId"], stopped["url"]) == ("", f"/claims/{theirs.pk}/")
    assert (stopped["settled"], stopped["canClaim"]) == (True, False)
    assert taken["claimId"]


def test_a_site_that_takes_no_claims_stops_its_row_and_no_other(
    tablet, mill_court, orchard_rise, lighthouse
):
    Site.objects.filter(pk=orchard_rise.pk).update(archived_at=timezone.now())
    sites = (orchard_rise, lighthouse, str(uuid4()), "mill-court", "")
    rows = [tablet.row(HUB, site, claim=True) for site in sites]
    *stopped, taken = tablet.sync(*rows, tablet.row(HUB, mill_court, claim=True))

    assert [news["word"] for news in stopped] == ["Pick the site again"] * len(sites)
    assert {news["outcome"] for news in stopped} == {"refused"}
    assert all(news["settled"] and news["hubId"] == HUB for news in stopped)
    assert taken["claimId"] == str(Claim.objects.get().pk)


def test_a_row_that_gets_another_site_is_another_claim(tablet, mill_court, orchard_rise):
    row = tablet.row(HUB, mill_court, claim=True)
    first = tablet.news(dict(row))
    tablet.news({**row, "claimId": first["claimId"], "action": "stop"})
    second = tablet.news({**row, "site": str(orchard_rise.pk)})

    assert first["claimId"] != second["claimId"]
    assert set(Claim.objects.values_list("site__name", flat=True)) == {"Mill Court", "Orchard Rise"}


def test_news_that_the_device_has_seen_is_not_sent_again_until_it_changes(
    tablet, mill_court, sandbox
):
    row = tablet.row(HUB, mill_court, claim=True)
    quiet = tablet.row(OTHER_HUB, mill_court)
    assert len(tablet.sync(row, quiet)) == 2
    assert tablet.sync(row, quiet) == []

    Claim.objects.update(state="waiting", reason="unreachable")
    assert [news["word"] for news in tablet.sync(row, quiet)] == ["SpKey silent"]


def test_a_waiting_claim_says_why_and_when_it_goes_on(tablet, mill_court, sandbox):
    row = tablet.row(MAGIC["offline"], mill_court, claim=True)
    tablet.news(row)
    news = tablet.after_work(row)
    later = timezone.now() + timedelta(minutes=10)
    Claim.objects.update(due_at=later, version=F("version") + 1)

    assert (news["outcome"], news["word"]) == ("held_up", "Hub offline")
    assert news["nextLook"] == ""
    assert news["actions"] == ["try_now", "stop"]
    due = timezone.localtime(later)
    text = news["text"]
    assert tablet.news(row)["nextLook"] == f"Next look at {due:%H:%M}."
    assert tablet.news(row)["text"] == text, "rows that wait for different times say it alike"


@pytest.mark.parametrize(
    ("hub", "outcome", "word"),
    [
        ("unknown", "refused", "Unknown hub"),
        ("claimed_elsewhere", "refused", "Someone else’s"),
        ("suspended", "refused", "Suspended"),
        ("other_site", "elsewhere", "At another site"),
    ],
)
def test_a_claim_that_spkey_refuses_says_so_and_gives_a_reference(
    hub, outcome, word, tablet, mill_court, sandbox
):
    row = tablet.row(MAGIC[hub], mill_court, claim=True)
    tablet.news(row)
    news = tablet.after_work(row)

    assert (news["outcome"], news["word"], news["settled"]) == (outcome, word, True)
    assert news["number"] == Claim.objects.get().number
    # Of what is another organisation's, or at another site, administrators are not told.
    told = ["tell"] if hub in {"unknown", "suspended"} else []
    assert news["actions"] == ["again", *told]
    if hub == "other_site":
        assert "SmartphoneKey has it at" in news["text"]


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("Suspended", "The hub is suspended."),
        ("Decommissioned", "The hub is out of service for good."),
    ],
)
@pytest.mark.parametrize("reader", ["ira", "ada"])
def test_nobody_is_told_to_move_a_hub_that_is_out_of_use(
    as_person, request, acme, mill_court, sandbox, reader, status, sentence
):
    person = request.getfixturevalue(reader)
    device = Tablet(as_person(person), person, acme)
    beat()
    row = device.row(MAGIC["other_site"], mill_court, claim=True)
    device.news(row)
    refused = dict(device.after_work(row))
    Hub.objects.update(status=status, binding="ours")
    row |= {"claimId": refused["claimId"]}
    told = device.news(row)

    assert told["outcome"] == "elsewhere"
    assert sentence in told["text"]
    assert "Move it" not in told["text"]
    assert "move it" not in told["text"]
    page = device.client.get(told["url"] or f"/claims/{refused['claimId']}/").text
    assert page.count(sentence) == 1
    assert "Move it here" not in page


def test_a_claimed_hub_that_was_moved_away_is_shown_as_moved(tablet, mill_court, sandbox):
    row = tablet.row(HUB, mill_court, claim=True)
    tablet.news(row)
    tablet.after_work(row)
    sandbox.state.set_hub(HUB, {"status": "Provisioned", "orgId": "", "siteId": ""})
    look_at_hubs_now()
    news = tablet.after_work(row)

    assert (news["outcome"], news["word"]) == ("lost", "No longer yours")
    assert news["title"] == "SmartphoneKey no longer has it as yours"


def test_a_claim_that_took_effect_after_its_end_says_so(tablet, mill_court):
    row = tablet.row(HUB, mill_court, claim=True)
    tablet.news(row)
    tablet.news(row | {"action": "stop"})
    Claim.objects.update(late_effect_at=timezone.now())
    news = tablet.news(row)

    assert (news["outcome"], news["word"]) == ("took_effect", "Claimed later")
    assert news["actions"] == []
    assert "the hub now belongs to Mill Court" in news["text"]
