"""Who tries ids by a file is stopped and told of; an honest file with misprints is not."""

from uuid import uuid4

import pytest
from django.urls import reverse

from portal.claims import limits
from portal.core import leasing
from portal.core.throttle import LimitReachedError
from portal.imports import conduct, looking, making
from portal.imports.models import Batch
from portal.notices.models import Notice
from portal.sandbox import world
from portal.sites.models import Site
from tests.imports.conftest import give, verdicts, work


@pytest.fixture(autouse=True)
def _at_noon(time_machine):
    time_machine.move_to("2026-06-01T12:00:00Z", tick=True)


def guesses(count: int) -> str:
    return "".join(f"{uuid4()};Mill Court\n" for _ in range(count))


def hubs(count: int) -> str:
    return "".join(f"{world.hub_id(n)};Mill Court\n" for n in range(count))


def planned(person, lines: str, kind: str = "claim"):
    return work(give(person, f"Hub id;Site\n{lines}", kind), 4)


def number(plan, verdict: str) -> int:
    return plan.rows.filter(verdict=verdict).count()


def asked(sandbox) -> int:
    return sum(request.path.endswith("/status") for request in sandbox.state.requests)


def told(kind: str = "unknown_hubs") -> int:
    return Notice.objects.filter(kind=kind).count()


@pytest.mark.parametrize("kind", ["claim", "bring_in", "move"])
def test_a_file_of_guesses_is_looked_up_no_further_and_told_of_once(
    kind, sandbox, ada, mill_court, orchard_rise
):
    plan = planned(ada, guesses(200), kind)

    few = 200 // limits.FILE_SHARE
    assert plan.state == "ready"
    assert number(plan, "unknown") == limits.UNKNOWN.most + few
    assert number(plan, "held_back") == 200 - limits.UNKNOWN.most - few
    # One in each batch at most is read, and not told of.
    assert asked(sandbox) <= number(plan, "unknown") + Batch.objects.count()
    assert told() == 1


def test_the_rest_is_looked_up_once_the_limit_is_free_again(sandbox, ada, mill_court, time_machine):
    plan = planned(ada, guesses(80) + hubs(5))
    assert number(plan, "held_back") == 85 - 44
    assert not number(plan, "free")

    making.check_again(plan)
    plan = work(plan, 4)
    assert number(plan, "held_back") == 85 - 44, "what is told once counts once"

    time_machine.shift(601)
    making.check_again(plan)
    plan = work(plan, 4)
    assert (number(plan, "unknown"), number(plan, "free"), number(plan, "held_back")) == (80, 5, 0)


def test_a_site_that_is_added_meanwhile_has_the_rest_go_on_too(
    sandbox, ada, acme, mill_court, time_machine
):
    plan = planned(ada, f"{world.hub_id(9)};Quay 3\n" + guesses(80))
    assert number(plan, "held_back")
    time_machine.shift(601)

    making.add_site(plan, "Quay 3", Site(organisation=acme, name="Quay 3"), ada)
    plan = work(plan, 4)

    assert verdicts(plan)[2] == "free"
    assert not number(plan, "held_back")


def test_what_is_known_is_carried_out_and_the_rest_says_why_not(sandbox, ada, mill_court):
    plan = planned(ada, hubs(3) + guesses(100))
    making.run(plan, ada)
    plan = work(plan, 4)

    assert plan.rows.filter(state="done").count() == 3
    assert plan.rows.filter(state="not_done", cause="held_back").count() == 100 - 45


@pytest.mark.parametrize("first", ["guesses", "hubs"])
def test_an_honest_file_with_a_few_per_cent_that_nobody_knows_is_looked_up_to_its_end(
    first, sandbox, ada, mill_court
):
    # Those that are not delivered yet stand together, wherever that is.
    known, unknown = hubs(190), guesses(10)
    plan = planned(ada, unknown + known if first == "guesses" else known + unknown)

    assert (number(plan, "unknown"), number(plan, "held_back")) == (10, 0)
    assert limits.UNKNOWN.used(str(ada.pk)) == 0
    assert not told()
    limits.mind_unknown(ada)


