"""What a new organisation needs before its first hub is claimed, each looked at anew.

Once all of it is done, or an administrator has put the steps away, they are over for good.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from portal.audit.record import record
from portal.claims.models import SUCCEEDED, Claim
from portal.orgs.access import ABILITIES, Ability
from portal.orgs.models import ApiCredential, Invitation, Membership, Organisation, User
from portal.sites.models import Site

Role = Membership.Role
MOST_NAMED: Final = 3


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
    """The steps that are left, and of these the ones for which somebody is invited already.

    `unknown` are those who may claim and have no SpKey user id, by name, a few; `others` says
    whether there are more.
    """

    left: tuple[Step, ...]
    invited: frozenset[Step]
    unknown: tuple[str, ...] = ()
    others: bool = False

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
    unknown = _without_spkey_user(organisation)
    left = tuple(step for step, is_done in _done(admin, unknown).items() if not is_done)
    if not left:
        _over(organisation)
        return None
    named = unknown[:MOST_NAMED]
    return Progress(left, _invited(organisation), named, others=len(unknown) > len(named))


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


def _done(admin: Membership, unknown: Collection[str]) -> dict[Step, bool]:
    """Return of each step whether it is done.

    In whose name hubs are claimed is said once the organisation has a fallback, or once everybody
    who may claim has a SpKey user id: administrators too, who claim as well as installers, but no
    viewers, nor anybody whose membership is over. An id that SpKey told of an address counts as one
    that was typed.
    """
    organisation, credential = admin.organisation, admin.organisation.stored_credential
    people = organisation.memberships.active().aggregate(
        administrators=Count("pk", filter=Q(role=Role.ADMIN)),
        installers=Count("pk", filter=Q(role=Role.INSTALLER)),
    )
    return {
        Step.ORGANISATION_ID: organisation.id_confirmed_at is not None,
        Step.KEY: credential is not None and credential.state == ApiCredential.State.WORKING,
        Step.SECOND_ADMINISTRATOR: people["administrators"] > 1,
        Step.SPKEY_USERS: not unknown,
        Step.SITE: Site.objects.of(admin).open().exists(),
        Step.INSTALLER: people["installers"] > 0,
        Step.HUB: Claim.objects.of(admin).filter(state__in=SUCCEEDED).exists(),
    }


def _without_spkey_user(organisation: Organisation) -> tuple[str, ...]:
    """Return in whose name nobody has said hubs are claimed, of those who may claim.

    Of many a few, and one more than are named.
    """
    if organisation.fallback_spkey_user_id is not None:
        return ()
    roles = [role for role, allowed in ABILITIES.items() if Ability.CLAIM in allowed]
    people = organisation.memberships.active().filter(spkey_user_id=None, role__in=roles)
    named = people.select_related("user").order_by("user__name", "user__email")
    return tuple(each.user.display_name for each in named[: MOST_NAMED + 1])


def _invited(organisation: Organisation) -> frozenset[Step]:
    waiting = Invitation.objects.filter(organisation=organisation).good()
    roles = set(waiting.values_list("role", flat=True))
    steps = {Role.ADMIN: Step.SECOND_ADMINISTRATOR, Role.INSTALLER: Step.INSTALLER}
    return frozenset(step for role, step in steps.items() if role in roles)
