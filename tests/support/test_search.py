"""One search finds what is of organisations that let the agent in, and of nobody else."""

from datetime import timedelta
from urllib.parse import quote, quote_plus
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims import limits
from portal.claims.models import Attempt, Claim
from portal.consent import giving, queries
from portal.consent.models import Grant
from portal.core.throttle import LimitReachedError
from portal.hubs.actions.models import HubAction, HubActionAttempt
from portal.hubs.models import Hub
from portal.notices.models import Notice
from portal.sandbox import world
from portal.support import search
from portal.support.display import hub_story
from tests.concurrency import at_once
from tests.conftest import consent_to, join, make_person
from tests.forms import without_tokens
from tests.support.conftest import FIND, break_glass

ID = UUID(world.hub_id(0))
SERIAL = "SPK-00042-QX"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def hub_of(site, hub_id=ID, **fields) -> Hub:
    known = {"binding": "ours", "status": "Claimed", "serial": SERIAL, "online": True}
    known |= {"spkey_site_id": site.spkey_site_id} | fields
    return Hub.objects.create(
        organisation=site.organisation,
        hub_id=hub_id,
        site=site,
        claimed_at=timezone.now() - timedelta(days=9),
        **known,
    )


@pytest.fixture
def known(claim, mill_court, ira) -> Claim:
    """Ira's claim at Mill Court, of a hub that is there, with a reference of SpKey's."""
    Hub.objects.filter(pk=claim.hub_id).update(
        binding="ours", serial=SERIAL, site=mill_court, claimed_at=timezone.now()
    )
    Claim.objects.update(reference="REF-2026-77")
    now = timezone.now()
    Attempt.objects.create(
        claim=claim, number=1, kind="send", epoch=1, reference="REF-call-9", started_at=now
    )
    return Claim.objects.get()


def told(known: Claim) -> dict[str, str]:
    """What support may be told of it, by what that is."""
    return {
        "hub": known.hub_id_text,
        "hub without hyphens": known.hub_id_text.replace("-", "").upper(),
        "serial": SERIAL,
        "part of serial": "00042",
        "number": known.number,
        "number without its hyphen": known.number.replace("-", "").lower(),
        "reference": "REF-2026-77",
        "reference in small letters": "ref-2026-77",
        "reference of one call": "REF-call-9",
        "person": known.submitted_by.email,
        "person in capitals": known.submitted_by.email.upper(),
        "organisation": known.organisation.name,
        "SpKey id": known.organisation.spkey_org_id,
    }


WHAT = (
    *("hub", "hub without hyphens", "serial", "part of serial", "number"),
    *("number without its hyphen", "reference", "reference in small letters"),
    *("reference of one call", "person", "person in capitals", "organisation", "SpKey id"),
)


def asked(agent, text: str):
    return agent.get(FIND, {"q": text})


def said(answer, text: str) -> str:
    """What a page says, but for what was typed."""
    page = answer.text
    for spelling in (text, quote(text, safe=""), quote_plus(text)):
        page = page.replace(spelling, "…")
    return without_tokens(page.encode())


@pytest.mark.parametrize("what", WHAT)
def test_each_of_these_is_found_under_consent(agent, grant, known, what):
    answer = asked(agent, told(known)[what])

    assert "Nothing found" not in answer.text
    assert "· ·" not in " ".join(answer.text.split())
    assert known.organisation.name in answer.text
    assert answer.context["found"] or answer.context["grants"]


@pytest.mark.parametrize("what", WHAT)
@pytest.mark.parametrize("way", ["never", "revoked", "ended"])
def test_without_a_standing_grant_the_answer_is_that_of_nothing(
    agent, acme, ada, spkey_support, known, what, way
):
    if way != "never":
        let_in = consent_to(spkey_support, acme)
        if way == "revoked":
            giving.revoke(let_in, ada)
        else:
            Grant.objects.update(ended_at=timezone.now(), due_at=None)
    text = told(known)[what]
    nothing = "".join("x" if each.isalnum() else each for each in text)

    answer, other = asked(agent, text), asked(agent, nothing)

    assert said(answer, text) == said(other, nothing)
    assert "Nothing found" in answer.text


