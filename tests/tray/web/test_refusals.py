"""Calls that are refused whole, each with a sentence; and those that must not be."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.hubs import watching
from portal.hubs.models import Hub
from portal.orgs.models import Membership
from tests.conftest import join
from tests.forms import choose
from tests.tray.conftest import HUB, OTHER_HUB, TRAY, Tablet, claims_sent


def refusal(answer) -> int:
    """Return the status of an answer that holds a sentence, and nothing of anybody else's."""
    assert answer["Content-Type"] == "application/json"
    assert "no-store" in answer["Cache-Control"]
    assert answer.json()["problem"].endswith(".")
    body = answer.json()
    if answer.status_code in {403, 404}:
        assert body.pop("person") == answer.client.session["_auth_user_id"]
        assert body.pop("news")["text"] == body["problem"]
    assert set(body) == {"problem"}
    return answer.status_code


def test_a_tray_of_another_person_is_refused(adas_tablet, ira, mill_court):
    body = adas_tablet.body(adas_tablet.row(HUB, mill_court, claim=True), person=str(ira.pk))
    answer = adas_tablet.send(body)

    assert refusal(answer) == 409
    assert "Ira" not in answer.json()["problem"]
    assert not Claim.objects.exists()


def test_another_organisation_answers_like_one_that_does_not_exist(tablet, harbour, lighthouse):
    row = tablet.row(HUB, lighthouse, claim=True)
    answers = [
        tablet.send(tablet.body(row, organisation=organisation))
        for organisation in (str(harbour.pk), str(uuid4()))
    ]

    assert [refusal(answer) for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert not Hub.objects.exists()


def test_a_membership_that_expired_before_the_tray_was_sent_is_refused(tablet, ira, mill_court):
    row = tablet.row(HUB, mill_court, claim=True)
    tablet.client.get(TRAY)
    Membership.objects.filter(user=ira).update(expires_at=timezone.now() - timedelta(seconds=1))

    assert refusal(tablet.send(tablet.body(row))) == 403
    assert not Claim.objects.exists()


def test_an_agent_of_support_claims_nothing_from_a_tray(agent, sam, spkey_support, supports_site):
    tablet = Tablet(agent, sam, spkey_support)

    assert refusal(tablet.send(tablet.body(tablet.row(HUB, supports_site, claim=True)))) == 403
    assert not Claim.objects.exists()


def test_rows_keep_the_organisation_in_which_they_were_scanned(tablet, ira, harbour, mill_court):
    join(ira, harbour)
    choose(tablet.client, harbour)
    tablet.sync(tablet.row(HUB, mill_court, claim=True))

    assert Claim.objects.get().organisation == tablet.organisation


ROW = {"id": str(uuid4()), "text": HUB, "site": "", "claim": True}
ROW |= {"claimId": "", "action": "", "seen": ""}
MALFORMED = {
    "no JSON": "{",
    "not UTF-8": b"\xff\xfe\x00",
    "no object": "[]",
    "nothing": "",
    "deeply nested": "[" * 20_000,
    "no rows": {"rows": None},
    "rows that are an object": {"rows": {"0": ROW}},
    "a row that is a text": {"rows": ["row"]},
    "a person who is no id": {"person": "ira"},
    "an organisation that is no id": {"organisation": 7},
    "a row without a field": {"rows": [{k: v for k, v in ROW.items() if k != "seen"}]},
    **{
        f"{name} = {value!r:.20}": {"rows": [ROW | {name: value}]}
        for name, value in (
            ("id", "1"),
            ("id", None),
            ("text", 7),
            ("text", None),
            ("site", 7),
            ("claim", 1),
            ("claim", "yes"),
            ("claimId", "1"),
            ("claimId", 1),
            ("action", "delete"),
            ("action", ["stop"]),
            ("seen", "x" * 65),
        )
    },
    "51 rows": {"rows": [ROW] * 51},
    "too much text": {"rows": [ROW | {"text": "x" * 270_000}]},
}


def test_a_malformed_request_is_refused_and_changes_nothing(tablet, mill_court):
    whole = tablet.body(tablet.row(HUB, mill_court, claim=True))
    for what, part in MALFORMED.items():
        body = whole | part if isinstance(part, dict) else part

        assert refusal(tablet.send(body)) == 400, what
    assert not Claim.objects.exists()
    assert not Hub.objects.exists()


def test_a_form_posted_by_another_page_is_refused(tablet):
    body = tablet.body(tablet.row())
    plain = tablet.client.post(TRAY, json.dumps(body), content_type="text/plain")

    assert refusal(plain) == 400
    assert refusal(tablet.client.post(TRAY, {"rows": "[]"})) == 400
    assert not Hub.objects.exists()


def test_fifty_rows_are_accepted_and_unknown_fields_are_ignored(tablet):
    rows = [tablet.row(HUB) | {"id": str(uuid4()), "state": "claimed"} for _ in range(50)]

    assert len(tablet.sync(*rows)) == 50


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_busy_database_undoes_nothing_and_a_repeat_makes_one_claim(
    error, tablet, mill_court, monkeypatch
):
    rows = [tablet.row(hub, mill_court, claim=True) for hub in (HUB, OTHER_HUB)]
    submit = actions.submit

    def busy(wanted):
        if str(wanted.hub_id) == OTHER_HUB:
            raise error("database is locked")
        return submit(wanted)

    with monkeypatch.context() as patch:
        patch.setattr(actions, "submit", busy)
        answer = tablet.send(tablet.body(*rows))
    half = Claim.objects.count()
    taken = tablet.sync(*rows)

    assert refusal(answer) == 503
    assert answer.json()["problem"].startswith("Not saved yet: try again.")
    assert half == 1
    assert len({news["claimId"] for news in taken}) == Claim.objects.count() == 2


def test_a_database_that_is_locked_during_the_lookups_loses_nothing(
    tablet, mill_court, monkeypatch
):
    row = tablet.row(HUB, mill_court)
    with monkeypatch.context() as patch:
        patch.setattr(watching, "watch_all", _locked)
        assert refusal(tablet.send(tablet.body(row))) == 503

    assert tablet.news(row)["word"] == "Checking"


def _locked(hubs):
    raise OperationalError("database is locked")


def test_an_unexpected_error_delays_one_row_and_no_other(
    tablet, mill_court, sandbox, monkeypatch, caplog
):
    rows = [tablet.row(hub, mill_court, claim=True) for hub in (HUB, OTHER_HUB)]
    submit = actions.submit

    def broken(wanted):
        if str(wanted.hub_id) == HUB:
            raise RuntimeError(wanted.hub_id)
        return submit(wanted)

    with monkeypatch.context() as patch:
        patch.setattr(actions, "submit", broken)
        failed, taken = tablet.sync(*rows)

    assert (failed["word"], failed["outcome"]) == ("Not saved yet", "not_taken")
    assert (failed["claimId"], failed["settled"], failed["canClaim"]) == ("", False, True)
    assert taken["claimId"]
    assert rows[0]["id"] in caplog.text
    assert tablet.news(rows[0])["claimId"]
    tablet.after_work(rows[0])
    assert claims_sent(sandbox) == 2


def test_a_nul_in_what_a_tray_sends_is_read_like_any_label(tablet, mill_court):
    row = tablet.row("\0", mill_court, claim=True, seen="\0")
    [news] = tablet.sync(row)

    assert news["outcome"] == "refused"
