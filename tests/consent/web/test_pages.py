"""An administrator's pages: giving access, reading a code, answering, taking back, the export."""

import csv
import io
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.engine import actions
from portal.consent import asking, codes, giving, queries, rights
from portal.consent.asking import Wanted
from portal.consent.break_glass import break_glass, record_page
from portal.consent.display.wording import moment
from portal.consent.models import AccessRequest, Code, Grant
from portal.core import worker
from portal.hubs.actions import asking as hub_actions
from portal.hubs.actions.asking import ActionRequest
from portal.hubs.actions.models import Kind
from portal.notices.models import Notice
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from tests.conftest import claim_request
from tests.forms import choose
from tests.hubs.own_hubs import make_own_hub

OVERVIEW, GIVE, CODE = (reverse(f"consent:{name}") for name in ("overview", "give", "code"))
EXPORT = reverse("consent:export")
WHOLE = {"hours": "24", "where": "all", "what": "claim", "note": ""}
WANTED = Wanted("Their tablet is broken", sites="Mill Court")


@pytest.fixture
def adas(as_person, ada):
    """Ada's browser."""
    return as_person(ada)


def asking_to_move(person, hub, site, grant) -> None:
    asked = ActionRequest(
        person,
        hub,
        Kind.MOVE,
        uuid4(),
        site=site,
        because="Hung in the wrong building",
        acting=grant.support_organisation,
        grant=grant,
    )
    hub_actions.submit(asked)


@pytest.mark.parametrize(
    ("claims", "moves", "said"),
    [
        (0, 0, "Nothing"),
        (1, 0, "1 claim"),
        (0, 1, "1 move"),
        (3, 1, "3 claims, 1 move"),
        (2, 2, "2 claims, 2 moves"),
    ],
)
def test_the_table_counts_claims_and_moves_each_in_its_words(
    adas, sams, acme, consent, mill_court, spkey_support, claims, moves, said
):
    for number in range(claims):
        actions.submit(
            claim_request(
                sams.user,
                mill_court,
                world.hub_id(number),
                acting_organisation=spkey_support,
                support_grant=consent,
                reason="As asked on the phone",
            )
        )
    for number in range(moves):
        hub = make_own_hub(mill_court, hub_id=world.hub_id(10 + number))
        asking_to_move(sams.user, hub, mill_court, consent)
    page = adas.get(OVERVIEW).text
    [row] = re.findall(r'data-label="Asked for">(.*?)</td>', page, re.DOTALL)
    assert re.sub(r"<[^>]*>", "", row) == said


def page_of(grant: Grant) -> str:
    return reverse("consent:revoke", args=(grant.pk,))


def request_page(asked: AccessRequest) -> str:
    return reverse("consent:request", args=(asked.pk,))


@pytest.mark.usefixtures("spkey_support")
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, (24, True, False, "")),
        ({"hours": "1"}, (1, True, False, "")),
        ({"hours": "720", "what": "move", "note": "Eight hubs"}, (720, True, True, "Eight hubs")),
    ],
)
def test_access_is_given_as_the_form_says(adas, fields, expected):
    assert adas.post(GIVE, WHOLE | fields)["Location"] == OVERVIEW

    grant = Grant.objects.get()
    hours = (grant.ends_at - grant.begins_at) / timedelta(hours=1)
    assert (hours, grant.all_sites, grant.may_move, grant.note) == expected
    assert "has access now" in adas.get(OVERVIEW).text


@pytest.mark.usefixtures("spkey_support")
@pytest.mark.parametrize(
    "wrong",
    [
        {"hours": "721"},
        {"hours": "0"},
        {"hours": "-1"},
        {"hours": ""},
        {"where": ""},
        {"where": "some"},
        {"what": "everything"},
        {"note": "x" * 501},
    ],
)
def test_a_form_with_one_thing_wrong_gives_nothing(adas, wrong):
    assert adas.post(GIVE, WHOLE | wrong).status_code == 422
    assert adas.post(CODE, WHOLE | wrong).status_code == 422
    assert not Grant.objects.exists()
    assert not Code.objects.exists()


