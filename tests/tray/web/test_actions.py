"""What is done to a claim from its row, and to whose claims nothing is."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db.models import F
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.sandbox import world
from tests.conftest import claim_request, join, work
from tests.tray.conftest import HUB, Tablet

MAGIC = {name: hub.id for name, hub in world.MAGIC.items()}


def test_try_now_makes_a_waiting_claim_due_at_once(tablet, mill_court):
    row = tablet.row(HUB, mill_court, claim=True)
    tablet.news(row)
    later = timezone.now() + timedelta(minutes=5)
    Claim.objects.update(state="waiting", reason="offline", due_at=later)
    tablet.news(row | {"action": "try_now"})
    claim = Claim.objects.get()

    assert claim.due_at <= timezone.now()
    assert claim.send_requested


def test_a_tap_that_comes_too_soon_after_a_try_says_so_once(tablet, mill_court, sandbox, ira):
    claim = work(actions.submit(claim_request(ira, mill_court, MAGIC["offline"])))
    row = tablet.row(MAGIC["offline"], mill_court, claim=True, claimId=str(claim.pk))
    tried = f"Tried {timezone.localtime(claim.contacted_at):%H:%M}. It can be tried again in"

    assert tried not in tablet.news(row)["text"]
    row["action"] = "try_now"
    assert tried in tablet.news(row)["text"]
    assert tried not in tablet.news(row)["text"]
    assert Claim.objects.get().due_at == claim.due_at


@pytest.fixture
def tapped(tablet, mill_court, sandbox, ira) -> dict[str, object]:
    """A row whose claim waits, and which its person has just asked to have tried."""
    claim = work(actions.submit(claim_request(ira, mill_court, MAGIC["offline"])))
    Claim.objects.update(contacted_at=timezone.now() - timedelta(minutes=1))
    row = tablet.row(MAGIC["offline"], mill_court, claim=True, claimId=str(claim.pk))
    news = tablet.news(row | {"action": "try_now"})
    assert (news["trying"], news["tried"]) == (True, "")
    return row | {"tried": True}


NOT_TRIED = {"trying": False, "tried": ""}


@pytest.mark.parametrize(
    ("state", "reason"),
    [("blocked", "key_missing"), ("blocked", "right_gone"), ("blocked", "key_refused")],
)
def test_a_try_is_over_where_the_claim_cannot_be_tried_any_more(tablet, tapped, state, reason):
    Claim.objects.update(state=state, reason=reason, version=F("version") + 1)
    assert NOT_TRIED.items() <= tablet.news(tapped).items()


def test_a_try_is_over_where_the_claim_is_to_be_stopped(tablet, tapped):
    now = timezone.now()
    Claim.objects.update(cancel_requested_at=now, outcome_unknown_since=now, state="review")
    assert NOT_TRIED.items() <= tablet.news(tapped).items()


def test_a_try_goes_on_while_a_worker_has_the_claim(tablet, tapped):
    now = timezone.now()
    later = now + timedelta(seconds=20)
    Claim.objects.update(due_at=now - timedelta(minutes=5), lease_until=later)
    assert tablet.news(tapped)["trying"]


@pytest.mark.parametrize("minutes", [1, 5, 600])
def test_a_try_that_no_worker_has_got_to_says_so(tablet, tapped, installer, minutes):
    Claim.objects.update(due_at=timezone.now() - timedelta(minutes=minutes), lease_until=None)
    news = tablet.news(tapped)

    assert not news["trying"]
    assert news["tried"].startswith("The portal has not got to it yet.")
    page = installer.get(news["url"]).text
    assert "The portal has not got to it yet." in page
    assert "Trying…</button>" not in page


def test_a_claim_that_nobody_tapped_is_not_said_to_be_tried(tablet, tapped):
    assert NOT_TRIED.items() <= tablet.news(tapped | {"tried": False, "seen": ""}).items()


def test_a_claim_is_stopped_and_made_again_once(tablet, mill_court):
    row = tablet.row(HUB, mill_court, claim=True)
    first = tablet.news(row)["claimId"]
    stopped = dict(tablet.news(row | {"action": "stop", "claimId": first}))
    once_more = {**row, "action": "again", "claimId": first}
    lost = tablet.send(tablet.body(once_more)).json()["rows"][0]
    again = tablet.news(once_more)

    assert (stopped["word"], stopped["outcome"]) == ("Cancelled", "cancelled")
    assert stopped["actions"] == ["again"]
    assert again["claimId"] == lost["claimId"] != first
    assert Claim.objects.get(pk=again["claimId"]).retry_of_id == UUID(first)
    assert Claim.objects.count() == 2


def test_an_action_that_the_claim_does_not_allow_now_changes_nothing(tablet, mill_court):
    row = tablet.row(HUB, mill_court, claim=True)
    tablet.news(row)
    for action in ("try_now", "again"):
        tablet.news(row | {"action": action})

    claim = Claim.objects.get()
    assert (claim.state, claim.send_requested) == ("queued", False)


def test_trying_again_leads_to_the_claim_at_another_site(tablet, ada, mill_court, orchard_rise):
    row = tablet.row(HUB, mill_court, claim=True)
    tablet.news(row)
    tablet.news(row | {"action": "stop"})
    theirs = actions.submit(claim_request(ada, orchard_rise, HUB))
    news = tablet.news(row | {"action": "again"})

    assert (news["word"], news["url"]) == ("Being claimed elsewhere", f"/claims/{theirs.pk}/")


@pytest.mark.parametrize("action", ["", "stop", "try_now", "again"])
def test_another_organisations_claim_answers_like_one_that_does_not_exist(
    action, tablet, mill_court, harbours_claim
):
    claims = (str(harbours_claim.pk), str(uuid4()))
    rows = [tablet.row(HUB, mill_court, claim=True, claimId=pk, action=action) for pk in claims]
    others, missing = tablet.sync(*rows)

    assert {**others, "id": "", "seen": ""} == {**missing, "id": "", "seen": ""}
    assert (others["outcome"], others["title"]) == ("refused", "There is no such claim here")
    assert not others["hubId"]
    harbours_claim.refresh_from_db()
    assert harbours_claim.state == "queued"


def test_a_claim_of_the_persons_other_organisation_is_not_part_of_this_tray(
    tablet, ira, harbour, harbours_claim
):
    join(ira, harbour)
    row = tablet.row(HUB, claim=True, claimId=str(harbours_claim.pk), action="stop")

    assert tablet.news(row)["title"] == "There is no such claim here"
    harbours_claim.refresh_from_db()
    assert harbours_claim.state == "queued"


def test_a_claim_made_by_support_is_shown_and_offers_no_action(
    as_person, hal, harbour, supports_claim
):
    tablet = Tablet(as_person(hal), hal, harbour)
    row = tablet.row(supports_claim.hub_id_text, claim=True, claimId=str(supports_claim.pk))
    news = tablet.news(row | {"action": "stop"})
    supports_claim.refresh_from_db()

    assert (news["word"], news["actions"]) == ("Waiting to send", [])
    assert supports_claim.state == "queued"
