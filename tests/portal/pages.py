"""Every page and fragment of the portal, with somebody signed in who may see it."""

from datetime import timedelta
from uuid import uuid4

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.claims.models import Claim, SentHub
from portal.consent import asking as access_asking
from portal.consent.models import AccessRequest, Grant
from portal.core.leasing import due_at
from portal.events import receivers
from portal.events.models import Delivery, ReceiverSecret
from portal.hubs.actions import asking
from portal.hubs.actions.asking import ActionRequest
from portal.hubs.actions.models import HubAction, Kind
from portal.hubs.labels.photo_reader import Copies
from portal.hubs.models import Hub
from portal.hubs.photos import files
from portal.hubs.photos.models import HubPhoto
from portal.hubs.web.action_pages import ACTION_PAGES
from portal.imports.models import Import, Row
from portal.jobs import handover, handover_links, planning, requests
from portal.jobs.handover import Item, Standing
from portal.jobs.models import HandoverHub, HandoverLink, Job, JobRequest
from portal.jobs.planning import Plan
from portal.moves.models import MoveRequest
from portal.orgs import api_keys
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, Membership, Organisation, User
from portal.sandbox import world
from portal.sites.models import Site
from tests.hubs.own_hubs import make_own_hub
from tests.portal.addresses import example, named

ADMINS = (
    "home",
    "search",
    "claims:list",
    "claims:new",
    "claims:sent-list",
    "tray:sync",
    "jobs:list",
    "jobs:new",
    "jobs:ask-site",
    "hubs:list",
    "imports:list",
    "imports:new",
    "sites:list",
    "sites:new",
    "sites:id",
    "sites:import",
    "people:list",
    "people:invite",
    "people:leave",
    "key:edit",
    "key:live",
    "events:setup",
    "events:live",
    "events:replace",
    "organisation:settings",
    "sessions:list",
    "consent:overview",
    "consent:give",
    "consent:code",
    "record:list",
    "activity",
    "news",
)
USUAL = timedelta(days=1)
CLAIMS = ("claims:detail", "claims:live")
HUBS = ("hubs:detail", "hubs:live")
JOBS = (
    "jobs:detail",
    "jobs:live",
    "jobs:edit",
    "jobs:people",
    "jobs:cancel",
    "jobs:complete",
)
HUBS = (
    "claims:replace",
    "hub-actions:page",
    "hub-actions:live",
    "hub-actions:ask-support",
    *(f"hub-actions:{what}" for what in ACTION_PAGES),
)
IMPORTS = ("imports:detail", "imports:live", "imports:stop")
AGENTS = (
    "home",
    "support:claims",
    "support:find",
    "support:moves",
    "support:ask",
    "support:code",
    "support:break-glass",
)
POSTS = (
    "claims:new",
    "claims:read",
    "tray:sync",
    "tray:photo",
    "claims:try-now",
    "claims:stop",
    "claims:again",
    "claims:tell",
    "photos:list",
    "photos:remove",
    "photos:restore",
    "claims:replace",
    "claims:sent",
    "jobs:new",
    "jobs:edit",
    "jobs:people",
    "jobs:extend",
    "jobs:cancel",
    "jobs:reopen",
    "jobs:ask",
    "jobs:ask-move",
    "jobs:ask-site",
    "jobs:decide",
    "jobs:request",
    "jobs:complete",
    "jobs:handover-accept",
    "jobs:handover-link",
    "jobs:handover-link-end",
    "hubs:describe",
    "hubs:put-back",
    "hubs:export-csv",
    "hubs:export-xlsx",
    "imports:new",
    "imports:move-chosen",
    "imports:run",
    "imports:check-again",
    "imports:columns",
    "imports:stop",
    "imports:retry",
    "imports:add-site",
    "sites:new",
    "sites:import",
    "sites:edit",
    "sites:archive",
    "sites:restore",
    "hub-actions:stop",
    *(f"hub-actions:{what}" for what in ACTION_PAGES),
    "people:list",
    "people:edit",
    "people:end-sessions",
    "people:invite",
    "people:place",
    "people:remove",
    "first-steps-id",
    "first-steps-put-away",
    "needs-put-away",
    "needs-take-back",
    "key:edit",
    "key:check",
    "events:make",
    "events:replace",
    "events:secret-make",
    "events:secret-remove",
    "organisation:settings",
    "organisation:switch",
    "sessions:end",
    "sessions:end-others",
    "record:export",
    "news",
    "consent:give",
    "consent:code",
    "consent:export",
    "consent:request",
    "consent:revoke",
    "moves:ask",
    "moves:withdraw",
    "moves:held",
    "support:move",
    "support:move-approve",
    "support:move-decline",
    "support:ask",
    "support:code",
    "support:break-glass",
    "support:break-glass-confirm",
    "support:unknown",
    "support:claim",
    "support:tray-sync",
    "support:tray-photo",
)


