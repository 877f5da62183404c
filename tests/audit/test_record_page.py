"""The record of an organisation: what its administrators see, find and take away."""

import csv
import io
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.audit.record import record
from portal.audit.web import csv_file
from tests.claims.test_plans import reads_through
from tests.conftest import join, make_person

PAGE = "/record/"


@pytest.fixture
def admin(as_person, ada):
    return as_person(ada)


def sentences(answer) -> list[str]:
    return [row.sentence for row in answer.context["rows"]]


def test_the_record_says_in_words_what_was_done_newest_first(admin, claim, supports_claim):
    answer = admin.get(PAGE)

    tail = claim.hub_id_text[-4:].upper()
    shown = sentences(answer)
    assert f"Ira Installer asked to claim hub …{tail} at Mill Court" in shown
    assert "Ada Admin signed in" in shown
    times = [row.at for row in answer.context["rows"]]
    assert times == sorted(times, reverse=True)
    assert str(supports_claim.pk) not in answer.content.decode()


def test_who_acted_for_the_organisation_from_outside_is_named_by_role_alone(
    as_person, hal, supports_claim, sam, harbour, otto
):
    record("site.changed", actor=otto, organisation_id=harbour.pk, acting_as="operator")
    client = as_person(hal)
    page = client.get(PAGE)
    export = b"".join(client.post(reverse("record:export")).streaming_content).decode()

    for text in (page.content.decode(), export):
        assert "SpKey support asked to claim hub" in text
        assert "Operator of the portal changed the site" in text
        for person in (sam, otto):
            assert person.email not in text
            assert str(person.pk) not in text
        assert "Sam Support" not in text
    assert client.get(PAGE, {"person": str(sam.pk)}).status_code == 422


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"kind": "sites"}, {"site.changed"}),
        ({"q": " MILL-court "}, {"site.changed", "claim.submitted"}),
        ({"q": "mill"}, {"site.changed", "claim.submitted"}),
        ({"q": "ira inst"}, {"claim.submitted", "session.began"}),
        ({"q": "tail"}, {"claim.submitted"}),
        ({"q": "nobody at all"}, set()),
        ({"q": "mill-court"}, {"site.changed", "claim.submitted"}),
        ({"site": "mill-court"}, {"site.changed", "claim.submitted"}),
        ({"q": "hub"}, {"claim.submitted"}),
        ({"q": "object"}, {"claim.submitted"}),
        ({"q": "request"}, {"session.began"}),
        ({"person": "ira"}, {"claim.submitted", "session.began"}),
        ({"person": "ira", "kind": "claims"}, {"claim.submitted"}),
        ({"since": "2031-05-02", "until": "2031-05-02"}, {"old.one"}),
        ({"until": "2001-05-01"}, set()),
    ],
)
def test_the_record_is_filtered(as_person, admin, ada, ira, mill_court, claim, asked, found):
    as_person(ira)
    record(
        "site.changed", actor=ada, organisation_id=mill_court.organisation_id, subject=mill_court
    )
    Entry.objects.create(
        verb="old.one",
        organisation_id=ada.memberships.get().organisation_id,
        at=datetime(2031, 5, 2, 20, 59, tzinfo=UTC),
    )
    began = record(
        "session.began", actor=ira, organisation_id=mill_court.organisation_id, subject=ira
    )
    known = {"hub": claim.hub_id_text.upper(), "object": str(claim.pk), "ira": str(ira.pk)}
    known["request"] = "r-4711"
    known["tail"] = claim.hub_id_text[-6:]
    Entry.objects.bulk_create(
        [Entry(verb="session.began", request="r-4711", organisation_id=began.organisation_id)]
    )
    asked = {name: known.get(value, value) for name, value in asked.items()}
    answer = admin.get(PAGE, asked)

    assert answer.status_code == 200
    wanted = Entry.objects.filter(verb__in=found)
    shown = {row.at for row in answer.context["rows"]}
    assert {entry.verb for entry in Entry.objects.filter(at__in=shown)} == found
    assert bool(shown) == wanted.exists()


@pytest.mark.parametrize(
    "asked",
    [{"kind": "x"}, {"since": "yesterday"}, {"since": "2031-01-02", "until": "2031-01-01"}],
)
def test_a_filter_that_is_none_is_said_to_be(admin, asked):
    assert admin.get(PAGE, asked).status_code == 422
    assert admin.post(reverse("record:export"), asked).status_code == 422


