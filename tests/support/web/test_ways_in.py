"""Asking for access and using a code: the same answer, whoever is named."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.consent import asking, codes, giving
from portal.consent.models import AccessRequest, Grant, Scope
from portal.core import worker
from portal.notices.models import Notice
from portal.sandbox import world
from tests.forms import without_tokens
from tests.people_with_factor import has_used_factor
from tests.support.conftest import CLAIMS, REASON
from tests.support.test_search import hub_of, shape

ASK, CODE = reverse("support:ask"), reverse("support:code")
# In each pair the same number of letters: one that the portal knows, one that it does not.
NAMED = {
    "SpKey id": (world.ACME_ORG_ID, "x" * len(world.ACME_ORG_ID)),
    "name": ("Acme Properties", "Nobody Knows Us"),
    "hub": (world.hub_id(0), "00000000-0000-4000-8000-00000000ffff"),
    "address": ("admin@acme.example", "nobody@here.example"),
}


def request_for(named: str) -> dict[str, str]:
    fields = {"organisation": named, "reason": REASON, "wanted_sites": "", "what": "claim"}
    return fields | {"hours": "24"}


def steps(queries: CaptureQueriesContext) -> list[str]:
    return [shape(each["sql"]) for each in queries]


@pytest.fixture
def acmes_hub(acme, mill_court):
    """A hub of Acme's."""
    return hub_of(mill_court)


@pytest.mark.usefixtures("ada", "acmes_hub")
@pytest.mark.parametrize("way", NAMED)
def test_asking_answers_alike_for_known_and_unknown(agent, time_machine, way):
    time_machine.move_to(timezone.now(), tick=False)
    answers = []
    # The first makes rows that the others find.
    for named in ("the-very-first", *NAMED[way]):
        with CaptureQueriesContext(connection) as queries:
            answer = agent.post(ASK, request_for(named))
        page = without_tokens(agent.get(answer["Location"]).content).replace(named, "")
        answers.append((answer.status_code, answer["Location"], steps(queries), page))
        AccessRequest.objects.all().delete()

    assert answers[1] == answers[2]
    assert "If they use the portal" in answers[1][3]


@pytest.mark.usefixtures("ada", "acmes_hub")
@pytest.mark.parametrize("way", NAMED)
def test_only_those_who_are_known_are_told(agent, ada, way):
    known, unknown = NAMED[way]
    agent.post(ASK, request_for(unknown))
    worker.run_once()
    assert not Notice.objects.exists()

    agent.post(ASK, request_for(known))
    worker.run_once()
    notice = Notice.objects.get()
    assert (notice.kind, notice.user) == ("support_asked", ada)


@pytest.mark.usefixtures("acmes_hub")
@pytest.mark.parametrize("way", NAMED)
def test_a_wrong_code_answers_alike_whoever_is_named(agent, ada, way):
    codes.make(ada.memberships.get(), Scope())
    answers = []
    for named in ("the-very-first", *NAMED[way]):
        with CaptureQueriesContext(connection) as queries:
            answer = agent.post(CODE, {"organisation": named, "code": "AAAAAA"})
        text = without_tokens(answer.content).replace(named, "")
        answers.append((answer.status_code, text, steps(queries)))

    assert answers[1] == answers[2]
    assert answers[1][0] == 422
    assert "That does not fit" in answers[1][1]


@pytest.mark.usefixtures("acmes_hub")
@pytest.mark.parametrize("way", NAMED)
def test_the_right_code_lets_in_whichever_way_they_are_named(agent, ada, way):
    _, letters = codes.make(ada.memberships.get(), Scope())

    answer = agent.post(CODE, {"organisation": NAMED[way][0], "code": letters.lower()})

    grant = Grant.objects.get()
    assert answer["Location"] == reverse("support:tray", args=(grant.pk,))


def test_a_code_of_one_organisation_does_not_open_another(agent, ada, hal, harbour):
    _, letters = codes.make(ada.memberships.get(), Scope())

    assert agent.post(CODE, {"organisation": harbour.name, "code": letters}).status_code == 422
    assert not Grant.objects.exists()