def member_beside(site: Site) -> Membership:
    """Return some member of the site's organisation."""
    return site.organisation.memberships.all()[0]


def job_beside(site: Site) -> Job:
    """Return the job of today at the site, made when there is none."""
    today = timezone.localdate()
    actor = member_beside(site).user
    return site.jobs.unfinished().first() or planning.make(Plan(site, today, today), actor)


def hub_beside(site: Site) -> Hub:
    """Return the hub of the organisation's own at the site, made when there is none."""
    return site.hubs.order_by("created_at").first() or make_own_hub(site, place="Flat 12, riser")


def link_beside(site: Site) -> HandoverLink:
    """Return the link to what was handed over at the site, made when there is none."""
    if link := HandoverLink.objects.filter(handover__job__site=site).first():
        return link
    today, actor = timezone.localdate(), member_beside(site).user
    job = planning.make(Plan(site, today, today), actor)
    photo = photo_beside(site)
    item = Item(HandoverHub.State.CLAIMED, hub_id=photo.hub.hub_id, photos=(photo.pk,))
    done, _ = handover.complete(job, Standing((item,)), actor, "–")
    return handover_links.make(done, actor)


def photo_beside(site: Site, **fields: object) -> HubPhoto:
    """Return a photo of the hub at the site, with its files, made when there is none."""
    hub, is_removed = hub_beside(site), bool(fields)
    if found := HubPhoto.objects.filter(hub=hub, removed_at__isnull=not is_removed).first():
        return found
    fields |= {"hub": hub, "number": 1, "width": 4, "height": 3, "kept_at": timezone.now()}
    photo = HubPhoto.objects.create(created_by_name="Somebody", **fields)
    files.keep(photo.pk, Copies(large=b"large", small=b"small", width=4, height=3))
    return photo


def action_beside(site: Site) -> HubAction:
    """Return an action on a hub of the site's organisation, made when there is none."""
    if action := HubAction.objects.filter(organisation=site.organisation).first():
        return action
    hub = Hub.objects.create(
        organisation=site.organisation,
        hub_id=uuid4(),
        binding=Hub.Binding.OURS,
        status="Claimed",
        spkey_site_id=site.spkey_site_id,
    )
    actor = member_beside(site).user
    return asking.submit(ActionRequest(actor, hub, Kind.COMMAND, uuid4(), command="get_nodes"))


def moved_by_support(grant: Grant, agent: User) -> HubAction:
    """Return a move that an agent has asked for under the grant, made when there is none."""
    if action := HubAction.objects.filter(support_grant=grant).first():
        return action
    here = grant.organisation.sites.order_by("pk")[0]
    hub = Hub.objects.create(
        organisation=grant.organisation,
        hub_id=uuid4(),
        binding=Hub.Binding.OURS,
        status="Claimed",
        site=here,
        spkey_site_id=here.spkey_site_id,
    )
    return asking.submit(
        ActionRequest(
            agent,
            hub,
            Kind.MOVE,
            uuid4(),
            site=here,
            because="Hung in the wrong building",
            acting=grant.support_organisation,
            grant=grant,
        )
    )


