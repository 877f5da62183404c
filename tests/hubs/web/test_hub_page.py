"""A hub's page: live, described by people, with all that happened to it."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.models import State
from portal.hubs import changes, queries
from portal.hubs.display import history
from portal.hubs.models import Hub, Spell
from portal.hubs.web import history as pages_of_history
from tests.conftest import join, make_person, work
from tests.forms import FRAGMENT
from tests.hubs.own_hubs import make_own_hub

A_DAY = timedelta(days=1)


@pytest.fixture
def hub(mill_court):
    return make_own_hub(mill_court, place="Flat 12", serial="SK-1111")


def page_of(hub, name="detail"):
    return reverse(f"hubs:{name}", args=(hub.pk,))


def test_a_hub_is_found_at_its_own_id_and_at_its_rows(as_person, ada, hal, hub):
    client = as_person(ada)
    assert client.get(f"/hubs/{hub.hub_id}/")["Location"] == page_of(hub)
    assert client.get(f"/hubs/{hub.hub_id}")["Location"] == f"/hubs/{hub.hub_id}/"
    assert "SK-1111" in client.get(page_of(hub)).text
    assert as_person(hal).get(f"/hubs/{hub.hub_id}/").status_code == 404


def test_the_page_polls_and_hears_nothing_while_nothing_changes(as_person, ada, hub):
    client = as_person(ada)
    page = client.get(page_of(hub)).text
    address = page.partition('hx-get="')[2].partition('"')[0]
    assert client.get(address, headers=FRAGMENT).status_code == 204
    hub.refresh_from_db()
    assert hub.watched_until > timezone.now()

    Hub.objects.filter(pk=hub.pk).update(online=False, version=99)
    assert "Offline" in client.get(address, headers=FRAGMENT).text


def test_place_and_note_are_saved_recorded_and_told_in_the_history(as_person, ada, hub):
    client = as_person(ada)
    for _ in range(2):
        answer = client.post(page_of(hub, "describe"), {"place": " Flat  13 ", "note": "Key at 4"})
        assert answer.status_code == 302
    hub.refresh_from_db()
    assert (hub.place, hub.note) == ("Flat 13", "Key at 4")
    entry = Entry.objects.get(verb="hub.described")
    assert entry.detail["changes"]["place"] == ["Flat 12", "Flat 13"]
    assert "changed the place or the note" in client.get(page_of(hub)).text

    refused = client.post(page_of(hub, "describe"), {"place": "x" * 81, "note": ""})
    assert refused.status_code == 422
    assert "x" * 81 in refused.text


@pytest.mark.parametrize(
    ("health", "said"),
    [("unknown", "State not known"), ("online", "Online"), ("offline", "Offline")],
)
def test_a_line_of_the_history_says_what_it_is_that_nobody_knows(health, said):
    assert history.event_of(Spell(health=health, started_at=timezone.now())).title == said


def test_the_history_joins_claims_calls_and_spells_a_page_at_a_time(sandbox, as_person, ada, claim):
    assert work(claim).state == State.CLAIMED
    hub = Hub.objects.get()
    client = as_person(ada)
    page = client.get(page_of(hub)).text
    for line in ("asked to claim it at Mill Court", "Claim sent", "Status read", "Not known"):
        assert line in page
    assert claim.submitted_by.display_name in page

    start = timezone.now() - 60 * A_DAY
    Spell.objects.bulk_create(
        Spell(hub=hub, health="offline", started_at=start + n * A_DAY, ended_at=start + n * A_DAY)
        for n in range(50)
    )
    older = client.get(page_of(hub)).text.partition('rel="next" href="')[2].partition('"')[0]
    last = client.get(page_of(hub) + older.replace("&amp;", "&")).text
    assert "Claim sent" not in last
    assert 'rel="next"' not in last


def test_the_end_of_a_claim_stays_what_it_was(sandbox, as_person, ada, claim):
    assert work(claim).state == State.CLAIMED
    Hub.objects.update(online=False, online_at=timezone.now())
    page = as_person(ada).get(page_of(Hub.objects.get())).text
    assert "Claimed at Mill Court" in page
    assert "Claim at Mill Court" not in page


def test_who_saves_one_of_place_and_note_leaves_the_other_as_it_is(as_person, ada, hub):
    client = as_person(ada)
    page = client.get(page_of(hub)).text
    assert 'name="initial-place" value="Flat 12"' in page
    Hub.objects.filter(pk=hub.pk).update(note="Key at 4")
    shown = {"initial-place": "Flat 12", "initial-note": ""}
    client.post(page_of(hub, "describe"), {"place": "Flat 13", "note": ""} | shown)
    hub.refresh_from_db()
    assert (hub.place, hub.note) == ("Flat 13", "Key at 4")

    again = client.post(page_of(hub, "describe"), {"place": "Flat 14", "note": ""} | shown)
    assert again.status_code == 422
    assert "Somebody wrote “Flat 13” here meanwhile." in again.text
    assert 'name="initial-place" value="Flat 13"' in again.text
    assert 'value="Flat 14"' in again.text


def test_a_long_history_has_all_its_pages(as_person, ada, hub):
    start = timezone.now() - 80 * A_DAY
    Spell.objects.bulk_create(
        Spell(hub=hub, health="offline", started_at=start + n * A_DAY, ended_at=start + n * A_DAY)
        for n in range(60)
    )
    page, seen = as_person(ada).get(page_of(hub)), 0
    while older := page.context["older_url"]:
        seen += len(page.context["events"])
        page = as_person(ada).get(page_of(hub) + older)
    assert seen + len(page.context["events"]) == 61


@pytest.mark.parametrize("before", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "x"])
def test_a_moment_far_off_is_none(as_person, ada, hub, before):
    assert as_person(ada).get(page_of(hub), {"before": before}).status_code == 200


def test_a_page_on_which_one_writes_is_not_loaded_anew_by_itself(as_person, ada, acme, hub):
    assert 'http-equiv="refresh"' not in as_person(ada).get(page_of(hub)).text
    reader = make_person("vic@acme.example", "Vic")
    join(reader, acme, "viewer")
    assert 'http-equiv="refresh"' in as_person(reader).get(page_of(hub)).text


def test_ninety_days_of_a_hub_that_never_rests_are_said_in_full_and_drawn_in_part(hub):
    Spell.objects.filter(hub=hub).delete()
    start, a_minute = timezone.now() - 3 * A_DAY, timedelta(minutes=1)
    at = [start + n * a_minute for n in range(2_001)]
    Spell.objects.bulk_create(
        Spell(hub=hub, health=("online", "offline")[n % 2], started_at=at[n], ended_at=at[n + 1])
        for n in range(2_000)
    )
    drawing = history.drawing_of(queries.drawn_spells(hub))

    assert drawing.words == "Offline 1000 times, 16 h 40 min in all."
    assert 2 < len(drawing.segments) < 60


def test_ninety_days_are_drawn_and_said(hub):
    now = timezone.now()
    spells = [
        Spell(health="online", started_at=now - 100 * A_DAY, ended_at=now - 45 * A_DAY),
        Spell(health="offline", started_at=now - 45 * A_DAY, ended_at=now - 44 * A_DAY),
        Spell(health="online", started_at=now - 44 * A_DAY),
    ]
    drawing = history.drawing_of(spells)

    assert [segment.kind for segment in drawing.segments] == ["good", "attention", "good"]
    first, offline, last = drawing.segments
    assert (first.x, round(first.width), round(offline.x), round(last.x + last.width)) == (
        0.0,
        450,
        450,
        900,
    )
    assert drawing.words == "Offline once, for 1 d 0 h."
    assert "Never offline" in history.drawing_of(spells[:1]).words


def test_a_hub_without_anything_known_has_a_page(as_person, ada, acme):
    hub = make_own_hub(acme, online=None, read_at=None, asked_at=None)
    page = as_person(ada).get(page_of(hub))

    assert page.status_code == 200
    assert "Not known" in page.text


def lines_of(client, hub) -> list[str]:
    """The lines of the history, newest first."""
    return [str(event.title) for event in client.get(page_of(hub)).context["events"]]


@pytest.mark.parametrize("online", [True, False, None])
def test_what_was_put_back_is_in_a_state_from_then_on_and_not_before(
    as_person, ada, mill_court, online
):
    hub = make_own_hub(mill_court, read_at=timezone.now() - timedelta(hours=1))
    new, before = make_own_hub(mill_court), timezone.now() - timedelta(seconds=8)
    Hub.objects.filter(pk=hub.pk).update(replaced_at=before, replaced_by=new)
    Hub.objects.filter(pk=hub.pk).update(online=online, read_at=before, last_seen=before)
    client = as_person(ada)
    client.post(page_of(hub, "put-back"))

    shown = lines_of(client, hub)
    state = {True: "Online", False: "Offline", None: "State not known"}[online]
    assert shown[0] == state
    assert "back in use" in shown[1]
    hub.refresh_from_db()
    assert hub.health_since > before


@pytest.mark.parametrize("later", [-900, -1, 0, 1, 900])
def test_within_a_second_what_was_done_comes_before_the_state_that_came_of_it(
    as_person, ada, acme, hub, later
):
    at = timezone.now().replace(microsecond=(950_000 if later < 0 else 50_000))
    at -= timedelta(minutes=5)
    Spell.objects.filter(hub=hub).update(started_at=at)
    with time_machine.travel(at + timedelta(milliseconds=later), tick=False):
        changes.describe(hub, {"note": "Key at 4"}, ada, {})

    assert lines_of(as_person(ada), hub)[0] == "Online"


def test_what_a_second_parts_stands_in_its_own_order(as_person, ada, hub):
    at = timezone.now() - timedelta(minutes=5)
    Spell.objects.filter(hub=hub).update(started_at=at)
    with time_machine.travel(at + timedelta(seconds=2), tick=False):
        changes.describe(hub, {"note": "Key at 4"}, ada, {})

    assert lines_of(as_person(ada), hub)[1] == "Online"


def test_pages_of_the_history_break_between_seconds(as_person, ada, hub, monkeypatch):
    monkeypatch.setattr(pages_of_history, "PAGE", 2)
    start = timezone.now().replace(microsecond=0) - timedelta(hours=1)
    Spell.objects.filter(hub=hub).delete()
    for number in range(6):
        # Two in each second.
        at = start + timedelta(seconds=number // 2, milliseconds=400 * (number % 2))
        Spell.objects.create(hub=hub, health="offline", started_at=at, ended_at=at)
    client, address, seen = as_person(ada), page_of(hub), []
    while address:
        context = client.get(address).context
        seen += [event.at for event in context["events"]]
        older = context["older_url"].partition("#")[0]
        address = f"{page_of(hub)}{older}" if older else ""
    assert len(seen) == len(set(seen)) == 6
