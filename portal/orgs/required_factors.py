"""Second factors that an organisation requires of its administrators, or of everybody."""

from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from portal.audit.record import record
from portal.orgs import factors
from portal.orgs.models import Membership, Organisation, User


class OwnFactorMissingError(ValueError):
    """Whoever requires a second factor of others has none themselves."""


def find_person(pk: UUID | str) -> User | None:
    """Return the person of this id, who knows what is asked of them beyond a password.

    Whether they lack a factor that is required of them, and whether they are a support agent: in
    the one query that every request makes anyway.
    """
    asked = Membership.objects.unexpired().asked_for_factor().filter(user=OuterRef("pk"))
    own = Authenticator.objects.filter(user=OuterRef("pk"), type__in=factors.TYPES)
    lacks = ExpressionWrapper(Q(Exists(asked)) & ~Q(Exists(own)), output_field=BooleanField())
    as_agent = Membership.objects.unexpired().of_agents().filter(user=OuterRef("pk"))
    told = User.objects.annotate(lacks=lacks, acts_for_others=Exists(as_agent))
    person = told.filter(pk=pk).first()
    if person is not None:
        person.lacks_required_factor = person.lacks
        person.is_agent = person.acts_for_others
    return person


@transaction.atomic
def require(organisation: Organisation, of: str, actor: User) -> None:
    """Require a second factor of these people from their next request on.

    Raises OwnFactorMissingError for an actor who has none: they would be the first to be held up.
    """
    stored = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if stored.requires_factor == of:
        return
    if of != Organisation.RequiresFactor.NONE and not factors.of(actor).exists():
        raise OwnFactorMissingError
    Organisation.objects.filter(pk=organisation.pk).update(requires_factor=of)
    _record(organisation, actor, requires_factor=[stored.requires_factor, of])


@transaction.atomic
def rename(organisation: Organisation, name: str, actor: User) -> None:
    """Give the organisation another name."""
    stored = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if stored.name != name:
        Organisation.objects.filter(pk=organisation.pk).update(name=name)
        _record(organisation, actor, name=[stored.name, name])


def _record(organisation: Organisation, actor: User, **changes: list[str]) -> None:
    record(
        "organisation.changed",
        actor=actor,
        organisation_id=organisation.pk,
        subject=organisation,
        changes=changes,
    )
