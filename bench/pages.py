"""What is done with an organisation's years: each page, list, search, poll, file and lease."""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import partial
from typing import Self
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.test import Client

from bench.inventory import A_PAGE
from bench.people import give_key, use_factor
from bench.years import submit
from portal.audit.kinds import Kind as RecordKind
from portal.claims.groups import OFFERED
from portal.claims.models import Claim, SentHub
from portal.claims.queries import claims_for_others
from portal.consent.models import AccessRequest, Grant
from portal.core import leasing, worker
from portal.core.web import pagination
from portal.events.models import ReceiverSecret
from portal.hubs import inventory
from portal.hubs.models import LEFT, Binding, Health, Hub
from portal.hubs.queries import inventory_of
from portal.hubs.web.action_pages import ACTION_PAGES
from portal.hubs.web.forms import NO_SITE
from portal.imports.models import Import, State
from portal.jobs.models import HandoverLink, Job, JobRequest
from portal.jobs.queries import GROUPS
from portal.jobs.site_numbers import ORDERS
from portal.moves.models import MoveRequest
from portal.orgs.models import ApiCredential, Membership, Organisation, User
from portal.sandbox import world

type Work = Callable[[], object]
type Reader = Callable[..., Work]


@dataclass(frozen=True, slots=True)
class Readers:
    """Who looks, each of them at all that concerns them."""

    installer: User
    admin: User
    former: User
    agent: User
    operator: User

    @classmethod
    def of(cls, organisation: Organisation, installer: User) -> Self:
        """Make who is missing beside this installer of the organisation."""
        admin = User.objects.create_user("history@acme.example", name="Ada Admin")
        Membership.objects.create(user=admin, organisation=organisation, role="admin")
        former = User.objects.create_user("rita@acme.example", name="Rita Rare")
        Membership.objects.create(user=former, organisation=organisation)
        support = Organisation.objects.create(name="Support", spkey_org_id=world.SUPPORT_ORG_ID)
        give_key(support, world.SUPPORT_KEY, ApiCredential.Kind.SUPER)
        agent = User.objects.create_user("agent@support.example", name="Sam Support")
        Membership.objects.create(user=agent, organisation=support, support=True)
        operator = User.objects.create_superuser("history-operator@portal.example")
        return cls(installer, admin, former, agent, operator)

    def ids(self) -> dict[str, object]:
        """Return who they are, for another process."""
        return {each.name: getattr(self, each.name).pk for each in fields(self)}

    @classmethod
    def known(cls, ids: Mapping[str, object]) -> Self:
        """Return those who were made before."""
        return cls(**{name: User.objects.get(pk=pk) for name, pk in ids.items()})


@dataclass(frozen=True, slots=True)
class Get:
    """A page that is read with somebody's client; `undone` where reading it is written down."""

    client: Client
    path: str
    undone: bool = False

    def __call__(self) -> None:
        """Read the page."""
        (_undone(self._read) if self.undone else self._read)()

    def _read(self) -> None:
        _begin(self.path, self.client.get(self.path, secure=True))


def works(readers: Readers, claim: Claim) -> Iterator[tuple[str, Work]]:
    """Yield what is done with a history in which this claim lies somewhere in the middle."""
    read, post = _reader(readers.admin), _poster(readers.admin)
    yield from _pages(readers, claim)
    yield from _sites(read, claim)
    yield from _hubs(read, claim)
    yield from _inventory(read, claim)
    yield from _jobs(read, claim)
    yield from _imports(read, claim)
    yield from _record(read, claim)
    yield from _people(read, claim)
    yield from _lists(readers, claim)
    yield from _searches(readers, claim)
    yield from _found_everywhere(read, claim)
    yield from _paperwork(readers, claim)
    yield from _support(readers, claim)
    yield from _files(read, post, claim)
    yield from _operators_pages(readers, claim)
    yield from _tray(readers, claim)
    yield from _worker()


