"""A claim as a row in a list and as the head of its page."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from portal.claims import timeline
from portal.claims.models import Claim, Reason
from portal.claims.words import Chip
from portal.orgs.models import Site


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
    hub = claim.hub
    parts = [hub.model, f"serial {hub.serial}" if hub.serial else "", claim.site_name]
    return Row(
        hub_id=claim.hub_id_text,
        title=claim.site_name,
        meta=" · ".join(part for part in parts[:2] if part),
        chip=timeline.chip(claim),
        url=reverse("claims:detail", args=(claim.pk,)),
        note=f"{claim.submitted_by.display_name} · {_moment(claim.created_at)}",
    )


def _moment(at: datetime) -> str:
    """Return a time as a list shows it: the hour today, the day as well before that."""
    local = timezone.localtime(at)
    same_day = local.date() == timezone.localdate()
    return date_format(local, "H:i" if same_day else "j M Y, H:i")


def seen(claim: Claim) -> str:
    """Return what a page must show to be up to date: the claim's version, its hub's, the pace."""
    pace = 0 if timeline.is_settled(claim) else timeline.pace(claim)
    return f"{claim.version}.{claim.hub.version}.{pace}"


def elsewhere(claim: Claim) -> str:
    """Return where the organisation already has the hub, when that stopped the claim, else ""."""
    if claim.reason != Reason.ANOTHER_SITE:
        return ""
    site = Site.objects.filter(
        organisation=claim.organisation, spkey_site_id=claim.hub.spkey_site_id
    ).first()
    return site.name if site else claim.hub.spkey_site_id
