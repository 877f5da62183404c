"""No answer, and no work behind it, tells one whom the portal knows from one whom it does not.

What is typed is taken out of the texts, which are then the same to the letter. Of the work the
statements are compared, in their order, and of those that write how many rows they wrote; the
digests that are made; and the e-mails that are written before the answer. Time is not, which says
nothing while others are at work: `bench/tells.py` compares it.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import quote, quote_plus

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from portal.claims.engine import actions
from portal.consent import codes
from portal.consent.models import AccessRequest, Scope
from portal.core.models import Throttle
from portal.hubs.models import Hub
from portal.notices.models import Outgoing
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from tests.conftest import claim_request, consent_to, work
from tests.forms import without_tokens
from tests.moves.conftest import bind
from tests.support.conftest import CLAIMS, CONFIRM, FIND, GLASS, REASON
from tests.support.test_search import hub_of, shape
from tests.support.web.test_ways_in import ASK, CODE, NAMED, request_for

HUBS = (world.hub_id(0), "00000000-0000-4000-8000-00000000ffff")
HELD = (world.hub_id(7), world.hub_id(8))
WRITES = ("INSERT", "UPDATE", "DELETE")
# What is the agent's own of a claim: its ids and number, and what SpKey's answers were called.
OWN = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|\bC-[0-9A-Z-]+|\b\d+ ms|[0-9a-f]{16}-SBX|(?<=tail\">)\w{4}"
)


@dataclass
class Work:
    """What the server did for one answer."""

    statements: list[tuple[str, int | None]] = field(default_factory=list)
    digests: int = 0


@contextmanager
def watched(monkeypatch) -> Iterator[Work]:
    work = Work()

    def run(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        wrote = context["cursor"].rowcount if sql.startswith(WRITES) else None
        work.statements.append((shape(sql), wrote))
        return result

    def counting(real):
        def made(*args, **fields):
            work.digests += 1
            return real(*args, **fields)

        return made

    with monkeypatch.context() as patch, connection.execute_wrapper(run):
        patch.setattr(hmac, "new", counting(hmac.new))
        patch.setattr(hashlib, "pbkdf2_hmac", counting(hashlib.pbkdf2_hmac))
        patch.setattr(codes, "constant_time_compare", counting(codes.constant_time_compare))
        yield work


@dataclass(frozen=True)
class Told:
    """All that an asker may learn from an answer."""

    status: int
    location: str
    text: str
    next_text: str
    statements: tuple[tuple[str, int | None], ...]
    digests: int
    letters: int


@pytest.fixture
def tell(agent, monkeypatch, time_machine):
    """Ask one thing as the agent, and return what can be learnt from it."""
    time_machine.move_to(timezone.now(), tick=False)

    def told(method: str, address: str, data: dict[str, str], named: str) -> Told:
        before = letters()
        with watched(monkeypatch) as work:
            answer = getattr(agent, method)(address.replace("{}", named), data)
        location = answer.get("Location", "")
        then = agent.get(location) if location and method == "post" else None
        # What was asked before stands on that page, too.
        AccessRequest.objects.all().delete()
        return Told(
            answer.status_code,
            location,
            cleaned(answer, named),
            cleaned(then, named) if then else "",
            tuple(work.statements),
            work.digests,
            letters() - before,
        )

    return told


def letters() -> int:
    return sum(
        kind.objects.count() for kind in Outgoing.__subclasses__() if hasattr(kind, "objects")
    )


def cleaned(answer, named: str) -> str:
    text = without_tokens(answer.content)
    for spelt in (named, quote(named, safe=""), quote_plus(named), quote(quote_plus(named))):
        text = text.replace(spelt, "…")
    return text


@pytest.fixture
def known(acme, ada, mill_court, harbour, hal, lighthouse):
    """Two organisations with an account, a hub and a code each, and an account of nobody's."""
    hub_of(mill_court, hub_id=HUBS[0])
    codes.make(ada.memberships.get(), Scope())
    return acme


def search(named: str) -> tuple[str, str, dict[str, str]]:
    return "get", FIND, {"q": named}


def story(named: str) -> tuple[str, str, dict[str, str]]:
    return "get", reverse("support:hub", args=(named,)), {}


def ask(named: str) -> tuple[str, str, dict[str, str]]:
    return "post", ASK, request_for(named)


def code(named: str) -> tuple[str, str, dict[str, str]]:
    return "post", CODE, {"organisation": named, "code": "AAAAAA"}


def begin_glass(named: str) -> tuple[str, str, dict[str, str]]:
    return "post", GLASS, {"organisation": named, "reason": REASON, "ticket": "T-4711"}