def _pages(readers: Readers, claim: Claim) -> Iterator[tuple[str, Work]]:
    read, of_installer = _reader(readers.admin), _reader(readers.installer)
    yield "administrator's home", read("/")
    yield "installer's home", of_installer("/")
    yield "tray", of_installer("/claims/new/")
    yield "key", read("/organisation/key/")
    yield "key's poll", read("/organisation/key/live/")
    yield from _events(read, claim)
    yield "settings", read("/organisation/settings/")
    yield "own activity", of_installer("/accounts/activity/")
    yield "administrator's own activity", read("/accounts/activity/")
    yield "claim", read(f"/claims/{claim.pk}/")
    yield "claim's poll", read(f"/claims/{claim.pk}/live/")


def _events(read: Reader, claim: Claim) -> Iterator[tuple[str, Work]]:
    secret = ReceiverSecret.objects.get(receiver__organisation=claim.organisation_id)
    yield "live events", read("/organisation/events/")
    yield "live events' poll", read("/organisation/events/live/")
    yield "another address for events", read("/organisation/events/replace/")
    yield "secret of events", read(f"/organisation/events/secrets/{secret.pk}/remove/")


def _sites(read: Reader, claim: Claim) -> Iterator[tuple[str, Work]]:
    for order in ORDERS:
        for way in ("", "-"):
            yield f"sites by {way}{order}", read(f"/sites/?order={way}{order}")
    yield "search for sites", read("/sites/?q=house")
    yield "new site", read("/sites/new/")
    yield "new site's id", read("/sites/new/id/?name=House")
    yield "site", read(f"/sites/{claim.site_id}/")
    yield "site's form", read(f"/sites/{claim.site_id}/change/")
    yield "site that is to be archived", read(f"/sites/{claim.site_id}/archive/")


def _hubs(read: Reader, claim: Claim) -> Iterator[tuple[str, Work]]:
    hub, before = claim.hub, urlencode({"before": claim.created_at.isoformat()})
    yield "hub", read(f"/hubs/{hub.pk}/")
    yield "hub, older history", read(f"/hubs/{hub.pk}/?{before}")
    yield "hub's poll", read(f"/hubs/{hub.pk}/live/")
    yield "hub's photos", read(f"/hubs/{hub.pk}/photos/")
    yield "hub's actions", read(f"/hubs/{hub.pk}/actions/")
    yield "hub's actions' poll", read(f"/hubs/{hub.pk}/actions/live/")
    yield "message to support", read(f"/hubs/{hub.pk}/ask-support/")
    yield "hub's replacement", read(f"/claims/replace/{hub.pk}/")
    for what in ACTION_PAGES:
        yield f"hub: {what}", read(f"/hubs/{hub.pk}/{what}/")


def _inventory(read: Reader, claim: Claim) -> Iterator[tuple[str, Work]]:
    hub = Hub.objects.select_related("site").get(pk=claim.hub_id)
    theirs = inventory_of(claim.organisation)
    # Whole pages are compared: enough follow, of a hundredth as well.
    third = theirs.count() // 3
    for name, order in inventory.ORDERS.items():
        for way in ("", "-"):
            yield f"hubs by {way}{name}", read(f"/hubs/?order={way}{name}")
        *_, middle = inventory.in_order(theirs, order, falling=False, limit=third)
        place = {"order": name, "after": inventory.position_of(middle, order)}
        yield f"hubs by {name}, in the middle", read(f"/hubs/?{urlencode(place)}")
    before = {"before": inventory.position_of(hub, inventory.ORDERS["since"])}
    yield "hubs, backwards", read(f"/hubs/?{urlencode(before)}")
    yield "200 hubs", read("/hubs/?rows=200")
    for state in (*Health.values, LEFT):
        yield f"hubs that are {state}", read(f"/hubs/?state={state}")
    filters = {
        "of a site": {"site": str(hub.site_id)},
        "of no site": {"site": NO_SITE},
        "with a firmware": {"firmware": hub.firmware},
        "of a claimer": {"person": hub.claimed_by_name},
        "of some days": {"since": "2020-01-01", "until": "2099-01-01"},
        "offline at a site": {"state": "offline", "site": str(hub.site_id)},
        "with a firmware, by place": {"firmware": hub.firmware, "order": "place"},
        "offline, by site": {"state": "offline", "order": "site"},
        "online of a claimer, by reading": {
            "state": "online",
            "person": hub.claimed_by_name,
            "order": "-read",
        },
    }
    for name, query in filters.items():
        yield f"hubs {name}", read(f"/hubs/?{urlencode(query)}")
    for name, text in _texts(hub).items():
        yield f"hubs: search for {name}", read(f"/hubs/?{urlencode({'q': text})}")
    within = {"state": "offline", "q": "house", "order": "place"}
    yield "hubs: search among those offline", read(f"/hubs/?{urlencode(within)}")


