"""Who may see and do what: every address, for everybody, on their own things and on others'.

An address that is missing here fails the first test. Another tenant's things answer exactly as
things that do not exist; a right that somebody lacks on their own things answers 403.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.claims.engine import actions
from portal.consent.models import AccessRequest
from portal.hubs.web.action_pages import ACTION_PAGES
from portal.jobs import planning
from portal.jobs.models import JobMember, JobRequest
from portal.jobs.planning import Plan
from portal.orgs import invitations
from portal.orgs.models import Membership
from portal.sandbox import world
from portal.sites.models import Site
from tests.concurrency import undone
from tests.conftest import claim_request, consent_to, join, make_organisation, make_person
from tests.forms import without_tokens
from tests.hubs.own_hubs import make_own_hub
from tests.portal import pages
from tests.portal.addresses import example, named

IN = "leads to sign-in"
ROLES = ("nobody", "hal", "ira", "eli", "ada", "agent")


@dataclass(frozen=True)
class Row:
    """What one address answers to each of ROLES; `own` holds the answers on one's own things.

    `thing` names what the address is about: "grant" (of access), "asked" (for access), "acting" (a
    grant to act by), "acted hub" and "acted action" (a hub that one may move by it, and its move),
    "move" and "move photo" (a request for a "foreign hub", and a photo of it),
    "held" (such a request that is put to one), "handled" (one that one sees as an agent), "claim",
    "sent hub" (to administrators), "hub", "action" or "photo" (of the hub), or "removed photo",
    "site", "member", "invitation", "job", "request", "import", "handed" (a job that is complete),
    "handed photo" (a photo of it), "link" (to its handover) or "secret" (of where its events come),
    of which everybody has one.
    """

    name: str
    method: str
    own: tuple[Any, ...]
    thing: str = ""
    data: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


# In the order of ROLES: nobody, another tenant's administrator, an installer of all sites, an
# installer whose pass has expired, an administrator, a support agent with the second factor.
MATRIX = (
    Row("home", "get", (IN, 200, 200, 200, 200, 200)),
    Row("search", "get", (IN, 200, 200, 403, 200, 200)),
    Row("claims:list", "get", (IN, 200, 200, 403, 200, 200)),
    Row("claims:new", "get", (IN, 200, 200, 403, 200, 403)),
    Row("claims:new", "post", (IN, 422, 422, 403, 422, 403)),
    Row("claims:read", "post", (IN, 422, 422, 403, 422, 403)),
    Row("tray:sync", "get", (401, 200, 200, 403, 200, 403)),
    Row("tray:sync", "post", (401, 400, 400, 400, 400, 400)),
    Row("tray:photo", "post", (401, 422, 422, 403, 422, 403)),
    Row("claims:replace", "get", (IN, 200, 403, 404, 200, 403), "hub"),
    Row("claims:replace", "post", (IN, 422, 403, 404, 422, 403), "hub"),
    Row("claims:sent-list", "get", (IN, 200, 403, 403, 200, 403)),
    Row("claims:sent", "get", (IN, 200, 403, 404, 200, 403), "sent hub"),
    Row("claims:sent", "post", (IN, 302, 403, 404, 302, 403), "sent hub"),
    Row("claims:detail", "get", (IN, 200, 200, 404, 200, 200), "claim"),
    Row("claims:live", "get", (IN, 200, 200, 404, 200, 200), "claim"),
    Row("claims:try-now", "post", (IN, 302, 302, 404, 302, 302), "claim"),
    Row("claims:stop", "post", (IN, 302, 302, 404, 302, 302), "claim"),
    Row("claims:tell", "post", (IN, 302, 302, 404, 302, 302), "claim"),
    Row("claims:again", "post", (IN, 302, 302, 404, 302, 302), "claim"),
    Row("claims:release", "post", (IN, 302, 403, 404, 302, 403), "claim"),
    Row("photos:list", "get", (IN, 200, 200, 404, 200, 200), "hub"),
    Row("photos:list", "post", (IN, 422, 422, 404, 422, 403), "hub"),
    Row("photos:large", "get", (IN, 200, 200, 404, 200, 200), "photo"),
    Row("photos:small", "get", (IN, 200, 200, 404, 200, 200), "photo"),
    Row("photos:remove", "post", (IN, 302, 403, 404, 302, 403), "photo"),
    Row("photos:restore", "post", (IN, 302, 403, 404, 302, 403), "removed photo"),
    Row("jobs:list", "get", (IN, 200, 200, 403, 200, 200)),
    Row("jobs:new", "get", (IN, 200, 403, 403, 200, 403)),
    Row("jobs:new", "post", (IN, 422, 403, 403, 422, 403)),
    Row("jobs:ask-site", "get", (IN, 200, 200, 403, 200, 403)),
    Row("jobs:ask-site", "post", (IN, 422, 422, 403, 422, 403)),
    Row("jobs:ask-move", "get", (IN, 302, 200, 404, 302, 403), "hub"),
    Row("jobs:ask-move", "post", (IN, 302, 422, 404, 302, 403), "hub"),
    Row("jobs:decide", "post", (IN, 404, 403, 403, 404, 403)),
    Row("jobs:detail", "get", (IN, 200, 200, 404, 200, 200), "job"),
    Row("jobs:live", "get", (IN, 200, 200, 404, 200, 200), "job"),
    Row("jobs:edit", "get", (IN, 200, 403, 404, 200, 403), "job"),
    Row("jobs:edit", "post", (IN, 422, 403, 404, 422, 403), "job"),
    Row("jobs:people", "get", (IN, 200, 403, 404, 200, 403), "job"),
    Row("jobs:people", "post", (IN, 302, 403, 404, 302, 403), "job"),
    Row("jobs:extend", "post", (IN, 422, 403, 404, 422, 403), "job"),
    Row("jobs:cancel", "get", (IN, 200, 403, 404, 200, 403), "job"),
    Row("jobs:cancel", "post", (IN, 302, 403, 404, 302, 403), "job"),
    Row("jobs:reopen", "post", (IN, 302, 403, 404, 302, 403), "job"),
    Row("jobs:ask", "post", (IN, 403, 403, 404, 403, 403), "job"),
    Row("jobs:request", "get", (IN, 200, 403, 404, 200, 403), "request"),
    Row("jobs:request", "post", (IN, 302, 403, 404, 302, 403), "request", {"decision": "refuse"}),
    Row("jobs:complete", "get", (IN, 200, 403, 404, 200, 403), "job"),
    Row("jobs:complete", "post", (IN, 422, 403, 404, 422, 403), "job"),
    Row("jobs:handover", "get", (IN, 200, 200, 404, 200, 200), "handed"),
    Row("jobs:handover-large", "get", (IN, 200, 200, 404, 200, 200), "handed photo"),
    Row("jobs:handover-small", "get", (IN, 200, 200, 404, 200, 200), "handed photo"),
    Row("jobs:handover-accept", "post", (IN, 302, 403, 404, 302, 403), "handed", {"name": "Olga"}),
    Row("jobs:handover-link", "post", (IN, 302, 403, 404, 302, 403), "handed", {"days": "9"}),
    Row("jobs:handover-link-end", "get", (IN, 200, 403, 404, 200, 403), "link"),
    Row("jobs:handover-link-end", "post", (IN, 302, 403, 404, 302, 403), "link"),
    Row("hubs:list", "get", (IN, 200, 200, 403, 200, 200)),
    Row("hubs:export-csv", "post", (IN, 200, 200, 403, 200, 200)),
    Row("hubs:export-xlsx", "post", (IN, 200, 200, 403, 200, 200)),
    Row("hubs:detail", "get", (IN, 200, 200, 404, 200, 200), "hub"),
    Row("hubs:live", "get", (IN, 200, 200, 404, 200, 200), "hub"),
    Row("hubs:describe", "post", (IN, 302, 302, 404, 302, 403), "hub", {"place": "Roof"}),
    Row("hubs:put-back", "post", (IN, 302, 403, 404, 302, 403), "hub"),
    Row("imports:list", "get", (IN, 200, 200, 403, 200, 403)),
    Row("imports:new", "get", (IN, 200, 200, 403, 200, 403)),
    Row("imports:new", "post", (IN, 422, 422, 403, 422, 403)),
    Row("imports:move-chosen", "post", (IN, 302, 403, 403, 302, 403)),
    Row("imports:detail", "get", (IN, 200, 200, 404, 200, 403), "import"),
    Row("imports:live", "get", (IN, 200, 200, 404, 200, 403), "import"),
    Row("imports:export", "get", (IN, 200, 200, 404, 200, 403), "import"),
    Row("imports:run", "post", (IN, 302, 302, 404, 302, 403), "import"),
    Row("imports:check-again", "post", (IN, 302, 302, 404, 302, 403), "import"),
    Row("imports:columns", "post", (IN, 302, 302, 404, 302, 403), "import"),
    Row("imports:stop", "get", (IN, 200, 200, 404, 200, 403), "import"),
    Row("imports:stop", "post", (IN, 302, 302, 404, 302, 403), "import"),
    Row("imports:retry", "post", (IN, 302, 302, 404, 302, 403), "import"),
    Row("imports:add-site", "post", (IN, 302, 403, 404, 302, 403), "import"),
    Row("sites:list", "get", (IN, 200, 200, 403, 200, 200)),
    Row("sites:new", "get", (IN, 200, 403, 403, 200, 403)),
    Row(
        "sites:new",
        "post",
        (IN, 302, 403, 403, 302, 403),
        data={"name": "Quay", "shown_id": "quay"},
    ),
    Row("sites:import", "get", (IN, 200, 403, 403, 200, 403)),
    Row("sites:import", "post", (IN, 200, 403, 403, 200, 403), data={"sites": "Canal"}),
    Row("sites:id", "get", (IN, 200, 403, 403, 200, 403)),
    Row("sites:detail", "get", (IN, 200, 200, 404, 200, 200), "site"),
    Row("sites:edit", "get", (IN, 200, 403, 404, 200, 403), "site"),
    Row("sites:edit", "post", (IN, 302, 403, 404, 302, 403), "site", {"name": "Quay"}),
    Row("sites:archive", "get", (IN, 200, 403, 404, 200, 403), "site"),
    Row("sites:archive", "post", (IN, 302, 403, 404, 302, 403), "site"),
    Row("sites:restore", "post", (IN, 302, 403, 404, 302, 403), "site"),
    *(
        Row(f"hub-actions:{what}", method, (IN, answer, 403, 404, answer, 403), "hub")
        for what in ACTION_PAGES
        for method, answer in (("get", 200), ("post", 422))
    ),
    Row("hub-actions:page", "get", (IN, 200, 403, 404, 200, 403), "hub"),
    Row("hub-actions:live", "get", (IN, 200, 403, 404, 200, 403), "hub"),
    Row("hub-actions:ask-support", "get", (IN, 200, 403, 404, 200, 403), "hub"),
    Row("hub-actions:stop", "post", (IN, 302, 403, 404, 302, 403), "action"),
    Row("people:list", "get", (IN, 200, 403, 403, 200, 403)),
    Row("people:list", "post", (IN, 302, 403, 403, 302, 403)),
    Row("people:edit", "get", (IN, 200, 403, 404, 200, 403), "member"),
    Row("people:edit", "post", (IN, 302, 403, 404, 302, 403), "member"),
    Row("people:place", "post", (IN, 302, 403, 404, 302, 403), "member", {"role": "viewer"}),
    Row("people:end-sessions", "post", (IN, 302, 403, 404, 302, 403), "member"),
    Row("people:remove", "get", (IN, 200, 403, 404, 200, 403), "member"),
    Row("people:remove", "post", (IN, 302, 403, 404, 302, 403), "member"),
    Row("people:invite", "get", (IN, 200, 403, 403, 200, 403)),
    Row("people:invite", "post", (IN, 422, 403, 403, 422, 403), data={"addresses": ""}),
    Row("people:invite-again", "post", (IN, 302, 403, 404, 302, 403), "invitation"),
    Row("people:revoke", "post", (IN, 302, 403, 404, 302, 403), "invitation"),
    Row("people:leave", "get", (IN, 200, 200, 403, 200, 200)),
    Row("first-steps-id", "post", (IN, 302, 403, 403, 302, 403)),
    Row("first-steps-put-away", "post", (IN, 302, 403, 403, 302, 403)),
    Row(
        "needs-put-away",
        "post",
        (IN, 302, 403, 403, 302, 403),
        data={"about": "left", "newest": "2026-01-02T03:04:05+00:00"},
    ),
    Row("needs-take-back", "post", (IN, 302, 403, 403, 302, 403)),
    Row("key:edit", "get", (IN, 200, 403, 403, 200, 403)),
    Row("key:edit", "post", (IN, 422, 403, 403, 422, 403), data={"key": "short"}),
    Row("key:check", "post", (IN, 302, 403, 403, 302, 403)),
    Row("key:sent", "post", (IN, 302, 403, 403, 302, 403), data={"sent": "both"}),
    Row("key:expiry", "post", (IN, 302, 403, 403, 302, 403), data={"expires_on": ""}),
    Row("key:candidate-check", "post", (IN, 302, 403, 403, 302, 403)),
    Row("key:candidate-discard", "post", (IN, 302, 403, 403, 302, 403)),
    Row("key:candidate-use", "post", (IN, 302, 403, 403, 302, 403)),
    Row("key:live", "get", (IN, 200, 403, 403, 200, 403)),
    Row("events:setup", "get", (IN, 200, 403, 403, 200, 403)),
    Row("events:live", "get", (IN, 200, 403, 403, 200, 403)),
    Row("events:make", "post", (IN, 302, 403, 403, 302, 403)),
    Row("events:replace", "get", (IN, 200, 403, 403, 200, 403)),
    Row("events:replace", "post", (IN, 302, 403, 403, 302, 403)),
    Row("events:secret-make", "post", (IN, 200, 403, 403, 200, 403)),
    Row("events:secret-remove", "get", (IN, 200, 403, 404, 200, 403), "secret"),
    Row("events:secret-remove", "post", (IN, 302, 403, 404, 302, 403), "secret"),
    Row("record:list", "get", (IN, 200, 403, 403, 200, 403)),
    Row("record:export", "post", (IN, 200, 403, 403, 200, 403)),
    Row("activity", "get", (IN, 200, 200, 200, 200, 200)),
    Row("news", "get", (IN, 200, 200, 403, 200, 200)),
    Row("news", "post", (IN, 422, 422, 403, 422, 422)),
    Row("letters", "get", (IN, 404, 404, 404, 404, 404)),
    Row("organisation:settings", "get", (IN, 200, 403, 403, 200, 403)),
    Row(
        "organisation:settings",
        "post",
        (IN, 302, 403, 403, 302, 403),
        data={"name": "New", "requires_factor": "none"},
    ),
    Row("sessions:list", "get", (IN, 200, 200, 200, 200, 200)),
    Row("sessions:end", "post", (IN, 404, 404, 404, 404, 404)),
    Row("client-errors", "post", (400, 400, 400, 400, 400, 400)),
    Row("consent:overview", "get", (IN, 200, 403, 403, 200, 403)),
    Row("consent:give", "get", (IN, 200, 403, 403, 200, 403)),
    Row("consent:give", "post", (IN, 422, 403, 403, 422, 403)),
    Row("consent:code", "get", (IN, 200, 403, 403, 200, 403)),
    Row("consent:code", "post", (IN, 422, 403, 403, 422, 403)),
    Row("consent:export", "post", (IN, 200, 403, 403, 200, 403)),
    Row("consent:request", "get", (IN, 200, 403, 404, 200, 403), "asked"),
    Row("consent:request", "post", (IN, 302, 403, 404, 302, 403), "asked", {"decision": "refuse"}),
    Row("consent:revoke", "get", (IN, 200, 403, 404, 200, 403), "grant"),
    Row("consent:revoke", "post", (IN, 302, 403, 404, 302, 403), "grant"),
    Row("support:claims", "get", (IN, 403, 403, 403, 403, 200)),
    Row("support:find", "get", (IN, 403, 403, 403, 403, 200)),
    *(
        Row(f"support:{way}", method, (IN, 403, 403, 403, 403, answer))
        for way in ("ask", "code", "break-glass")
        for method, answer in (("get", 200), ("post", 422))
    ),
    *(
        Row(f"support:{step}", method, (IN, 403, 403, 403, 403, 302))
        for step in ("break-glass-confirm", "unknown")
        for method in ("get", "post")
    ),
    Row("moves:ask", "get", (IN, 200, 200, 404, 200, 403), "foreign hub"),
    Row("moves:ask", "post", (IN, 422, 422, 404, 422, 403), "foreign hub"),
    Row("moves:detail", "get", (IN, 200, 200, 404, 200, 403), "move"),
    Row("moves:live", "get", (IN, 200, 200, 404, 200, 403), "move"),
    Row("moves:withdraw", "post", (IN, 302, 302, 404, 302, 403), "move"),
    Row("moves:photo", "get", (IN, 200, 200, 404, 200, 403), "move photo"),
    Row("moves:large", "get", (IN, 200, 200, 404, 200, 403), "move photo"),
    Row("moves:held", "get", (IN, 200, 403, 404, 200, 403), "held"),
    Row("moves:held", "post", (IN, 302, 403, 404, 302, 403), "held", {"answer": "no"}),
    Row("moves:held-live", "get", (IN, 200, 403, 404, 200, 403), "held"),
    Row("support:moves", "get", (IN, 403, 403, 403, 403, 200)),
    Row("support:move", "get", (IN, 404, 404, 404, 404, 200), "handled"),
    Row("support:move", "post", (IN, 404, 404, 404, 404, 302), "handled", {"do": "look"}),
    Row("support:move-live", "get", (IN, 404, 404, 404, 404, 200), "handled"),
    Row("support:move-approve", "get", (IN, 404, 404, 404, 404, 302), "handled"),
    Row("support:move-approve", "post", (IN, 404, 404, 404, 404, 302), "handled"),
    Row("support:move-decline", "get", (IN, 404, 404, 404, 404, 200), "handled"),
    Row("support:move-decline", "post", (IN, 404, 404, 404, 404, 422), "handled"),
    Row("support:move-photo", "get", (IN, 404, 404, 404, 404, 200), "handled photo"),
    Row("support:move-large", "get", (IN, 404, 404, 404, 404, 200), "handled photo"),
    Row("support:hub", "get", (IN, 403, 403, 403, 403, 404), "hub"),
    Row("support:organisation", "get", (IN, 404, 404, 404, 404, 200), "acting"),
    Row("support:claim", "get", (IN, 404, 404, 404, 404, 200), "acting"),
    Row("support:claim", "post", (IN, 404, 404, 404, 404, 422), "acting"),
    Row("support:tray", "get", (IN, 404, 404, 404, 404, 200), "acting"),
    Row("support:tray-sync", "get", (401, 404, 404, 404, 404, 200), "acting"),
    Row("support:tray-sync", "post", (401, 404, 404, 404, 404, 400), "acting"),
    Row("support:tray-photo", "post", (401, 404, 404, 404, 404, 422), "acting"),
    Row("support:hubs", "get", (IN, 404, 404, 404, 404, 200), "acting"),
    Row("support:organisation-claims", "get", (IN, 404, 404, 404, 404, 200), "acting"),
    Row("support:move-hub", "get", (IN, 404, 404, 404, 404, 200), "acted hub"),
    Row("support:move-hub", "post", (IN, 404, 404, 404, 404, 422), "acted hub"),
    Row("support:move-hub-live", "get", (IN, 404, 404, 404, 404, 200), "acted hub"),
    Row("support:move-hub-stop", "post", (IN, 404, 404, 404, 404, 302), "acted action"),
)


@dataclass(frozen=True)
class Like:
    """Somebody whose answers are those of one of ROLES, but at these rows."""

    role: str
    differs: dict[str, Any] = field(default_factory=dict)


# Who may not claim at all sites imports nothing.
NO_IMPORTS = {str(row): 403 for row in MATRIX if row.name.startswith("imports:")}
# What others have asked for is seen by those to whom all sites are open.
OF_MOVES = [str(row) for row in MATRIX if row.thing in {"move", "move photo"}]
MORE = {
    # Looks on: neither claims nor acts on a claim, and asks for no site.
    "vera": Like(
        "ira",
        {
            "get claims:new": 403,
            "post claims:new": 403,
            "post claims:read": 403,
            "get tray:sync": 403,
            "post tray:photo": 403,
            "post claims:try-now": 403,
            "post claims:stop": 403,
            "post claims:again": 403,
            "post claims:tell": 403,
            "get jobs:ask-site": 403,
            "post jobs:ask-site": 403,
            "post hubs:describe": 403,
            "post photos:list": 403,
            "get jobs:ask-move": 403,
            "post jobs:ask-move": 403,
            **dict.fromkeys(OF_MOVES, 403),
            "get moves:ask": 403,
            "post moves:ask": 403,
            **NO_IMPORTS,
        },
    ),
    # Reads no list of sites. Asks for more time on the job that names him, completes it, takes down
    # who accepts it.
    "omar": Like(
        "ira",
        {
            "get sites:list": 403,
            **dict.fromkeys(OF_MOVES, 404),
            **NO_IMPORTS,
            "get sites:detail": 403,
            "post jobs:ask": 302,
            "get jobs:complete": 200,
            "post jobs:complete": 422,
            "post jobs:handover-accept": 302,
        },
    ),
    # The same on the job that has ended, which is still to be completed; a job that never named
    # him is none to him.
    "enzo": Like(
        "ira",
        {
            "get sites:list": 403,
            **dict.fromkeys(OF_MOVES, 404),
            # At a site where he works no more.
            "get photos:list": 404,
            "post photos:list": 404,
            "get photos:large": 404,
            "get photos:small": 404,
            "post photos:remove": 404,
            "post photos:restore": 404,
            **NO_IMPORTS,
            "get sites:detail": 403,
            "post jobs:ask": 302,
            "get jobs:complete": 200,
            "post jobs:complete": 422,
            "get jobs:handover": 404,
            "get jobs:handover-large": 404,
            "get jobs:handover-small": 404,
            "post jobs:handover-accept": 404,
            "post jobs:handover-link": 404,
            "get jobs:handover-link-end": 404,
            "post jobs:handover-link-end": 404,
            "get hubs:detail": 404,
            "get hubs:live": 404,
            "post hubs:describe": 404,
            "post hubs:put-back": 404,
        },
    ),
    # Operates the portal, and has no place in any organisation.
    "otto": Like("eli"),
}
EVERYBODY = (*ROLES, *MORE)
# Tested by themselves below.
OTHERWISE = {
    "health",
    "invitation",
    "language",
    "letter",
    "manifest",
    "metrics",
    "operators-state",
    "ready",
    "event-receiver",
    "factor-invitation",
    "handover-large",
    "handover-link",
    "handover-small",
    "oidc-again",
    "oidc-callback",
    "oidc-start",
    "organisation:switch",
    "service-worker",
    "sessions:end-others",
    "shell",
}
SIGN_IN_LIBRARY = ("account_", "mfa_")
OPERATORS = "admin:"
OPEN_TO_ALL = {
    "account_login",
    "account_signup",
    "account_inactive",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}


@pytest.fixture
def crew(acme) -> dict[str, Membership]:
    """Vera, who looks on, Omar, whose job is open, and Enzo, whose job ended a week ago."""

    def hire(name: str, role: str = "installer", all_sites: bool = False) -> Membership:
        person = make_person(f"{name.lower()}@acme.example", name)
        return join(person, acme, role, all_sites=all_sites)

    return {"vera": hire("Vera", "viewer", True), "omar": hire("Omar"), "enzo": hire("Enzo")}


@pytest.fixture
def clients(clients, crew, as_person) -> dict[str, Client]:
    """Everybody, signed in; the crew as well."""
    return clients | {name: as_person(member.user) for name, member in crew.items()}


@pytest.fixture
def things(
    claim,
    harbours_claim,
    supports_claim,
    mill_court,
    lighthouse,
    supports_site,
    ira,
    hal,
    sam,
    crew,
    settings,
) -> dict[str, dict[str, tuple[str, str]]]:
    """Of each kind of thing: whose it is → their own, and another's."""
    settings.SUPPORT_OF_MOVES = sam.memberships.get().organisation.spkey_org_id
    others_support = make_organisation("Other", "other-support", world.key_text("Other"), "super")
    iras, hals, sams = (person.memberships.get() for person in (ira, hal, sam))
    acmes = {"claim": claim.pk, "site": mill_court.pk, "member": iras.pk}
    # A colleague of Hal's: he is the only administrator, and stays.
    hans = join(make_person("hans@harbour.example", "Hans"), hals.organisation)
    harbours = {"claim": harbours_claim.pk, "site": lighthouse.pk, "member": hans.pk}
    supports = {"claim": supports_claim.pk, "site": supports_site.pk, "member": sams.pk}
    for side, member in ((acmes, iras), (harbours, hals), (supports, sams)):
        invited = invite(member.organisation, actor=member.user)
        side["invitation"] = invited.pk
    for mine, site in ((acmes, mill_court), (harbours, lighthouse), (supports, supports_site)):
        mine["job"] = planning.make(Plan(site, timezone.localdate(), timezone.localdate()), ira).pk
        mine["hub"] = make_own_hub(site).pk
        mine["photo"] = pages.photo_beside(site).pk
        mine["removed photo"] = pages.photo_beside(site, removed_at=timezone.now()).pk
        link = pages.link_beside(site)
        mine["secret"] = pages.secret_beside(site).pk
        mine["import"] = pages.import_beside(site).pk
        mine["handed"], mine["link"] = link.handover.job_id, link.pk
        mine["handed photo"] = f"{link.handover.job_id} {mine['photo']}"
        asked = {"membership_id": mine["member"], "job_id": mine["job"], "kind": "more_time"}
        mine["request"] = JobRequest.objects.create(organisation=site.organisation, **asked).pk
        action = pages.action_beside(site)
        mine["hub"], mine["action"] = action.hub_id, action.pk
        mine["grant"] = consent_to(others_support, site.organisation).pk
        asked = AccessRequest.objects.create(
            membership=sams,
            organisation=site.organisation,
            named="–",
            reason="–",
            expires_at=timezone.now() + timedelta(days=1),
        )
        mine["asked"], mine["acting"] = asked.pk, mine["grant"]
        mine["acted hub"] = f"{mine['grant']} {mine['hub']}"
        mine["acted action"] = f"{mine['acted hub']} {mine['action']}"
        own = pages.move_beside(site)
        mine["move"], mine["move photo"] = own.pk, pages.moves_photo_beside(own)
        mine["sent hub"] = pages.sent_hub_beside(site).pk
        mine["foreign hub"] = pages.foreign_hub_beside(site).pk
        elsewhere = mill_court if site == lighthouse else lighthouse
        mine["held"] = pages.move_beside(elsewhere, site.organisation).pk
        theirs = pages.move_beside(elsewhere, support_organisation=others_support)
        mine["handled"], mine["handled photo"] = theirs.pk, pages.moves_photo_beside(theirs)
    supports["handled"], supports["handled photo"] = acmes["move"], acmes["move photo"]
    supports["acting"] = supports_claim.support_grant_id
    moved = pages.moved_by_support(supports_claim.support_grant, sam)
    supports["acted hub"] = f"{moved.support_grant_id} {moved.hub_id}"
    supports["acted action"] = f"{supports['acted hub']} {moved.pk}"
    for job in (acmes["job"], acmes["handed"]):
        JobMember.objects.create(job_id=job, membership=crew["omar"])
    week_ago = timezone.localdate() - timedelta(days=7)
    ended = planning.make(Plan(mill_court, week_ago, week_ago, people=[crew["enzo"]]), ira)
    own = {"hal": (harbours, acmes), "agent": (supports, acmes)}
    own["omar"] = (acmes | {"claim": claim_by(crew["omar"], mill_court, 3)}, harbours)
    enzos = {"claim": claim_by(crew["enzo"], mill_court, 4), "job": ended.pk}
    own["enzo"] = (acmes | enzos, harbours)
    nothing = {"": dict.fromkeys(EVERYBODY, ("", ""))}
    return nothing | {
        kind: {
            role: tuple(str(side[kind]) for side in own.get(role, (acmes, harbours)))
            for role in EVERYBODY
        }
        for kind in acmes
    }


