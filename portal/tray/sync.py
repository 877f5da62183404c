"""Does what the rows of a tray ask for: hubs are looked up, claimed, and their claims followed.

A call may be a repeat of one whose answer was lost: what it asks for is done once.
"""

import logging
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from django.db import InterfaceError, OperationalError
from django.db.models import Q
from django.utils import timezone

from portal.claims import limits, telling
from portal.claims.beyond_access import forget_hub, is_forgotten
from portal.claims.engine import actions, credentials
from portal.claims.engine.actions import submission_id
from portal.claims.models import ACTIVE, SUCCEEDED, Claim, Reason
from portal.claims.telling import Telling
from portal.core.models import Heartbeat
from portal.core.throttle import LimitReachedError
from portal.gateway import gate
from portal.gateway.gate import HeldReason
from portal.hubs import watching
from portal.hubs.labels import parse
from portal.hubs.models import Hub
from portal.sites.models import Site
from portal.tray.desk import Desk, move_of, telling_of
from portal.tray.results import (
    NO_WORKER,
    ClaimedElsewhere,
    Followed,
    Lookup,
    NoClaim,
    NoLabel,
    NotTaken,
    Refused,
    Result,
)
from portal.tray.schema import Action, Row

logger = logging.getLogger(__name__)

# Enough of a text to see that it is too long for a label.
MOST_READ: Final = parse.LONGEST + 1
# For so long a lookup holds, and nobody needs to ask again.
LOOKUP_HOLDS: Final = timedelta(minutes=5)
MISSING: Final = Hub.Binding.MISSING


@dataclass(frozen=True, slots=True)
class _OfHub:
    """The row asks after the organisation's hub with this id.

    `telling` is what came of telling the administrators, where that was asked for.
    """

    hub_id: uuid.UUID
    telling: Telling | None = None


@dataclass(frozen=True, slots=True)
class _OfClaim:
    """The row became the claim with this id; `tried`, `held_back`, `is_braked` as in `Followed`.

    `telling` as in `_OfHub`.
    """

    pk: uuid.UUID
    tried: bool = False
    held_back: bool = False
    telling: Telling | None = None
    is_braked: bool = False


type _Taken = _OfHub | _OfClaim | Refused
type _Claims = dict[uuid.UUID, Claim]
type _Sites = dict[uuid.UUID, Site]


def carry_out(desk: Desk, rows: Sequence[Row]) -> list[Result]:
    """Do what the rows ask for, and return what came of each.

    The caller has checked that the member may claim there. However many rows only look, they take
    the same few statements. Raises OperationalError or InterfaceError when the database is away:
    what was done by then stays, and the same call made again finds it so. Raises LimitReachedError
    when there are too many; what was claimed by then stays.
    """
    member = desk.member
    spoken_of = _SpokenOf(desk, rows)
    asked = Counter(row.action for row in rows if row.claim_id)
    limits.take_tries(member, asked[Action.TRY_NOW])
    limits.take_claims(member, spoken_of.new_claims + asked[Action.AGAIN])
    taken = [guarded(row, _take, desk, row, spoken_of) for row in rows]
    asks = [(each, spoken_of.site(row)) for row, each in zip(rows, taken, strict=True)]
    found = _Found(desk, asks)
    results = [
        guarded(row, found.result, each, site) for row, (each, site) in zip(rows, asks, strict=True)
    ]
    unknown = {str(hub.hub_id) for hub in found.hubs.values() if hub.binding == MISSING}
    # Of an agent who asks after many their own leads are told.
    limits.count_unknown(member.user, member.organisation, unknown)
    return results


