"""People and their memberships, as pages ask for them."""

from allauth.mfa.models import Authenticator

from portal.orgs.models import (
    Membership,
    MembershipQuerySet,
    Organisation,
    OrganisationQuerySet,
    User,
)


def organisations_visible_to(user: User) -> OrganisationQuerySet:
    """Return the organisations that the person belongs to today."""
    return Organisation.objects.visible_to(user)


def members_of(member: Membership) -> MembershipQuerySet:
    """Return the memberships in the member's organisation, with their people."""
    return Membership.objects.of(member).select_related("user").order_by("user__email")


def members_visible_to(user: User) -> MembershipQuerySet:
    """Return the memberships in the person's organisations, with both sides."""
    return Membership.objects.visible_to(user).select_related("user", "organisation")


def person_at(address: str) -> User | None:
    """Return the person of this address, in lower case, whether they may sign in or not."""
    return User.objects.filter(email=address).first()


def active_person(address: str) -> User | None:
    """Return the person who may sign in with this address, in lower case, if there is one."""
    return User.objects.filter(email=address, is_active=True).first()


def authenticators_of(user: User) -> dict[int, str]:
    """Return the person's second factors: id → type."""
    return dict(Authenticator.objects.filter(user=user).values_list("pk", "type"))