def invite(organisation: Any, actor: Any) -> Any:
    """Invite somebody new to the organisation."""
    how = {"role": "installer", "all_sites": True, "actor": actor}
    return invitations.invite(organisation, "new@elsewhere.example", **how)


def claim_by(member: Membership, site: Site, number: int) -> UUID:
    """Claim a hub in the member's name."""
    return actions.submit(claim_request(member.user, site, world.hub_id(number))).pk


def ask(client: Client, row: Row, pk: str = "") -> Any:
    """Return what the address answers, and undo what it did."""
    address = reverse(row.name, args=pk.split())
    with undone():
        return getattr(client, row.method)(address, row.data)


def verdict(answer: Any) -> Any:
    """Return the answer's status, a way to sign-in told apart from other ways."""
    if answer.status_code == 302 and answer["Location"].startswith(reverse("account_login")):
        return IN
    return answer.status_code


def test_the_matrix_has_every_address_and_nothing_else():
    known = {name for name, _ in named()}
    ours = {name for name in known if not name.startswith((*SIGN_IN_LIBRARY, OPERATORS))}

    assert ours == {row.name for row in MATRIX} | OTHERWISE
    assert known >= OPEN_TO_ALL


def test_everybody_may_do_what_their_role_allows_in_their_own_organisation(clients, things):
    answers = {
        str(row): tuple(
            verdict(ask(clients[role], row, things[row.thing][role][0])) for role in ROLES
        )
        for row in MATRIX
    }

    assert answers == {str(row): row.own for row in MATRIX}


