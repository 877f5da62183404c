"""Operators see at one look how the portal does, and nobody else does."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from zeal import zeal_context

from portal.claims.models import Attempt, Claim
from portal.core import worker
from portal.core.models import Heartbeat
from portal.gateway.models import Circuit
from portal.monitoring.display import state as said
from portal.monitoring.models import DeviceReport
from portal.notices.models import AccountEmail
from portal.orgs.models import ApiCredential
from tests.conftest import make_organisation
from tests.people_with_factor import has_used_factor

PAGE = "/operator/state/"


@pytest.fixture
def operator(otto, as_person):
    return has_used_factor(as_person(otto), otto)


def late(**ago: float):
    return timezone.now() - timedelta(**ago)


def shown(client) -> str:
    page = client.get(PAGE).text
    return " ".join(page[page.index("<main") : page.index("</main>")].split())


def test_a_portal_at_rest_is_said_to_be_in_order(operator, db):
    Heartbeat.objects.create(name="one-1", beat_at=late(seconds=3))
    page = shown(operator)

    assert "one-1" in page
    assert "No worker runs" not in page
    for words in ("Running", "Answers", "All hubs were read", "No e-mail waits", "None: all keys"):
        assert words in page
    assert "Late" not in page


def test_without_a_worker_it_says_so_first_and_what_to_do(operator, db):
    Heartbeat.objects.create(name="one-1", beat_at=late(minutes=5))
    page = shown(operator)

    assert "No worker runs" in page
    assert "manage.py worker" in page
    assert "Silent" in page


def test_what_is_due_for_long_is_late(operator, claim):
    Claim.objects.update(due_at=late(minutes=5), lease_until=None)
    [claims] = [work for work in said.state().work if work.word == "Claims"]

    assert (claims.due, claims.chip) == (1, said.LATE)
    assert "Late" in shown(operator)


def test_work_of_which_nothing_is_due_is_named_and_takes_no_row(operator, claim):
    assert {work.word for work in said.state().idle} == set(said.WORK.values()) - {
        work.word for work in said.state().busy
    }
    page = shown(operator)

    assert "Nothing is due of:" in page
    assert "Rows of imports" in page
    assert ">Rows of imports<" not in page
    assert ">Claims<" in page


def test_what_is_late_stands_first(operator, claim, ada):
    AccountEmail.objects.create(user=ada, kind="new_password", due_at=late(seconds=1))
    Claim.objects.update(due_at=late(minutes=5), lease_until=None)
    assert said.state().busy[0].word == "Claims"
    AccountEmail.objects.update(due_at=late(minutes=9))
    Claim.objects.update(due_at=late(seconds=1))

    assert said.state().busy[0].word == "E-mails about accounts"


def test_what_the_api_does_is_said_in_sentences(operator, claim, acme):
    times = {"opened_at": late(minutes=1), "open_until": timezone.now()}
    for n, outcome in enumerate(("answered", "unreachable", "unknown"), 1):
        Attempt.objects.create(claim=claim, number=n, epoch=1, kind="read", outcome=outcome)
    Circuit.objects.create(host="api.spkey.co", organisation=acme, **times)
    page = shown(operator)
    assert "3 calls for claims and actions in the last hour. 2 had no clear answer." in page
    assert "It does not answer 1 organisation" in page

    Circuit.objects.create(host="api.spkey.co", **times)
    assert "Nobody calls it" in shown(operator)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "refused"}, "SmartphoneKey refuses the API key"),
        ({"state": "mismatch"}, "The API key belongs to another organisation"),
        ({"state": "unreachable"}, "API key: Unreachable"),
        ({"paused_until": timezone.now() + timedelta(days=99)}, "asks us to wait with its API key"),
    ],
)
def test_an_organisation_whose_key_fails_is_named_with_what_fails(operator, acme, fields, words):
    ApiCredential.objects.update(**fields)
    page = shown(operator)

    assert acme.name in page
    assert words in page
    assert f"/operator/orgs/apicredential/{acme.credential.pk}/change/" in page


@pytest.mark.parametrize("reason", [*said.BLOCKED_FOR, "something_new"])
def test_an_organisation_whose_claims_wait_is_named_with_why(operator, acme, claim, reason):
    Claim.objects.update(state="blocked", reason=reason)
    page = shown(operator)

    assert f"{acme.name}" in page
    assert "1 claim waits" in page
    assert str(said.BLOCKED_FOR.get(reason, "1 claim waits")) in page
    assert reason not in page


def test_mails_and_errors_on_devices_are_told(operator, ada):
    AccountEmail.objects.create(user=ada, kind="new_password", due_at=late(minutes=1), tries=2)
    DeviceReport.objects.create(digest="1", name="TypeError", message="rows <b>x</b>", line=4)
    page = shown(operator)

    assert "1 e-mail waits to be sent." in page
    assert "tried in vain" in page
    assert "rows &lt;b&gt;x&lt;/b&gt;" in page
    assert "/operator/monitoring/devicereport/" in page


def test_every_kind_of_work_has_a_name():
    kinds = (*worker.kinds(), *worker.kinds(reserved=True))
    assert {kind.model._meta.label_lower for kind in kinds} <= set(said.WORK)


def test_it_asks_the_database_as_often_however_many_fail(operator, acme, db):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries, zeal_context():
            operator.get(PAGE)
        return len(queries)

    ApiCredential.objects.update(state="refused")
    asked()
    before = asked()
    for n in range(5):
        make_organisation(f"Organisation {n}", f"org-{n}", f"{n:040}")
    ApiCredential.objects.update(state="refused")

    assert asked() == before


@pytest.mark.parametrize("who", ["ada", "ira", "sam", None])
def test_nobody_else_sees_it(who, request, as_person, client, db):
    reader = client if who is None else as_person(request.getfixturevalue(who))
    answer = reader.get(PAGE)

    assert answer.status_code in {302, 403}
    assert "Workers" not in answer.text


def test_an_operator_without_a_second_factor_is_asked_for_it(otto, as_person):
    assert as_person(otto).get(PAGE).status_code == 403


def test_where_no_support_sees_new_requests_it_says_so_and_what_to_do(
    operator, spkey_support, settings
):
    told = "No support sees new requests"
    assert told not in shown(operator)
    make_organisation("Partner Support", "partner", "partner-key", "super")
    assert told in shown(operator)
    assert "PORTAL_SUPPORT_OF_MOVES" in shown(operator)
    settings.SUPPORT_OF_MOVES = "partner"
    assert told not in shown(operator)
