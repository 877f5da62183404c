"""The link to a handover: for strangers, until it ends, and nothing else of the organisation."""

import json
import logging
from datetime import timedelta
from hashlib import sha256

import pytest
from django.test import Client
from django.utils import timezone

from portal.audit.models import Entry
from portal.core import logs
from portal.jobs import handover_links
from portal.jobs.models import Acceptance, HandoverLink
from portal.jobs.web import handover_link
from tests.jobs.handed_over import claim_hubs, complete, ids, job_at


@pytest.fixture
def done(ira, mill_court):
    job = job_at(mill_court, ira.memberships.get())
    claim_hubs(job, ira, 2)
    return complete(job, ira)


@pytest.fixture
def link(done, ada) -> HandoverLink:
    return handover_links.make(done, ada)


def address(link: HandoverLink) -> str:
    return f"/handover/{handover_links.token_of(link)}/"


def test_a_stranger_reads_the_document_and_learns_nothing_else(client, link, done, ada, ira):
    answer = client.get(address(link))
    page = answer.content.decode()

    assert answer.status_code == 200
    assert all(str(hub_id) in page for hub_id in ids(done))
    for secret in (ada.email, ira.email, "acme.example", "/jobs/", str(done.job_id), "csrf"):
        assert secret not in page
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_who_is_signed_in_sees_the_same(client, as_person, hal, link):
    assert client.get(address(link)).content == as_person(hal).get(address(link)).content


def test_a_stranger_turns_to_the_other_language_and_it_is_not_counted_as_opened(client, link):
    greek = f"{address(link)}?language=el"
    assert 'href="?language=el"' in client.get(address(link)).content.decode()
    answer = client.get(greek)

    assert '<html lang="el">' in answer.content.decode()
    assert answer["Content-Language"] == "el"
    assert not answer.cookies
    assert '<html lang="en">' in client.get(f"{address(link)}?language=xx").content.decode()
    assert '<html lang="el">' in client.get("/handover/short/?language=el").content.decode()
    link.refresh_from_db()
    assert link.opened_count == 2


def test_who_accepts_stays_in_the_chosen_language(client, done, ada):
    greek = f"{address(handover_links.make(done, ada, takes_acceptance=True))}?language=el"
    assert client.post(greek, {"name": "Cleo Customer"})["Location"] == greek


def test_ended_revoked_and_unknown_links_get_one_answer(client, done, ada, link):
    ended = handover_links.make(done, ada, days=1)
    gone = [address(ended), address(link), f"/handover/{'x' * 43}/", "/handover/short/"]
    HandoverLink.objects.filter(pk=ended.pk).update(ends_at=timezone.now())
    assert handover_links.end(link, ada)
    assert not handover_links.end(link, ada)
    answers = [client.get(each) for each in gone] + [client.post(each) for each in gone]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert b"has ended" in answers[0].content
    assert answers[0]["Referrer-Policy"] == "no-referrer"
    link.refresh_from_db()
    assert handover_links.token_of(link) == ""


def test_a_link_ends_by_itself_after_its_days(done, ada):
    for days, length in ((30, 30), (0, 1), (9999, 365)):
        made = handover_links.make(done, ada, days=days)
        assert abs(made.ends_at - timezone.now() - timedelta(days=length)) < timedelta(minutes=1)


def test_only_a_digest_is_kept_and_another_secret_makes_no_token(link, settings):
    token = handover_links.token_of(link)
    assert link.digest == sha256(token.encode()).hexdigest()
    assert len(token) == 43
    settings.SECRET_KEY = "another secret " * 4

    assert handover_links.token_of(link) == ""
    assert handover_links.find(token) == link


def test_each_look_is_counted_and_none_is_written_into_the_record(client, link):
    before = Entry.objects.count()
    for _ in range(3):
        client.get(address(link))
    client.head(address(link))
    link.refresh_from_db()

    assert link.opened_count == 3
    assert link.last_opened_at is not None
    assert Entry.objects.count() == before


def test_who_tries_many_addresses_has_to_wait(client, link, monkeypatch):
    monkeypatch.setattr(handover_link, "OPENED", handover_link.Limit("tried links", 5, 600))
    tried = [client.get(f"/handover/{n:043}/").status_code for n in range(6)]

    assert tried == [404] * 5 + [429]
    assert client.get(address(link)).status_code == 429
    assert client.get(address(link), REMOTE_ADDR="192.0.2.9").status_code == 200


def test_the_token_stands_in_no_line_of_the_log(client, link):
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record):
            lines.append(logs.JsonFormatter().format(record))

    handler = Keep()
    logging.getLogger().addHandler(handler)
    try:
        path = address(link)
        client.get(path)
        client.put(path)
        client.get(f"{path}photos/{link.pk}/small/")
        handover_links.end(link, link.created_by)
        client.get(path)
    finally:
        logging.getLogger().removeHandler(handler)

    assert any(json.loads(line).get("path") == "/handover/…/" for line in lines)
    assert not [line for line in lines if path.split("/")[2] in line]


def test_a_stranger_accepts_by_name_only_where_the_crew_allowed_it(client, done, ada, link):
    assert b"Accept this handover" not in client.get(address(link)).content
    client.post(address(link), {"name": "Paul Pretender"})
    assert not Acceptance.objects.exists()

    allowed = handover_links.make(done, ada, takes_acceptance=True)
    strict = Client(enforce_csrf_checks=True, REMOTE_ADDR="192.0.2.7")
    assert strict.post(address(allowed), {"name": ""}).status_code == 422
    strict.post(
        address(allowed), {"name": "Olga Owner", "note": "Thanks"}, headers={"origin": "null"}
    )
    strict.post(address(allowed), {"name": "Somebody Later"})

    said = Acceptance.objects.get()
    assert (said.name, said.note, said.address, said.taken_by_name) == (
        "Olga Owner",
        "Thanks",
        "192.0.2.7",
        "",
    )
    page = client.get(address(allowed)).content
    assert b"Olga Owner" in page
    assert b"Accept this handover" not in page
