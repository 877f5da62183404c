"""Taking a claim in: one submission is one claim, one hub has one active claim.

And what people can do to a claim that is in.
"""

import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.audit.record import record
from portal.claims import policy
from portal.claims.models import SUCCEEDED, Claim, Reason, State
from portal.hubs import watching
from portal.orgs.models import Organisation, Site, User


class AnotherSiteError(Exception):
    """The hub is being claimed, or was just claimed, at another site of the organisation."""

    def __init__(self, claim: Claim) -> None:
        super().__init__("the hub is claimed at another site")
        self.claim = claim


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asks for. `submission` is the form's token: the same one, the same claim.

    `acting_organisation` and `reason` belong to a claim made by support for another
    organisation; `site` is None where that organisation's site is not in the portal.
    """

    user: User
    organisation: Organisation
    hub_id: uuid.UUID
    spkey_site_id: str
    submission: uuid.UUID
    site: Site | None = None
    acting_organisation: Organisation | None = None
    reason: str = ""
    retry_of: Claim | None = None


def submit(order: Order) -> Claim:
    """Return the claim for this order: a new one, or the one that already stands for it.

    The caller has checked the person's right. Raises AnotherSiteError when the organisation
    claims the hub elsewhere at this moment.
    """
    if claim := _same_submission(order) or _standing(order):
        return claim
    try:
        with transaction.atomic():
            return _create(order)
    except IntegrityError:
        # Somebody was faster between the look and the insert: theirs is the claim.
        if claim := _same_submission(order) or _standing(order):
            return claim
        raise


def _same_submission(order: Order) -> Claim | None:
    return Claim.objects.filter(submitted_by=order.user, submission=order.submission).first()


def _standing(order: Order) -> Claim | None:
    """Return the organisation's active or just finished claim of the hub, at the same site."""
    of_hub = Claim.objects.filter(
        organisation=order.organisation, hub_id_text=str(order.hub_id)
    ).select_related("site", "submitted_by")
    just_now = timezone.now() - policy.RECENTLY_CLAIMED
    claim = (
        of_hub.active().first()
        or of_hub.filter(state=State.CLAIMED, finished_at__gt=just_now).first()
    )
    if claim is not None and claim.spkey_site_id != order.spkey_site_id:
        raise AnotherSiteError(claim)
    return claim


def _create(order: Order) -> Claim:
    now = timezone.now()
    claim = Claim.objects.create(
        organisation=order.organisation,
        acting_organisation=order.acting_organisation,
        hub=watching.hub_for(order.organisation, order.hub_id),
        hub_id_text=str(order.hub_id),
        site=order.site,
        spkey_site_id=order.spkey_site_id,
        submitted_by=order.user,
        submission=order.submission,
        support_reason=order.reason,
        retry_of=order.retry_of,
        created_at=now,
        changed_at=now,
        trying_since=now,
        next_attempt_at=now,
        timed_at=now,
    )
    record(
        "claim.submitted",
        actor=order.user,
        organisation_id=order.organisation.pk,
        acting_organisation_id=order.acting_organisation.pk if order.acting_organisation else None,
        subject=claim,
        hub=str(order.hub_id),
        site=order.spkey_site_id,
        reason=order.reason,
    )
    return claim


def retry(claim: Claim, user: User) -> Order:
    """Return the order for a new claim of the same hub at the same site, linked to this one."""
    return Order(
        user=user,
        organisation=claim.organisation,
        hub_id=claim.hub.hub_id,
        spkey_site_id=claim.spkey_site_id,
        submission=uuid.uuid5(claim.pk, f"again {user.pk}"),
        site=claim.site,
        acting_organisation=claim.acting_organisation,
        reason=claim.support_reason,
        retry_of=claim,
    )


def can_try_now(claim: Claim) -> bool:
    """Whether asking for a try at once would do anything that is still wanted."""
    if claim.cancel_requested_at is not None:
        return False
    return claim.state in {State.WAITING, State.VERIFYING, State.REVIEW} or (
        claim.state == State.BLOCKED and claim.reason == Reason.NO_USER
    )


def can_stop(claim: Claim) -> bool:
    """Whether the claim can be told to stop."""
    return not claim.is_final and claim.cancel_requested_at is None


def can_retry(claim: Claim) -> bool:
    """Whether a new claim of the same hub at the same site makes sense.

    Not of support's: theirs starts from a form that asks for the second factor and a reason.
    Not where SpKey carried the claim out after all, nor of a hub that is out of service for good.
    """
    if claim.by_support or claim.reason == Reason.DECOMMISSIONED or claim.late_effect_at:
        return False
    return claim.is_final and claim.state not in SUCCEEDED
