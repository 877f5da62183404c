"""Another tenant's id in a form field or a filter: the same as an id that nothing has.

What a device's tray names is tried in tests/tray, the address of a form in tests/orgs/web.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.usersessions.models import UserSession
from django import forms
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.jobs import requests
from portal.orgs import key_candidates
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, User
from portal.sandbox import world
from portal.sites.models import Site
from tests.concurrency import undone
from tests.conftest import claim_request
from tests.forms import without_tokens
from tests.people_with_factor import sign_in_with_password
from tests.portal import pages
from tests.portal.addresses import named

TODAY = timezone.localdate()
WINDOW = {"starts_on": str(TODAY), "ends_on": str(TODAY + timedelta(days=6))}
LABEL = {"label": world.hub_id(9), "submission": str(uuid4())}
TOKEN = {"submission": str(uuid4())}
PASTED = {"kind": "claim", "text": world.hub_id(9), "submission": str(uuid4())}
FOR_HARBOUR = LABEL | {"reason": "Asked for by telephone"}
SCOPE = {"hours": "24", "where": "some", "what": "claim"}


@dataclass(frozen=True)
class Field:
    """A field of a page that names an object: a `thing`, whose id is what stands in it.

    `about` is the thing in the page's own address. `beside` are fields that name Acme's things.
    """

    page: str
    method: str
    name: str
    thing: str
    data: dict[str, str] = field(default_factory=dict)
    about: str = ""
    beside: dict[str, str] = field(default_factory=dict)
    query: str = ""
    role: str = "ada"

    def __str__(self) -> str:
        return f"{self.method} {self.page} {self.name}"


FIELDS = (
    Field("claims:new", "get", "site", "site"),
    Field("claims:new", "get", "job", "job"),
    Field("claims:new", "post", "site", "site", LABEL),
    Field("claims:read", "post", "site", "site", LABEL),
    Field("claims:list", "get", "site", "site"),
    Field("claims:list", "get", "person", "person"),
    Field("imports:new", "post", "site", "site", PASTED),
    Field("imports:move-chosen", "post", "site", "site", TOKEN, beside={"hub": "hub"}),
    Field("imports:move-chosen", "post", "hub", "hub", TOKEN, beside={"site": "moved_to"}),
    Field("jobs:new", "get", "site", "site"),
    Field("jobs:new", "get", "copy", "job"),
    Field("jobs:new", "post", "site", "site", WINDOW),
    Field("jobs:new", "post", "people", "member", WINDOW, beside={"site": "site"}),
    Field("jobs:edit", "post", "people", "member", WINDOW | {"version": "0"}, "job"),
    Field("jobs:people", "post", "people", "member", about="job"),
    Field("jobs:request", "post", "site", "site", WINDOW | {"decision": "grant"}, "request"),
    Field("jobs:decide", "post", "claim", "claim", {"decision": "release"}),
    Field("jobs:decide", "post", "job", "job", {"decision": "release"}, beside={"claim": "claim"}),
    Field("hub-actions:move", "get", "site", "moved_to", about="hub"),
    Field("hub-actions:move", "post", "site", "moved_to", TOKEN, about="hub"),
    Field("jobs:ask-move", "get", "site", "moved_to", about="hub", role="ira"),
    Field("jobs:ask-move", "post", "site", "moved_to", about="hub", role="ira"),
    Field("moves:ask", "get", "site", "site", about="foreign_hub"),
    Field("moves:ask", "post", "site", "site", {"why": "It changed hands"}, about="foreign_hub"),
    Field("key:candidate-check", "post", "candidate", "candidate"),
    Field("key:candidate-discard", "post", "candidate", "candidate"),
    Field("key:candidate-use", "post", "candidate", "candidate"),
    Field("organisation:switch", "post", "organisation", "organisation"),
    Field("record:list", "get", "person", "person"),
    Field("record:list", "get", "site", "site_id"),
    Field("record:export", "post", "person", "person"),
    Field("record:export", "post", "site", "site_id"),
    Field("sessions:end", "post", "session", "session"),
    # An agent claims for Harbour here, at Harbour's sites alone.
    Field(
        "support:claim",
        "post",
        "site",
        "targets_site",
        FOR_HARBOUR,
        about="harbours_grant",
        role="agent",
    ),
    Field("consent:give", "post", "sites", "site", SCOPE),
    Field("consent:code", "post", "sites", "site", SCOPE),
    Field("consent:request", "post", "sites", "site", SCOPE | {"decision": "allow"}, "asked"),
)
# Fields of forms that name an object: each stands above, by the page that has the form.
OF_FORMS = {
    "AnswerForm.site",
    "AskForm.site",
    "AskForMoveForm.site",
    "CandidateForm.candidate",
    "ChosenMoveForm.site",
    "ClaimForm.site",
    "ImportForm.site",
    "JobForm.people",
    "JobForm.site",
    "MoveForm.site",
    "PeopleForm.people",
    "GiveForm.sites",
    "GiveForm.support",
    "ScopeForm.sites",
    "SupportClaimForm.site",
    "TrayForm.site",
}
# A device's own number for what it sends, and users of SmartphoneKey.
NO_OBJECTS = {"submission", "spkey_user_id", "fallback_spkey_user_id"}


def belongings(site: Site, admin: User, hub: int) -> dict[str, Any]:
    """Return one thing of each kind of the site's organisation: what names it in a field."""
    organisation, member = site.organisation, admin.memberships.get()
    job = pages.job_beside(site)
    claim = actions.submit(claim_request(admin, site, world.hub_id(hub), job=job.pk))
    Claim.objects.filter(pk=claim.pk).update(state="blocked", reason="right_gone", due_at=None)
    ApiCredential.objects.filter(organisation=organisation).update(state="refused")
    candidate = key_candidates.offer(organisation, admin, Secret(world.key_text(f"New{hub}")))
    session = UserSession.objects.filter(user=admin).order_by("pk").first()
    return {
        "site": site.pk,
        "site_id": site.spkey_site_id,
        "job": job.pk,
        "member": member.pk,
        "person": admin.pk,
        "claim": claim.pk,
        "candidate": candidate.pk,
        "organisation": organisation.pk,
        "request": requests.ask_for_site("Somewhere", member).pk,
        "session": session.pk,
        "hub": pages.action_beside(site).hub_id,
        "foreign_hub": pages.foreign_hub_beside(site).pk,
        "asked": pages.access_request_beside(site).pk,
    }