@pytest.mark.slow
@pytest.mark.parametrize("name", MORE)
def test_the_rest_may_do_what_the_nearest_role_may_except_where_it_is_said(name, clients, things):
    like = MORE[name]
    nearest = ROLES.index(like.role)
    answers = {
        str(row): verdict(ask(clients[name], row, things[row.thing][name][0])) for row in MATRIX
    }

    assert answers == {str(row): row.own[nearest] for row in MATRIX} | like.differs
    for row in (row for row in MATRIX if row.thing):
        others = ask(clients[name], row, things[row.thing][name][1])
        assert verdict(others) == of_others(row, like.role), str(row)


def of_others(row: Row, role: str) -> int:
    """Return what the role is answered on another tenant's thing.

    A hub's own id is printed on it: who is no agent is told so before anything is looked for.
    """
    return 403 if row.name == "support:hub" and role != "agent" else 404


def test_another_tenants_thing_answers_exactly_as_one_that_does_not_exist(clients, things):
    for row in (row for row in MATRIX if row.thing):
        for role in ROLES:
            expected = row.own[0] if role == "nobody" else of_others(row, role)
            theirs = things[row.thing][role][1]
            nobodys = " ".join(str(uuid4()) for _ in theirs.split())
            others = ask(clients[role], row, theirs)
            missing = ask(clients[role], row, nobodys)

            assert verdict(others) == verdict(missing) == expected, (str(row), role)
            # The way back through sign-in names what was asked for.
            asked_back = others.content.replace(theirs.encode(), nobodys.encode())
            assert without_tokens(asked_back) == without_tokens(missing.content), role


