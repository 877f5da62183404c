"""A page that was opened in one of a person's organisations does nothing in another one."""

import re
from html import unescape
from itertools import chain
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import NoReverseMatch, resolve, reverse
from django.utils import timezone

from portal.claims.models import Claim
from portal.jobs import requests
from portal.notices.topics import Topic
from portal.orgs import api_keys, invitations
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, KeyCandidate, Membership, Organisation, User
from portal.sandbox import world
from tests.conftest import join
from tests.forms import FRAGMENT, OF_ONES_ORGANISATION, choose, claim_form, of
from tests.hubs.own_hubs import make_own_hub
from tests.jobs.conftest import make
from tests.people_with_factor import sign_in_with_factor
from tests.portal import pages
from tests.portal.addresses import named
from tests.portal.test_web_security import rows

KEY, SITE, PEOPLE = reverse("key:edit"), reverse("sites:new"), reverse("people:list")
# These act on no organisation, on the one that they name in a field, or say why they refuse.
ON_NONE = {
    "client-errors",
    "language",
    "oidc-callback",
    "oidc-start",
    "operators-state",
    "organisation:switch",
    "tray:photo",
    "tray:sync",
    "sessions:end",
    "sessions:end-others",
}
LOOKED_AT_ALONE = {
    *("hubs:detail", "hubs:live", "hub-actions:page", "hub-actions:live"),
    *("hub-actions:ask-support", "photos:large", "photos:small", "sites:detail"),
    *("imports:detail", "imports:live", "imports:export"),
    *("claims:detail", "claims:live", "jobs:detail", "jobs:live", "jobs:handover"),
    *("jobs:handover-large", "jobs:handover-small", "moves:detail", "moves:live"),
    *("moves:held-live", "moves:photo", "moves:large"),
}


def today() -> dict[str, str]:
    """The days of a job of today, whatever day it has become since the tests began."""
    return dict.fromkeys(("starts_on", "ends_on"), str(timezone.localdate()))


# The libraries', and what is only of development.
LIBRARIES = ("account_", "mfa_", "admin:", "letter")


@pytest.fixture
def person(ada, hal, harbour) -> User:
    """Ada, who administers Acme and, beside Hal, Harbour."""
    join(ada, harbour, "admin")
    return ada


@pytest.fixture
def client(person, harbour) -> Client:
    """Her browser, in whose newest tab she works in Harbour."""
    client = Client()
    client.force_login(person)
    choose(client, harbour)
    return client


@pytest.fixture
def agent(sam, spkey_support, harbour) -> Client:
    """Sam's browser: an agent of support, who now works as an administrator of Harbour."""
    join(sam, harbour, "admin")
    client = sign_in_with_factor(Client(), sam)
    choose(client, harbour)
    return client


@pytest.fixture
def posts(
    mill_court, lighthouse, hub_id, harbours_claim, spkey_support
) -> dict[str, dict[str, str]]:
    """What each form posts, as it would be taken if the organisation were right."""
    return {
        "consent:give": {"hours": "24", "where": "all", "what": "claim"},
        "consent:code": {"hours": "24", "where": "all", "what": "claim"},
        "consent:export": {},
        "claims:new": claim_form(lighthouse, hub_id),
        "claims:read": claim_form(lighthouse, hub_id),
        "jobs:ask-site": {"wanted": "The quay"},
        "jobs:decide": {"claim": str(harbours_claim.pk), "decision": "release"},
        "jobs:new": {"site": str(lighthouse.pk), **today()},
        "key:candidate-check": {"candidate": str(uuid4())},
        "key:candidate-discard": {"candidate": str(uuid4())},
        "key:candidate-use": {"candidate": str(uuid4())},
        "key:check": {},
        "key:expiry": {"expires_on": ""},
        "key:edit": {"key": world.ACME_KEY, "bearer_token": "abc.def"},
        "key:sent": {"sent": "both"},
        "news": dict.fromkeys(Topic, "digest"),
        "record:export": {},
        "hubs:export-csv": {},
        "hubs:export-xlsx": {},
        "imports:new": {
            "kind": "claim",
            "text": str(world.hub_id(7)),
            "submission": str(uuid4()),
        },
        "imports:move-chosen": {
            "hub": str(make_own_hub(lighthouse).pk),
            "site": str(lighthouse.pk),
            "submission": str(uuid4()),
        },
        "events:make": {},
        "events:replace": {},
        "events:secret-make": {},
        "first-steps-id": {},
        "first-steps-put-away": {},
        "needs-put-away": {"about": "left", "newest": timezone.now().isoformat()},
        "needs-take-back": {},
        "people:invite": {"addresses": "new@harbour.example", "role": "installer"},
        "people:leave": {},
        "organisation:settings": {"name": "Quay", "requires_factor": "none"},
        "people:list": {"fallback_spkey_user_id": str(uuid4())},
        "sites:new": {"name": "Quay House", "shown_id": "quay-house"},
        "sites:import": {"sites": "Quay House"},
    }