def import_beside(site: Site) -> Import:
    """Return an import of the site's organisation, made when there is none."""
    organisation = site.organisation
    made = {"number": 1, "kind": "claim", "digest": "–", "total": 1, "state": "ready"}
    who = {"made_by": member_beside(site).user, "submission": uuid4()}
    plan, is_new = Import.objects.get_or_create(organisation=organisation, defaults=made | who)
    if is_new:
        text = {"hub_text": "no id", "site_text": "Quay"}
        Row.objects.create(plan=plan, line=1, state="planned", verdict="site_unknown", **text)
    return plan


def secret_beside(site: Site) -> ReceiverSecret:
    """Return a secret of where the organisation's events come, made when there is none."""
    organisation = site.organisation
    if secret := ReceiverSecret.objects.filter(receiver=organisation.pk).first():
        return secret
    receiver = receivers.replace(organisation, None)
    # Its last characters are shown: not letters that look like a word.
    receivers.add_secret(receiver, None, "0123456789" * 5)
    now = timezone.now()
    for number, (kind, result) in enumerate((("Shadow Update", "read"), ("", "test"))):
        came = {"event_id": str(number), "type": kind, "result": result, "received_at": now}
        Delivery.objects.create(receiver=receiver, hub=str(uuid4()), **came)
    return ReceiverSecret.objects.get(receiver=receiver)


def support_beside() -> Organisation:
    """Return the organisation of support, made when there is none."""
    named = {"spkey_org_id": world.SUPPORT_ORG_ID}
    support, is_new = Organisation.objects.get_or_create(**named, defaults={"name": "Support"})
    if is_new:
        credential = api_keys.replace(support, None, Secret(world.SUPPORT_KEY), None)
        ApiCredential.objects.filter(pk=credential.pk).update(kind="super", due_at=None)
    return support


def agent_of(support: Organisation) -> Membership:
    """Return an agent of this support, who is made when there is none."""
    mine = Membership.objects.filter(organisation=support, support=True)
    if found := mine.first():
        return found
    person = User.objects.create(email="al@support.example", name="Al")
    return Membership.objects.create(user=person, organisation=support, support=True)


def grant_beside(site: Site) -> Grant:
    """Return the consent by which support acts for the site's organisation."""
    if found := Grant.objects.standing().filter(organisation=site.organisation).first():
        return found
    support = support_beside()
    now = timezone.now()
    return Grant.objects.create(
        organisation=site.organisation,
        support_organisation=support,
        kind="consent",
        granted_by=member_beside(site).user,
        all_sites=True,
        begins_at=now,
        ends_at=now + USUAL,
        **due_at(now + USUAL),
    )


def access_request_beside(site: Site) -> AccessRequest:
    """Return what support asks of the site's organisation."""
    if found := AccessRequest.objects.waiting().filter(organisation=site.organisation).first():
        return found
    agent = agent_of(support_beside())
    wanted = access_asking.Wanted("Their tablet is broken")
    return access_asking.ask(agent, site.organisation, site.organisation.name, wanted)


def request_beside(site: Site) -> JobRequest:
    """Return what some member of the site's organisation asks for."""
    return requests.ask_for_time(job_beside(site), member_beside(site))


def foreign_hub_beside(site: Site) -> Hub:
    """Return the row of a hub that is somebody else's, made when there is none."""
    organisation = site.organisation
    nobodys = Hub.objects.filter(organisation=organisation, move_requests=None)
    if found := nobodys.filter(binding="other").first():
        return found
    return Hub.objects.create(organisation=organisation, hub_id=uuid4(), binding="other")


