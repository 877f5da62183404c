"""Claiming for another organisation: the claim and its record, all or nothing."""

import uuid
from dataclasses import dataclass

from django.db import transaction

from portal.audit.models import Entry
from portal.audit.record import record
from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.orgs.models import Membership, Organisation, User
from portal.sites.models import Site
from portal.support.targets import Target


class AlreadyClaimingError(Exception):
    """Somebody else's claim of the hub for the target exists; nothing was added to it."""


@dataclass(frozen=True, slots=True)
class SupportRequest:
    """What an agent asks for. `submission` is the form's token: the same one, the same claim."""

    target: Target
    hub_id: uuid.UUID
    site: Site | None
    spkey_site_id: str
    reason: str
    submission: uuid.UUID


@transaction.atomic
def submit(agent: Membership, claim_request: SupportRequest) -> Claim:
    """Return support's claim for this request: a new one, or the existing claim.

    The caller has checked the agent's right and second factor. An organisation that the portal
    does not know yet is made here, so that the claim is in its own list. Raises
    AlreadyClaimingError, and AnotherSiteError when the hub is being claimed elsewhere.
    """
    claim = actions.submit(
        actions.ClaimRequest(
            user=agent.user,
            organisation=claim_request.target.organisation
            or _made(claim_request.target, agent.user),
            hub_id=claim_request.hub_id,
            spkey_site_id=claim_request.spkey_site_id,
            submission=claim_request.submission,
            site=claim_request.site,
            acting_organisation=agent.organisation,
            reason=claim_request.reason,
        )
    )
    if claim.acting_organisation_id != agent.organisation_id:
        raise AlreadyClaimingError
    _record_once(claim, agent)
    return claim


def _made(target: Target, actor: User) -> Organisation:
    organisation, made = Organisation.objects.get_or_create(
        spkey_org_id=target.spkey_org_id, defaults={"name": target.spkey_org_id[:120]}
    )
    if made:
        record(
            "organisation.created",
            actor=actor,
            organisation_id=organisation.pk,
            subject=organisation,
            spkey_org_id=target.spkey_org_id,
        )
    return organisation


def _record_once(claim: Claim, agent: Membership) -> None:
    """Say who acted for whom, and why: once a claim, however often its form arrives."""
    verb = "support.claimed"
    if Entry.objects.filter(verb=verb, object_id=str(claim.pk)).exists():
        return
    record(
        verb,
        actor=agent.user,
        organisation_id=claim.organisation_id,
        acting_organisation_id=agent.organisation_id,
        subject=claim,
        target=claim.organisation.spkey_org_id,
        reason=claim.support_reason,
    )