@pytest.mark.usefixtures("spkey_support")
def test_sites_of_others_cannot_be_given(adas, mill_court, lighthouse):
    some = WHOLE | {"where": "some"}
    assert adas.post(GIVE, some | {"sites": [str(lighthouse.pk)]}).status_code == 422
    assert adas.post(GIVE, some | {"sites": [str(mill_court.pk)]}).status_code == 302

    assert list(Grant.objects.get().sites.all()) == [mill_court]


@pytest.mark.usefixtures("spkey_support")
def test_unless_chosen_otherwise_it_is_a_day(adas):
    assert adas.get(GIVE).context["form"]["hours"].value() == 24


@pytest.mark.usefixtures("spkey_support")
def test_a_code_is_shown_once_with_its_time_left(adas, acme, sams):
    answer = adas.post(CODE, WHOLE)
    letters = answer.context["letters"]

    assert answer.status_code == 200
    assert f'aria-label="{" ".join(letters)} "' in answer.text
    assert 'role="timer" seconds="600"' in answer.text
    assert letters not in adas.get(OVERVIEW).text + adas.get(CODE).text
    assert "A code of Ada Admin can still be used" in adas.get(OVERVIEW).text
    assert codes.use(sams, acme, letters).way == "code"
    assert "can still be used" not in adas.get(OVERVIEW).text


def test_a_link_in_a_letter_shows_and_takes_nothing_back(adas, consent):
    for _ in range(2):
        answer = adas.get(page_of(consent))
        assert answer.status_code == 200
        assert "Take access back" in answer.text
    adas.head(page_of(consent))
    assert Grant.objects.standing().exists()

    assert adas.post(page_of(consent))["Location"] == OVERVIEW
    assert not Grant.objects.standing().exists()
    assert "It was over already" in adas.post(page_of(consent), follow=True).text
    assert Entry.objects.filter(verb="support.revoked").count() == 1


def test_access_is_taken_back_in_the_midst_of_a_session(adas, agent, consent):
    page = reverse("support:organisation", args=(consent.pk,))
    assert agent.get(page).status_code == 200

    adas.post(page_of(consent))

    answer = agent.get(page)
    assert answer.status_code == 403
    assert "has taken this access back" in answer.text


@pytest.mark.parametrize("who", ["ira", "hal", "sam", "otto"])
def test_nobody_but_an_administrator_answers_or_takes_back(
    who, request, as_person, consent, sams, acme
):
    asked = asking.ask(sams, acme, "acme-properties", WANTED)
    client = as_person(request.getfixturevalue(who))

    assert client.post(page_of(consent)).status_code in {403, 404}
    assert client.post(request_page(asked), {"decision": "allow"} | WHOLE).status_code in {403, 404}
    assert Grant.objects.standing().get() == consent
    assert AccessRequest.objects.waiting().exists()


def test_a_request_is_allowed_with_one_tap_as_it_was_asked(adas, sams, acme, mill_court):
    asked = asking.ask(sams, acme, "acme-properties", WANTED)
    page = adas.get(request_page(asked))
    form = page.context["form"]
    shown = {name: form[name].value() for name in ("hours", "where", "sites", "what")}

    adas.post(request_page(asked), {"decision": "allow", "note": "", **shown})

    grant = Grant.objects.get()
    assert (grant.way, list(grant.sites.all())) == ("request", [mill_court])
    assert rights.may(sams, acme, site=mill_court)
    assert "You have allowed it." in adas.get(request_page(asked)).text


def test_a_request_is_declined_and_answered_once(adas, sams, acme):
    asked = asking.ask(sams, acme, "acme-properties", WANTED)
    adas.post(request_page(asked), {"decision": "refuse"})
    adas.post(request_page(asked), {"decision": "allow"} | WHOLE)

    assert not Grant.objects.exists()
    assert "You have declined it." in adas.get(request_page(asked)).text
    assert adas.post(request_page(asked), {"decision": "allow"} | WHOLE).status_code == 200


def test_what_needs_an_answer_stands_on_home(adas, sams, acme):
    asked = asking.ask(sams, acme, "acme-properties", WANTED)
    grant = break_glass(sams, acme, reason="Nobody answers the phone", ticket="T-1")

    page = adas.get(reverse("home")).text

    assert "asks for access" in page
    assert request_page(asked) in page
    assert "acts for you without your consent" in page
    assert page_of(grant) in page

    adas.post(page_of(grant))
    adas.post(request_page(asked), {"decision": "refuse"})
    after = adas.get(reverse("home")).text
    assert "asks for access" not in after
    assert "without your consent" not in after


