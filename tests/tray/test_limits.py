"""A tray of hundreds passes; beyond an hour's limit, and for who tries ids, it goes on later."""

from uuid import uuid4

import pytest
from django.urls import reverse

from portal.claims import limits
from portal.claims.models import Claim
from portal.hubs.models import Hub
from portal.notices.models import Notice
from portal.sandbox import world
from tests.conftest import join, make_person
from tests.forms import FRAGMENT
from tests.tray.conftest import Tablet


@pytest.fixture(autouse=True)
def _at_noon(time_machine):
    time_machine.move_to("2026-06-01T12:00:00Z", tick=False)


def rows_of(tablet, number: int, **fields) -> list:
    return [tablet.row(uuid4(), **fields) for _ in range(number)]


def look_up(tablet, *rows):
    return tablet.send(tablet.body(*rows))


def test_lookups_beyond_the_limit_wait_and_make_nothing(tablet, settings):
    settings.LOOKUPS_AN_HOUR = 60
    assert look_up(tablet, *rows_of(tablet, 50)).status_code == 200

    refused = look_up(tablet, *rows_of(tablet, 20))

    assert refused.status_code == 429
    assert refused["Retry-After"] == "3600"
    assert "go on by themselves" in refused.json()["problem"]
    assert Hub.objects.count() == 50
    # What was refused does not count.
    assert look_up(tablet, *rows_of(tablet, 10)).status_code == 200


def test_news_of_the_same_hubs_is_no_new_lookup(tablet, settings):
    settings.LOOKUPS_AN_HOUR = 10
    rows = rows_of(tablet, 10)
    for _ in range(3):
        assert look_up(tablet, *rows).status_code == 200


def test_claims_beyond_the_limit_wait_and_are_made_later(
    tablet, mill_court, settings, time_machine
):
    settings.CLAIMS_AN_HOUR = 3
    tablet.sync(*rows_of(tablet, 2, site=str(mill_court.pk), claim=True))
    rows = rows_of(tablet, 2, site=str(mill_court.pk), claim=True)

    assert look_up(tablet, *rows).status_code == 429
    assert Claim.objects.count() == 2

    time_machine.shift(3600)
    assert look_up(tablet, *rows).status_code == 200
    assert Claim.objects.count() == 4
    assert look_up(tablet, *rows).status_code == 200, "a repeat is no new claim"


def test_an_organisation_may_ten_times_as_much_as_a_person(tablet, acme, settings, as_person):
    settings.LOOKUPS_AN_HOUR = 2
    people = [make_person(f"{n}@acme.example", f"Nia {n}") for n in range(11)]
    answers = []
    for person in people:
        join(person, acme)
        their = Tablet(as_person(person), person, acme)
        answers.append(look_up(their, *rows_of(their, 2)).status_code)

    assert answers == [200] * 10 + [429]


def test_the_plain_form_has_the_same_limit(tablet, mill_court, settings, as_person, ira):
    settings.CLAIMS_AN_HOUR = 1
    form = {"site": mill_court.pk, "label": world.hub_id(3)}
    answers = [
        tablet.client.post(reverse("claims:new"), {**form, "submission": uuid4()}) for _ in range(2)
    ]

    assert answers[0].status_code == 302
    assert answers[1].status_code == 429
    assert "Try again in 60 minutes" in " ".join(answers[1].content.decode().split())


def told_of_unknown(tablet, number: int) -> list:
    """Have the tablet told of so many hubs that SpKey does not know them."""
    rows = rows_of(tablet, number)
    look_up(tablet, *rows)
    Hub.objects.update(binding=Hub.Binding.MISSING, read_at="2026-06-01T12:00:00Z")
    look_up(tablet, *rows)
    return rows