@pytest.mark.parametrize("where", ["search", "story"])
def test_an_unknown_hub_and_one_of_others_take_the_same_steps(
    agent, acme, hal, lighthouse, grant, where
):
    hub_of(lighthouse)
    taken = []
    # The first two make rows that later ones find.
    for hub_id in (uuid4(), uuid4(), ID, uuid4(), ID):
        story = reverse("support:hub", args=(hub_id,))
        with CaptureQueriesContext(connection) as queries:
            answer = agent.get(story) if where == "story" else asked(agent, str(hub_id))
        steps = [shape(each["sql"]) for each in queries]
        taken.append((answer.status_code, said(answer, str(hub_id)), steps))

    assert taken[2] == taken[3]
    assert taken[4][:2] == taken[3][:2]


def shape(sql: str) -> str:
    """The beginning of a statement, without the number of a savepoint."""
    words = sql.split()
    return words[0] if words[0] in {"SAVEPOINT", "RELEASE"} else " ".join(words[:3])


def test_a_grant_of_some_sites_finds_nothing_of_the_others(
    agent, acme, spkey_support, mill_court, orchard_rise
):
    there = consent_to(spkey_support, acme, all_sites=False)
    there.sites.set([mill_court])
    hub_of(orchard_rise)
    assert asked(agent, str(ID)).context["found"] == []
    assert agent.get(reverse("support:hub", args=(ID,))).status_code == 404

    hub_of(mill_court, uuid4())
    [here] = asked(agent, SERIAL).context["found"]
    [(_, meta)] = here["hubs"]
    assert meta == f"serial {SERIAL} · Mill Court · Online"


def test_a_grant_of_some_sites_finds_no_claim_at_another(
    agent, acme, spkey_support, known, orchard_rise
):
    consent_to(spkey_support, acme, all_sites=False).sites.set([orchard_rise])

    for text in (known.number, "REF-call-9", known.hub_id_text):
        assert asked(agent, text).context["found"] == [], text


def test_the_consent_of_one_organisation_finds_nothing_of_another(
    agent, grant, harbours_claim, hal
):
    for text in (harbours_claim.number, harbours_claim.hub_id_text, hal.email, "Harbour"):
        answer = asked(agent, text)
        assert (answer.context["found"], answer.context["grants"]) == ([], []), text


def test_what_is_found_is_the_first_use_and_under_break_glass_recorded(agent, grant, known, acme):
    asked(agent, known.number)
    assert Grant.objects.get().first_used_at is not None
    assert not Entry.objects.filter(verb="support.page_opened").exists()
    giving.revoke(grant, known.submitted_by)
    break_glass(agent, acme.spkey_org_id)

    asked(agent, known.number)
    story = reverse("support:hub", args=(known.hub_id_text,))
    agent.get(story)

    opened = Entry.objects.filter(verb="support.page_opened").order_by("at")
    assert [each.detail["page"] for each in opened] == [FIND, story]


def test_the_organisation_sees_what_was_looked_up_and_under_what(agent, ada, grant, known):
    asked(agent, known.number)
    asked(agent, "of nobody")
    agent.get(reverse("support:hub", args=(known.hub_id_text,)))

    looks = Entry.objects.filter(verb="support.searched").order_by("at")
    assert [each.detail["what"] for each in looks] == [known.number, known.hub_id_text]
    assert queries.grants_behind(looks, ada.memberships.get()) == {str(grant.pk): grant}


def test_what_finds_nothing_is_slowed_stopped_and_told_of(
    agent, sam, spkey_support, otto, grant, time_machine
):
    lead = make_person("lead@support.example", "Lea Lead")
    join(lead, spkey_support, "admin")
    time_machine.move_to(timezone.now().replace(minute=11, second=0, microsecond=0), tick=False)
    # Told once each: a look that is made again counts no more.
    same = uuid4()
    assert {asked(agent, str(same)).status_code for _ in range(3)} == {200}
    assert {asked(agent, str(uuid4())).status_code for _ in range(18)} == {200}
    assert not Notice.objects.exclude(kind__startswith="support").exists()
    assert agent.get(reverse("support:hub", args=(uuid4(),))).status_code == 404
    alert = Notice.objects.filter(kind="unknown_hubs")
    assert {each.user for each in alert} == {lead, otto}

    assert asked(agent, str(uuid4())).status_code == 200
    slowed = asked(agent, str(uuid4()))
    assert slowed.status_code == 429
    assert "Too many tries" in slowed.text
    assert agent.get(reverse("support:hub", args=(uuid4(),))).status_code == 429


@pytest.mark.django_db(transaction=True)
def test_what_is_unknown_is_counted_exactly_by_many_at_once(sam, spkey_support):
    def ask() -> None:
        for _ in range(10):
            try:
                limits.count_unknown(sam, spkey_support, {str(uuid4())})
            except LimitReachedError:
                return

    at_once(*[ask for _ in range(6)])

    assert limits.UNKNOWN.used(str(sam.pk)) == limits.UNKNOWN.most
    assert Notice.objects.filter(kind="unknown_hubs").count() <= 1