def _texts(hub: Hub) -> dict[str, str]:
    return {
        "last characters": str(hub.hub_id)[-4:],
        "an id": str(hub.hub_id),
        "a serial": hub.serial,
        "all serials": "SK-0",
        "a place": hub.place,
        "many places": "flat 7",
        "all places": "house",
        "a site": hub.site.name if hub.site else "house",
        "two letters": "ho",
        "nothing": "nothing-like-it",
    }


def _jobs(read: Reader, claim: Claim) -> Iterator[tuple[str, Work]]:
    for group in GROUPS:
        yield f"jobs {group}", read(f"/jobs/?state={group}")
    for name, text in {
        "a reference": "WO-00007",
        "all references": "WO-",
        "a number": "#7",
        "a site": "Harbour",
        "a person": "installer",
        "nothing": "nothing-like-it",
    }.items():
        yield f"jobs over: search for {name}", read(f"/jobs/?{urlencode({'q': text})}&state=over")
    job = Job.objects.unfinished().filter(organisation=claim.organisation_id).earliest("number")
    yield "job", read(f"/jobs/{job.pk}/")
    yield "job's poll", read(f"/jobs/{job.pk}/live/")
    yield "job's form", read(f"/jobs/{job.pk}/edit/")
    yield "job's people", read(f"/jobs/{job.pk}/people/")
    yield "job that is to be cancelled", read(f"/jobs/{job.pk}/cancel/")
    yield "job that is to be completed", read(f"/jobs/{job.pk}/complete/")
    yield "new job", read("/jobs/new/")


def _imports(read: Reader, claim: Claim) -> Iterator[tuple[str, Work]]:
    plans = Import.objects.filter(organisation=claim.organisation_id)
    plan, done = (plans.filter(state=each).latest("number") for each in (State.READY, "finished"))
    yield "imports", read("/import/")
    yield "new import", read("/import/new/")
    yield "plan", read(f"/import/{plan.pk}/")
    yield "plan's poll", read(f"/import/{plan.pk}/live/")
    yield "plan that is to be discarded", read(f"/import/{plan.pk}/stop/")
    yield "plan's hubs of others", read(f"/import/{plan.pk}/?show=foreign")
    yield "import", read(f"/import/{done.pk}/")
    yield "import's poll", read(f"/import/{done.pk}/live/")
    yield "import's pile", read(f"/import/{done.pk}/?show=not_done")
    yield "sites to import", read("/sites/import/")