def test_a_code_serves_once(agent, ada):
    _, letters = codes.make(ada.memberships.get(), Scope())
    form = {"organisation": world.ACME_ORG_ID, "code": letters}

    assert agent.post(CODE, form).status_code == 302
    assert agent.post(CODE, form).status_code == 422
    assert Grant.objects.count() == 1


def test_after_five_wrong_tries_the_right_one_is_wrong_too(agent, ada):
    _, letters = codes.make(ada.memberships.get(), Scope())
    form = {"organisation": world.ACME_ORG_ID, "code": "CCCCCC"}
    assert {agent.post(CODE, form).status_code for _ in range(5)} == {422}

    answer = agent.post(CODE, form | {"code": letters})

    assert answer.status_code == 422
    assert letters not in answer.text.replace(f'value="{letters}"', "")


def test_codes_cannot_be_guessed_for_ever(agent, ada):
    form = {"organisation": world.ACME_ORG_ID, "code": "CCCCCC"}
    statuses = [agent.post(CODE, form).status_code for _ in range(21)]

    assert statuses == [422] * 20 + [429]
    assert "You have tried too many codes" in agent.post(CODE, form).text


@pytest.mark.parametrize("address", [ASK, CODE])
def test_a_factor_used_long_ago_is_asked_for_first_and_keeps_what_was_typed(
    as_person, sam, address
):
    client = has_used_factor(as_person(sam), sam, seconds_ago=301)
    form = request_for("acme-properties") | {"code": "CCCCCC"}

    way = client.post(address, form)["Location"]
    assert way.startswith(reverse("mfa_reauthenticate"))
    assert not AccessRequest.objects.exists()

    page = client.get(address).context["form"]
    assert page["organisation"].value() == "acme-properties"
    assert "CCCCCC" not in str(page)


def test_what_an_agent_asked_stands_on_their_page_with_its_answer(agent, sam, ada, acme):
    sams, admin = sam.memberships.get(), ada.memberships.get()
    first = asking.ask(sams, acme, "acme-properties", asking.Wanted("Reason one"))
    asking.ask(sams, None, "who-knows", asking.Wanted("Reason two"))
    asking.decline(first, admin)

    page = agent.get(CLAIMS).text

    assert "Declined" in page
    assert "Not answered yet" in page


def test_the_home_of_an_agent_tells_what_came_of_what_they_asked(agent, sam, ada, acme):
    sams, admin = sam.memberships.get(), ada.memberships.get()
    whole = asking.Wanted("Reason one")
    home = reverse("home")
    assert "What you asked for" not in agent.get(home).text

    declined, allowed = (asking.ask(sams, acme, "acme-properties", whole) for _ in range(2))
    assert agent.get(home).text.count("Not answered yet") == 2
    asking.decline(declined, admin)
    grant = asking.allow(allowed, admin, Scope())
    page = agent.get(home).text

    assert "Not answered yet" not in page
    assert "Declined" in page
    assert "Access given" in page
    assert reverse("support:organisation", args=(grant.pk,)) in page
    giving.revoke(grant, ada)
    assert "Access given" not in agent.get(home).text
    AccessRequest.objects.update(answered_at=timezone.now() - timedelta(days=4))
    assert "What you asked for" not in agent.get(home).text


@pytest.mark.parametrize("name", ["support:ask", "support:code", "support:break-glass"])
def test_what_is_missing_is_asked_for_in_a_sentence_of_its_own(agent, name):
    page = agent.post(reverse(name), {"what": "claim", "hours": "24"}).text

    assert "organisation" in page
    assert "This field is required" not in page


@pytest.mark.parametrize(
    "wrong", [{"organisation": ""}, {"reason": ""}, {"reason": "short"}, {"hours": "9999"}]
)
def test_a_request_with_one_thing_wrong_asks_nobody(agent, wrong):
    assert agent.post(ASK, request_for("acme-properties") | wrong).status_code == 422
    assert not AccessRequest.objects.exists()