def test_another_organisations_record_is_not_seen_by_any_filter(admin, harbours_claim):
    for text in (str(harbours_claim.pk), harbours_claim.hub_id_text, "lighthouse-flats"):
        assert sentences(admin.get(PAGE, {"q": text})) == []


def test_a_long_record_goes_on_in_pages_that_new_entries_do_not_shift(admin, acme):
    now = timezone.now()
    Entry.objects.bulk_create(
        Entry(
            verb="site.changed", organisation_id=acme.pk, at=now - timedelta(hours=n), site=str(n)
        )
        for n in range(1, 60)
    )
    first = admin.get(PAGE, {"kind": "other"})
    record("organisation.changed", actor=None, organisation_id=acme.pk)
    second = admin.get(PAGE + first.context["page"].older_url)
    back = admin.get(PAGE + second.context["page"].newer_url)

    def places(answer):
        return [row.site for row in answer.context["rows"]]

    assert places(first) + places(second) == [str(n) for n in range(1, 51)]
    assert places(back) == places(first)


# The file


def exported(client, **asked) -> tuple[str, list[list[str]]]:
    answer = client.post(reverse("record:export"), asked)
    assert answer.streaming
    assert answer["Content-Disposition"].startswith('attachment; filename="record-')
    text = b"".join(answer.streaming_content).decode()
    return text, list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_file_has_what_the_page_has_and_is_recorded_itself(admin, claim, ada):
    text, (heads, *rows) = exported(admin, kind="claims")

    assert text.startswith("\ufeff")
    assert heads[:2] == ["Time", "What happened"]
    assert [row[1].partition(" asked")[0] for row in rows] == ["Ira Installer"]
    entry = Entry.objects.get(verb="record.exported")
    assert (entry.actor_id, entry.detail) == (ada.pk, {"filters": {"kind": "claims"}})


def test_the_file_is_in_its_readers_language(admin, ada, claim):
    ada.language = "el"
    ada.save()

    _, (heads, *_) = exported(admin)
    assert heads[0] == "Ώρα"


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(admin, acme, ada, first):
    evil = f'{first}HYPERLINK("http://x.example")'
    record("site.changed", actor=ada, organisation_id=acme.pk, site=evil, name=evil)

    _, (_, *rows) = exported(admin)
    assert [cell for row in rows for cell in row if cell.startswith(first)] == []
    assert f"'{evil}" in {cell for row in rows for cell in row}


def test_a_file_that_is_too_long_is_cut_and_says_so(admin, acme, monkeypatch):
    monkeypatch.setattr(csv_file, "MOST", 7)
    monkeypatch.setattr(csv_file, "AT_A_TIME", 3)
    Entry.objects.bulk_create(
        Entry(verb="site.changed", organisation_id=acme.pk, kind="sites", site=str(n))
        for n in range(8)
    )
    _, (_, *rows) = exported(admin, kind="sites")
    assert len({row[8] for row in rows[:-1]}) == 7
    assert rows[-1] == [csv_file._cut()]

    monkeypatch.setattr(csv_file, "MOST", 8)
    _, (_, *rows) = exported(admin, kind="sites")
    assert len(rows) == 8


# One's own


def test_everybody_sees_what_they_did_and_what_was_done_to_their_account(
    as_person, ira, claim, ada, harbour, otto
):
    record("claim.ended", actor=ada, organisation_id=claim.organisation_id, subject=claim)
    record("site.changed", actor=ira, organisation_id=harbour.pk, name="no place of Ira's")
    record(
        "person.password_set", actor=otto, organisation_id=None, subject=ira, acting_as="operator"
    )
    shown = sentences(as_person(ira).get(reverse("activity")))

    assert shown[0] == "Ira Installer signed in"
    assert "Operator of the portal set a new password for Ira Installer" in shown
    assert any(sentence.startswith("Ira Installer asked to claim") for sentence in shown)
    assert len(shown) == 3


def test_a_sign_in_is_shown_once_to_somebody_in_two_organisations(as_person, ira, harbour):
    join(ira, harbour)

    assert sentences(as_person(ira).get(reverse("activity"))) == ["Ira Installer signed in"]