def _record(read: Reader, claim: Claim) -> Iterator[tuple[str, Work]]:
    yield "record", read("/record/")
    for kind in RecordKind:
        yield f"{kind} in the record", read(f"/record/?kind={kind}")
    filters = {
        "a person": {"person": str(claim.submitted_by_id)},
        "a site": {"site": claim.spkey_site_id},
        "some days": {"since": "2018-01-01", "until": "2030-01-01"},
        "a person at a site": {
            "person": str(claim.submitted_by_id),
            "site": claim.spkey_site_id,
        },
        "jobs by a person": {"kind": "jobs", "person": str(claim.submitted_by_id)},
        "a hub": {"q": str(claim.hub.hub_id)},
        "a claim": {"q": str(claim.pk)},
        "a site's id": {"q": claim.spkey_site_id},
        "nothing": {"q": "nothing-like-it"},
        "hubs at a site's id": {"kind": "hubs", "q": claim.spkey_site_id},
    }
    for name, query in filters.items():
        yield f"record: {name}", read(f"/record/?{urlencode(query)}")


def _people(read: Reader, claim: Claim) -> Iterator[tuple[str, Work]]:
    member = claim.submitted_by.memberships.get()
    yield "people", read("/organisation/people/")
    yield "search for people", read("/organisation/people/?q=acme")
    yield "member", read(f"/organisation/people/{member.pk}/")
    yield "member who is to go", read(f"/organisation/people/{member.pk}/remove/")
    yield "invitation", read("/organisation/people/invite/")


def _lists(readers: Readers, claim: Claim) -> Iterator[tuple[str, Work]]:
    read = _reader(readers.admin)
    for state in ("", *OFFERED, "attention", "refused", "unclaimed", "open", "ended", "not_found"):
        yield f"claims {state or 'of any state'}", read(f"/claims/?state={state}")
    yield "claims of a site", read(f"/claims/?site={claim.site_id}")
    yield "claims of a person", read(f"/claims/?person={claim.submitted_by_id}")
    yield "refused claims of a site", read(f"/claims/?state=refused&site={claim.site_id}")
    yield "claimed ones of a person", read(f"/claims/?state=ended&person={claim.submitted_by_id}")
    agent = readers.agent.memberships.get()
    made = claims_for_others(agent).with_details()
    yield "support's claims", lambda: pagination.page_of(made, QueryDict())


def _searches(readers: Readers, claim: Claim) -> Iterator[tuple[str, Work]]:
    read = _reader(readers.admin)
    for what, text in {
        "a hub's last characters": claim.hub_id_text[-4:],
        "a serial": "SK-0000",
        "a site": "House 4",
        "a site that the portal has not": "boiler",
        "sites of long ago": "former",
        "a person": "installer",
        "everybody": "acme.example",
        "a person and a site": "installer House",
        "a person who left and a site": "rita house",
        "a person who left": "rita",
        "a serial and a site": "SK-0 house",
        "a reference": str(claim.pk)[:8],
        "nothing": "nothing-like-it",
    }.items():
        yield f"search for {what}", read(f"/claims/?q={text}")
    yield "search among refused", read("/claims/?state=refused&q=house")


def _found_everywhere(read: Reader, claim: Claim) -> Iterator[tuple[str, Work]]:
    texts = _texts(claim.hub) | {
        "a claim": str(claim.pk)[:8],
        "a person": "installer",
        "a job": "WO-00007",
    }
    for name, text in texts.items():
        yield f"everywhere: search for {name}", read(f"/search/?{urlencode({'q': text})}")


def _paperwork(readers: Readers, claim: Claim) -> Iterator[tuple[str, Work]]:
    """What `make_paperwork` has made of the organisation's."""
    read, mine = _reader(readers.admin), {"organisation": claim.organisation_id}
    sent = SentHub.objects.filter(**mine).earliest("sent_at")
    yield "hubs sent to administrators", read("/claims/sent/")
    yield "hub sent to administrators", read(f"/claims/sent/{sent.pk}/")
    asked = JobRequest.objects.filter(**mine).earliest("pk")
    yield "request", read(f"/jobs/requests/{asked.pk}/")
    yield "site that is asked for", _reader(readers.installer)("/jobs/ask/")
    yield "move that is asked for", _reader(readers.installer)(f"/jobs/ask-move/{claim.hub_id}/")
    link = HandoverLink.objects.get(handover__job__organisation=claim.organisation_id)
    yield "handover", read(f"/jobs/{link.handover.job_id}/handover/")
    yield "link to a handover", read(f"/jobs/handover-links/{link.pk}/end/")
    yield from _moves(read, claim)
    yield "consent", read("/support-access/")
    yield "new consent", read("/support-access/give/")
    yield "consent by a code", read("/support-access/code/")
    wanted = AccessRequest.objects.get(**mine)
    yield "consent that is asked for", read(f"/support-access/requests/{wanted.pk}/")
    yield "consent that is to end", read(f"/support-access/grants/{_grant(claim).pk}/")


