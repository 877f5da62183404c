"""Hubs, as other rooms ask for them."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from portal.hubs import search
from portal.hubs.actions.models import HubAction, HubActionAttempt, HubActionQuerySet
from portal.hubs.models import INVENTORY, Hub, HubQuerySet, Spell
from portal.orgs.models import Membership, Organisation, User

FEW = 3


def as_polled(pk: UUID) -> Hub | None:
    """Return the hub, whosever it is, for what tells nobody more than whether it changed."""
    return Hub.objects.filter(pk=pk).only("version", "read_at", "watched_until").first()


def lately_ours(organisation: Organisation) -> list[str]:
    """Return SpKey's ids of a few hubs that were the organisation's when they were last read."""
    ours = Hub.objects.filter(organisation=organisation, binding=Hub.Binding.OURS)
    return [hub.spkey_id for hub in ours.exclude(read_at=None).order_by("-read_at")[:FEW]]


def ids_with(member: Membership, text: str, most: int) -> list[UUID]:
    """Return the hub ids of some of the organisation's hubs with the text in id or serial.

    At most so many; those that left it, or never were its own, are among them.
    """
    known = Hub.objects.filter(organisation=member.organisation_id)
    found = known.filter(pk__in=search.some(known, text, most))
    return list(found.values_list("hub_id", flat=True))


def at_place_of(hub: Hub) -> HubQuerySet:
    """Return the other hubs in use that hang where this one does; none of one without a place."""
    there = Hub.objects.filter(organisation=hub.organisation_id, replaced_at=None).own()
    there = there.filter(spkey_site_id=hub.spkey_site_id, place__iexact=hub.place)
    return there.exclude(pk=hub.pk) if hub.place else Hub.objects.none()


def last_read(organisation: Organisation) -> datetime | None:
    """Return when SpKey last said something of one of the organisation's hubs."""
    read: datetime | None = Hub.objects.filter(organisation=organisation).aggregate(
        at=Max("read_at")
    )["at"]
    return read


class Shown(StrEnum):
    """What SpKey has shown of an organisation's hubs since a moment.

    NOTHING_TO_SHOW: it has none so far. NOT_YET: none of them was read since.
    """

    SOME = "some"
    NONE = "none"
    NOT_YET = "not yet"
    NOTHING_TO_SHOW = "nothing to show"


def shown_since(organisation: Organisation, moment: datetime) -> Shown:
    """Say whether SpKey has shown one of the organisation's hubs since, or that none is its own."""
    hubs = Hub.objects.filter(INVENTORY, organisation=organisation)
    if hubs.own().filter(read_at__gte=moment).exists():
        return Shown.SOME
    if hubs.filter(left_at__gte=moment).exists():
        return Shown.NONE
    return Shown.NOT_YET if hubs.own().exists() else Shown.NOTHING_TO_SHOW


def spells_of(hub: Hub) -> QuerySet[Spell]:
    """Return the hub's spells, newest first."""
    return Spell.objects.filter(hub=hub)


class Stretch(NamedTuple):
    """A spell without all that is to be told of it: its state, its beginning, its end if any."""

    health: str
    started_at: datetime
    ended_at: datetime | None


def drawn_spells(hub: Hub) -> list[Stretch]:
    """Return all of the hub's spells of the time that they are kept for, oldest first."""
    kept = Q(ended_at=None) | Q(ended_at__gt=timezone.now() - Spell.KEPT)
    rows = spells_of(hub).filter(kept).order_by("started_at", "pk")
    return [Stretch(*row) for row in rows.values_list(*Stretch._fields)]


def inventory_of(organisation: Organisation) -> HubQuerySet:
    """Return the hubs in the organisation's inventory."""
    return Hub.objects.filter(INVENTORY, organisation=organisation)


def hubs_of_people(user: User) -> QuerySet[Hub]:
    """Return the hubs of the person's organisations that are theirs, as far as SpKey has said."""
    mine = Membership.objects.organisations_of(user)
    ours = Hub.objects.filter(organisation__in=mine, binding=Hub.Binding.OURS)
    return ours.select_related("organisation", "replaced_by")


def known_to_people(user: User) -> QuerySet[Hub]:
    """Return the rows that the person's organisations have of hubs, theirs or not."""
    mine = Membership.objects.organisations_of(user)
    return Hub.objects.filter(organisation__in=mine).select_related("organisation", "replaced_by")


def actions_on(hub: Hub, most: int) -> list[HubAction]:
    """Return the newest actions on the hub, that which is under way among them."""
    return list(HubAction.objects.with_details().filter(hub=hub)[:most])


def action_attempts(hub: Hub, before: datetime) -> QuerySet[HubActionAttempt]:
    """Return the calls made for actions on the hub before this moment, newest first."""
    made = HubActionAttempt.objects.filter(action__hub=hub, started_at__lt=before)
    return made.select_related("action__site", "action__hub").order_by("-started_at", "-pk")


def actions_of_people(user: User) -> HubActionQuerySet:
    """Return the actions that the person sees."""
    return HubAction.objects.visible_to(user).with_details()