REFERENCES = ("9f31c7-ATH", "9F31c7-ath", "call-55-ATH")


def quoted_action(site, asked_by, support, **fields) -> HubAction:
    """What support did to a hub of this site's organisation, with SpKey's references."""
    hub = fields.pop("hub", None) or hub_of(site)
    known = {"kind": "move", "state": "done"}
    known["support_grant"] = consent_to(support, site.organisation)
    made = HubAction.objects.create(
        hub=hub,
        organisation=site.organisation,
        site=site,
        acting_organisation=support,
        because="Hung in the wrong building",
        asked_by=asked_by,
        submission=uuid4(),
        finished_at=timezone.now(),
        reference="9f31c7-ATH",
        **known | fields,
    )
    HubActionAttempt.objects.create(
        action=made, number=1, epoch=1, kind="send", reference="call-55-ATH"
    )
    return made


@pytest.mark.parametrize("text", REFERENCES)
@pytest.mark.parametrize("may_move", [True, False])
def test_the_reference_of_a_move_leads_to_its_hub_and_counts_for_no_try(
    agent, grant, mill_court, sam, spkey_support, text, may_move
):
    action = quoted_action(mill_court, sam, spkey_support)
    Grant.objects.update(may_move=may_move)

    answer = asked(agent, text)

    page = reverse("support:move-hub", args=(grant.pk, action.hub_id))
    url = page if may_move else reverse("support:hub", args=(action.hub_id_text,))
    assert f'href="{url}"' in answer.text
    assert "Move to Mill Court" in answer.text
    assert limits.UNKNOWN.used(str(sam.pk)) == 0
    assert "-ATH" in agent.get(url).text
    assert agent.get(url).status_code == 200


@pytest.mark.parametrize("text", REFERENCES)
def test_so_does_that_of_a_reclaim_that_brought_nothing(
    agent, grant, mill_court, sam, spkey_support, text
):
    foreign = hub_of(mill_court, binding="other", spkey_site_id="")
    quoted_action(
        mill_court,
        sam,
        spkey_support,
        hub=foreign,
        kind="reclaim",
        support_grant=None,
        from_org_id=world.HARBOUR_ORG_ID,
        state="refused",
    )

    answer = asked(agent, text)

    url = reverse("support:hub", args=(ID,))
    assert f'href="{url}"' in answer.text
    assert "call-55-ATH" in agent.get(url).text
    assert world.HARBOUR_ORG_ID not in answer.text + agent.get(url).text
    assert limits.UNKNOWN.used(str(sam.pk)) == 0


TYPED = {
    "its id": str(ID),
    "its id without hyphens": ID.hex.upper(),
    "how its id ends": str(ID)[-6:],
}


@pytest.mark.parametrize("typed", TYPED)
def test_a_hub_that_was_refused_is_known_by_its_claim(agent, grant, claim, sam, typed):
    Hub.objects.filter(pk=claim.hub_id).update(binding="other")
    ended = {"due_at": None, "finished_at": timezone.now()}
    Claim.objects.update(state="conflict", reason="another_organisation", **ended)

    answer = asked(agent, TYPED[typed])

    assert claim.number in answer.text
    assert limits.UNKNOWN.used(str(sam.pk)) == 0
    assert "Tried to claim it" in agent.get(reverse("support:hub", args=(ID,))).text


@pytest.mark.parametrize("typed", TYPED)
def test_a_hub_that_was_only_asked_for_was_not_claimed(
    agent, grant, mill_court, sam, spkey_support, typed
):
    foreign = hub_of(mill_court, binding="other", spkey_site_id="")
    brings = {"kind": "reclaim", "support_grant": None, "from_org_id": world.HARBOUR_ORG_ID}
    quoted_action(mill_court, sam, spkey_support, hub=foreign, state="refused", **brings)

    answer = asked(agent, TYPED[typed])
    story = agent.get(reverse("support:hub", args=(ID,))).text

    assert "Nothing found" not in answer.text
    assert limits.UNKNOWN.used(str(sam.pk)) == 0
    assert "Asked to have it brought here" in story
    assert "Tried to claim it" not in story


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("where", ["another organisation", "another site"])
def test_a_refused_claim_elsewhere_is_found_as_little_as_none(
    agent, grant, claim, mill_court, orchard_rise, harbour, typed, where
):
    Hub.objects.filter(pk=claim.hub_id).update(binding="other")
    if where == "another site":
        Grant.objects.filter(pk=grant.pk).update(all_sites=False)
        grant.sites.set([orchard_rise])
    else:
        Grant.objects.filter(pk=grant.pk).update(organisation=harbour)

    assert claim.number not in asked(agent, TYPED[typed]).text