def _moves(read: Reader, claim: Claim) -> Iterator[tuple[str, Work]]:
    moves, mine = MoveRequest.objects.all(), {"organisation": claim.organisation_id}
    asked, held = moves.get(**mine), moves.get(holder=claim.organisation_id)
    others = Hub.objects.filter(**mine, binding=Binding.OTHER, left_at=None, move_requests=None)
    yield "hub of others to ask for", read(f"/moves/ask/{others.latest('created_at').pk}/")
    yield "hub asked for", read(f"/moves/{asked.pk}/")
    yield "hub asked for, its poll", read(f"/moves/{asked.pk}/live/")
    yield "hub that others ask for", read(f"/moves/held/{held.pk}/")
    yield "hub that others ask for, its poll", read(f"/moves/held/{held.pk}/live/")


def _support(readers: Readers, claim: Claim) -> Iterator[tuple[str, Work]]:
    """What an agent sees whom the organisation lets in."""
    look, hub = _reader(readers.agent, undone=True), claim.hub
    before = urlencode({"before": claim.created_at.isoformat()})
    yield "support", look("/support/")
    texts = _texts(hub) | {"an organisation": "acme", "a person": "installer"}
    for name, text in texts.items():
        yield f"support: search for {name}", look(f"/support/search/?{urlencode({'q': text})}")
    yield "support: hub", look(f"/support/hubs/{hub.hub_id}/")
    yield "support: hub, older history", look(f"/support/hubs/{hub.hub_id}/?{before}")
    for what in ("ask", "code", "break-glass", "moves"):
        yield f"support: {what}", look(f"/support/{what}/")
    asked = MoveRequest.objects.get(organisation=claim.organisation_id)
    yield "support: hub asked for", look(f"/support/moves/{asked.pk}/")
    yield "support: hub asked for, its poll", look(f"/support/moves/{asked.pk}/live/")
    yield "support: hub asked for, declined", look(f"/support/moves/{asked.pk}/decline/")
    yield from _under(look, claim)


def _under(look: Reader, claim: Claim) -> Iterator[tuple[str, Work]]:
    """What an agent sees of the organisation, under its consent."""
    hub, under = claim.hub, f"/support/{_grant(claim).pk}"
    yield "under consent: organisation", look(f"{under}/")
    for what in ("claim", "claims", "hubs", "tray", "tray/sync"):
        yield f"under consent: {what}", look(f"{under}/{what}/")
    yield "under consent: hubs that are offline", look(f"{under}/hubs/?state=offline")
    yield "under consent: search for all places", look(f"{under}/hubs/?q=house")
    yield "under consent: search for a hub", look(f"{under}/hubs/?q={str(hub.hub_id)[-4:]}")
    yield "under consent: move", look(f"{under}/move/{hub.pk}/")
    yield "under consent: move's poll", look(f"{under}/move/{hub.pk}/live/")


def _grant(claim: Claim) -> Grant:
    return Grant.objects.get(organisation=claim.organisation_id)