def test_of_all_files_of_a_day_no_more_are_free_than_of_the_largest(
    sandbox, ada, mill_court, monkeypatch
):
    few = limits.Limit("unknown hubs of files", most=3, seconds=24 * 3600)
    monkeypatch.setattr(limits, "OF_FILES", few)
    for _ in range(3):
        planned(ada, hubs(38) + guesses(2))

    assert limits.UNKNOWN.used(str(ada.pk)) == 3


@pytest.mark.parametrize("text", ["no id", "12345", "0000-0000", "é" * 36])
def test_what_is_no_id_is_asked_nowhere_and_makes_nobody_suspect(text, sandbox, ada, mill_court):
    lines = "".join(f"{text} {n};Mill Court\n" for n in range(300))
    plan = planned(ada, lines + hubs(1) + guesses(1))

    assert (number(plan, "not_an_id"), number(plan, "free"), number(plan, "unknown")) == (300, 1, 1)
    # They make no room for guesses either.
    assert limits.UNKNOWN.used(str(ada.pk)) == 1


def test_hubs_of_others_count_no_more_than_in_the_tray(sandbox, ada, mill_court):
    for n in range(60):
        hub = sandbox.state.hubs[world.hub_id(n)]
        hub.org_id, hub.site_id, hub.status = world.HARBOUR_ORG_ID, "x", "Claimed"
    plan = planned(ada, hubs(60))

    assert number(plan, "foreign") == 60
    assert limits.UNKNOWN.used(str(ada.pk)) == 0


def test_the_same_ids_by_file_and_by_tray_are_counted_together(sandbox, ada, acme, mill_court):
    ids = [str(uuid4()) for _ in range(19)]
    limits.count_unknown(ada, acme, set(ids))
    planned(ada, "".join(f"{each};Mill Court\n" for each in ids[:10]))
    assert limits.UNKNOWN.used(str(ada.pk)) == 19
    assert not told()

    planned(ada, guesses(1))
    assert told() == 1
    limits.mind_unknown(ada)  # Slowly from here on: the next one waits.
    with pytest.raises(LimitReachedError):
        limits.mind_unknown(ada)


def test_who_was_stopped_gives_no_further_file_for_a_while(
    sandbox, ada, mill_court, as_person, time_machine
):
    planned(ada, guesses(100))
    pages = as_person(ada)

    def answer():
        form = {"kind": "claim", "text": f"hub;site\n{hubs(1)}", "submission": str(uuid4())}
        return pages.post(reverse("imports:new"), form)

    refused = answer()
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 600
    time_machine.shift(601)
    assert answer().status_code == 302


def test_a_worker_that_is_killed_in_the_middle_counts_nothing_twice(
    sandbox, ada, mill_court, monkeypatch
):
    plan = give(ada, f"Hub id;Site\n{guesses(30)}")
    [lease] = conduct.take_due(1)
    conduct.conduct(lease)
    [taken] = looking.take_due(1)
    monkeypatch.setattr(looking, "_judge_all", _killed)
    with pytest.raises(KeyboardInterrupt):
        looking.look(taken)
    monkeypatch.undo()
    leasing.release([leasing.holder()])
    plan = work(plan, 4)

    assert (number(plan, "unknown"), number(plan, "held_back")) == (30, 0)
    assert limits.UNKNOWN.used(str(ada.pk)) == 29


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_the_page_says_why_and_what_to_do(sandbox, ada, mill_court, as_person):
    plan = planned(ada, guesses(60))
    page = as_person(ada).get(reverse("imports:detail", args=(plan.pk,)))

    words = " ".join(page.text.split())
    assert words.count("Too many of these ids are unknown to SmartphoneKey") == 1
    assert "check again after ten minutes" in words
    assert "Not looked up" in words
    assert 'href="?show=held_back"' in words


def test_the_page_of_an_honest_file_says_nothing_of_it(sandbox, ada, mill_court, as_person):
    plan = planned(ada, hubs(2) + guesses(1))
    page = as_person(ada).get(reverse("imports:detail", args=(plan.pk,)))

    assert "Too many" not in page.text
