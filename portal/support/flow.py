"""Claiming for another organisation: the claim and its record, all or nothing."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from portal.audit.models import Entry
from portal.audit.record import record
from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.consent import brakes, giving, rights
from portal.consent.break_glass import break_glass
from portal.consent.models import Grant
from portal.notices import outbox
from portal.notices.models import Notice
from portal.orgs.models import ApiCredential, Membership, Organisation, User
from portal.sites.models import Site


class AlreadyClaimingError(Exception):
    """Somebody else's claim of the hub for the organisation exists; nothing was added to it."""


class SupportOrganisationError(ValueError):
    """It is a support organisation: nobody acts for one."""


@dataclass(frozen=True, slots=True)
class SupportRequest:
    """What an agent asks for. `submission` is the form's token: the same one, the same claim."""

    hub_id: uuid.UUID
    site: Site | None
    spkey_site_id: str
    reason: str
    submission: uuid.UUID
    place: str = ""
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """An organisation that the portal does not know, and why the agent acts for it."""

    spkey_org_id: str
    reason: str
    ticket: str


def submit(agent: Membership, grant: Grant, claim_request: SupportRequest) -> Claim:
    """Return support's claim for this request under this grant: a new one, or the existing claim.

    The caller has checked the agent's second factor. Raises NoConsentError where the grant does not
    allow it now, AlreadyClaimingError, AnotherSiteError when the hub is being claimed elsewhere,
    and LimitReachedError; then nothing is made.
    """
    # Counted outside the transaction: what is undone counts as well.
    brakes.take(agent, grant.organisation.spkey_org_id)
    return _submit(agent, grant, claim_request)


def submit_for_unknown(agent: Membership, unknown: Unknown, claim_request: SupportRequest) -> Claim:
    """Make the organisation, break glass for it, and return the claim: all with one another.

    So nothing is made before a claim is sent. Raises as `submit` does, and
    SupportOrganisationError.
    """
    brakes.take(agent, unknown.spkey_org_id)
    with transaction.atomic():
        organisation = _made(unknown.spkey_org_id, agent.user)
        grant = break_glass(agent, organisation, reason=unknown.reason, ticket=unknown.ticket)
        return _submit(agent, grant, claim_request)


@transaction.atomic
def _submit(agent: Membership, grant: Grant, claim_request: SupportRequest) -> Claim:
    authority = rights.authority(
        agent,
        grant.organisation_id,
        site=claim_request.site,
        unlisted_site=claim_request.site is None,
        grant=grant.pk,
        hold=True,
    )
    claim = actions.submit(
        actions.ClaimRequest(
            user=agent.user,
            organisation=authority.grant.organisation,
            hub_id=claim_request.hub_id,
            spkey_site_id=claim_request.spkey_site_id,
            submission=claim_request.submission,
            site=claim_request.site,
            acting_organisation=agent.organisation,
            support_grant=authority.grant,
            reason=claim_request.reason,
            ticket=claim_request.ticket,
            place=claim_request.place,
        )
    )
    if claim.acting_organisation_id != agent.organisation_id:
        raise AlreadyClaimingError
    _tell_once(claim, agent)
    giving.mark_used(authority)
    return claim


def _made(spkey_org_id: str, actor: User) -> Organisation:
    organisation, made = Organisation.objects.get_or_create(
        spkey_org_id=spkey_org_id, defaults={"name": spkey_org_id[:120]}
    )
    if ApiCredential.objects.filter(organisation=organisation, kind="super").exists():
        raise SupportOrganisationError
    if made:
        record(
            "organisation.created",
            actor=actor,
            organisation_id=organisation.pk,
            subject=organisation,
            spkey_org_id=spkey_org_id,
        )
    return organisation


def _tell_once(claim: Claim, agent: Membership) -> None:
    """Record who acted for whom, and why, and tell the organisation's administrators.

    Once a claim, however often its form arrives. The agent's address is not for them.
    """
    verb = "support.claimed"
    if Entry.objects.filter(verb=verb, object_id=str(claim.pk)).exists():
        return
    ticket: dict[str, Any] = {"ticket": claim.support_ticket} if claim.support_ticket else {}
    record(
        verb,
        actor=agent.user,
        organisation_id=claim.organisation_id,
        acting_organisation_id=agent.organisation_id,
        subject=claim,
        target=claim.organisation.spkey_org_id,
        reason=claim.support_reason,
        grant=str(claim.support_grant_id),
        **ticket,
    )
    outbox.notify(
        claim.organisation_id,
        Notice.Kind.SUPPORT_CLAIMED,
        about=str(claim.pk),
        claim=str(claim.pk),
        claim_number=claim.number,
        hub=claim.hub_id_text,
        site=claim.site_name,
        reason=claim.support_reason,
    )