def _files(
    read: Reader, post: Callable[[str, Mapping[str, object]], Work], claim: Claim
) -> Iterator[tuple[str, Work]]:
    where, offline = f"?organisation={claim.organisation_id}", {"state": "offline", "q": "house"}
    yield "hubs as CSV, begun", post(f"/hubs/export.csv{where}", {})
    yield "hubs that are offline as CSV, begun", post(f"/hubs/export.csv{where}", offline)
    # A workbook is made as a whole, and takes as long as it is long.
    chosen = {"hub": [str(hub.pk) for hub in Hub.objects.filter(site=claim.hub.site_id)[:A_PAGE]]}
    yield "chosen hubs as XLSX", post(f"/hubs/export.xlsx{where}", chosen)
    yield "record as CSV, begun", post(f"/record/export/{where}", {})
    plan = Import.objects.filter(organisation=claim.organisation_id).latest("number")
    yield "plan as CSV, begun", read(f"/import/{plan.pk}/export.csv")


def _operators_pages(readers: Readers, claim: Claim) -> Iterator[tuple[str, Work]]:
    read = _reader(readers.operator)
    for name in ("claims/claim", "claims/attempt", "hubs/hub", "audit/entry", "notices/notice"):
        yield f"operators' page {name}", read(f"/operator/{name}/")
    yield "operators' page of how it runs", read("/operator/state/")
    yield "operators' search for a hub", read(f"/operator/claims/claim/?q={claim.hub_id_text}")
    yield "operators' search for a record", read(f"/operator/audit/entry/?q={claim.pk}")


def _tray(readers: Readers, claim: Claim) -> Iterator[tuple[str, Work]]:
    mine = Claim.objects.filter(organisation=claim.organisation_id)
    newest = list(mine.order_by("-created_at")[:20])
    yield "tray's sites", _reader(readers.installer)("/claims/tray/")
    rows = [
        {
            "id": str(uuid.uuid4()),
            "text": each.hub_id_text,
            "site": str(each.site_id or ""),
            "claim": True,
            "claimId": str(each.pk) if n % 2 else "",
            "action": "",
            "seen": "",
        }
        for n, each in enumerate(newest)
    ]
    person = readers.installer
    call = {"person": str(person.pk), "organisation": str(claim.organisation_id), "rows": rows}
    client = _client(person)

    def sync() -> None:
        body = json.dumps(call)
        answer = client.post("/claims/tray/", body, content_type="application/json", secure=True)
        if answer.status_code != 200:
            raise RuntimeError(f"tray: {answer.status_code}")

    yield "tray's poll", _undone(sync)
    yield "submit", _undone(lambda: submit(person, 1))


def _worker() -> Iterator[tuple[str, Work]]:
    for kind in worker.kinds() + worker.kinds(reserved=True):
        yield f"look for {kind.name}", kind.is_due
        yield f"lease {kind.name}", _undone(partial(kind.take, 8))
    yield "heartbeat's look at the clock", leasing.correct_clock
    for name, clean in worker.cleanups().items():
        yield f"cleanup: {name}", _undone(clean)


def _undone(work: Work) -> Work:
    """Return the work without its effect: each time it is the same."""

    def done_and_undone() -> None:
        with transaction.atomic():
            work()
            transaction.set_rollback(True)

    return done_and_undone


def _reader(user: User, *, undone: bool = False) -> Reader:
    return partial(Get, _client(user), undone=undone)


def _poster(user: User) -> Callable[[str, Mapping[str, object]], Work]:
    client = _client(user)

    def poster(path: str, fields: Mapping[str, object]) -> Work:
        return _undone(lambda: _begin(path, client.post(path, fields, secure=True)))

    return poster


def _begin(path: str, answer: object) -> None:
    """Read the answer; of a file that is sent piece by piece, the first."""
    if (status := getattr(answer, "status_code", None)) != 200:
        raise RuntimeError(f"{path}: {status}")
    next(iter(getattr(answer, "streaming_content", ())), None)


def _client(user: User) -> Client:
    client = Client(HTTP_HOST=settings.ALLOWED_HOSTS[0])
    client.force_login(user)
    if user.is_staff or user.memberships.filter(support=True).exists():
        use_factor(client, user)
    return client
