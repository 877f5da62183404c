"""Who may import what: asked when a file is given, and again for the rows when their turn comes."""

from typing import Final

from portal.imports.models import Import, Kind
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership, User

NEEDS: Final[dict[str, Ability]] = {
    Kind.CLAIM: Ability.CLAIM,
    Kind.BRING_IN: Ability.CLAIM,
    Kind.MOVE: Ability.MANAGE_HUBS,
}


def may_import(member: Membership, kind: str = Kind.CLAIM) -> bool:
    """Whether the member may import: who may claim at all sites; move only who manages hubs."""
    return member.all_sites and NEEDS[kind] in access.abilities(member)


def person_of(plan: Import) -> User:
    """Return whose right counts: who has it carried out, before that who gave the file."""
    return plan.run_by or plan.made_by


def member_of(plan: Import) -> Membership | None:
    """Return the membership by which the plan may be carried out, if it still may."""
    member = access.membership_in(person_of(plan), plan.organisation)
    return member if member is not None and may_import(member, plan.kind) else None
