"""Who was told "nothing new" is told so again for some seconds, and whoever asks hears no more."""

import re
from datetime import timedelta
from http import HTTPStatus

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.claims.models import Claim, State
from portal.consent import giving
from portal.consent.models import Grant
from portal.core.web import poll_tickets
from portal.core.web.poll_tickets import TICKET
from portal.hubs.models import Hub
from portal.jobs.models import Job
from portal.orgs import sessions
from portal.orgs.models import Membership
from portal.orgs.web import required_factor
from portal.orgs.web.second_factor import Lack
from tests.conftest import join
from tests.core.web.sessions.conftest import sign_in
from tests.forms import FRAGMENT
from tests.hubs.own_hubs import make_own_hub
from tests.jobs.conftest import make

pytestmark = pytest.mark.django_db
NEWS, NOTHING, GONE = HTTPStatus.OK, HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND
WITHIN = timedelta(seconds=30)
ROWS = {"claims": Claim, "hubs": Hub, "jobs": Job}


@pytest.fixture
def clock():
    """Stands still, unless a test moves it."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


@pytest.fixture
def old_claim(claim) -> Claim:
    """A claim whose page polls at its slowest pace, so that time alone changes nothing."""
    Claim.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    return Claim.objects.select_related("hub").get(pk=claim.pk)


@pytest.fixture(params=ROWS)
def polled(request, clock, old_claim, ira, ada, mill_court) -> str:
    """The address of a page of Acme's that polls: a claim's, a hub's, and a job's."""
    job = make(mill_court, ada, ira.memberships.get())
    Claim.objects.update(job=job)
    row = {"claims": old_claim, "hubs": make_own_hub(mill_court), "jobs": job}[request.param]
    return reverse(f"{request.param}:detail", args=(row.pk,))


@pytest.fixture
def make_agent(spkey_support, monkeypatch):
    """Makes somebody an agent of support who has used their second factor."""
    monkeypatch.setattr(required_factor, "_missing_of_agent", lambda request: Lack.NOTHING)
    return lambda person: join(person, spkey_support, support=True)


def address_in(client: Client, polled: str) -> str:
    """Return where the page asks for news, as it says itself."""
    shown = client.get(polled).content.decode()
    (address,) = re.findall(rf'hx-get="({polled}live/\?seen=[^"]+)"', shown)
    return address


def poll(client: Client, address: str, ticket: str | None = None):
    headers = FRAGMENT if ticket is None else {**FRAGMENT, TICKET: ticket}
    return client.get(address, headers=headers)


def ticket_for(client: Client, address: str) -> str:
    answer = poll(client, address)
    assert answer.status_code == NOTHING
    return answer[TICKET]


def is_cheap(answer) -> bool:
    """Whether the answer came of a ticket: such a one brings no other."""
    return answer.status_code == NOTHING and TICKET not in answer


def with_cookie_of(client: Client) -> Client:
    """A browser that has this one's session and nothing else."""
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    other = Client()
    other.cookies[settings.SESSION_COOKIE_NAME] = session
    return other


def test_a_poll_with_a_ticket_asks_of_nobody(polled, as_person, ira, django_assert_max_num_queries):
    client = as_person(ira)
    address = address_in(client, polled)
    ticket = ticket_for(client, address)
    with django_assert_max_num_queries(2) as asked:
        assert is_cheap(poll(client, address, ticket))
    statements = " ".join(query["sql"] for query in asked)
    for table in ("django_session", "orgs_user", "orgs_membership"):
        assert table not in statements


def test_a_claims_poll_with_a_ticket_is_one_query(old_claim, installer, django_assert_num_queries):
    address = address_in(installer, f"/claims/{old_claim.pk}/")
    ticket = ticket_for(installer, address)
    with django_assert_num_queries(1):
        assert is_cheap(poll(installer, address, ticket))


def test_a_changed_row_is_seen_at_the_next_poll(polled, as_person, ira):
    client = as_person(ira)
    address = address_in(client, polled)
    ticket = ticket_for(client, address)
    model = ROWS[polled.split("/")[1]]
    model.objects.update(version=F("version") + 1)
    answer = poll(client, address, ticket)
    assert answer.status_code == NEWS
    assert b"live/?seen=" in answer.content
    assert address not in answer.content.decode()


