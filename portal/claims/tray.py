"""The server's side of a tray: the rows that a device keeps are looked up, claimed and told of.

A call may be a repeat of one whose answer was lost: whatever it asks for is done once.
"""

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import Q, QuerySet

from portal.claims import tray_news, tray_words
from portal.claims.display.wording import Words
from portal.claims.engine import actions, credentials
from portal.claims.engine.actions import submission_id
from portal.claims.models import ACTIVE, SUCCEEDED, Claim, Reason
from portal.claims.tray_news import Names, News
from portal.claims.tray_request import Row
from portal.core.models import Heartbeat
from portal.gateway import circuit, keys
from portal.hubs import watching
from portal.hubs.labels import parse
from portal.hubs.models import Hub
from portal.orgs.models import Membership
from portal.sites.models import Site

logger = logging.getLogger(__name__)

# Enough of a text to see that it is too long for a label.
MOST_READ = parse.LONGEST + 1


@dataclass(frozen=True, slots=True)
class OfHub:
    """What becomes of a row: it tells of the organisation's hub with this id."""

    hub_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class OfClaim:
    """What becomes of a row: it tells of this claim."""

    pk: uuid.UUID


type Step = OfHub | OfClaim | News
type Claims = dict[uuid.UUID, Claim]
type Sites = dict[uuid.UUID, Site]


def sync(member: Membership, asked: list[Row]) -> list[dict[str, Any]]:
    """Do what the rows ask for, and return what the device has not been told of them yet.

    The caller has checked that the member may claim. However many rows only look, they take the
    same few statements. Raises OperationalError or InterfaceError when the database is away: what
    was done by then stands, and the same call made again finds it so.
    """
    spoken_of = _SpokenOf(member, asked)
    taken = [(row, _guarded(row, _take, member, row, spoken_of)) for row in asked]
    found = _Found(member, [step for _, step in taken])
    answers = []
    for row, step in taken:
        answer = _guarded(row, found.news, step, spoken_of.site(row)).as_json(row.id)
        if answer["seen"] != row.seen:
            answers.append(answer)
    return answers


