"""The desk of an agent who acts for an organisation: the sites of the grant, and support's claims.

Whether the grant stands is asked each time: at every look-up and every claim here, and by the
engine at each send.
"""

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Final
from uuid import UUID

from portal.claims import limits
from portal.claims.engine.actions import AnotherSiteError
from portal.claims.models import Claim, ClaimQuerySet
from portal.claims.queries import claims_for_others
from portal.claims.telling import Refusal, Telling
from portal.consent import giving, queries, rights
from portal.consent.models import Grant
from portal.consent.rights import Authority, NoConsentError, Why
from portal.core.throttle import LimitReachedError
from portal.gateway import gate
from portal.hubs import watching
from portal.hubs.labels.parse import HubId
from portal.hubs.models import Hub
from portal.moves.models import MoveRequest
from portal.orgs.models import ApiCredential, Membership, Organisation
from portal.sites.models import Site, SiteQuerySet
from portal.support import flow, naming
from portal.tray.desk import Desk
from portal.tray.results import (
    AlreadyClaiming,
    NamesAnother,
    NoAccess,
    NoFactor,
    NoReason,
    Refused,
    TooMany,
)
from portal.tray.schema import Row

# Letters of a reason that says something.
LEAST_REASON: Final = 10


class SupportDesk(Desk):
    """An agent's tray under a grant. `is_fresh`: their second factor was used just now."""

    for_support = True

    def __init__(self, agent: Membership, grant: Grant, *, is_fresh: bool) -> None:
        super().__init__(agent)
        self._grant = grant
        self._is_fresh = is_fresh
        self.authority, self.why_not = self._ask()
        # Whether something was not done for want of a fresh factor.
        self.lacked_factor = False
        self._names: dict[str, bool] = {}

    def _ask(self) -> tuple[Authority | None, Why | None]:
        whom, pk = self._grant.organisation_id, self._grant.pk
        try:
            return rights.authority(self.member, whom, grant=pk), None
        except NoConsentError as problem:
            return None, problem.why

    @property
    def organisation(self) -> Organisation:
        """The organisation that the agent acts for."""
        return self._grant.organisation

    @property
    def for_admin(self) -> bool:
        """An agent administers nothing here."""
        return False

    def sites_to_pick(self) -> SiteQuerySet:
        """Return the sites of the grant that take claims."""
        return self.sites().open()

    def sites(self) -> SiteQuerySet:
        """Return the sites of the grant."""
        return queries.sites_of(self._grant)

    def claims(self) -> ClaimQuerySet:
        """Return what the agent's own support claimed for the organisation."""
        return claims_for_others(self.member).filter(organisation=self._grant.organisation_id)

    def objection(self) -> Refused | None:
        """Return that the grant does not stand, where it does not."""
        return NoAccess(self.why_not) if self.why_not else None

    def without_site(self, row: Row, hub_id: UUID) -> Refused:
        """Say of every other site the same: that the access does not hold there."""
        return NoAccess(Why.SITE)

    def submit(self, row: Row, hub_id: HubId, site: Site, submission: UUID) -> Claim | Refused:
        """Claim the hub for the organisation."""
        if len(row.short_reason) < LEAST_REASON:
            return NoReason()
        if any(map(self._names_another, (row.short_reason, row.short_ticket, row.short_place))):
            return NamesAnother()
        if not self._is_fresh:
            self.lacked_factor = True
            return NoFactor()
        asked = flow.SupportRequest(
            hub_id=hub_id,
            site=site,
            spkey_site_id=site.spkey_site_id,
            reason=row.short_reason,
            ticket=row.short_ticket,
            submission=submission,
            place=row.short_place,
        )
        try:
            return flow.submit(self.member, self._grant, asked)
        except NoConsentError as problem:
            return NoAccess(problem.why)
        except (flow.AlreadyClaimingError, AnotherSiteError):
            return AlreadyClaiming()
        except LimitReachedError as limit:
            return TooMany(limit.seconds)

    def try_now(self, claim: Claim) -> bool:
        """Try the claim at once, which counts as one of the agent's actions."""
        limits.take_for_others(self.member, claim)
        return super().try_now(claim)

    def may_say(self, place: str) -> bool:
        """Say whether the agent may say that of a claim's hub: not if it names somebody else."""
        return super().may_say(place) and not self._names_another(place)

    def _names_another(self, words: str) -> bool:
        # Asked once for all rows that say the same.
        if words not in self._names:
            found = naming.words_naming_another(self.member, words, self.organisation)
            self._names[words] = bool(found)
        return self._names[words]

    def may_act(self, claim: Claim) -> bool:
        """Say whether the agent may act on the claim: theirs, while the grant holds there."""
        return claim.by_support and rights.may(
            self.member,
            self.organisation,
            site=claim.site,
            unlisted_site=claim.site is None,
            grant=self._grant.pk,
        )

    def is_able_to_act(self) -> bool:
        """Say whether what is tapped is done: with a factor that was used just now."""
        self.lacked_factor = self.lacked_factor or not self._is_fresh
        return self._is_fresh

    def ask(self, row: Row, hub_id: UUID, site: Site | None) -> Telling | None:
        """Ask nobody: the organisation's administrators are not the agent's."""
        return None

    def tell(self, refusal: Refusal | None) -> Telling:
        """Tell nobody, likewise."""
        return Telling.NOTHING

    def tellings(self, refusals: Iterable[Refusal]) -> None:
        """Return nothing: nobody is told from here."""
        return

    def asked_for(self, hubs: Iterable[Hub]) -> dict[UUID, MoveRequest]:
        """Return nothing: a hub is asked for by the organisation's own people."""
        return {}

    def moves(self, hubs: Iterable[Hub]) -> None:
        """Return nothing: a move is not made from the tray."""
        return

    def credential(self) -> ApiCredential:
        """Return the key with which hubs are looked up. Raises NoUsableKeyError."""
        if gate.is_usable(self.organisation):
            return gate.usable(self.organisation)
        return gate.usable(self.member.organisation, is_super=True)

    def look_up(self, hubs: Collection[Hub]) -> None:
        """Have these hubs read once, while the grant stands."""
        if self.why_not is None:
            watching.look_up_under(self._grant, hubs)

    def note_looks(self, hub_ids: Collection[UUID]) -> None:
        """Record which hubs the agent is told of: read just now, or known already."""
        if self.why_not is None:
            giving.record_looks(self._grant, self.member, hub_ids)

    def objection_to(self, hub: Hub) -> Refused | None:
        """Return that the access does not hold where the organisation's hub is."""
        is_theirs = hub.binding == Hub.Binding.OURS
        if is_theirs and not self._grant.all_sites and hub.spkey_site_id not in self._site_ids:
            return NoAccess(Why.SITE)
        return None

    @cached_property
    def _site_ids(self) -> set[str]:
        return set(self.sites().values_list("spkey_site_id", flat=True))
