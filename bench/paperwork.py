"""What an organisation has one of, however old it is: what it asked for, handed over, allowed."""

import uuid
from datetime import timedelta
from typing import Final

from django.utils import timezone

from portal.claims.models import SentHub
from portal.consent import asking
from portal.consent.asking import Wanted
from portal.consent.models import Grant
from portal.core.leasing import due_at
from portal.events import receivers
from portal.hubs.models import Binding, Hub
from portal.jobs import handover, handover_links, planning, requests
from portal.jobs.handover import Item, Standing
from portal.jobs.models import HandoverHub
from portal.jobs.planning import Plan
from portal.moves.models import MoveRequest, State
from portal.orgs.models import Membership, Organisation, User
from portal.sites.models import Site

A_MONTH: Final = timedelta(days=30)


def make_paperwork(admin: User, agent: User) -> None:
    """Make one of each for the administrator's organisation; support is the agent's."""
    organisation = admin.memberships.get().organisation
    site = organisation.sites.earliest("created_at")
    _make_sent_hub(admin, site)
    _make_moves(admin, agent, site)
    _make_handover(admin, site)
    _make_access(admin, organisation, agent.memberships.get())
    receivers.add_secret(receivers.replace(organisation, None), None, "0123456789" * 5)


def _make_sent_hub(person: User, site: Site) -> None:
    SentHub.objects.create(
        organisation=site.organisation,
        about="a hub that nobody knows",
        hub_id=uuid.uuid4(),
        sent_by=person,
        site=site,
        state="not_found",
    )


def _make_moves(person: User, agent: User, site: Site) -> None:
    """Make what was asked for, and what the organisation is asked as a holder, and a hub beside."""
    support = agent.memberships.get().organisation
    annex = Site.objects.create(organisation=support, name="Annex", spkey_site_id="annex")
    until = timezone.now() + A_MONTH
    put = {"state": State.WITH_HOLDER, "holder": site.organisation, "holder_expires_at": until}
    put |= {"found": "other", "found_org_id": "x", "holder_asked_at": timezone.now()}
    for who, where, more in ((person, site, due_at(None)), (agent, annex, put | due_at(until))):
        hub = _foreign_hub(where.organisation)
        MoveRequest.objects.create(
            organisation=where.organisation,
            asked_by=who,
            hub=hub,
            hub_id_text=str(hub.hub_id),
            site=where,
            why="The building changed hands",
            **more,
        )
    _foreign_hub(site.organisation)


def _foreign_hub(organisation: Organisation) -> Hub:
    return Hub.objects.create(organisation=organisation, hub_id=uuid.uuid4(), binding=Binding.OTHER)


def _make_handover(person: User, site: Site) -> None:
    """Make a job that is handed over, with a link to that, and one for which time is asked."""
    today, member = timezone.localdate(), person.memberships.get()
    done = planning.make(Plan(site, today, today), person)
    item = Item(HandoverHub.State.CLAIMED, hub_id=uuid.uuid4())
    made, _ = handover.complete(done, Standing((item,)), person, "–")
    handover_links.make(made, person)
    requests.ask_for_time(planning.make(Plan(site, today, today), person), member)


def _make_access(person: User, organisation: Organisation, agent: Membership) -> None:
    """Make the consent by which support acts, and what it asks for beside that."""
    now = timezone.now()
    Grant.objects.create(
        organisation=organisation,
        support_organisation=agent.organisation,
        kind=Grant.Kind.CONSENT,
        granted_by=person,
        all_sites=True,
        may_move=True,
        begins_at=now,
        ends_at=now + A_MONTH,
        **due_at(now + A_MONTH),
    )
    wanted = Wanted("Their tablet is broken")
    asking.ask(agent, organisation, organisation.name, wanted)