def wrong_confirmation(named: str) -> tuple[str, str, dict[str, str]]:
    return "post", CONFIRM, {"confirmation": f"{named}x"}


@pytest.mark.parametrize("way", NAMED)
@pytest.mark.parametrize("what", [search, ask, code, begin_glass])
def test_who_has_an_account_cannot_be_told_from_who_has_none(tell, known, what, way):
    first, second = (tell(*what(named), named) for named in warm(tell, what, way))

    assert first == second


def warm(tell, what, way) -> tuple[str, str]:
    """Make the rows that the first of all makes, and return the two who are compared."""
    tell(*what("the-very-first"), "the-very-first")
    return NAMED[way]


@pytest.mark.parametrize("way", NAMED)
def test_nor_by_a_confirmation_that_is_wrong(tell, known, way):
    answers = []
    for named in ("the-very-first", *NAMED[way]):
        tell(*begin_glass(named), named)
        answers.append(tell(*wrong_confirmation(named), named))

    assert answers[1] == answers[2]
    assert answers[1].status == 422


@pytest.mark.parametrize("what", [search, story])
@pytest.mark.parametrize("lets_in", [True, False])
def test_another_organisations_hub_cannot_be_told_from_one_that_does_not_exist(
    tell, known, harbour, spkey_support, what, lets_in
):
    if lets_in:
        # Somebody else's consent says nothing of Acme's.
        consent_to(spkey_support, harbour)
    tell(*what("00000000-0000-4000-8000-00000000eeee"), "00000000-0000-4000-8000-00000000eeee")
    first, second = (tell(*what(named), named) for named in HUBS)

    assert first == second


@pytest.mark.parametrize("what", [search, story])
@pytest.mark.parametrize("held", ["ours", "other", "unknown"])
def test_after_a_conflict_whoever_holds_the_hub_may_use_the_portal_or_not(
    tell, acme, mill_court, lighthouse, sam, spkey_support, sandbox, what, held
):
    hub_of(lighthouse, hub_id=HELD[0])
    Hub.objects.filter(organisation=lighthouse.organisation_id).update(binding=held)
    told = []
    for hub_id, holds in zip(HELD, (world.HARBOUR_ORG_ID, "org-of-no-portal"), strict=True):
        bind(sandbox, hub_id, holds)
        asked = claim_request(
            sam, mill_court, hub_id, acting_organisation=spkey_support, reason=REASON
        )
        assert work(actions.submit(asked), 3).state == "conflict"
        tell(*what(hub_id), hub_id)
        told.append(tell(*what(hub_id), hub_id))

    first, second = (replace(each, text=OWN.sub("…", each.text)) for each in told)
    assert "Someone else" in first.text
    assert first == second


@pytest.mark.parametrize("wrong", ["", "AAAAAA", "A" * 40])
@pytest.mark.parametrize("has_code", [True, False])
def test_a_standing_code_cannot_be_told_from_none(tell, known, ada, hal, wrong, has_code):
    if has_code:
        codes.make(hal.memberships.get(), Scope())
    named = ("the-very-first", "harbour-living", "h" * len("harbour-living"))
    form = {"code": wrong}
    _, first, second = (tell("post", CODE, {"organisation": each} | form, each) for each in named)

    assert first == second


@pytest.mark.parametrize("way", NAMED)
def test_nor_by_how_soon_it_stops(tell, known, way):
    """Who tries too many is stopped at the same try, whomever they name."""
    stops = []
    for named in NAMED[way]:
        Throttle.objects.all().delete()
        stops.append([tell(*code(named), named).status for _ in range(22)])

    assert stops[0] == stops[1]
    assert stops[0][-1] == 429


def test_nor_by_what_the_search_counts(tell, known):
    counted = []
    for named in HUBS:
        Throttle.objects.all().delete()
        for _ in range(3):
            tell(*search(named), named)
        counted.append(sorted(Throttle.objects.values_list("count", flat=True)))

    assert counted[0] == counted[1]


def test_a_key_of_theirs_changes_no_answer(tell, known):
    """An organisation whose key is refused, or that has none, is answered for like any other."""
    first = tell(*ask(world.ACME_ORG_ID), world.ACME_ORG_ID)
    ApiCredential.objects.filter(organisation=known).update(state="refused")
    second = tell(*ask(world.ACME_ORG_ID), world.ACME_ORG_ID)

    assert (first.status, first.text, first.letters) == (second.status, second.text, second.letters)
    assert first.location == CLAIMS
