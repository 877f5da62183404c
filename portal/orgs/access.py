"""Who may do what: the one table from role to abilities, and the checks that read it."""

from collections.abc import Iterable
from enum import StrEnum
from typing import cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import DateTimeField, UUIDField
from django.http import Http404, HttpRequest
from django.utils import timezone

from portal.core import logs
from portal.core.prepared import FOR_LONG, Prepared
from portal.orgs.models import Membership, Organisation, User

SESSION_ORGANISATION = "organisation"
# In an address: the organisation that a page, and a form on it, is about.
ADDRESS_ORGANISATION = "organisation"
SAFE_METHODS = {"GET", "HEAD"}


class OtherOrganisationError(Exception):
    """A page of one of the person's organisations asks while they work in another of them.

    `of_page` is None for a form whose address says none.
    """

    def __init__(self, of_page: Organisation | None, now: Organisation) -> None:
        super().__init__("the page is not of the organisation that the person works in")
        self.of_page = of_page
        self.now = now


class FactorRequiredError(PermissionDenied):
    """The organisation requires a second factor that the person lacks."""


class Ability(StrEnum):
    """Something that a member may be allowed to do in an organisation."""

    VIEW = "view"
    CLAIM = "claim"
    MANAGE_JOBS = "manage_jobs"
    MANAGE_SITES = "manage_sites"
    MANAGE_HUBS = "manage_hubs"
    MANAGE_KEY = "manage_key"
    MANAGE_PEOPLE = "manage_people"
    VIEW_RECORD = "view_record"
    SUPPORT = "support"


ABILITIES: dict[str, frozenset[Ability]] = {
    Membership.Role.ADMIN: frozenset(
        {
            Ability.VIEW,
            Ability.CLAIM,
            Ability.MANAGE_JOBS,
            Ability.MANAGE_SITES,
            Ability.MANAGE_HUBS,
            Ability.MANAGE_KEY,
            Ability.MANAGE_PEOPLE,
            Ability.VIEW_RECORD,
        }
    ),
    Membership.Role.INSTALLER: frozenset({Ability.VIEW, Ability.CLAIM}),
    Membership.Role.VIEWER: frozenset({Ability.VIEW}),
}


def abilities(membership: Membership) -> frozenset[Ability]:
    """Return what this membership allows.

    An organisation that holds a super key makes no claims of its own: the key is for claims
    that support makes for others, so its members get SUPPORT in place of CLAIM.
    """
    allowed = ABILITIES[membership.role]
    if not membership.organisation.holds_super_key:
        return allowed
    allowed = allowed - {Ability.CLAIM}
    return allowed | {Ability.SUPPORT} if membership.support else allowed


# Whoever asks for a page is asked for theirs, several times.
_active = Prepared(
    lambda person, now: (
        Membership.objects.active(now)
        .filter(user=person)
        .select_related("organisation__credential")
    ),
    kept_for=FOR_LONG,
    person=UUIDField(),
    now=DateTimeField(),
)


def memberships(user: User) -> list[Membership]:
    """Return the person's memberships that count today, with organisation and credential."""
    found: list[Membership] = _active.instances(person=user.pk, now=timezone.now())
    for membership in found:
        membership.user = user
    return found


def membership_in(user: User, organisation: Organisation) -> Membership | None:
    """Return the person's membership in this organisation if it counts today."""
    mine = (each for each in memberships(user) if each.organisation_id == organisation.pk)
    return next(mine, None)


def may(user: User, organisation: Organisation, ability: Ability) -> bool:
    """Say whether the person may do this in the organisation today."""
    membership = membership_in(user, organisation)
    return membership is not None and ability in abilities(membership)


def require(user: User, organisation: UUID, ability: Ability) -> Membership:
    """Return the membership in the organisation of this id, which allows this.

    Raises Http404 for an organisation that is not the person's (they must not learn that it
    exists), PermissionDenied for a right that they lack in their own, or have no more, and of its
    kind FactorRequiredError where a second factor is required of them that they lack.
    """
    mine = (each for each in memberships(user) if each.organisation_id == organisation)
    membership = next(mine, None)
    if membership is None and not user.memberships.filter(organisation=organisation).exists():
        raise Http404
    if membership is None or ability not in abilities(membership):
        raise PermissionDenied
    _require_factor(user, membership)
    logs.note(organisation=membership.organisation_id, role=membership.role)
    return membership


def _require_factor(user: User, membership: Membership) -> None:
    if user.lacks_required_factor and membership.is_asked_for_factor:
        raise FactorRequiredError


def person(request: HttpRequest) -> User:
    """Return the signed-in person; the sign-in middleware has seen to it that there is one."""
    return cast("User", request.user)


def choose(request: HttpRequest, mine: Iterable[Membership]) -> Membership | None:
    """Return the membership whose organisation the person works in: the chosen, else the first."""
    mine = list(mine)
    chosen = request.session.get(SESSION_ORGANISATION)
    return next((m for m in mine if str(m.organisation_id) == chosen), mine[0] if mine else None)


def anywhere(request: HttpRequest, ability: Ability) -> Membership:
    """Return a membership that allows this: the one the person works in, else the first.

    Raises PermissionDenied when none does.
    """
    mine = [each for each in memberships(person(request)) if ability in abilities(each)]
    membership = choose(request, mine)
    if membership is None:
        raise PermissionDenied
    _require_factor(person(request), membership)
    logs.note(organisation=membership.organisation_id, role=membership.role)
    return membership


def current(request: HttpRequest, ability: Ability) -> Membership:
    """Return the membership the person works in, having checked that it allows this.

    Raises PermissionDenied when they belong to no organisation, or lack the right in it. A form
    must say in its address whose it is, and a page may: raises OtherOrganisationError for
    another of the person's organisations, and Http404 for one that is not theirs.
    """
    mine = memberships(person(request))
    membership = choose(request, mine)
    if membership is None:
        raise PermissionDenied
    logs.note(organisation=membership.organisation_id, role=membership.role)
    _compare_with_address(request, mine, membership)
    if ability not in abilities(membership):
        raise PermissionDenied
    _require_factor(person(request), membership)
    return membership


def compare_with_address(request: HttpRequest) -> None:
    """Mind of which organisation the address says that it is, on a page that any of them may have.

    Raises OtherOrganisationError for another of the person's organisations than they work in, and
    Http404 for one that is not theirs.
    """
    if ADDRESS_ORGANISATION not in request.GET:
        return
    mine = memberships(person(request))
    now = choose(request, mine)
    if now is not None:
        _compare_with_address(request, mine, now)


def _compare_with_address(
    request: HttpRequest, mine: Iterable[Membership], now: Membership
) -> None:
    # Before the right is looked at: it would be that in another organisation than the page's.
    said = request.GET.get(ADDRESS_ORGANISATION)
    if said == str(now.organisation_id) or (said is None and request.method in SAFE_METHODS):
        return
    if said is None:
        raise OtherOrganisationError(None, now.organisation)
    of_page = next((each for each in mine if str(each.organisation_id) == said), None)
    if of_page is None:
        raise Http404
    raise OtherOrganisationError(of_page.organisation, now.organisation)