def refused(answer) -> str:
    """Return the text of the page that says so."""
    assert answer.status_code == 409
    return " ".join(unescape(answer.content.decode()).split())


OF_AGENTS = {name for name in OF_ONES_ORGANISATION if name.startswith("support:")}
OF_MEMBERS = sorted(set(OF_ONES_ORGANISATION) - OF_AGENTS)


@pytest.mark.parametrize("name", OF_MEMBERS)
def test_a_form_from_the_tab_of_another_organisation_changes_nothing(name, client, posts, acme):
    before = rows()
    page = refused(client.post(of(acme, reverse(name)), posts[name]))

    assert "This page belongs to Acme Properties" in page
    assert "You now work in Harbour Living. Nothing has been changed." in page
    assert rows() == before


@pytest.mark.parametrize("name", OF_MEMBERS)
def test_a_form_for_an_organisation_that_is_not_ones_own_is_not_found(
    name, client, posts, spkey_support
):
    before = rows()
    others = client.post(of(spkey_support, reverse(name)), posts[name])

    assert others.status_code == 404
    assert spkey_support.name not in others.content.decode()
    missing = client.post(f"{reverse(name)}?organisation={uuid4()}", posts[name])
    assert missing.status_code == client.post(f"{reverse(name)}?organisation=x").status_code == 404
    assert rows() == before


@pytest.mark.parametrize("name", OF_MEMBERS)
def test_a_form_that_says_no_organisation_is_refused(name, client, posts):
    before = rows()
    page = refused(client.post(reverse(name), posts[name]))

    assert "does not say which organisation" in page
    assert "You work in Harbour Living. Nothing has been changed." in page
    assert rows() == before


@pytest.mark.parametrize("name", OF_MEMBERS)
def test_a_form_of_the_organisation_one_works_in_is_taken(name, client, posts, harbour):
    # Without a photo, nothing is read; who is invited is said on the same page.
    shown = dict.fromkeys(
        (
            *("people:invite", "record:export", "hubs:export-csv", "hubs:export-xlsx"),
            *("sites:import", "consent:code", "consent:export"),
        ),
        200,
    )
    expected = {"claims:read": 422, **shown}.get(name, 302)
    assert client.post(of(harbour, reverse(name)), posts[name]).status_code == expected


def test_supports_form_is_bound_to_the_agents_own_organisation(
    agent, spkey_support, harbour, acme, mill_court, hub_id
):
    address = reverse("support:ask")
    form = {"organisation": acme.name, "reason": "Their tablet is broken", "hours": "1"}
    form |= {"what": "claim"}
    before = rows()
    page = refused(agent.post(of(spkey_support, address), form))

    assert "This page belongs to SpKey Support" in page
    assert agent.post(of(acme, address), form).status_code == 404
    assert "does not say" in refused(agent.post(address, form))
    assert rows() == before
    choose(agent, spkey_support)
    assert "This page belongs to Harbour Living" in refused(agent.post(of(harbour, address), form))
    assert agent.post(of(spkey_support, address), form).status_code == 302


def test_every_other_address_that_takes_a_post_is_about_something_that_it_names(client, acme):
    taken = {}
    for name, _pattern in named():
        if name.startswith(LIBRARIES):
            continue
        try:
            address = reverse(name)
        except NoReverseMatch:  # It names a site, a member or a claim.
            continue
        status = client.post(address).status_code
        if status != 405:
            taken[name] = status

    assert {name for name, status in taken.items() if status == 409} == set(OF_ONES_ORGANISATION)
    assert set(taken) - set(OF_ONES_ORGANISATION) == ON_NONE


OF_HANDOVERS = ("jobs:handover", "jobs:handover-accept", "jobs:handover-link")


def of_moves(things, site, elsewhere) -> None:
    """Add what pages about hubs that are asked for take, by one side and by the other."""
    own = pages.move_beside(site)
    things["moves"] = own.pk
    things["moves:ask"] = pages.foreign_hub_beside(site).pk
    photo = tuple(pages.moves_photo_beside(own).split())
    things |= dict.fromkeys(("moves:photo", "moves:large"), photo)
    held = pages.move_beside(elsewhere, site.organisation).pk
    things |= dict.fromkeys(("moves:held", "moves:held-live"), held)


