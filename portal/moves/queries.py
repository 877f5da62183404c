"""Move requests, as pages ask for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.hubs.models import Hub
from portal.hubs.photos import album
from portal.hubs.photos.models import HubPhoto
from portal.jobs import rights
from portal.moves.models import UNDECIDED, MoveRequest, MoveRequestQuerySet, State
from portal.orgs.models import Membership, Organisation, User
from portal.sites.models import Site

LISTED = 50
LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request, and by which membership an agent sees it."""

    asked: MoveRequest
    agent: Membership


def hubs_to_ask_for(person: User) -> QuerySet[Hub]:
    """Return the rows of the person's organisations, by which a hub can be asked for."""
    mine = Membership.objects.organisations_of(person)
    return Hub.objects.filter(organisation__in=mine).select_related("organisation")


def sites_to_ask_at(member: Membership) -> QuerySet[Site]:
    """Return the sites that the member may have a hub moved to: where they may claim."""
    return rights.sites_to_submit_at(member)


def visible_to(person: User) -> MoveRequestQuerySet:
    """Return the requests that the person sees as who asked, with what is shown of them."""
    return MoveRequest.objects.visible_to(person).with_details()


def put_to(person: User) -> MoveRequestQuerySet:
    """Return the requests that the person sees as a holder, with what is shown of them."""
    return MoveRequest.objects.put_to(person).with_details()


def as_agent(agents: Iterable[Membership], pk: UUID) -> Seen | None:
    """Return the request with that id, and by which of these memberships it is seen."""
    for agent in agents:
        if (asked := for_agent(agent).filter(pk=pk).first()) is not None:
            return Seen(asked, agent)
    return None


def for_agent(agent: Membership) -> MoveRequestQuerySet:
    """Return the requests that the agent sees, with what is shown of them."""
    return MoveRequest.objects.for_agent(agent).with_details()


def waiting_for(agent: Membership) -> list[MoveRequest]:
    """Return the requests that wait for an agent, those first that were asked first."""
    waiting = for_agent(agent).filter(state__in=(State.ASKED, State.ANSWERED))
    return list(waiting.order_by("asked_at", "pk")[:LISTED])


def under_way_of(agent: Membership) -> list[MoveRequest]:
    """Return the requests that wait for somebody or something else than an agent."""
    others = (State.WITH_HOLDER, State.APPROVED, State.UNCLEAR)
    return list(for_agent(agent).filter(state__in=others).order_by("asked_at", "pk")[:LISTED])


def sides_seen_by(agent: Membership) -> QuerySet[Organisation]:
    """Return the organisations on either side of the requests that the agent sees."""
    seen = MoveRequest.objects.for_agent(agent).order_by()
    is_side = Q(pk__in=seen.values("organisation")) | Q(pk__in=seen.values("holder"))
    return Organisation.objects.filter(is_side)


def ended_of(agent: Membership) -> list[MoveRequest]:
    """Return the requests that have ended, the last first."""
    ended = for_agent(agent).filter(ended_at__isnull=False)
    return list(ended.order_by("-ended_at", "-pk")[:LISTED])


def to_answer(admin: Membership) -> list[MoveRequest]:
    """Return what the administrator's organisation can still answer as a holder."""
    open_ones = MoveRequest.objects.answerable().filter(holder=admin.organisation_id)
    return list(open_ones.order_by("holder_expires_at", "pk")[:LISTED])


def photos_of(asked: MoveRequest) -> QuerySet[HubPhoto]:
    """Return the photos that who asked has taken of the hub: theirs and support's to see."""
    return album.photos_of([asked.hub])


def holders_hub(asked: MoveRequest) -> Hub | None:
    """Return the holder's own row of the hub, where it has one."""
    rows = Hub.objects.filter(organisation=asked.holder_id, hub_id=asked.hub.hub_id)
    return rows.select_related("site", "organisation").first() if asked.holder_id else None


def newest_of(member: Membership, hubs: Iterable[Hub]) -> dict[UUID, MoveRequest]:
    """Return the newest request that the member sees for each of these hubs, by their rows' ids."""
    wanted = [hub.pk for hub in hubs]
    if not wanted:
        return {}
    seen = MoveRequest.objects.of(member).visible_to(member.user)
    found = seen.filter(hub__in=wanted).order_by("asked_at", "pk")
    return {asked.hub_id: asked for asked in found}


def newest_for(member: Membership, hub: Hub) -> MoveRequest | None:
    """Return the newest request for the hub that the member sees."""
    return newest_of(member, [hub]).get(hub.pk)


def lately_asked_by(member: Membership) -> list[MoveRequest]:
    """Return what the member has asked for that goes on, or that ended just days ago."""
    since = timezone.now() - LATELY
    own = MoveRequest.objects.of(member).filter(asked_by=member.user_id)
    shown = own.filter(Q(ended_at=None) | Q(ended_at__gte=since)).with_details()
    return list(shown.order_by("-asked_at", "-pk")[:LISTED])


def is_asked_by_a_colleague(member: Membership, hub: Hub) -> bool:
    """Say whether a request for the hub is open that the member does not see."""
    return MoveRequest.objects.of(member).open().filter(hub=hub).exists()


def is_undecided(asked: MoveRequest) -> bool:
    """Say whether nobody has decided about it."""
    return asked.state in UNDECIDED
