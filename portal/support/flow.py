"""Claiming for another organisation: the claim and its record, all or nothing."""

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from portal.audit.models import Entry
from portal.audit.record import record
from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.core.throttle import Limit
from portal.notices import outbox
from portal.notices.models import Notice
from portal.orgs.models import Membership, Organisation, User
from portal.sites.models import Site
from portal.support.targets import Target


class AlreadyClaimingError(Exception):
    """Somebody else's claim of the hub for the target exists; nothing was added to it."""


class TooManyClaimsError(Exception):
    """The agent made as many claims in this hour as one agent may; nothing was added to them."""


@dataclass(frozen=True, slots=True)
class SupportRequest:
    """What an agent asks for. `submission` is the form's token: the same one, the same claim."""

    target: Target
    hub_id: uuid.UUID
    site: Site | None
    spkey_site_id: str
    reason: str
    submission: uuid.UUID


def submit(agent: Membership, claim_request: SupportRequest) -> Claim:
    """Return support's claim for this request: a new one, or the existing claim.

    The caller has checked the agent's right and second factor. An organisation that the portal
    does not know yet is made here, so that the claim is in its own list. Raises
    AlreadyClaimingError, AnotherSiteError when the hub is being claimed elsewhere, and
    TooManyClaimsError; then nothing is made.
    """
    # Counted outside the transaction: what is undone counts as well.
    hourly = Limit("claims of a support agent", settings.SUPPORT_CLAIMS_AN_HOUR, 3600)
    if not hourly.allows(str(agent.user_id)):
        raise TooManyClaimsError
    return _submit(agent, claim_request)


@transaction.atomic
def _submit(agent: Membership, claim_request: SupportRequest) -> Claim:
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
    _tell_once(claim, agent)
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


def _tell_once(claim: Claim, agent: Membership) -> None:
    """Record who acted for whom, and why, and tell the organisation's administrators.

    Once a claim, however often its form arrives. The agent's address is not for them.
    """
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