def test_a_form_about_something_acts_on_that_wherever_one_works(
    client, claim, mill_court, lighthouse, ada, acme, sam
):
    member = acme.memberships.get(user=ada)
    how = {"role": "installer", "all_sites": True, "actor": ada}
    invitation = invitations.invite(acme, "new@acme.example", **how)
    things = {"claims": claim.pk, "sites": mill_court.pk, "people": member.pk}
    things |= {"people:invite-again": invitation.pk, "people:revoke": invitation.pk}
    things["jobs"] = make(mill_court, ada, member).pk
    things["hubs"] = make_own_hub(mill_court).pk
    things["photos"] = pages.photo_beside(mill_court).pk
    things["photos:list"] = things["hub-actions"] = things["claims:replace"] = things["hubs"]
    things["hub-actions:stop"] = pages.action_beside(mill_court).pk
    things["imports"] = pages.import_beside(mill_court).pk
    things["jobs:ask-move"] = things["hubs"]
    link = pages.link_beside(mill_court)
    things |= dict.fromkeys(OF_HANDOVERS, link.handover.job_id)
    photos = (link.handover.job_id, things["photos"])
    things |= dict.fromkeys(("jobs:handover-large", "jobs:handover-small"), photos)
    things["jobs:handover-link-end"] = link.pk
    things["consent"] = pages.grant_beside(mill_court).pk
    things["consent:request"] = pages.access_request_beside(mill_court).pk
    of_moves(things, mill_court, lighthouse)
    things["events:secret-remove"] = pages.secret_beside(mill_court).pk
    things["claims:sent"] = pages.sent_hub_beside(mill_court).pk
    things["jobs:request"] = requests.ask_for_site("The quay", member).pk
    form = {"name": "Quay House", "role": "admin", "decision": "refuse", "version": 1, **today()}
    form |= {
        "answer": "no",
        "people": [str(member.pk)],
        "explanation": "Nothing was there",
        "days": "9",
    }
    verdicts = {}
    for name, pattern in named():
        if "pk" in pattern.pattern.converters and not name.startswith((*LIBRARIES, "support:")):
            thing = things.get(name) or things[name.partition(":")[0]]
            args = thing if isinstance(thing, tuple) else (thing,)
            verdicts[name] = client.post(reverse(name, args=args), form).status_code

    # What is not filled in (422) was looked at all the same.
    assert set(verdicts.values()) - {422} == {302, 405}, verdicts
    assert {name for name, status in verdicts.items() if status == 405} == LOOKED_AT_ALONE


FORM = re.compile(r"<form\b[^>]*\bmethod=\"post\"[^>]*>.*?</form>", re.DOTALL)
TARGET = re.compile(r"\b(?:action|formaction|hx-post)=\"([^\"]*)\"")


def targets(page: str) -> set[str]:
    """Return where the page's forms post what acts on the organisation one works in."""
    forms = FORM.findall(page)
    assert all("action=" in form.partition(">")[0] for form in forms)
    found = map(unescape, chain.from_iterable(map(TARGET.findall, forms)))
    return {url for url in found if resolve(urlsplit(url).path).view_name in OF_ONES_ORGANISATION}


@pytest.fixture
def two_keys(client, harbour):
    """Harbour's key, which is refused, has a token, and another one beside it."""
    api_keys.replace(harbour, None, Secret(world.HARBOUR_KEY), Secret("abc.def"))
    ApiCredential.objects.filter(organisation=harbour).update(state="refused")
    client.post(of(harbour, KEY), {"key": world.ACME_KEY})
    KeyCandidate.objects.update(state="unreachable")


def with_a_receiver(client, site):
    """Yield, once what comes before was looked at, the pages of one that has events sent to it."""
    pages.secret_beside(site)
    for name in ("events:setup", "events:replace"):
        yield client, reverse(name), site.organisation