def test_break_glass_stands_on_home_after_its_hour_until_it_is_put_away(adas, sams, acme):
    grant = break_glass(sams, acme, reason="Nobody answers the phone", ticket="T-1")
    began = timezone.now() - timedelta(hours=9)
    Grant.objects.update(begins_at=began, ends_at=began + timedelta(hours=1))

    page = adas.get(reverse("home")).text
    assert "acted for you without your consent" in page
    assert page_of(grant) in page
    assert "is over" in adas.get(page_of(grant)).text

    newest = Grant.objects.get().begins_at.isoformat()
    adas.post(reverse("needs-put-away"), {"about": f"glass {grant.pk}", "newest": newest})
    assert "without your consent" not in adas.get(reverse("home")).text


def test_break_glass_of_long_ago_is_no_news(adas, sams, acme):
    break_glass(sams, acme, reason="Nobody answers the phone", ticket="T-1")
    began = timezone.now() - timedelta(days=31)
    Grant.objects.update(begins_at=began, ends_at=began + timedelta(hours=1))
    assert "without your consent" not in adas.get(reverse("home")).text


def test_one_who_administers_two_answers_in_the_right_one(adas, ada, harbour, sams, acme):
    asked = asking.ask(sams, acme, "acme-properties", WANTED)
    from tests.conftest import join  # noqa: PLC0415

    join(ada, harbour, "admin")
    choose(adas, harbour)

    adas.post(request_page(asked), {"decision": "allow"} | WHOLE)

    assert Grant.objects.get().organisation == acme


def rows_of(answer) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_export_has_every_action_with_its_grant(
    adas, admin, sams, acme, harbour, consent, mill_court, spkey_support, hal
):
    giving.mark_used(rights.authority(sams, acme))
    actions.submit(
        claim_request(
            sams.user,
            mill_court,
            world.hub_id(5),
            acting_organisation=spkey_support,
            support_grant=consent,
            reason="As asked on the phone",
        )
    )
    glass = break_glass(sams, acme, reason="Nobody answers", ticket="T-77")
    record_page(glass, sams, "/support/x/hubs/")
    elsewhere = break_glass(sams, harbour, reason="Of another customer", ticket="T-88")

    found = rows_of(adas.post(EXPORT))

    told = " | ".join(row["What happened"] for row in found)
    for words in ("broke the glass", "opened a page", "for the first time", "exported"):
        assert words in told, words
    under = {row["What happened"]: row["Under"] for row in found}
    glassy = [row for row in found if "T-77" in row["Under"]]
    assert len(glassy) == 2
    assert any("/support/x/hubs/" in row["Details"] for row in glassy)
    assert any(row["Hub"] == world.hub_id(5) for row in found), under
    whole = str(found)
    assert not any(words in whole for words in ("T-88", harbour.name, sams.user.email, "Sam"))
    assert elsewhere.pk
    assert Entry.objects.filter(verb="support.exported", actor_id=admin.user_id).count() == 1


@pytest.mark.parametrize("becomes", ["normal", "none", "another organisation's"])
def test_what_support_did_stands_also_when_its_key_is_super_no_longer(
    adas, sams, consent, mill_court, spkey_support, harbour, becomes
):
    actions.submit(
        claim_request(
            sams.user,
            mill_court,
            world.hub_id(5),
            acting_organisation=spkey_support,
            support_grant=consent,
            reason="As asked on the phone",
        )
    )
    hub = make_own_hub(mill_court, hub_id=world.hub_id(6))
    asking_to_move(sams.user, hub, mill_court, consent)
    before = rows_of(adas.post(EXPORT))
    key = ApiCredential.objects.filter(organisation=spkey_support)
    if becomes == "normal":
        key.update(kind=ApiCredential.Kind.NORMAL)
    elif becomes == "none":
        key.delete()
    else:
        ApiCredential.objects.filter(organisation=harbour).delete()
        key.update(organisation=harbour)

    after = rows_of(adas.post(EXPORT))

    assert [row for row in after if row in before] == before
    assert {world.hub_id(5), world.hub_id(6)} <= {row["Hub"] for row in after}
    assert "asked to move hub" in adas.get(OVERVIEW).text
    assert all(row["Under"] for row in after if row["Hub"])


