"""A claim as a row in a list and as the head of its page."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from portal.claims import timeline
from portal.claims.models import SUCCEEDED, Claim, Reason, State
from portal.claims.words import Chip, known_at
from portal.hubs.models import Hub
from portal.orgs.models import Site

QUOTED = (State.REVIEW, State.CONFLICT, State.NOT_FOUND, State.REJECTED, State.EXPIRED)


@dataclass(frozen=True, slots=True)
class Row:
    """What a hub row shows."""

    hub_id: str
    title: str
    meta: str
    chip: Chip
    url: str
    note: str


def row(claim: Claim) -> Row:
    """Return the claim as a row."""
    chip = timeline.chip(claim)
    return Row(
        hub_id=claim.hub_id_text,
        title=claim.site_name,
        meta=meta(claim.hub),
        chip=chip,
        url=reverse("claims:detail", args=(claim.pk,)),
        note=_joined(
            claim.submitted_by.display_name,
            _moment(claim.created_at),
            "" if chip == timeline.ONLINE else _last_online(claim),
        ),
    )


def meta(hub: Hub) -> str:
    """Return the hub's model and serial number, as far as SpKey has told them."""
    serial = gettext("serial %(number)s") % {"number": hub.serial} if hub.serial else ""
    return _joined(hub.model, serial)


def head(claim: Claim) -> Row:
    """Return the claim as the head of its page, which asks for news oftener than a list."""
    return replace(row(claim), chip=timeline.chip(claim, timeline.FRESH))


def for_others(claim: Claim) -> Row:
    """Return a claim that support made as a row that names the organisation."""
    return replace(row(claim), title=claim.organisation.name, meta=claim.site_name)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _last_online(claim: Claim) -> str:
    """Return when the hub was read as online, of one that was so at its last reading."""
    hub = claim.hub
    if claim.state not in SUCCEEDED or not hub.online or hub.read_at is None:
        return ""
    return gettext("seen online %(moment)s") % {"moment": _moment(hub.read_at)}


def _moment(at: datetime) -> str:
    """Return a time as a list shows it: the hour today, the day as well before that."""
    local = timezone.localtime(at)
    same_day = local.date() == timezone.localdate()
    return date_format(local, "H:i" if same_day else "j M Y, H:i")


def seen(claim: Claim) -> str:
    """Return what a page must show to be up to date.

    The claim's version, its hub's, the pace, and whether what was read of the hub is fresh.
    """
    pace = 0 if timeline.is_settled(claim) else timeline.pace(claim)
    fresh = int(claim.state in SUCCEEDED and timeline.is_fresh(claim))
    return f"{claim.version}.{claim.hub.version}.{pace}.{fresh}"


def reference(claim: Claim) -> str:
    """Return what to quote of a claim that did not succeed: SpKey's reference, else our own.

    Our own, the first letters of the claim's id, is given where its words ask for a reference.
    """
    if claim.state in SUCCEEDED:
        return ""
    return claim.reference or (str(claim.pk)[:8] if claim.state in QUOTED else "")


def elsewhere(claim: Claim) -> str:
    """Say where the organisation already has the hub, when that stopped the claim, else ""."""
    at = claim.hub.spkey_site_id
    if claim.reason != Reason.ANOTHER_SITE or not at:
        return ""
    site = Site.objects.filter(organisation=claim.organisation, spkey_site_id=at).first()
    return known_at(site.name if site else at)