def test_the_story_of_a_hub_is_for_agents_alone(clients):
    expected = dict.fromkeys(EVERYBODY, 403) | {"nobody": IN, "agent": 404}
    answers = {
        role: verdict(clients[role].get(reverse("support:hub", args=(uuid4(),))))
        for role in EVERYBODY
    }

    assert answers == expected


def test_one_switches_to_ones_own_organisation_and_to_no_other(clients, acme, harbour):
    address = reverse("organisation:switch")
    wanted = dict.fromkeys(EVERYBODY, acme) | {"hal": harbour}
    expected = dict.fromkeys(EVERYBODY, 302) | {"nobody": IN}
    expected |= dict.fromkeys(("eli", "agent", "otto"), 404)
    for role in EVERYBODY:
        client = clients[role]
        own = client.post(address, {"organisation": str(wanted[role].pk)})
        missing = client.post(address, {"organisation": str(uuid4())})
        other = harbour if role != "hal" else acme
        others = client.post(address, {"organisation": str(other.pk)})

        assert verdict(own) == expected[role], role
        assert verdict(others) == verdict(missing) == (IN if role == "nobody" else 404), role
        assert without_tokens(others.content) == without_tokens(missing.content), role


@pytest.mark.parametrize("organisation", ["", "acme", "1' or 1=1", None])
def test_switching_to_something_that_is_no_id_is_not_found(organisation, as_person, ira):
    data = {} if organisation is None else {"organisation": organisation}

    assert as_person(ira).post(reverse("organisation:switch"), data).status_code == 404


