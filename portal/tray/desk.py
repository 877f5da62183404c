"""At which desk a tray's rows are carried out: what they may pick, see and do, and in whose name.

This one is everybody's own; support has another, for the organisations that it acts for.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from portal.claims import telling
from portal.claims.engine import actions
from portal.claims.models import Claim, ClaimQuerySet
from portal.claims.queries import claims_of
from portal.claims.telling import Refusal, Telling, Tellings
from portal.gateway import gate
from portal.hubs import watching
from portal.hubs.labels.parse import HubId
from portal.hubs.models import Hub
from portal.jobs import rights
from portal.moves import queries as requests
from portal.moves.models import MoveRequest
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import ApiCredential, Membership, Organisation
from portal.sites.models import Site, SiteQuerySet
from portal.sites.queries import sites_of
from portal.tray import moves
from portal.tray.results import ClaimedElsewhere, Move, NoJob, NoSite, Refused
from portal.tray.schema import Action, Row


class Desk:
    """A member's own tray. What they ask for is counted as `member`'s."""

    for_support = False

    def __init__(self, member: Membership) -> None:
        self.member = member

    @property
    def organisation(self) -> Organisation:
        """The organisation whose hubs these are."""
        return self.member.organisation

    @property
    def for_admin(self) -> bool:
        """Whether the reader runs the organisation's people and key."""
        return Ability.MANAGE_PEOPLE in access.abilities(self.member)

    def sites_to_pick(self) -> SiteQuerySet:
        """Return the sites that may be picked."""
        return rights.sites_to_submit_at(self.member)

    def sites(self) -> SiteQuerySet:
        """Return the sites whose names the reader knows."""
        return sites_of(self.member)

    def claims(self) -> ClaimQuerySet:
        """Return the claims that rows may follow."""
        return claims_of(self.member)

    def objection(self) -> Refused | None:
        """Return why nothing is looked up or claimed here, None where it is."""
        return None

    def without_site(self, row: Row, hub_id: UUID) -> Refused:
        """Return why no claim is taken at the site: a job may come, another must be picked."""
        is_there = row.site_id and self.sites().open().filter(pk=row.site_id).exists()
        return NoJob(hub_id) if is_there and not self.member.all_sites else NoSite(hub_id)

    def submit(self, row: Row, hub_id: HubId, site: Site, submission: UUID) -> Claim | Refused:
        """Claim the hub at the site."""
        return self.submit_request(
            actions.ClaimRequest(
                user=self.member.user,
                organisation=self.organisation,
                hub_id=hub_id,
                spkey_site_id=site.spkey_site_id,
                submission=submission,
                site=site,
                place=row.short_place,
                job=row.job_id,
            )
        )

    def retry(self, claim: Claim) -> Claim | Refused:
        """Claim the hub of a claim that has ended once more."""
        return self.submit_request(actions.retry(claim, self.member.user))

    @staticmethod
    def submit_request(claim_request: actions.ClaimRequest) -> Claim | Refused:
        """Return the claim, or the one of the same organisation that stands in its way."""
        try:
            return actions.submit(claim_request)
        except actions.AnotherSiteError as elsewhere:
            return ClaimedElsewhere(elsewhere.claim)

    def try_now(self, claim: Claim) -> bool:
        """Try the claim at once; return whether that changed anything.

        Raises LimitReachedError where it counts for an agent who has done too much.
        """
        return actions.try_now(claim)

    def may_act(self, claim: Claim) -> bool:
        """Say whether the reader may act on the claim now: another's is looked at only."""
        return claim.by_support == self.for_support

    def is_able_to_act(self) -> bool:
        """Say whether what is tapped is done now."""
        return True

    def may_say(self, place: str) -> bool:
        """Say whether the place of a claim's hub is changed to that now."""
        return self.is_able_to_act()

    def ask(self, row: Row, hub_id: UUID, site: Site | None) -> Telling | None:
        """Ask administrators for what the row asks of them, about a hub that is not claimed.

        Return what came of telling them, where that was asked for.
        """
        if row.action != Action.TELL:
            return None
        hub = watching.known_hubs(self.organisation, {hub_id}).get(hub_id)
        return telling.tell(self.member, telling.of_lookup(hub, site) if hub else None)

    def tell(self, refusal: Refusal | None) -> Telling:
        """Tell the administrators of a hub that cannot be claimed."""
        return telling.tell(self.member, refusal)

    def tellings(self, refusals: Iterable[Refusal]) -> Tellings | None:
        """Return what the administrators know of these; None where nobody is told from here."""
        return Tellings(self.member, refusals)

    def asked_for(self, hubs: Iterable[Hub]) -> dict[UUID, MoveRequest]:
        """Return the newest request for each hub that is somebody else's, by their rows' ids."""
        return requests.newest_of(self.member, hubs)

    def moves(self, hubs: Iterable[Hub]) -> moves.Moves | None:
        """Return what the reader may do about hubs at other sites; None for nothing."""
        return moves.Moves(self.member, hubs)

    def credential(self) -> ApiCredential:
        """Return the key with which hubs are looked up. Raises NoUsableKeyError."""
        return gate.usable(self.organisation)

    def look_up(self, hubs: Collection[Hub]) -> None:
        """Have these hubs read."""
        watching.watch_all(hubs)

    def note_looks(self, hub_ids: Collection[UUID]) -> None:
        """Record nothing: they are the reader's own organisation's to look at."""

    def objection_to(self, hub: Hub) -> Refused | None:
        """Return why the reader is told nothing of the hub; None where they are."""
        return None


def move_of(found: moves.Moves | None, hub: Hub, site: Site | None) -> Move:
    """Return what the reader may do to get the hub to this site."""
    return found.of(hub, site) if found else Move.NOTHING


def telling_of(found: Tellings | None, refusal: Refusal | None) -> Telling:
    """Return whether the administrators know of it, or can be told."""
    return found.of(refusal) if found else Telling.NOTHING