def _guarded[**P, T](row: Row, deed: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | News:
    """Do it; an error that nobody foresaw costs this row a while, and the others nothing."""
    try:
        return deed(*args, **kwargs)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("row %s of a tray was not taken", row.id)
        return tray_news.not_taken()


def _claims(member: Membership) -> QuerySet[Claim]:
    return (
        Claim.objects.visible_to(member.user)
        .filter(organisation=member.organisation)
        .select_related("organisation", "site", "submitted_by", "hub")
    )


class _SpokenOf:
    """The sites and claims that the rows speak of, read for all of them together."""

    def __init__(self, member: Membership, asked: list[Row]) -> None:
        self._sites = self._read_sites(member, {row.site for row in asked if row.site})
        named = [row.claim_id for row in asked if row.claim_id]
        confirmed = [_submission(row, hub_id) for row in asked if (hub_id := _confirmed(row))]
        self.named: Claims = {}
        self.submitted: Claims = {}
        if named or confirmed:
            made = Q(submitted_by=member.user, submission__in=confirmed)
            for claim in _claims(member).filter(Q(pk__in=named) | made):
                self.named[claim.pk] = claim
                self.submitted[claim.submission] = claim

    @staticmethod
    def _read_sites(member: Membership, picked: set[uuid.UUID]) -> Sites:
        sites = Site.objects.visible_to(member.user).filter(organisation=member.organisation)
        return sites.open().in_bulk(picked)

    def site(self, row: Row) -> Site | None:
        """Return the site that was picked for the row, if it takes claims."""
        return self._sites.get(row.site) if row.site else None


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
    return submission_id(row.id, hub_id, row.site)


def _take(member: Membership, row: Row, spoken_of: _SpokenOf) -> Step:
    """Do what one row asks for; what becomes of the row is what it tells of."""
    if row.claim_id is not None:
        return _steer(member, row, spoken_of.named.get(row.claim_id))
    try:
        hub_id = _hub_id(row)
    except parse.LabelProblem as problem:
        return tray_news.no_label(problem)
    if not row.claim:
        return OfHub(hub_id)
    # Before the site is looked at: it may have been archived since the claim was made.
    if made := spoken_of.submitted.get(_submission(row, hub_id)):
        return OfClaim(made.pk)
    site = spoken_of.site(row)
    if site is None:
        return tray_news.no_site(hub_id)
    return _submit(_order(member, row, hub_id, site))


def _order(member: Membership, row: Row, hub_id: uuid.UUID, site: Site) -> actions.ClaimRequest:
    return actions.ClaimRequest(
        user=member.user,
        organisation=member.organisation,
        hub_id=hub_id,
        spkey_site_id=site.spkey_site_id,
        submission=_submission(row, hub_id),
        site=site,
    )


def _submit(order: actions.ClaimRequest) -> Step:
    try:
        return OfClaim(actions.submit(order).pk)
    except actions.AnotherSiteError as elsewhere:
        return tray_news.claimed_elsewhere(elsewhere.claim)


def _steer(member: Membership, row: Row, claim: Claim | None) -> Step:
    """Do to the claim what the row asks for, as far as that can be done now."""
    if claim is None:
        return tray_news.no_claim()
    if row.deed not in tray_news.deeds_of(claim):
        return OfClaim(claim.pk)
    if row.deed == "again":
        return _submit(actions.retry(claim, member.user))
    if row.deed == "stop":
        actions.stop(claim, member.user)
    else:
        actions.try_now(claim)
    return OfClaim(claim.pk)


class _Found:
    """What was read, for all rows together, of the claims and hubs that they tell of."""

    def __init__(self, member: Membership, steps: list[Step]) -> None:
        claims = {step.pk for step in steps if isinstance(step, OfClaim)}
        hubs = {step.hub_id for step in steps if isinstance(step, OfHub)}
        self.member = member
        self.claims = self._read_claims(claims, hubs)
        self.active = {
            claim.hub.hub_id: claim for claim in self.claims.values() if not claim.is_final
        }
        self.hubs = watching.hubs_for(member.organisation, hubs - self.active.keys())
        self.names = self._names()
        self.trouble = self._trouble()
        self._watch()

    def news(self, step: Step, site: Site | None) -> News:
        """Return what the row tells: a claim under way is told of wherever its hub is asked for."""
        if isinstance(step, News):
            return step
        if isinstance(step, OfClaim):
            return tray_news.of_claim(self.claims[step.pk], self.names)
        claim = self.active.get(step.hub_id)
        if claim is None:
            return tray_news.of_hub(self.hubs[step.hub_id], site, self.names, self.trouble)
        if site is None or claim.spkey_site_id != site.spkey_site_id:
            return tray_news.claimed_elsewhere(claim)
        return tray_news.of_claim(claim, self.names)

    def _read_claims(self, pks: set[uuid.UUID], hubs: set[uuid.UUID]) -> Claims:
        if not pks and not hubs:
            return {}
        under_way = Q(state__in=ACTIVE, hub_id_text__in=[str(hub_id) for hub_id in hubs])
        found = _claims(self.member).filter(Q(pk__in=pks) | under_way)
        return {claim.pk: claim for claim in found}

    def _names(self) -> Names:
        ids = {hub.spkey_site_id for hub in self.hubs.values()}
        ids |= {
            claim.hub.spkey_site_id
            for claim in self.claims.values()
            if claim.reason == Reason.ANOTHER_SITE
        }
        ids.discard("")
        if not ids:
            return {}
        sites = Site.objects.visible_to(self.member.user).filter(
            organisation=self.member.organisation, spkey_site_id__in=ids
        )
        return dict(sites.values_list("spkey_site_id", "name"))

    def _unread(self) -> list[Hub]:
        return [hub for hub in self.hubs.values() if not tray_news.is_looked_up(hub)]

    def _trouble(self) -> Words | None:
        """Return what keeps hubs from being looked up, asked only where some wait for that."""
        if not self._unread():
            return None
        try:
            credential = keys.usable(self.member.organisation)
        except keys.NoUsableKeyError as error:
            return tray_words.barred(credentials.KEY_REASONS[str(error)])
        if not Heartbeat.is_heard():
            return tray_words.NO_WORKER
        if circuit.is_open():
            return tray_words.SILENT
        return tray_words.BUSY if keys.paused_for(credential) else None

    def _watch(self) -> None:
        """Have the hubs read that wait for it, and those of claims that succeeded.

        One read is enough for a lookup: a tray of hundreds must not wear out the API.
        """
        watching.unwatch([hub for hub in self.hubs.values() if tray_news.is_looked_up(hub)])
        claimed = [claim for claim in self.claims.values() if claim.state in SUCCEEDED]
        watching.watch_all([*self._unread(), *(claim.hub for claim in claimed)])