def test_everybody_leaves_their_own_organisation_but_its_only_administrator(clients, acme):
    expected = dict.fromkeys(EVERYBODY, 302) | {"nobody": IN}
    expected |= {"hal": 422, "ada": 422, "eli": 403, "otto": 403}
    for role in EVERYBODY:
        assert verdict(clients[role].post(reverse("people:leave"))) == expected[role], role
    assert acme.memberships.count() == 2  # Eli's has expired, and Ada stays.


def test_an_invitation_opens_for_whoever_has_its_link_and_for_no_other_account(clients, acme, ada):
    token = invitations.token_of(invite(acme, actor=ada))
    address, made_up = (reverse("invitation", args=(each,)) for each in (token, "made-up"))
    for role in EVERYBODY:
        expected = 200 if role == "nobody" else 409
        assert clients[role].get(address).status_code == expected, role
        assert clients[role].get(made_up).status_code == 404, role
        assert clients[role].post(made_up).status_code == 404, role


def test_a_made_up_invitation_to_a_second_factor_is_nothing_to_anybody(clients):
    address = reverse("factor-invitation", args=("made-up",))
    for role in EVERYBODY:
        for method in (clients[role].get, clients[role].post):
            assert verdict(method(address)) == (IN if role == "nobody" else 404), role