@pytest.mark.parametrize("polled", ["claims", "jobs"], indirect=True)
def test_a_change_of_the_hub_is_seen_on_the_pages_that_show_it(polled, as_person, ira):
    client = as_person(ira)
    address = address_in(client, polled)
    ticket = ticket_for(client, address)
    Hub.objects.update(version=F("version") + 1)
    assert poll(client, address, ticket).status_code == NEWS


def test_time_that_changes_the_pace_is_seen_at_the_next_poll(claim, installer, clock):
    Claim.objects.update(created_at=timezone.now() - timedelta(seconds=60))
    address = address_in(installer, f"/claims/{claim.pk}/")
    ticket = ticket_for(installer, address)
    clock.shift(timedelta(seconds=9))
    assert is_cheap(poll(installer, address, ticket))
    clock.shift(timedelta(seconds=2))
    assert b"every 5s" in poll(installer, address, ticket).content


def test_a_poll_with_a_ticket_keeps_the_hub_of_a_claim_watched(old_claim, installer, clock):
    now = timezone.now()
    Claim.objects.update(state=State.CLAIMED, finished_at=now - timedelta(minutes=5), due_at=None)
    address = address_in(installer, f"/claims/{old_claim.pk}/")
    ticket = ticket_for(installer, address)
    Hub.objects.update(watched_until=None)
    assert is_cheap(poll(installer, address, ticket))
    assert Hub.objects.get().watched_until > now


def test_a_ticket_lasts_for_some_polls_and_brings_no_other(polled, as_person, ira, clock):
    client = as_person(ira)
    address = address_in(client, polled)
    ticket = ticket_for(client, address)
    for _ in range(5):
        clock.shift(timedelta(seconds=5))
        assert is_cheap(poll(client, address, ticket))
    clock.shift(timedelta(seconds=5))
    renewed = poll(client, address, ticket)
    assert renewed.status_code == NOTHING
    assert renewed[TICKET] != ticket
    assert is_cheap(poll(client, address, renewed[TICKET]))


def test_a_ticket_of_a_clock_that_was_put_back_since_is_none(polled, as_person, ira, clock):
    client = as_person(ira)
    address = address_in(client, polled)
    ticket = ticket_for(client, address)
    clock.shift(-timedelta(hours=1))
    assert not is_cheap(poll(client, address, ticket))


def test_nobody_elses_session_is_answered_by_a_ticket(polled, as_person, ira, ada, hal):
    address = address_in(as_person(ira), polled)
    ticket = ticket_for(as_person(ira), address)
    colleague, stranger, nobody = as_person(ada), as_person(hal), Client()

    assert not is_cheap(poll(colleague, address, ticket))
    assert poll(stranger, address, ticket).status_code == GONE
    assert "/accounts/login/" in poll(nobody, address, ticket)["HX-Redirect"]
    assert not is_cheap(poll(as_person(ira), address, ticket))  # Another session of her own.


def test_a_stranger_is_told_the_same_with_a_ticket_and_without(polled, as_person, ira, hal):
    address = address_in(as_person(ira), polled)
    ticket, stranger = ticket_for(as_person(ira), address), as_person(hal)
    missing = re.sub(r"[0-9a-f]{12}/live", "000000000000/live", address)

    answers = [
        poll(stranger, where, shown) for where in (address, missing) for shown in (ticket, None)
    ]
    assert {answer.status_code for answer in answers} == {GONE}
    assert TICKET not in {name for answer in answers for name in answer.headers}


def test_a_ticket_is_for_one_row_and_one_version(old_claim, harbours_claim, hal, as_person, ira):
    client = as_person(ira)
    address = address_in(client, f"/claims/{old_claim.pk}/")
    ticket = ticket_for(client, address)

    assert poll(client, address.replace("seen=", "seen=9"), ticket).status_code == NEWS
    assert not is_cheap(poll(client, f"{address}&more=1", ticket))
    foreign = address_in(as_person(hal), f"/claims/{harbours_claim.pk}/")
    assert poll(client, foreign, ticket).status_code == GONE


