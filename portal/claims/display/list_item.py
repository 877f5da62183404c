"""A claim as a row in a list and as the head of its page."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.claims.display import timeline
from portal.claims.models import SUCCEEDED, Claim
from portal.core.ui import Chip
from portal.hubs.models import Hub

SEPARATOR = " · "
# Who claimed, in the organisation's own lists: of an agent, only support's people learn who it was.
BY_SUPPORT = _("Support, for you")


@dataclass(frozen=True, slots=True)
class ListItem:
    """What a hub row shows."""

    hub_id: str
    number: str
    title: str
    meta: str
    chip: Chip
    url: str
    note: str
    organisation: str
    site: str
    person: str
    at: datetime
    moment: str
    last_seen: str
    # Of what support claimed: by which access, for those who may take it back.
    access_url: str = ""

    @property
    def meta_parts(self) -> list[str]:
        """What stays whole where a line ends."""
        return self.meta.split(SEPARATOR) if self.meta else []


def of(claim: Claim, *, for_support: bool = False) -> ListItem:
    """Return the claim as a row."""
    is_by_agent = claim.by_support and not for_support
    person = str(BY_SUPPORT) if is_by_agent else claim.submitted_by.display_name
    moment = _moment(claim.created_at)
    is_so_now = timeline.is_online(claim) and timeline.is_fresh(claim)
    last_seen = "" if is_so_now else _last_seen(claim)
    return ListItem(
        hub_id=claim.hub_id_text,
        number=claim.number,
        title=claim.site_name,
        meta=meta(claim.hub),
        chip=timeline.chip(claim, for_support=for_support),
        url=reverse("claims:detail", args=(claim.pk,)),
        note=_joined(person, moment, last_seen),
        organisation=claim.organisation.name,
        site=claim.site_name,
        person=person,
        at=claim.created_at,
        moment=moment,
        last_seen=last_seen,
    )


def meta(hub: Hub) -> str:
    """Return the hub's model and serial number, as far as SpKey has told them."""
    serial = gettext("serial %(number)s") % {"number": hub.serial} if hub.serial else ""
    return _joined(hub.model, serial)


def for_others(claim: Claim) -> ListItem:
    """Return a claim that support made as a row that names the organisation."""
    row = of(claim, for_support=True)
    return replace(row, title=claim.organisation.name, meta=claim.site_name)


def with_access(claim: Claim) -> ListItem:
    """Return the claim as a row for those who give support access: it leads there."""
    row = of(claim)
    if claim.support_grant_id is None:
        return row
    return replace(row, access_url=reverse("consent:revoke", args=(claim.support_grant_id,)))


def _joined(*parts: str) -> str:
    return SEPARATOR.join(part for part in parts if part)


def _last_seen(claim: Claim) -> str:
    """Return when the claimed hub was last read, and whether it was online then."""
    hub = claim.hub
    if claim.state not in SUCCEEDED or hub.online is None or hub.read_at is None:
        return ""
    seen = gettext("seen online %(moment)s") if hub.online else gettext("seen offline %(moment)s")
    return seen % {"moment": _moment(hub.read_at)}


def _moment(at: datetime) -> str:
    """Return a time as a list shows it: the hour today, the day as well before that."""
    local = timezone.localtime(at)
    same_day = local.date() == timezone.localdate()
    return date_format(local, "H:i" if same_day else "j M Y, H:i")