def sent_hub_beside(site: Site) -> SentHub:
    """Return a hub that somebody could not claim at the site and sent to the administrators."""
    if found := SentHub.objects.filter(site=site, claim=None).first():
        return found
    return SentHub.objects.create(
        organisation=site.organisation,
        about=f"{site.pk.hex} unknown",
        hub_id=uuid4(),
        sent_by=member_beside(site).user,
        site=site,
        state="not_found",
    )


def move_beside(site: Site, holder: Organisation | None = None, **fields: object) -> MoveRequest:
    """Return a request for a hub to be moved to the site, made when there is none.

    With a holder, it is put to that one.
    """
    found = MoveRequest.objects.filter(site=site, holder=holder, **fields)
    if (made := found.first()) is not None:
        return made
    hub = Hub.objects.create(organisation=site.organisation, hub_id=uuid4(), binding="other")
    now = timezone.now()
    put = {
        "state": "with_holder",
        "found": "other",
        "found_org_id": "x",
        "holder": holder,
        "holder_asked_at": now,
        "holder_expires_at": now + timedelta(days=3),
        "due_at": now + timedelta(days=3),
    }
    return MoveRequest.objects.create(
        organisation=site.organisation,
        asked_by=member_beside(site).user,
        hub=hub,
        hub_id_text=str(hub.hub_id),
        site=site,
        why="The building changed hands",
        found_status="Suspended",
        **(put if holder else {}),
        **fields,
    )


def held_beside(site: Site) -> MoveRequest:
    """Return a request that is put to the site's organisation, made when there is none."""
    if found := MoveRequest.objects.filter(holder=site.organisation).first():
        return found
    support = agent_of(support_beside()).organisation
    next_door = {"name": "Next door", "spkey_site_id": "next-door"}
    theirs = support.sites.first() or Site.objects.create(organisation=support, **next_door)
    return move_beside(theirs, site.organisation)


def moves_photo_beside(asked: MoveRequest) -> str:
    """Return the ids of the request and of a photo of its hub, made when there is none."""
    photo = HubPhoto.objects.filter(hub=asked.hub).first()
    if photo is None:
        fields = {"number": 1, "width": 4, "height": 3, "kept_at": timezone.now()}
        photo = HubPhoto.objects.create(hub=asked.hub, created_by_name="Somebody", **fields)
        files.keep(photo.pk, Copies(large=b"large", small=b"small", width=4, height=3))
    return f"{asked.pk} {photo.pk}"


def portals(claim: Claim, site: Site) -> list[str]:
    """Return the addresses of an administrator's own pages and fragments."""
    return [
        reverse("events:secret-remove", args=(secret_beside(site).pk,)),
        *map(reverse, ADMINS),
        *(reverse(name, args=(claim.pk,)) for name in CLAIMS),
        *(reverse(name, args=(hub_beside(site).pk,)) for name in HUBS),
        *(reverse(name, args=(job_beside(site).pk,)) for name in JOBS),
        *(reverse(name, args=(import_beside(site).pk,)) for name in IMPORTS),
        reverse("jobs:request", args=(request_beside(site).pk,)),
        reverse("consent:request", args=(access_request_beside(site).pk,)),
        reverse("consent:revoke", args=(grant_beside(site).pk,)),
        reverse("jobs:handover", args=(link_beside(site).handover.job_id,)),
        reverse("jobs:handover-link-end", args=(link_beside(site).pk,)),
        reverse("sites:detail", args=(site.pk,)),
        reverse("sites:edit", args=(site.pk,)),
        reverse("sites:archive", args=(site.pk,)),
        reverse("photos:list", args=(photo_beside(site).hub_id,)),
        *(reverse(name, args=(action_beside(site).hub_id,)) for name in HUBS),
        *(
            reverse(name, args=(member_beside(site).pk,))
            for name in ("people:edit", "people:remove")
        ),
        reverse("claims:sent", args=(sent_hub_beside(site).pk,)),
        reverse("moves:ask", args=(foreign_hub_beside(site).pk,)),
        *(reverse(name, args=(move_beside(site).pk,)) for name in ("moves:detail", "moves:live")),
        *(
            reverse(name, args=(held_beside(site).pk,))
            for name in ("moves:held", "moves:held-live")
        ),
    ]