def test_of_what_support_did_an_index_has_the_newest(adas, admin, sams):
    own = {"organisation_id": admin.organisation_id, "at": timezone.now()}
    some = [Entry(**own, verb="site.changed", kind="sites") for _ in range(500)]
    theirs = {**own, "acting_organisation_id": sams.organisation_id}
    some += [Entry(**theirs, verb="hub.move_asked", kind="hubs") for _ in range(5)]
    some += [Entry(**own, verb="support.granted", kind="support") for _ in range(5)]
    Entry.objects.bulk_create(some)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            # So few rows it would rather read through.
            cursor.execute("SET LOCAL enable_seqscan = off")
    for condition in queries.conditions_of(admin):
        rows = queries.actions_on(admin).filter(condition)[:20]
        plan = rows.explain()
        assert "audit_of_kind" in plan or "audit_by_others" in plan, plan


def test_what_a_spreadsheet_takes_for_a_formula_is_made_harmless(adas, sams, acme):
    break_glass(sams, acme, reason="=HYPERLINK(1)", ticket="=1+1")

    found = str(rows_of(adas.post(EXPORT)))
    assert "'=HYPERLINK" not in found.replace("\"'=HYPERLINK", "") or "=HYPERLINK" in found
    assert not any(
        cell.startswith(("=", "+", "@"))
        for row in rows_of(adas.post(EXPORT))
        for cell in row.values()
    )


def test_the_overview_has_what_was_done_and_the_past(adas, consent, sams, acme):
    giving.mark_used(rights.authority(sams, acme))
    giving.revoke(consent, consent.granted_by)

    page = adas.get(OVERVIEW).text

    assert "used their access for the first time" in page
    assert EXPORT in page
    assert "Taken back" in page
    assert "Support has no access" in page
    assert "Sam" not in page


def test_nothing_is_offered_for_export_before_support_did_anything(adas):
    assert EXPORT not in adas.get(OVERVIEW).text


def test_the_letters_lead_to_taking_it_back(adas, ada, consent, sams, acme, mailoutbox):
    giving.mark_used(rights.authority(sams, acme))
    break_glass(sams, acme, reason="Nobody answers", ticket="T-9")
    worker.run_once()
    worker.run_once()

    kinds = set(
        Notice.objects.filter(user=ada, sent_at__isnull=False).values_list("kind", flat=True)
    )
    assert kinds == {"support_granted", "support_used", "break_glass"}
    for email in mailoutbox:
        (path,) = {
            word.removeprefix("http://localhost:8000")
            for word in email.body.split()
            if "/support-access/grants/" in word
        }
        assert adas.get(path).status_code == 200
    assert Grant.objects.standing().count() == 2
    assert timezone.now()


def test_what_is_changed_before_it_is_allowed_stands_above_the_button(adas, sams, acme):
    asked = asking.ask(sams, acme, "acme-properties", WANTED)
    page = adas.get(request_page(asked)).text

    assert page.index("Change what you allow") < page.index('value="allow"')
    assert ">24 hours</dd>" in page


@pytest.mark.parametrize("page", ["overview", "grant"])
def test_access_that_was_taken_back_lasted_until_then(adas, ada, consent, clock, page):
    clock.shift(-3 * 3600)
    giving.revoke(consent, ada)
    shown = adas.get(OVERVIEW if page == "overview" else page_of(consent)).text

    assert "Taken back by Ada Admin" in shown
    assert f"<span>{moment(consent.ends_at)}" not in shown
    assert f"<dd>{moment(consent.ends_at)}" not in shown
    assert moment(Grant.objects.get().revoked_at) in shown


@pytest.mark.usefixtures("consent")
def test_how_much_there_is_is_said_where_there_is_something(adas, ada, consent):
    assert "1 in force" in adas.get(OVERVIEW).text
    giving.revoke(consent, ada)
    assert "in force" not in adas.get(OVERVIEW).text
