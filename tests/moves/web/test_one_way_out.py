"""Who stands before somebody else's hub reads one way out, and later at home what became of it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.hubs.models import Hub
from portal.moves import asking
from portal.moves.asking import Wish
from portal.moves.models import MoveRequest
from portal.sandbox import world
from tests.conftest import claim_request, join, make_person
from tests.conftest import work as work_on
from tests.forms import Browser
from tests.moves.conftest import WHY, member

ADMINISTRATOR = ("your administrator", "Send to my administrator")


@pytest.fixture
def refused(ira, mill_court, sandbox) -> Claim:
    """Ira's claim of a hub that is somebody else's."""
    hub_id = world.MAGIC["claimed_elsewhere"].id
    claim = work_on(actions.submit(claim_request(ira, mill_court, hub_id)), rounds=2)
    assert claim.reason == "another_organisation"
    Hub.objects.filter(pk=claim.hub_id).update(binding="other")
    return claim


def page(client, claim: Claim) -> str:
    return client.get(reverse("claims:detail", args=(claim.pk,))).text


def asked_by(person, claim: Claim) -> MoveRequest:
    return asking.ask(member(person, claim.organisation), Wish(claim.hub, claim.site, WHY))


def test_the_page_of_somebody_elses_hub_leads_to_support_alone(installer, refused):
    shown = page(installer, refused)

    assert "Ask support for it" in shown
    assert "If they agree, ask support for it here" in shown
    assert not [words for words in ADMINISTRATOR if words in shown]


def test_once_asked_it_says_so_and_sends_to_nobody_else(installer, ira, refused):
    asked_by(ira, refused)

    shown = page(installer, refused)

    assert "Support is asked to get it for you" in shown
    assert "See the request" in shown
    assert not [words for words in ADMINISTRATOR if words in shown]


def test_where_it_cannot_be_asked_for_the_administrator_still_is_the_way(installer, refused):
    Hub.objects.filter(pk=refused.hub_id).update(binding="unknown")

    shown = page(installer, refused)

    assert "ask your administrator" in shown
    assert "Ask support for it" not in shown


def test_a_viewer_who_can_ask_for_nothing_reads_as_before(acme, refused):
    person = make_person("viewer@acme.example", "Vera Viewer")
    join(person, acme, "viewer", all_sites=True)
    client = Browser()
    client.force_login(person)

    assert "Ask support for it" not in page(client, refused)


CHIPS = {
    "asked": "With support",
    "with_holder": "With support",
    "approved": "Being moved",
    "moved": "Moved to you",
    "declined": "Declined",
    "not_moved": "Not moved",
    "withdrawn": "Withdrawn",
}


def now_in(asked: MoveRequest, state: str, ended: timedelta | None = None) -> None:
    """Show the request as it is in that state, whatever the way that leads there."""
    asked.state = state
    asked.ended_at = timezone.now() - ended if ended is not None else None


@pytest.mark.parametrize("state", CHIPS)
def test_home_says_what_became_of_a_hub_that_was_asked_for(state, ira, refused, monkeypatch):
    from portal.claims.web import home_jobs  # noqa: PLC0415

    asked = asked_by(ira, refused)
    now_in(asked, state)
    monkeypatch.setattr(home_jobs.moves, "lately_asked_by", lambda _: [asked])
    client = Browser()
    client.force_login(ira)

    shown = client.get(reverse("home")).text

    assert "Hubs you asked for" in shown
    assert CHIPS[state] in shown
    assert reverse("moves:detail", args=(asked.pk,)) in shown


def test_home_shows_an_asker_their_own(installer, ira, refused):
    assert "Hubs you asked for" not in installer.get(reverse("home")).text

    asked = asked_by(ira, refused)

    assert reverse("moves:detail", args=(asked.pk,)) in installer.get(reverse("home")).text


def test_an_administrator_who_asked_sees_it_as_well(as_person, ada, refused):
    asked = asked_by(ada, refused)

    assert reverse("moves:detail", args=(asked.pk,)) in as_person(ada).get(reverse("home")).text


def test_home_shows_nobody_what_a_colleague_asked(as_person, ada, ira, refused):
    asked = asked_by(ira, refused)

    assert reverse("moves:detail", args=(asked.pk,)) not in as_person(ada).get(reverse("home")).text


def test_what_ended_long_ago_is_gone_from_home(installer, ira, refused, clock):
    asking.withdraw(asked_by(ira, refused), ira)
    assert "Hubs you asked for" in installer.get(reverse("home")).text

    MoveRequest.objects.update(ended_at=timezone.now() - timedelta(days=8))

    assert "Hubs you asked for" not in installer.get(reverse("home")).text
