"""Asking for a hub that is bound elsewhere, and taking that back.

Asked for is only what the asker's own key has found to be somebody else's: for everything else a
look-up has said already what it is. So nobody learns more by asking than by looking it up.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from portal.audit.record import record
from portal.claims.models import Claim
from portal.core.leasing import due_at, taken_away
from portal.core.throttle import Limit
from portal.hubs.models import Binding, Hub
from portal.moves.models import UNDECIDED, MoveRequest, State
from portal.orgs.models import Membership, User
from portal.sites.models import Site

# Each is looked into by people.
A_DAY: Final = Limit("hubs that are asked for", most=20, seconds=24 * 3600)
OF_ORGANISATION: Final = Limit("hubs that an organisation asks for", most=100, seconds=24 * 3600)


class Hindrance(StrEnum):
    """Why a hub cannot be asked for; the words are in `display/wording.py`."""

    FREE = "free"
    OURS = "ours"
    MISSING = "missing"
    UNKNOWN = "unknown"


class CannotAskError(Exception):
    """The hub is not somebody else's, as far as the asker's own key has found."""

    def __init__(self, why: Hindrance) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for: which hub, for which site, and why; and the claim it began with."""

    hub: Hub
    site: Site
    why: str
    claim: Claim | None = None


def hindrance(hub: Hub) -> Hindrance | None:
    """Return why the hub cannot be asked for; None where it can."""
    return None if hub.binding == Binding.OTHER else Hindrance(hub.binding)


def may_be_asked(hub: Hub, asked: MoveRequest | None) -> bool:
    """Whether support can be asked for the hub now; `asked` is the newest request for it."""
    return hindrance(hub) is None and (asked is None or asked.is_final)


def is_with_support(hub: Hub, asked: MoveRequest | None) -> bool:
    """Whether support is the way to a hub that was refused as somebody else's: administrators can
    do nothing about it, so nobody is offered to tell them."""
    return asked is not None or may_be_asked(hub, asked)


def ask(member: Membership, wish: Wish) -> MoveRequest:
    """Return the organisation's open request for the hub, made where there is none.

    The caller has checked that the member may claim at the site. Raises CannotAskError, and
    LimitReachedError for more than one asks for in a day.
    """
    if (standing := _standing(member, wish.hub)) is not None:
        return standing
    if (why := hindrance(wish.hub)) is not None:
        raise CannotAskError(why)
    with transaction.atomic():
        A_DAY.take(str(member.user_id))
        OF_ORGANISATION.take(str(member.organisation_id))
    try:
        with transaction.atomic():
            return _make(member, wish)
    except IntegrityError:
        # A colleague was faster.
        standing = _standing(member, wish.hub)
        if standing is None:
            raise
        return standing


def _standing(member: Membership, hub: Hub) -> MoveRequest | None:
    return MoveRequest.objects.of(member).open().filter(hub=hub).first()


def _make(member: Membership, wish: Wish) -> MoveRequest:
    if wish.site.organisation_id != member.organisation_id:
        raise ValueError("a hub is asked for at a site of one's own")
    # What was only looked up would go after a day.
    Hub.objects.filter(pk=wish.hub.pk).update(kept_until=None)
    asked = MoveRequest.objects.create(
        organisation=member.organisation,
        asked_by=member.user,
        hub=wish.hub,
        hub_id_text=str(wish.hub.hub_id),
        site=wish.site,
        claim=wish.claim,
        why=wish.why,
        **due_at(None),
    )
    record(
        "hub.wanted",
        actor=member.user,
        organisation_id=member.organisation_id,
        subject=asked,
        because=wish.why,
        site=wish.site.spkey_site_id,
    )
    return asked


@transaction.atomic
def withdraw(asked: MoveRequest, actor: User) -> bool:
    """Take the request back; say whether that was in time. The caller has checked the right."""
    now = timezone.now()
    in_time = MoveRequest.objects.filter(pk=asked.pk, state__in=UNDECIDED)
    ended = {"state": State.WITHDRAWN, "ended_at": now, "version": F("version") + 1}
    if not in_time.update(**ended, **due_at(None), **taken_away()):
        return False
    record(
        "hub.wanted_withdrawn",
        actor=actor,
        organisation_id=asked.organisation_id,
        subject=asked,
        site=asked.site.spkey_site_id,
    )
    return True