def test_a_made_up_link_to_a_handover_is_nothing_to_anybody(clients):
    address, photo = reverse("handover-link", args=("made-up",)), f"photos/{uuid4()}/"
    for role in EVERYBODY:
        get, post = clients[role].get, clients[role].post
        asked = (get(address), post(address), get(address + photo), get(f"{address}{photo}small/"))
        assert {answer.status_code for answer in asked} == {404}, role


def test_a_made_up_address_for_events_is_nothing_to_anybody(clients):
    for role in EVERYBODY:
        for method in (clients[role].get, clients[role].post):
            answer = method(reverse("event-receiver", args=("made-up",)))
            assert (answer.status_code, answer.content) == (404, b"Not Found\n"), role


def test_everybody_ends_their_own_other_sessions_and_nobody_elses(clients, ira, as_person):
    here = as_person(ira)
    for role in ROLES:
        answer = clients[role].post(reverse("sessions:end-others"))
        assert verdict(answer) == (IN if role == "nobody" else 302), role
        assert here.get(reverse("home")).status_code == (
            302 if role in {"ira", "eli", "ada", "agent"} else 200
        ), role


def test_an_agent_without_the_second_factor_reaches_no_page_of_support(as_person, sam):
    client = as_person(sam)
    for name in ("support:claims", "support:find"):
        for method in (client.get, client.post):
            answer = method(reverse(name))

            assert answer.status_code in {403, 405}
    assert "second factor" in client.get(reverse("support:find")).content.decode()