def test_an_agent_sees_their_own_acts_for_others_by_name(agent, supports_claim):
    shown = sentences(agent.get(reverse("activity")))

    assert any(sentence.startswith("Sam Support asked to claim") for sentence in shown)


# What it costs


def test_no_query_of_the_record_reads_through_it(admin, ada, ira, acme, mill_court, sam):
    now = timezone.now()
    hubs, people = [uuid4() for _ in range(40)], [ada.pk, ira.pk, uuid4()]
    kinds = ("claims", "sites", "people", "key", "sign_in")
    Entry.objects.bulk_create(
        Entry(
            verb="claim.submitted",
            kind=kinds[n % 5],
            at=now - timedelta(minutes=n),
            organisation_id=acme.pk if n % 3 else uuid4(),
            actor_id=people[n % 5 % 3],
            actor_name="Somebody",
            hub=hubs[n % 40],
            site=f"site-{n % 20}",
            object_id=str(uuid4()),
            request=f"request-{n}",
        )
        for n in range(2_000)
    )
    _analyse()
    asked = (
        {},
        {"kind": "sites"},
        {"person": str(ira.pk)},
        {"person": str(ira.pk), "kind": "key"},
        {"site": "mill-court"},
        {"q": str(hubs[3])},
        {"q": "request-9"},
        {"q": "ira"},
        {"q": "mill"},
        {"since": now.date().isoformat(), "until": now.date().isoformat()},
        {"before": f"{(now - timedelta(days=1)).isoformat()}_{uuid4()}"},
    )
    found = {}
    with CaptureQueriesContext(connection) as captured:
        for each in asked:
            assert admin.get(PAGE, each).status_code == 200
        assert admin.get(reverse("activity")).status_code == 200
        exported(admin, kind="sites")
    for sql in {query["sql"] for query in captured if '"audit_entry"' in query["sql"]}:
        if sql.lstrip().startswith(("SELECT", "WITH")) and (lines := reads_through(sql)):
            found[sql] = lines

    assert found == {}


def _analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def test_the_names_of_people_who_are_gone_stay_in_the_record(admin, acme, ira):
    record("site.changed", actor=ira, organisation_id=acme.pk, name="Quay")
    gone = str(ira.pk)
    ira.delete()
    answer = admin.get(PAGE, {"person": gone})

    assert sentences(answer) == ["Ira Installer changed the site an unknown account"]


def test_the_record_asks_as_often_for_ten_who_have_left_as_for_two(admin, acme, otto):
    record("site.changed", actor=otto, organisation_id=acme.pk, acting_as="operator")
    admin.get(PAGE)
    counts = []
    for number in (2, 8):
        for _ in range(number):
            gone, fields = uuid4(), {"verb": "site.changed", "organisation_id": acme.pk}
            for name in ("Nia Once", "Nia Now"):
                Entry.objects.create(actor_id=gone, actor_name=name, **fields)
        with CaptureQueriesContext(connection) as captured:
            page = admin.get(PAGE)
        counts.append(len(captured))

    assert counts[0] == counts[1]
    names = [str(name) for _, name in page.context["form"].fields["person"].choices]
    assert names.count("Nia Now") == 10
    assert not {"Nia Once", otto.name} & set(names)


def test_the_record_of_support_names_its_agents_and_for_whom_they_acted(
    as_person, spkey_support, supports_claim, sam, hal, harbour, ada, claim, otto
):
    sue = make_person("sue@spkey.example", "Sue Super")
    join(sue, spkey_support, "admin")
    record("site.changed", actor=otto, organisation_id=harbour.pk, acting_as="operator")
    client = as_person(sue)
    page = client.get(PAGE, {"person": str(sam.pk)})
    export = b"".join(client.post(reverse("record:export")).streaming_content).decode()

    tail = supports_claim.hub_id_text[-4:].upper()
    [asked] = [row for row in page.context["rows"] if row.kind == "Claims"]
    assert asked.sentence.startswith(f"Sam Support asked to claim hub …{tail} at ")
    assert asked.organisation == "Harbour Living"
    assert "for Harbour Living" in page.text
    assert "Harbour Living" in export
    assert claim.hub_id_text not in export
    assert "Operator of the portal" not in export
    for stranger in (hal, ada):
        text = as_person(stranger).get(PAGE).text
        assert "Sam Support" not in text
        assert "for Harbour Living" not in text
