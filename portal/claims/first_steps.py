"""What a new organisation needs before its first hub is claimed, each looked at anew.

Once all of it is done, or an administrator has put the steps away, they are over for good.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from portal.audit.record import record
from portal.claims.models import SUCCEEDED, Claim
from portal.orgs.models import ApiCredential, Invitation, Membership, Organisation, User
from portal.sites.models import Site

Role = Membership.Role


class Step(StrEnum):
    """Something that a new organisation still lacks, in the order in which it is best done."""

    ORGANISATION_ID = "organisation_id"
    KEY = "key"
    SECOND_ADMINISTRATOR = "second_administrator"
    SPKEY_USERS = "spkey_users"
    SITE = "site"
    INSTALLER = "installer"
    HUB = "hub"


@dataclass(frozen=True, slots=True)
class Progress:
    """The steps that are left, and of these the ones for which somebody is invited already."""

    left: tuple[Step, ...]
    invited: frozenset[Step]

    @property
    def done(self) -> int:
        """How many are done."""
        return len(Step) - len(self.left)


def progress(admin: Membership) -> Progress | None:
    """Return what is left to do; None where it is over, or was never to be done.

    Support's organisation claims nothing of its own. The last step ends it for good.
    """
    organisation = admin.organisation
    if organisation.first_steps_done_at is not None or organisation.holds_super_key:
        return None
    left = tuple(step for step, is_done in _done(admin).items() if not is_done)
    if not left:
        _over(organisation)
        return None
    return Progress(left, _invited(organisation))


def confirm_id(organisation: Organisation, actor: User) -> None:
    """Note that the SpKey organisation id is the one that they have at SpKey."""
    _note(organisation, "id_confirmed_at", "organisation.id_confirmed", actor)


def put_away(organisation: Organisation, actor: User) -> None:
    """Let the steps be over, whatever is left of them."""
    _note(organisation, "first_steps_done_at", "organisation.first_steps_put_away", actor)


@transaction.atomic
def _note(organisation: Organisation, field: str, verb: str, actor: User) -> None:
    fresh = Organisation.objects.filter(pk=organisation.pk, **{field: None})
    if fresh.update(**{field: timezone.now()}):
        record(verb, actor=actor, organisation_id=organisation.pk, subject=organisation)


def _over(organisation: Organisation) -> None:
    fresh = Organisation.objects.filter(pk=organisation.pk, first_steps_done_at=None)
    fresh.update(first_steps_done_at=timezone.now())


def _done(admin: Membership) -> dict[Step, bool]:
    organisation, credential = admin.organisation, admin.organisation.stored_credential
    is_unknown = Q(spkey_user_id=None) & ~Q(role=Role.VIEWER)
    people = organisation.memberships.active().aggregate(
        administrators=Count("pk", filter=Q(role=Role.ADMIN)),
        installers=Count("pk", filter=Q(role=Role.INSTALLER)),
        unknown=Count("pk", filter=is_unknown),
    )
    has_fallback = organisation.fallback_spkey_user_id is not None
    return {
        Step.ORGANISATION_ID: organisation.id_confirmed_at is not None,
        Step.KEY: credential is not None and credential.state == ApiCredential.State.WORKING,
        Step.SECOND_ADMINISTRATOR: people["administrators"] > 1,
        Step.SPKEY_USERS: has_fallback or not people["unknown"],
        Step.SITE: Site.objects.of(admin).open().exists(),
        Step.INSTALLER: people["installers"] > 0,
        Step.HUB: Claim.objects.of(admin).filter(state__in=SUCCEEDED).exists(),
    }


def _invited(organisation: Organisation) -> frozenset[Step]:
    waiting = Invitation.objects.filter(organisation=organisation).good()
    roles = set(waiting.values_list("role", flat=True))
    steps = {Role.ADMIN: Step.SECOND_ADMINISTRATOR, Role.INSTALLER: Step.INSTALLER}
    return frozenset(step for role, step in steps.items() if role in roles)