def agents(grant: Grant) -> list[str]:
    """Return the addresses of support's own pages, and of those under the grant."""
    of_grant = (
        "support:organisation",
        "support:claim",
        "support:tray",
        "support:tray-sync",
        "support:hubs",
        "support:organisation-claims",
    )
    site = grant.organisation.sites.all()[0]
    of_move = ("support:move", "support:move-live", "support:move-decline")
    moves = [reverse(name, args=(move_beside(site).pk,)) for name in of_move]
    agent = Membership.objects.filter(organisation=grant.support_organisation, support=True)[0]
    action = moved_by_support(grant, agent.user)
    of_hub = ("support:move-hub", "support:move-hub-live")
    moves += [reverse(name, args=(grant.pk, action.hub_id)) for name in of_hub]
    return [*map(reverse, AGENTS), *moves, *(reverse(name, args=(grant.pk,)) for name in of_grant)]


def grouped(*prefixes: str) -> list[str]:
    """Return an address of every name that begins with one of the prefixes."""
    found = [(name, pattern) for name, pattern in named() if name.startswith(prefixes)]
    return [reverse(name, kwargs=example(pattern)) for name, pattern in found]


def posts(claim: Claim, site: Site) -> list[str]:
    """Return the addresses that take a POST."""
    things = {"claims": claim.pk, "sites": site.pk, "people": member_beside(site).pk}
    things |= {"hubs": hub_beside(site).pk}
    things["imports"] = import_beside(site).pk
    things |= {"jobs": job_beside(site).pk, "jobs:request": request_beside(site).pk}
    things |= {"consent": grant_beside(site).pk, "support": grant_beside(site).pk}
    asked = move_beside(site)
    things |= dict.fromkeys(("moves", "support:move"), asked.pk)
    things |= dict.fromkeys(("support:move-approve", "support:move-decline"), asked.pk)
    things |= {"moves:ask": foreign_hub_beside(site).pk, "moves:held": held_beside(site).pk}
    things["consent:request"] = access_request_beside(site).pk
    link = link_beside(site)
    things |= dict.fromkeys(("jobs:handover-accept", "jobs:handover-link"), link.handover.job_id)
    things["jobs:handover-link-end"] = link.pk
    things["claims:sent"] = sent_hub_beside(site).pk
    things["events:secret-remove"] = secret_beside(site).pk
    things |= {"photos": photo_beside(site).pk, "photos:list": hub_beside(site).pk}
    action = action_beside(site)
    things |= {"hub-actions": action.hub_id, "hub-actions:stop": action.pk}
    things |= dict.fromkeys(("claims:replace", "jobs:ask-move"), action.hub_id)
    addresses = []
    for name, pattern in named():
        if name in POSTS:
            takes_pk = "pk" in pattern.pattern.converters
            thing = name if name in things else name.partition(":")[0]
            args = (things[thing],) if takes_pk else ()
            addresses.append(reverse(name, args=args))
    assert len(addresses) == len(POSTS)
    return addresses


Pages = list[tuple[Client, str]]


def every(clients: dict[str, Client], claims: dict[str, Claim], sites: dict[str, Site]) -> Pages:
    """Return (client, address) of every page there is."""
    return [
        *((clients["ada"], address) for address in portals(claims["acme"], sites["acme"])),
        *((clients["ira"], address) for address in map(reverse, ("home", "claims:new"))),
        *((clients["hal"], reverse(name, args=(claims["support"].pk,))) for name in CLAIMS),
        *((clients["agent"], address) for address in agents(claims["support"].support_grant)),
        *((clients["ada"], address) for address in grouped("account_", "mfa_")),
        *((clients["otto"], address) for address in grouped("admin:")),
    ]