@pytest.mark.parametrize("text", REFERENCES)
@pytest.mark.parametrize("where", ["another organisation", "another site"])
def test_the_reference_of_an_action_elsewhere_is_found_as_little_as_none(
    agent, grant, sam, spkey_support, lighthouse, mill_court, orchard_rise, text, where
):
    site = lighthouse if where == "another organisation" else orchard_rise
    quoted_action(site, sam, spkey_support)
    Grant.objects.exclude(pk=grant.pk).update(ended_at=timezone.now(), due_at=None)
    Grant.objects.filter(pk=grant.pk).update(all_sites=False)
    grant.sites.set([mill_court])
    nothing = "".join("x" if each.isalnum() else each for each in text)

    answer, other = asked(agent, text), asked(agent, nothing)

    assert answer.context["found"] == []
    assert said(answer, text) == said(other, nothing)
    assert limits.UNKNOWN.used(str(sam.pk)) == 2


@pytest.fixture
def left(claim) -> Hub:
    """Acme's row of a hub that it had until twenty days ago, and that somebody else has."""
    Hub.objects.filter(pk=claim.hub_id).update(binding="ours", read_at=timezone.now() - 40 * DAY)
    Hub.objects.filter(pk=claim.hub_id).update(binding="other", read_at=timezone.now() - 20 * DAY)
    return Hub.objects.get(pk=claim.hub_id)


def test_a_hub_that_left_is_told_by_who_had_it_alone(
    agent, acme, harbour, spkey_support, lighthouse, hal, left
):
    story = reverse("support:hub", args=(left.hub_id,))
    consent_to(spkey_support, acme)
    unknown = agent.get(story)
    hub_of(lighthouse, left.hub_id)

    alone = agent.get(story)
    assert without_tokens(alone.content) == without_tokens(unknown.content)
    [line] = [each for each in alone.context["lines"] if not each.organisation]
    assert (line.at, line.event.title) == (left.left_at, "Another organisation has it now")
    assert harbour.name not in alone.text

    consent_to(spkey_support, harbour)
    both = agent.get(story).text
    assert "Another organisation" not in both
    assert (harbour.name in both, acme.name in both) == (True, True)


def test_of_several_that_had_it_the_last_says_whose_it_is(
    agent, acme, harbour, spkey_support, lighthouse, hal, left
):
    theirs = hub_of(lighthouse, left.hub_id, read_at=timezone.now() - 9 * DAY)
    Hub.objects.filter(pk=theirs.pk).update(binding="free", read_at=timezone.now() - 5 * DAY)
    consent_to(spkey_support, acme)
    consent_to(spkey_support, harbour)
    story = reverse("support:hub", args=(left.hub_id,))
    assert "Another organisation" not in agent.get(story).text

    Hub.objects.filter(pk=theirs.pk).update(binding="other")
    theirs.refresh_from_db()
    [line] = [each for each in agent.get(story).context["lines"] if not each.organisation]
    assert line.at == theirs.left_at


def test_a_long_story_is_read_page_by_page(agent, acme, spkey_support, claim):
    consent_to(spkey_support, acme)
    began = timezone.now() - timedelta(days=1)
    Attempt.objects.bulk_create(
        Attempt(
            claim=claim, number=n, kind="read", epoch=1, started_at=began + timedelta(minutes=n)
        )
        for n in range(70)
    )
    story = reverse("support:hub", args=(claim.hub_id_text,))
    first = agent.get(story)
    older = agent.get(story + first.context["older_url"])

    assert len(first.context["lines"]) == 60
    assert len(older.context["lines"]) == 11
    assert older.context["older_url"] == ""


def test_who_is_no_agent_has_no_story(as_person, ada, ira, claim):
    story = reverse("support:hub", args=(claim.hub_id_text,))
    for person in (ada, ira):
        assert as_person(person).get(story).status_code == 403


def test_who_is_no_agent_finds_nothing(ada):
    assert search.standing(ada.memberships.get()) == []


@pytest.mark.parametrize(
    ("health", "said"), [("unknown", "state not known"), ("online", "Online"), ("", "")]
)
def test_a_state_that_nobody_knows_is_said_to_be_the_state(health, said):
    assert hub_story.meta(Hub(health=health)) == said