@pytest.mark.parametrize(
    "forge",
    [
        lambda ticket: "",
        lambda ticket: "-",
        lambda ticket: ticket[:-1],
        lambda ticket: ticket + "0",
        lambda ticket: ticket[:-1] + ("0" if ticket[-1] != "0" else "1"),
        lambda ticket: f"{int(ticket.partition('-')[0]) - 1}-{ticket.partition('-')[2]}",
        lambda ticket: f"{'9' * 12}-{ticket.partition('-')[2]}",
        lambda ticket: f"{'9' * 5000}-{ticket.partition('-')[2]}",
        lambda ticket: f"{ticket.partition('-')[0]}-{'0' * 64}",
        lambda ticket: f"\N{ARABIC-INDIC DIGIT ONE}{ticket}",
        lambda ticket: ticket.upper(),
    ],
)
def test_a_forged_ticket_is_none(forge, old_claim, installer, clock):
    address = address_in(installer, f"/claims/{old_claim.pk}/")
    ticket = ticket_for(installer, address)
    assert is_cheap(poll(installer, address, ticket))
    answer = poll(installer, address, forge(ticket))
    assert answer.status_code == NOTHING
    assert TICKET in answer


def test_only_looking_is_answered_by_a_ticket(old_claim, installer):
    address = address_in(installer, f"/claims/{old_claim.pk}/")
    headers = {**FRAGMENT, TICKET: ticket_for(installer, address)}
    for ask in (installer.post, installer.head, installer.put, installer.delete):
        assert ask(address, headers=headers).status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_news_and_pages_bring_no_ticket(polled, as_person, ira):
    client = as_person(ira)
    assert TICKET not in client.get(polled)
    assert TICKET not in poll(client, f"{polled}live/?seen=nothing")


def _signs_out(client: Client, person) -> None:
    client.post(reverse("account_logout"))


def _is_signed_out_elsewhere(client: Client, person) -> None:
    sessions.end_all(person, None)


def _session_is_removed(client: Client, person) -> None:
    Session.objects.all().delete()


def _is_closed(client: Client, person) -> None:
    person.is_active = False
    person.save()


def _is_idle(client: Client, person) -> None:
    session = client.session
    session["active_at"] -= settings.SESSION_IDLE_SECONDS
    session.save()


def _is_over_age(client: Client, person) -> None:
    session = client.session
    session["signed_in_at"] -= settings.SESSION_ABSOLUTE_SECONDS
    session.save()


@pytest.mark.parametrize(
    "ends",
    [
        _signs_out,
        _is_signed_out_elsewhere,
        _session_is_removed,
        _is_closed,
        _is_idle,
        _is_over_age,
    ],
)
def test_within_thirty_seconds_of_its_end_a_session_hears_nothing(
    polled, as_person, ira, clock, ends
):
    client = as_person(ira)
    address = address_in(client, polled)
    ticket = ticket_for(client, address)
    copied = with_cookie_of(client)
    ends(client, ira)
    for _ in range(5):  # However often somebody asks meanwhile.
        clock.shift(WITHIN / 6)
        assert TICKET not in poll(copied, address, ticket)
    clock.shift(WITHIN / 6)
    assert "/accounts/login/" in poll(copied, address, ticket)["HX-Redirect"]


def _is_removed(member: Membership) -> None:
    member.delete()


def _expires(member: Membership) -> None:
    member.expires_at = timezone.now() - timedelta(seconds=1)
    member.save()


@pytest.mark.parametrize("ends", [_is_removed, _expires])
def test_within_thirty_seconds_of_their_removal_a_person_hears_nothing(
    polled, as_person, ira, clock, ends
):
    client = as_person(ira)
    address = address_in(client, polled)
    ticket = ticket_for(client, address)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM jobs_jobmember")
    ends(ira.memberships.get())
    for _ in range(5):
        clock.shift(WITHIN / 6)
        assert TICKET not in poll(client, address, ticket)
    clock.shift(WITHIN / 6)
    assert poll(client, address, ticket).status_code == GONE


