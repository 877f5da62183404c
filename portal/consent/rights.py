"""Whether an agent may act for an organisation at this moment: the one function that says so.

It asks the database each time. The claims engine asks it again inside the transaction that
commits a send, so that what was revoked, or has ended, is sent no more.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils import timezone

from portal.consent.models import Grant, GrantQuerySet
from portal.core.leasing import ClockPutBackError
from portal.orgs.models import Membership, Organisation
from portal.sites.models import Site


class Why(StrEnum):
    """Why an agent may not act; its words are in `display/wording.py`."""

    NONE = "none"
    ENDED = "ended"
    REVOKED = "revoked"
    SITE = "site"
    MOVE = "move"


class NoConsentError(Exception):
    """The agent may not do this for the organisation now."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Authority:
    """By which grant the agent acts."""

    agent: Membership
    grant: Grant


def authority(
    agent: Membership,
    organisation: Organisation | UUID,
    *,
    site: Site | None = None,
    unlisted_site: bool = False,
    move: bool = False,
    leaving: str | None = None,
    grant: UUID | None = None,
    hold: bool = False,
    now: datetime | None = None,
) -> Authority:
    """Return by what the agent may act for the organisation; raises NoConsentError for nothing.

    Raises ClockPutBackError where only a clock that was put back is against it.

    Where it names a `site`, the grant must cover it; at an `unlisted_site`, of which the portal
    has only SpKey's id, it must cover all. `move` asks for a grant of moves too, which must also
    cover the site that the hub is `leaving`, by SpKey's id of it. With `grant`, that one alone
    counts. `hold`, inside a transaction, lets nobody revoke it before that ends.
    The caller's membership must be one that counts today.
    """
    now = now or timezone.now()
    pk = organisation.pk if isinstance(organisation, Organisation) else organisation
    asked = Grant.objects.for_agent(agent).filter(organisation=pk)
    if grant is not None:
        asked = asked.filter(pk=grant)
    here = _wide_enough(asked, site, leaving, unlisted_site=unlisted_site)
    found = here.filter(may_move=True) if move else here
    best = found.standing(now).order_by("-kind", "-ends_at", "-pk")
    if hold:
        best = best.select_for_update(of=("self",), no_key=True)
    first = best.with_details().first()
    if first is None:
        if found.ahead(now).exists():
            raise ClockPutBackError
        raise NoConsentError(_why(asked, here, now))
    return Authority(agent, first)


def may(agent: Membership, organisation: Organisation | UUID, **asked: Any) -> bool:
    """Say whether the agent may act, as `authority` does."""
    try:
        authority(agent, organisation, **asked)
    except NoConsentError:
        return False
    return True


def _wide_enough(
    grants: GrantQuerySet, site: Site | None, leaving: str | None, *, unlisted_site: bool
) -> GrantQuerySet:
    if unlisted_site:
        grants = grants.filter(all_sites=True)
    if site is not None:
        grants = grants.covering(site)
    return grants if leaving is None else grants.covering_id(leaving)


def _why(asked: GrantQuerySet, here: GrantQuerySet, now: datetime) -> Why:
    """Return why none of these grants serves; `here` are those that hold at the sites."""
    if asked.standing(now).exists():
        return Why.MOVE if here.standing(now).exists() else Why.SITE
    last = asked.order_by("-begins_at", "-pk").first()
    if last is None:
        return Why.NONE
    return Why.REVOKED if last.revoked_at else Why.ENDED