def test_who_tries_ids_is_slowed_then_stopped_and_told_of(tablet, ada, time_machine):
    rows = told_of_unknown(tablet, 20)
    look_up(tablet, *rows)  # Told again of the same, which counts once.
    assert look_up(tablet, tablet.row(uuid4())).status_code == 200
    slowed = look_up(tablet, tablet.row(uuid4()))
    assert (slowed.status_code, slowed["Retry-After"]) == (429, "10")

    [notice] = Notice.objects.filter(kind="unknown_hubs")
    assert (notice.user, notice.facts["person"]) == (ada, "Ira Installer")

    time_machine.shift(10)
    told_of_unknown(tablet, 20)
    stopped = look_up(tablet, tablet.row(uuid4()))
    assert (stopped.status_code, stopped["Retry-After"]) == (429, "590")
    assert Notice.objects.filter(kind="unknown_hubs").count() == 1

    time_machine.shift(590)
    assert look_up(tablet, tablet.row(uuid4())).status_code == 200


def test_hubs_that_are_known_make_nobody_suspect(tablet):
    rows = rows_of(tablet, 45)
    look_up(tablet, *rows)
    Hub.objects.update(binding=Hub.Binding.FREE, read_at="2026-06-01T12:00:00Z")
    look_up(tablet, *rows)

    assert look_up(tablet, tablet.row(uuid4())).status_code == 200
    assert limits.UNKNOWN.used(str(tablet.person.pk)) == 0


def test_claims_sent_again_from_the_tray_count_too(tablet, mill_court, settings):
    settings.CLAIMS_AN_HOUR = 2
    row = tablet.row(uuid4(), mill_court, claim=True)
    tablet.sync(row)
    over = {"finished_at": "2026-06-01T12:00:00Z", "due_at": None}
    answers = []
    for _ in range(2):
        Claim.objects.update(state="not_found", **over)
        again = {**row, "action": "again", "claimId": str(Claim.objects.latest("created_at").pk)}
        answers.append(look_up(tablet, again).status_code)

    assert answers == [200, 429]
    assert Claim.objects.count() == 2


def waiting_rows(tablet, site, number: int) -> list:
    """Return rows of claims that wait, each tapped to be tried now."""
    rows = rows_of(tablet, number, site=str(site.pk), claim=True)
    tablet.sync(*rows)
    Claim.objects.update(state="waiting", reason="offline")
    return [{**row, "action": "try_now"} for row in rows]


@pytest.mark.slow
def test_a_tray_of_two_hundred_is_tried_at_once(tablet, mill_court):
    rows = [row for _ in range(4) for row in waiting_rows(tablet, mill_court, 50)]

    answers = [look_up(tablet, *rows[first : first + 50]) for first in range(0, 200, 50)]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert Claim.objects.filter(send_requested=True).count() == 200


def test_tries_beyond_the_limit_are_refused_in_the_tray_and_on_the_page_of_a_claim(
    tablet, mill_court, settings
):
    settings.CLAIMS_AN_HOUR = 2
    one, other = waiting_rows(tablet, mill_court, 2)
    page = reverse("claims:detail", args=(one["claimId"],))
    assert look_up(tablet, one, other).status_code == 200

    refused = look_up(tablet, one)
    on_page = tablet.client.post(f"{page}try-now/")

    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    assert (on_page.status_code, on_page["Retry-After"]) == (429, "3600")
    assert f'href="{page}"' in on_page.content.decode()
    fragment = tablet.client.post(f"{page}try-now/", headers=FRAGMENT)
    assert "tried too often. Try again in 60 minutes" in fragment.content.decode()


def test_nobody_is_told_of_more_unknown_hubs_than_the_limit(tablet):
    rows = rows_of(tablet, 50)
    look_up(tablet, *rows)
    Hub.objects.update(binding=Hub.Binding.MISSING, read_at="2026-06-01T12:00:00Z")

    assert look_up(tablet, *rows).status_code == 429
    assert limits.UNKNOWN.used(str(tablet.person.pk)) == limits.UNKNOWN.most