@pytest.fixture
def made_by_support(supports_claim, clock) -> Claim:
    """A claim that Sam made for Harbour, which succeeded long ago."""
    before = timezone.now() - timedelta(minutes=5)
    Claim.objects.update(created_at=before, state=State.CLAIMED, finished_at=before, due_at=None)
    return Claim.objects.select_related("support_grant").get(pk=supports_claim.pk)


def test_agents_of_support_get_no_ticket(made_by_support, agent):
    address = address_in(agent, f"/claims/{made_by_support.pk}/")
    answer = poll(agent, address)
    assert answer.status_code == NOTHING
    assert TICKET not in answer


def test_an_agent_gets_none_in_their_own_organisation_either(polled, as_person, ira, make_agent):
    client = as_person(ira)
    address = address_in(client, polled)
    make_agent(ira)
    answer = poll(client, address)
    assert answer.status_code == NOTHING
    assert TICKET not in answer


def test_operators_get_no_ticket(polled, as_person, ira):
    client = as_person(ira)
    address = address_in(client, polled)
    type(ira).objects.update(is_staff=True)
    assert TICKET not in poll(client, address)


@pytest.mark.parametrize("ends", [giving.revoke, lambda grant, _: _is_over(grant)])
def test_once_an_agents_access_ends_their_polls_have_the_hub_read_no_more(
    made_by_support, agent, hal, monkeypatch, ends
):
    """Not even on a ticket that somebody got hold of."""
    address = address_in(agent, f"/claims/{made_by_support.pk}/")
    ends(made_by_support.support_grant, hal)
    Hub.objects.update(watched_until=None)
    monkeypatch.setattr(poll_tickets, "_shows_good_ticket", lambda request: True)
    poll(agent, address)
    assert Hub.objects.get().watched_until is None


def _is_over(grant: Grant) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Grant.objects.filter(pk=grant.pk).update(begins_at=past - timedelta(days=1), ends_at=past)


def test_once_an_agent_is_none_any_more_they_hear_nothing_at_once(made_by_support, agent, sam):
    address = address_in(agent, f"/claims/{made_by_support.pk}/")
    assert poll(agent, address).status_code == NOTHING
    sam.memberships.update(support=False)
    assert poll(agent, address).status_code == GONE


def test_polls_with_tickets_keep_no_session_alive(old_claim, ira, clock):
    client = Client()
    sign_in(client, ira)
    address = address_in(client, f"/claims/{old_claim.pk}/")
    ticket = ticket_for(client, address)
    before = client.session["active_at"]
    clock.shift(timedelta(seconds=20))
    assert is_cheap(poll(client, address, ticket))
    assert client.session["active_at"] == before
    assert client.session[SESSION_KEY] == str(ira.pk)


def test_the_answer_has_every_header_that_the_full_one_has(polled, as_person, ira):
    client = as_person(ira)
    address = address_in(client, polled)
    full = poll(client, address)
    asked = {**FRAGMENT, TICKET: full[TICKET], "X-Portal-Question": "q-1"}
    cheap = client.get(address, headers=asked)

    assert is_cheap(cheap)
    assert cheap["X-Portal"] == "1 q-1 0"
    assert "no-store" in cheap["Cache-Control"]
    assert "default-src 'self'" in cheap["Content-Security-Policy"]
    differ = {TICKET, "X-Portal", "X-Request-ID", "Vary", "Content-Language", "Content-Length"}
    assert dict(cheap.headers) == {
        name: said for name, said in full.headers.items() if name not in differ
    } | {name: cheap[name] for name in ("X-Portal", "X-Request-ID")}
    assert not cheap.cookies


def test_a_good_ticket_is_of_no_use_at_another_view(old_claim, installer, monkeypatch):
    """Even if an address of another view were signed, only views that say so are repeated."""
    monkeypatch.setattr(poll_tickets, "_shows_good_ticket", lambda request: True)
    assert installer.get("/claims/").status_code == NEWS
    assert Client().get("/claims/").status_code == HTTPStatus.FOUND
