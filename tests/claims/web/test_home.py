"""The first page: where to start, for each role."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.core.models import Heartbeat
from portal.jobs import planning
from portal.jobs.planning import Plan
from portal.orgs.models import Organisation
from portal.sandbox import world
from tests.conftest import claim_request, join, make_person
from tests.forms import choose


@pytest.fixture
def alive(db) -> None:
    """A worker that has just given a sign of life."""
    Heartbeat.objects.create(name="worker", beat_at=timezone.now())


def home(client):
    return client.get("/")


def titles(client) -> list[str]:
    return [need.title for need in home(client).context["needs"]]


def test_a_viewer_finds_what_everybody_claimed_and_the_jobs_of_today(
    as_person, acme, ada, claim, mill_court
):
    vic = make_person("viewer@acme.example", "Vic Viewer")
    join(vic, acme, "viewer")
    today = timezone.localdate()
    job = planning.make(Plan(mill_court, today, today), ada)
    answer = home(as_person(vic))

    assert [row.hub_id for row in answer.context["rows"]] == [claim.hub_id_text]
    assert [each for each, _ in answer.context["jobs_today"]] == [job]
    assert "Latest claims" in answer.content.decode()


def test_a_viewer_reads_that_nothing_is_claimed_yet(as_person, acme):
    vic = make_person("viewer@acme.example", "Vic Viewer")
    join(vic, acme, "viewer")
    page = home(as_person(vic)).content.decode()

    assert "Each hub that is claimed appears here" in page
    assert "support" not in page


def test_an_installer_finds_the_scan_button_and_their_own_claims_of_today(
    as_person, ira, ada, mill_court
):
    mine = actions.submit(claim_request(ira, mill_court, world.hub_id(0)))
    old = actions.submit(claim_request(ira, mill_court, world.hub_id(1)))
    Claim.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=1))
    actions.submit(claim_request(ada, mill_court, world.hub_id(2)))
    under_way = actions.submit(claim_request(ira, mill_court, world.hub_id(3)))
    ended = {"state": "claimed", "sends": 1, "finished_at": timezone.now(), "due_at": None}
    Claim.objects.filter(pk=mine.pk).update(**ended)
    answer = home(as_person(ira))

    # What has not ended stands above, and is not told twice.
    unfinished = {row.hub_id for row in answer.context["unfinished"]}
    assert unfinished == {old.hub_id_text, under_way.hub_id_text}
    assert [row.hub_id for row in answer.context["rows"]] == [mine.hub_id_text]
    assert "Scan a hub" in answer.content.decode()
    assert "needs" not in answer.context
    assert "Needs you" not in answer.content.decode()


def test_an_administrator_with_nothing_to_do_sees_no_list(as_person, ada, mill_court, alive):
    assert titles(as_person(ada)) == []


def test_a_silent_worker_comes_before_everything_else(as_person, ada, acme, alive):
    Organisation.objects.update(first_steps_done_at=timezone.now())
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(seconds=61))

    assert titles(as_person(ada)) == [
        "Nothing is being sent",
        "No site yet",
        "You are the only administrator",
    ]


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"state": "blocked", "reason": "no_user"}, "1 claim needs you"),
        ({"state": "review"}, "1 claim is not confirmed"),
        ({"state": "waiting", "reason": "offline"}, "1 claim waits for a hub that is offline"),
        ({"state": "conflict"}, "1 claim was refused"),
        ({"state": "rejected"}, "1 claim was refused"),
        ({"state": "not_found"}, "1 claim ended without being claimed"),
        ({"state": "expired"}, "1 claim ended without being claimed"),
    ],
)
def test_claims_that_need_an_administrator_are_counted(fields, title, as_person, ada, claim, alive):
    if fields["state"] not in {"blocked", "review", "waiting"}:
        fields = {**fields, "finished_at": timezone.now(), "due_at": None}
    Claim.objects.update(**fields)

    assert titles(as_person(ada)) == [title]


@pytest.mark.parametrize("state", ["blocked", "review", "waiting"])
def test_claims_under_way_are_counted_however_old(state, as_person, ada, claim, alive):
    long_ago = timezone.now() - timedelta(days=40)
    Claim.objects.update(
        state=state, reason="offline" if state == "waiting" else "", created_at=long_ago
    )

    assert len(titles(as_person(ada))) == 1


def test_claims_that_ended_are_left_out_after_a_week(as_person, ada, claim, alive):
    eight_days_ago = timezone.now() - timedelta(days=8)
    Claim.objects.update(state="conflict", finished_at=eight_days_ago, due_at=None)
    assert titles(as_person(ada)) == []
    Claim.objects.update(finished_at=timezone.now() - timedelta(days=6), created_at=eight_days_ago)

    assert titles(as_person(ada)) == ["1 claim was refused"]


def test_each_line_leads_to_the_claims_that_it_counts(as_person, ada, claim, alive):
    client = as_person(ada)
    Claim.objects.update(state="blocked", reason="no_user")
    [blocked] = home(client).context["needs"]

    assert blocked.url == "/claims/?state=blocked"
    assert len(client.get(blocked.url).context["rows"]) == 1
    assert client.get("/claims/?state=review").context["rows"] == []


@pytest.mark.parametrize(
    ("ours", "others"),
    [
        ({"state": "waiting", "reason": "offline"}, {"state": "waiting", "reason": "rate"}),
        ({"state": "rejected", "reason": "forbidden"}, {"state": "rejected", "reason": "invalid"}),
        (
            {"state": "rejected", "reason": "suspended"},
            {"state": "rejected", "reason": "forbidden"},
        ),
        ({"state": "expired"}, {"state": "conflict"}),
    ],
)
def test_a_line_and_its_list_agree_on_which_claims_they_mean(
    ours, others, as_person, ada, ira, mill_court, alive
):
    made = [actions.submit(claim_request(ira, mill_court, world.hub_id(n))) for n in range(3)]
    ended = {"finished_at": timezone.now(), "due_at": None}
    for claim, fields in zip(made, (ours, ours, others), strict=True):
        rest = {} if fields["state"] == "waiting" else ended
        Claim.objects.filter(pk=claim.pk).update(**fields, **rest)
    client = as_person(ada)

    [line] = [need for need in home(client).context["needs"] if need.title.startswith("2 ")]

    assert len(client.get(line.url).context["rows"]) == 2


def test_a_claim_tried_again_twice_is_counted_once(as_person, ada, ira, mill_court, alive):
    first = actions.submit(claim_request(ira, mill_court, world.hub_id(0)))
    Claim.objects.update(state="blocked", reason="no_user")
    for number in (1, 2):
        again = actions.submit(claim_request(ira, mill_court, world.hub_id(number)))
        Claim.objects.filter(pk=again.pk).update(retry_of=first)

    assert titles(as_person(ada)) == ["1 claim needs you"]


def test_a_refused_claim_that_was_tried_again_needs_nobody_any_more(
    as_person, ada, ira, claim, alive
):
    ended = {"state": "conflict", "finished_at": timezone.now(), "due_at": None}
    Claim.objects.update(**ended)
    claim.refresh_from_db()
    actions.submit(actions.retry(claim, ira))

    assert titles(as_person(ada)) == []


def test_an_agent_is_led_to_claiming_for_others(agent):
    page = home(agent).content.decode()

    assert "Find an organisation" in page
    assert reverse("support:find") in page
    assert "Scan a hub" not in page


def test_an_agent_finds_what_they_claimed_for_others_today(agent, supports_claim, harbour):
    answer = home(agent)
    [row] = answer.context["rows"]

    assert (row.hub_id, row.title) == (supports_claim.hub_id_text, harbour.name)
    assert 'href="/support/">All claims' in answer.content.decode()


def test_an_agent_is_shown_no_other_organisations_claim_before_the_second_factor(
    as_person, sam, supports_claim
):
    answer = home(as_person(sam))

    assert answer.status_code == 403
    assert "You have no second factor yet" in answer.content.decode()
    assert supports_claim.hub_id_text not in answer.content.decode()


def test_somebody_without_an_organisation_is_told_whom_to_ask(as_person, db):
    page = home(as_person(make_person("new@acme.example", "Nia"))).content.decode()

    assert "You belong to no organisation" in page
    assert "Ask the administrator who invited you" in page


def test_an_operator_without_an_organisation_is_led_to_the_operators_pages(as_person, otto):
    assert "Operators" in home(as_person(otto)).content.decode()


def test_a_person_of_two_organisations_works_in_the_one_they_chose(
    as_person, acme, harbour, mill_court, lighthouse
):
    both = make_person("both@acme.example", "Bo Both")
    join(both, acme)
    join(both, harbour, "admin")
    client = as_person(both)
    assert "Acme Properties</strong>" in home(client).content.decode()
    choose(client, harbour)

    assert "Harbour Living</strong>" in home(client).content.decode()
    assert [row.site for row in client.get("/sites/").context["rows"]] == [lighthouse]
    choose(client, acme)
    assert client.get("/organisation/people/").status_code == 403


def test_a_choice_that_is_no_longer_ones_own_falls_back(as_person, acme, harbour):
    both = make_person("both@acme.example", "Bo Both")
    join(both, acme)
    leaving = join(both, harbour)
    client = as_person(both)
    choose(client, harbour)
    leaving.delete()

    assert "Acme Properties</strong>" in home(client).content.decode()


def test_home_tells_what_is_new_on_it_and_nothing_where_the_page_knows_it(
    as_person, ira, ada, claim
):
    for person in (ira, ada):
        client = as_person(person)
        page = client.get("/").content.decode()
        address = html.unescape(re.search(r'id="live"[^>]* hx-get="([^"]+)"', page)[1])
        asked = {"headers": {"HX-Request": "true"}}
        assert client.get(address, **asked).status_code == 204

        news = client.get("/?seen=older", **asked).content.decode()
        assert news.strip().startswith('<div id="live"')
        assert f'hx-get="{html.escape(address)}"' in news
        assert "<html" not in news


def test_home_tells_an_installer_of_a_claim_that_was_made_meanwhile(
    as_person, ira, mill_court, hub_id
):
    client = as_person(ira)
    page = client.get("/").content.decode()
    address = re.search(r'id="live"[^>]* hx-get="([^"]+)"', page)[1]
    made = actions.submit(claim_request(ira, mill_court, hub_id))
    news = client.get(address, headers={"HX-Request": "true"})

    assert news.status_code == 200
    assert str(made.pk) in news.content.decode()