@pytest.mark.parametrize("address", ["try-now", "stop", "again"])
def test_a_targets_administrator_sees_a_support_claim_and_may_not_act_on_it(
    address, as_person, hal, supports_claim
):
    client = as_person(hal)

    assert client.get(reverse("claims:detail", args=(supports_claim.pk,))).status_code == 200
    answer = client.post(reverse(f"claims:{address}", args=(supports_claim.pk,)))
    assert answer.status_code == 403


def test_the_load_balancer_needs_no_sign_in_and_learns_nothing(client, db):
    answer = client.get(reverse("health"))

    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_of_the_sign_in_pages_only_those_for_strangers_open_without_signing_in(client, db):
    pages = [(name, pattern) for name, pattern in named() if name.startswith(SIGN_IN_LIBRARY)]
    for name, pattern in pages:
        answer = client.get(reverse(name, kwargs=example(pattern)))

        if name == "account_logout":
            assert answer["Location"] == reverse("home")
        else:
            assert verdict(answer) == (200 if name in OPEN_TO_ALL else IN), name


def test_no_member_of_any_organisation_opens_an_operators_page(clients):
    pages = [(name, pattern) for name, pattern in named() if name.startswith(OPERATORS)]
    doorkeeper = reverse("admin:login")
    outside = {doorkeeper, reverse("account_login"), reverse("admin:index")}
    for name, pattern in pages:
        address = reverse(name, kwargs=example(pattern))
        for role in ("nobody", "ada", "agent"):
            answer = clients[role].get(address)

            led = answer["Location"].partition("?")[0] if answer.status_code == 302 else ""
            assert answer.status_code == 403 or led in outside, (role, name)
    verdicts = [verdict(clients[role].get(doorkeeper)) for role in ("nobody", "ada", "agent")]
    assert verdicts == [IN, 403, 403]