def guarded[**P, T](
    row: Row, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T | NotTaken:
    """Act; an error that nobody foresaw costs this row a while, and the others nothing."""
    try:
        return act(*args, **kwargs)
    except (OperationalError, InterfaceError, LimitReachedError):
        raise
    except Exception:
        logger.exception("row %s of a tray was not taken", row.id)
        return NotTaken()


def is_looked_up(hub: Hub) -> bool:
    """Whether the hub was read so lately that nobody needs to ask again."""
    read_at = hub.read_at
    return read_at is not None and timezone.now() - read_at < LOOKUP_HOLDS


def available_actions(claim: Claim) -> tuple[Action, ...]:
    """Return what whoever may act on the claim can do to it."""
    can = {
        Action.TRY_NOW: actions.can_try_now(claim),
        Action.STOP: actions.can_stop(claim),
        Action.AGAIN: actions.can_retry(claim),
        Action.TELL: telling.of_claim(claim) is not None,
    }
    return tuple(action for action, may in can.items() if may)


def is_somebody_elses(claim: Claim) -> bool:
    """Whether the claim was refused because the hub is bound to another organisation."""
    return claim.reason == Reason.ANOTHER_ORGANISATION and not claim.by_support


class _SpokenOf:
    """The sites and claims that the rows speak of, read for all of them together."""

    def __init__(self, desk: Desk, rows: Sequence[Row]) -> None:
        self._sites = self._read_sites(desk, {row.site_id for row in rows if row.site_id})
        named = [row.claim_id for row in rows if row.claim_id]
        confirmed = [_submission(row, hub_id) for row in rows if (hub_id := _confirmed(row))]
        self.new_claims = len(confirmed)
        self.named: _Claims = {}
        self.submitted: _Claims = {}
        if named or confirmed:
            made = Q(submitted_by=desk.member.user, submission__in=confirmed)
            for claim in desk.claims().with_details().filter(Q(pk__in=named) | made):
                self.named[claim.pk] = claim
                self.submitted[claim.submission] = claim
            self.new_claims = len(set(confirmed) - self.submitted.keys())

    @staticmethod
    def _read_sites(desk: Desk, picked: set[uuid.UUID]) -> _Sites:
        return desk.sites_to_pick().in_bulk(picked)

    def site(self, row: Row) -> Site | None:
        """Return the site that was picked for the row, if it takes claims."""
        return self._sites.get(row.site_id) if row.site_id else None


def _hub_id(row: Row) -> parse.HubId:
    """Return the hub id on the label. Raises LabelProblem."""
    return parse.parse(row.text[:MOST_READ])


def _confirmed(row: Row) -> uuid.UUID | None:
    """Return the hub that the row asks to claim, not knowing of a claim yet."""
    if not row.claim or row.claim_id:
        return None
    try:
        return _hub_id(row)
    except parse.LabelProblem:
        return None


def _submission(row: Row, hub_id: uuid.UUID) -> uuid.UUID:
    """Return the submission's id: the same row for the same hub and site is the same claim."""
    return submission_id(row.id, hub_id, row.site_id)


def _take(desk: Desk, row: Row, spoken_of: _SpokenOf) -> _Taken:
    """Do what one row asks for, and return what it tells of from now on."""
    if row.claim_id is not None:
        return _act(desk, row, spoken_of.named.get(row.claim_id))
    try:
        hub_id = _hub_id(row)
    except parse.LabelProblem as problem:
        return NoLabel(problem)
    # Before anything else is looked at: the site may have been archived since the claim was made.
    submission = _submission(row, hub_id)
    if row.claim and (made := spoken_of.submitted.get(submission)):
        return _OfClaim(made.pk)
    if (objection := desk.objection()) is not None:
        return objection
    site = spoken_of.site(row)
    if not row.claim:
        return _OfHub(hub_id, desk.ask(row, hub_id, site))
    if site is None:
        return desk.without_site(row, hub_id)
    return _of(desk.submit(row, hub_id, site, submission))


def _of(made: Claim | Refused) -> _Taken:
    return _OfClaim(made.pk) if isinstance(made, Claim) else made


def _act(desk: Desk, row: Row, claim: Claim | None) -> _Taken:
    """Do to the claim what the row asks for, as far as that can be done now."""
    if claim is None:
        return NoClaim()
    if not desk.may_act(claim):
        return _OfClaim(claim.pk, row.tried)
    user = desk.member.user
    if row.short_place not in {"", claim.place} and desk.may_say(row.short_place):
        actions.put_at(claim, row.short_place, user)
    if row.action not in available_actions(claim) or not desk.is_able_to_act():
        return _OfClaim(claim.pk, row.tried)
    match row.action:
        case Action.AGAIN:
            return _of(desk.retry(claim))
        case Action.STOP:
            actions.stop(claim, user)
        case Action.TRY_NOW:
            try:
                tried = desk.try_now(claim)
            except LimitReachedError:
                # The row stays that of its claim, and the others are carried out.
                return _OfClaim(claim.pk, row.tried, is_braked=True)
            return _OfClaim(claim.pk, tried=True, held_back=not tried)
        case Action.TELL:
            told = desk.tell(telling.of_claim(claim))
            return _OfClaim(claim.pk, row.tried, telling=told)
    return _OfClaim(claim.pk)


class _Found:
    """What was read, for all rows together, of the claims and hubs that they tell of."""

    def __init__(self, desk: Desk, asked: Sequence[tuple[_Taken, Site | None]]) -> None:
        taken = [each for each, _site in asked]
        claims = {each.pk for each in taken if isinstance(each, _OfClaim)}
        hubs = {each.hub_id for each in taken if isinstance(each, _OfHub)}
        self.desk = desk
        self.for_admin = desk.for_admin
        self.claims = self._read_claims(claims, hubs)
        self.active = {
            claim.hub.hub_id: claim for claim in self.claims.values() if not claim.is_final
        }
        self.hubs = self._look_up(hubs - self.active.keys())
        self.site_names = self._read_site_names()
        self.moves = desk.moves(self._own())
        self.tellings = self._tellings(asked)
        self.requests = desk.asked_for(self._somebody_elses())
        self.trouble = self._trouble()
        desk.note_looks(self.hubs.keys())
        self._watch()

    def result(self, taken: _Taken, site: Site | None) -> Result:
        """Return what came of the row: a claim under way is followed wherever its hub is read."""
        if isinstance(taken, _OfClaim):
            its = self.claims[taken.pk]
            followed = self._followed(its, tried=taken.tried, held_back=taken.held_back)
            told = taken.telling or telling_of(self.tellings, telling.of_claim(its))
            request = self.requests.get(its.hub_id)
            return replace(followed, telling=told, request=request, is_braked=taken.is_braked)
        if not isinstance(taken, _OfHub):
            return taken
        claim = self.active.get(taken.hub_id)
        if claim is None:
            hub = self.hubs[taken.hub_id]
            if (objection := self.desk.objection_to(hub)) is not None:
                return objection
            return Lookup(
                hub,
                site,
                self._site_of(hub),
                self.trouble,
                move=move_of(self.moves, hub, site),
                for_admin=self.for_admin,
                telling=taken.telling or telling_of(self.tellings, telling.of_lookup(hub, site)),
                request=self.requests.get(hub.pk),
                for_support=self.desk.for_support,
            )
        if site is None or claim.spkey_site_id != site.spkey_site_id:
            return ClaimedElsewhere(claim)
        return self._followed(claim)

    def _tellings(self, asked: Iterable[tuple[_Taken, Site | None]]) -> telling.Tellings | None:
        """Return what the administrators know of the hubs and claims that were refused."""
        looked_up = (
            telling.of_lookup(self.hubs[each.hub_id], site)
            for each, site in asked
            if isinstance(each, _OfHub) and each.hub_id in self.hubs
        )
        refused = (*looked_up, *map(telling.of_claim, self.claims.values()))
        return self.desk.tellings(filter(None, refused))

    def _look_up(self, hub_ids: set[uuid.UUID]) -> dict[uuid.UUID, Hub]:
        """Return the organisation's rows of these hubs, those that are new to it counted."""
        organisation = self.desk.organisation
        known = watching.known_hubs(organisation, hub_ids)
        asked = [
            hub_id
            for hub_id in hub_ids
            if (hub := known.get(hub_id)) is None
            or not (is_looked_up(hub) or watching.is_watched(hub))
        ]
        limits.take_lookups(self.desk.member, len(asked))
        return watching.hubs_for(organisation, hub_ids, known)

    def _followed(self, claim: Claim, *, tried: bool = False, held_back: bool = False) -> Followed:
        at, reader = self._site_of(claim.hub), self.desk.member.user
        return Followed(
            claim,
            at,
            reader,
            tried,
            held_back,
            self.for_admin,
            for_support=self.desk.for_support,
            may_act=self.desk.may_act(claim),
        )

    def _site_of(self, hub: Hub) -> str:
        return self.site_names.get(hub.spkey_site_id, hub.spkey_site_id)

    def _read_claims(self, pks: set[uuid.UUID], hubs: set[uuid.UUID]) -> _Claims:
        if not pks and not hubs:
            return {}
        under_way = Q(state__in=ACTIVE, hub_id_text__in=[str(hub_id) for hub_id in hubs])
        found = self.desk.claims().with_details().select_related("job")
        read = {claim.pk: claim for claim in found.filter(Q(pk__in=pks) | under_way)}
        for claim in read.values():
            if self.desk.objection_to(claim.hub) is not None:
                forget_hub(claim)
        return read

    def _read_site_names(self) -> dict[str, str]:
        """Return what people call the sites at which SpKey has these hubs, by SpKey's ids."""
        ids = {hub.spkey_site_id for hub in self.hubs.values()}
        ids |= {
            claim.hub.spkey_site_id
            for claim in self.claims.values()
            if claim.reason == Reason.ANOTHER_SITE
        }
        ids.discard("")
        if not ids:
            return {}
        sites = self.desk.sites().filter(spkey_site_id__in=ids)
        return {site.spkey_site_id: site.shown_name for site in sites}

    def _own(self) -> list[Hub]:
        return [hub for hub in self.hubs.values() if hub.binding == Hub.Binding.OURS]

    def _somebody_elses(self) -> list[Hub]:
        """Return the hubs that can be asked for, or were: as they are, or as a claim found them."""
        refused = [each for each in self.claims.values() if is_somebody_elses(each)]
        looked_up = [hub for hub in self.hubs.values() if hub.binding == Hub.Binding.OTHER]
        return [*looked_up, *(claim.hub for claim in refused)]

    def _unread(self) -> list[Hub]:
        return [hub for hub in self.hubs.values() if not is_looked_up(hub)]

    def _trouble(self) -> str:
        """Return what keeps hubs from being looked up, asked only where some wait for that."""
        if not self._unread():
            return ""
        try:
            credential = self.desk.credential()
        except gate.NoUsableKeyError as error:
            return credentials.KEY_REASONS[str(error)]
        if not Heartbeat.is_heard():
            return NO_WORKER
        match gate.held_reason(credential):
            case HeldReason.CIRCUIT_OPEN:
                return Reason.UNREACHABLE
            case HeldReason.RATE_LIMITED:
                return Reason.RATE
            case HeldReason.KEY_DOUBTED:
                return Reason.KEY_DOUBTED
        return ""

    def _watch(self) -> None:
        """Have the hubs read that wait for it, and those of claims that succeeded.

        One read is enough for a lookup: a tray of hundreds must not wear out the API.
        """
        watching.unwatch([hub for hub in self.hubs.values() if is_looked_up(hub)])
        self.desk.look_up(self._unread())
        seen = [claim for claim in self.claims.values() if not is_forgotten(claim)]
        claimed = [claim for claim in seen if claim.state in SUCCEEDED]
        watching.watch_all(claim.hub for claim in claimed)