@pytest.fixture
def mine_and_theirs(
    acme, mill_court, orchard_rise, lighthouse, ada, hal, sam
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Acme's things, and Harbour's."""
    for person in (ada, hal):
        sign_in_with_password(Client(), person)  # Another device of theirs.
    acmes, harbours = belongings(mill_court, ada, 3), belongings(lighthouse, hal, 4)
    targets = {"targets_site": lighthouse.pk}, {"targets_site": mill_court.pk}
    acmes["harbours_grant"] = pages.grant_beside(lighthouse).pk
    acmes["moved_to"], harbours["moved_to"] = orchard_rise.pk, lighthouse.pk
    return acmes | targets[0], harbours | targets[1]


def told(client: Client, asked: Field, mine: dict[str, Any], value: object) -> tuple[Any, ...]:
    """Return what somebody is answered who has this in the field; undo what it did."""
    address = reverse(asked.page, args=(mine[asked.about],) if asked.about else ()) + asked.query
    beside = {name: str(mine[thing]) for name, thing in asked.beside.items()}
    data = asked.data | beside | {asked.name: str(value)}
    with undone():
        answer = getattr(client, asked.method)(address, data, follow=True)
        chain = [(without_tokens(url.encode()), status) for url, status in answer.redirect_chain]
        text = without_tokens(answer.getvalue())
    if isinstance(value, str):  # No UUID, and an error may repeat it.
        text = text.replace(value, "UUID")
    return answer.status_code, chain, text


def all_forms(kind: type = forms.BaseForm) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from all_forms(each)


def test_no_form_has_a_field_for_an_object_that_is_missing_here():
    for _ in named():
        pass  # Their views bring in all forms.
    ours = [form for form in all_forms() if form.__module__.startswith("portal.")]
    naming = (forms.ModelChoiceField, forms.UUIDField)
    found = {
        f"{form.__name__}.{name}"
        for form in ours
        for name, field in form.base_fields.items()
        if isinstance(field, naming) and name not in NO_OBJECTS
    }

    assert found == OF_FORMS


@pytest.mark.slow
@pytest.mark.parametrize("role", ["ada", "agent", "ira"])
def test_another_tenants_id_in_a_field_is_answered_as_one_that_nothing_has(
    role, clients, mine_and_theirs
):
    mine, theirs = mine_and_theirs
    for asked in (each for each in FIELDS if each.role == role):
        own, others, made_up = (
            told(clients[role], asked, mine, value)
            for value in (mine[asked.thing], theirs[asked.thing], uuid4())
        )
        assert others == made_up, str(asked)
        assert own != others, f"{asked} does not depend on the field"