def test_every_form_says_its_organisation(
    client, agent, harbour, spkey_support, lighthouse, two_keys, harbours_claim
):
    Claim.objects.update(state="blocked", reason="right_gone", due_at=None)
    make_own_hub(lighthouse, online=False)
    choose(agent, spkey_support)
    names = ("claims:new", "home", "key:edit", "people:invite", "people:leave", "people:list")
    names += ("imports:new", "sites:new", "news", "record:list", "jobs:new", "jobs:ask-site")
    names += ("organisation:settings", "sites:import")
    names += ("consent:overview", "consent:give", "consent:code", "events:setup")
    opened = [(client, reverse(name)) for name in names]
    supports = ("support:ask", "support:code", "support:break-glass")
    found = set()
    for browser, address, organisation in chain(
        ((*page, harbour) for page in opened),
        with_a_receiver(client, lighthouse),
        ((agent, reverse(name), spkey_support) for name in supports),
    ):
        for target in targets(browser.get(address).content.decode()):
            url = urlsplit(target)
            assert parse_qs(url.query)["organisation"] == [str(organisation.pk)], target
            found.add(resolve(url.path).view_name)

    # The way back is said once, after a line was put away; some are asked for beside a choice.
    # The second step of break glass stands behind the first, an export beside what is in it.
    elsewhere = {"support:break-glass-confirm", "support:unknown", "consent:export"}
    elsewhere |= {"needs-take-back", "hubs:export-csv", "hubs:export-xlsx", "imports:move-chosen"}
    assert found == set(OF_ONES_ORGANISATION) - elsewhere


def test_one_switches_and_is_led_back_to_the_page(client, acme):
    headers = {"Referer": f"http://testserver{KEY}"}
    answer = client.post(of(acme, KEY), {"key": world.ACME_KEY}, headers=headers)
    page = answer.content.decode()
    following = of(acme, KEY)

    assert f'name="next" value="{following}"' in page
    assert "Switch to Acme Properties and open it again" in page
    assert "Go on in Harbour Living" in page
    form = {"organisation": str(acme.pk), "next": following}
    answer = client.post(reverse("organisation:switch"), form)
    assert answer["Location"] == following
    assert client.get(following).status_code == 200
    assert client.post(following, {"key": world.ACME_KEY}).status_code == 302


@pytest.mark.parametrize("page", ["//evil.example/", "/\\evil.example/", "javascript:x", ""])
def test_switching_leads_to_no_other_host(page, client, acme):
    form = {"organisation": str(acme.pk), "next": page}
    here = {**FRAGMENT, "HX-Current-URL": f"http://testserver{page}"}
    refusal = client.post(of(acme, reverse("key:check")), headers=here)

    assert refusal["HX-Redirect"].partition("?")[0] == reverse("home")
    assert client.post(reverse("organisation:switch"), form)["Location"] == reverse("home")


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_fragment_takes_the_whole_page_to_what_it_should_say(method, client, acme):
    address = reverse("key:live" if method == "get" else "key:check")
    headers = {**FRAGMENT, "HX-Current-URL": f"http://testserver{KEY}"}
    answer = getattr(client, method)(of(acme, address), headers=headers)

    assert answer.status_code == 409
    assert answer["HX-Redirect"] == of(acme, KEY)
    assert "This page belongs to Acme Properties" in refused(client.get(answer["HX-Redirect"]))


def test_what_one_may_not_do_in_the_new_organisation_is_not_what_stops_an_old_page(
    client, acme, harbour
):
    Membership.objects.filter(organisation=harbour).update(role="installer")

    assert "Acme Properties" in refused(client.post(of(acme, SITE), {"name": "Quay House"}))
    assert client.post(of(harbour, SITE), {"name": "Quay House"}).status_code == 403


def test_buttons_say_for_whom_where_there_are_several_to_choose_from(
    client, ada, harbour, two_keys
):
    of_key = (
        "Save the new key for",
        "Check key for",
        "Use this way for",
        "Save the expiry date for",
    )
    of_new_key = ("Use it now, unchecked, for", "Check again for", "Discard the new key of")
    words = {
        KEY: (*of_key, *of_new_key),
        SITE: ("Save for",),
        PEOPLE: ("Save the fallback for",),
    }
    several = {address: client.get(address).content.decode() for address in words}
    ada.memberships.exclude(organisation=harbour).delete()
    one = {address: client.get(address).content.decode() for address in words}

    for address, sentences in words.items():
        for sentence in sentences:
            assert f"{sentence} Harbour Living" in several[address]
            assert sentence not in one[address]


def test_the_page_is_in_the_readers_language_and_names_are_escaped(client, acme):
    User.objects.update(language="el")
    Organisation.objects.filter(pk=acme.pk).update(name="Acme & <Sons>")
    page = client.post(of(acme, KEY), {"key": world.ACME_KEY}).content.decode()

    assert 'lang="el"' in page
    assert "Acme &amp; &lt;Sons&gt;" in page
    assert "<Sons>" not in page
    assert "Harbour Living" in page
