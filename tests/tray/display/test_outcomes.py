"""What becomes of a row has a word of its own, which no chip's colour decides."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from uuid import UUID

import pytest
from django.utils import timezone

from portal.claims.models import FINAL, Claim, Reason, State
from portal.hubs.labels.parse import LabelProblem
from portal.hubs.models import Hub
from portal.orgs.models import Organisation, User
from portal.sites.models import Site
from portal.tray import results
from portal.tray.display import news
from portal.tray.schema import Action, News, Outcome
from tests.claims.states import make_chips_alike
from tests.tray.conftest import HUB

OF_STATE = {
    State.QUEUED: Outcome.UNDER_WAY,
    State.SENDING: Outcome.UNDER_WAY,
    State.VERIFYING: Outcome.UNDER_WAY,
    State.WAITING: Outcome.UNDER_WAY,
    State.BLOCKED: Outcome.HELD_UP,
    State.REVIEW: Outcome.HELD_UP,
    State.CLAIMED: Outcome.CLAIMED,
    State.ALREADY_YOURS: Outcome.HERE,
    State.CONFLICT: Outcome.REFUSED,
    State.NOT_FOUND: Outcome.REFUSED,
    State.REJECTED: Outcome.REFUSED,
    State.EXPIRED: Outcome.FAILED,
    State.CANCELLED: Outcome.CANCELLED,
}
FOR_A_REASON = {
    (State.WAITING, Reason.OFFLINE): Outcome.HELD_UP,
    (State.WAITING, Reason.UNREACHABLE): Outcome.HELD_UP,
    (State.VERIFYING, Reason.OFFLINE): Outcome.HELD_UP,
    (State.CONFLICT, Reason.ANOTHER_SITE): Outcome.ELSEWHERE,
}
STATES = list(product(State, Reason))


def claim(state: State, reason: Reason = Reason.NONE, **fields: object) -> Claim:
    """A claim of a hub at Mill Court in this state, which no database holds."""
    now = timezone.now()
    acme = Organisation(name="Acme", spkey_org_id="acme-properties")
    return Claim(
        organisation=acme,
        site=Site(organisation=acme, name="Mill Court", spkey_site_id="mill-court"),
        submitted_by=User(name="Ira"),
        hub=fields.pop("hub", None) or Hub(organisation=acme, hub_id=UUID(HUB)),
        hub_id_text=HUB,
        state=state,
        reason=reason,
        finished_at=now if state in FINAL else None,
        **fields,
    )


def news_of(a_claim: Claim) -> News:
    return news.of(results.Followed(a_claim, "Orchard Rise"))


def test_another_persons_unconfirmed_address_is_not_called_ones_own():
    waits = claim(State.BLOCKED, Reason.ADDRESS_UNCONFIRMED)
    own, others = (
        news.of(results.Followed(waits, "", reader))
        for reader in (waits.submitted_by, User(name="A"))
    )

    assert own.title == "Your e-mail address is not confirmed yet"
    assert others.title == "The e-mail address of Ira is not confirmed yet"
    assert (own.outcome, own.word) == (others.outcome, others.word)


def hub(**fields: object) -> Hub:
    return Hub(hub_id=UUID(HUB), **fields)


def test_every_state_and_reason_of_a_claim_has_an_outcome():
    outcomes = {each: news_of(claim(*each)).outcome for each in STATES}

    assert set(OF_STATE) == set(State)
    assert outcomes == {each: FOR_A_REASON.get(each, OF_STATE[each[0]]) for each in STATES}


@pytest.mark.parametrize("state", [State.CLAIMED, State.ALREADY_YOURS])
def test_a_hub_that_spkey_no_longer_has_as_ours_is_lost(state):
    later = timezone.now() + timedelta(seconds=1)
    moved_away = hub(binding=Hub.Binding.FREE, read_at=later)

    assert news_of(claim(state, hub=moved_away)).outcome == Outcome.LOST


def test_a_claim_that_spkey_carried_out_after_its_end_took_effect():
    late = claim(State.EXPIRED, late_effect_at=timezone.now())

    assert news_of(late).outcome == Outcome.TOOK_EFFECT


def test_a_claim_that_is_being_stopped_is_under_way():
    stopping = claim(State.VERIFYING, Reason.OFFLINE, cancel_requested_at=timezone.now())

    assert news_of(stopping).outcome == Outcome.UNDER_WAY


def test_a_row_names_the_other_site_of_its_hub_where_that_is_known():
    other = claim(State.CONFLICT, Reason.ANOTHER_SITE)
    somewhere, nowhere = (news.of(results.Followed(other, at)).text for at in ("Quay", ""))

    assert somewhere == f"SmartphoneKey has it at Quay. {nowhere}"


LOOKUPS = {
    "looking": (hub(), "", Outcome.LOOKING),
    "asked in vain": (
        hub(due_at=timezone.now() + timedelta(hours=1)),
        "",
        Outcome.UNKNOWN,
    ),
    "no worker": (hub(), results.NO_WORKER, Outcome.UNKNOWN),
    "SpKey silent": (hub(), Reason.UNREACHABLE, Outcome.UNKNOWN),
    "SpKey busy": (hub(), Reason.RATE, Outcome.UNKNOWN),
    "no key": (hub(), Reason.KEY_MISSING, Outcome.UNKNOWN),
    "ready": (hub(binding="free", status="Provisioned"), "", Outcome.READY),
    "somebody else's": (hub(binding="other"), "", Outcome.REFUSED),
    "missing": (hub(binding="missing"), "", Outcome.REFUSED),
    "suspended": (hub(binding="free", status="Suspended"), "", Outcome.REFUSED),
}


@pytest.mark.parametrize("name", LOOKUPS)
def test_every_lookup_has_an_outcome(name):
    looked_up, trouble, expected = LOOKUPS[name]
    mill_court = Site(name="Mill Court", spkey_site_id="mill-court")

    assert news.of(results.Lookup(looked_up, mill_court, "", trouble)).outcome == expected


@pytest.mark.parametrize(
    ("online", "kind", "word"),
    [(True, "good", "Ready"), (False, "attention", "Ready, offline"), (None, "quiet", "Ready")],
)
def test_ready_is_green_only_of_a_hub_that_is_online(online, kind, word):
    free = hub(binding="free", status="Provisioned", online=online)
    told = news.of(results.Lookup(free, Site(spkey_site_id="mill-court"), "", ""))

    assert (told.kind, told.word) == (kind, word)
    assert told.can_claim


@pytest.mark.parametrize(
    ("found", "way"),
    [
        ({"binding": "other"}, "ask support for it"),
        ({"binding": "ours", "status": "Claimed", "spkey_site_id": "x"}, "our administrator"),
    ],
)
def test_an_administrator_is_never_sent_to_the_administrator(found, way):
    looked_up = results.Lookup(hub(**found), Site(spkey_site_id="mill-court"), "", "")
    own, others = news.of(replace(looked_up, for_admin=True)).text, news.of(looked_up).text

    assert way in others
    assert "dministrator" not in own


def test_a_hub_that_is_being_claimed_elsewhere_is_nobodys_yet():
    going_on, over = (
        news.of(results.ClaimedElsewhere(claim(state))) for state in (State.QUEUED, State.CLAIMED)
    )
    assert going_on.title == "It is being claimed at another site"
    assert over.title == "This hub is yours, at another site"


@pytest.mark.parametrize(
    ("state", "reason", "still"),
    [
        (State.WAITING, Reason.OFFLINE, "still offline"),
        (State.WAITING, Reason.UNREACHABLE, "no answer from SmartphoneKey"),
        (State.WAITING, Reason.RATE, "SmartphoneKey was busy"),
        (State.BLOCKED, Reason.NO_USER, "SmartphoneKey still does not know who claims"),
        (State.WAITING, Reason.NONE, "not claimed yet"),
    ],
)
def test_who_had_it_tried_is_told_what_came_of_it(state, reason, still):
    at, later = timezone.now(), timezone.now() + timedelta(minutes=5)
    waits = claim(state, reason, contacted_at=at, due_at=later)
    told = news.of(results.Followed(waits, "", tried=True))

    assert told.tried == f"Tried {timezone.localtime(at):%H:%M}: {still}."
    assert news.of(results.Followed(waits, "")).tried == ""


@pytest.mark.parametrize("how", ["due", "leased", "over"])
def test_nothing_is_told_of_a_try_that_is_going_on(how):
    now = timezone.now()
    later = now + timedelta(minutes=5)
    waits = claim(State.WAITING, Reason.OFFLINE, contacted_at=now, due_at=later)
    if how == "due":
        waits.due_at = now
    elif how == "leased":
        waits.lease_until = later
    else:
        waits.state = State.CLAIMED
    assert news.of(results.Followed(waits, "", tried=True)).tried == ""


def test_a_claimed_hub_says_what_to_do_only_while_it_is_not_online():
    online, offline = (
        news_of(claim(State.CLAIMED, hub=hub(binding="ours", online=each)))
        for each in (True, False)
    )
    assert (online.word, online.text) == ("Online", "")
    assert "Is it powered" in offline.text


REFUSALS = {
    "no label": (results.NoLabel(LabelProblem("nothing", "x")), Outcome.REFUSED),
    "no site": (results.NoSite(UUID(HUB)), Outcome.REFUSED),
    "no claim": (results.NoClaim(), Outcome.REFUSED),
    "claimed elsewhere": (results.ClaimedElsewhere(claim(State.QUEUED)), Outcome.ELSEWHERE),
    "not taken": (results.NotTaken(), Outcome.NOT_TAKEN),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_every_refusal_of_a_row_has_an_outcome(name):
    result, expected = REFUSALS[name]

    assert news.of(result).outcome == expected


def test_refusing_the_person_has_an_outcome_of_its_own():
    assert news.refused("You may not.").outcome == Outcome.FORBIDDEN


def test_a_row_offers_to_stop_a_claim_that_is_held_up_and_no_other():
    rows = [news_of(claim(*each)) for each in STATES]

    assert {row.outcome for row in rows if Action.STOP in row.actions} == {Outcome.HELD_UP}
    assert all(Action.STOP in row.actions for row in rows if row.outcome == Outcome.HELD_UP)


def without_colours(news: News) -> News:
    return replace(news, kind="", icon="")


def test_recolouring_every_chip_changes_nothing_in_the_news_but_its_colour(monkeypatch):
    claims = [claim(*each) for each in STATES]
    before = [news_of(each) for each in claims]
    make_chips_alike(monkeypatch)
    after = [news_of(each) for each in claims]

    assert {each.kind for each in after} == {"quiet"}
    assert list(map(without_colours, after)) == list(map(without_colours, before))
