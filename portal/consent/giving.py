"""Giving consent and taking it back; each is recorded and written about in its transaction."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portal.audit.record import record
from portal.consent.models import Grant, Look, Scope
from portal.consent.rights import Authority
from portal.core.leasing import due_at, taken_away
from portal.notices import outbox
from portal.notices.models import Notice
from portal.orgs.models import ApiCredential, Membership, Organisation, User


class NotOfferedError(ValueError):
    """The consent is for nobody's support, or about somebody else's sites."""


@transaction.atomic
def give(
    admin: Membership,
    support: Organisation,
    scope: Scope,
    *,
    way: Grant.Way = Grant.Way.PAGE,
) -> Grant:
    """Let every agent of the support organisation act for the administrator's, within the scope.

    The caller has checked that they administer it. Raises NotOfferedError for an organisation that
    holds no super key, and for sites that are not the administrator's organisation's.
    """
    return made(admin.organisation, admin.user, support, scope, way)


def made(
    organisation: Organisation,
    granted_by: User,
    support: Organisation,
    scope: Scope,
    way: Grant.Way,
) -> Grant:
    """Make the grant, as `give` does, in the caller's transaction."""
    sites = check(organisation, support, scope)
    now = timezone.now()
    ends_at = now + timedelta(hours=scope.hours)
    grant = Grant.objects.create(
        organisation=organisation,
        support_organisation=support,
        kind=Grant.Kind.CONSENT,
        way=way,
        all_sites=scope.sites is None,
        may_move=scope.may_move,
        note=scope.note,
        granted_by=granted_by,
        begins_at=now,
        ends_at=ends_at,
        **due_at(ends_at),
    )
    grant.sites.set(scope.sites or ())
    record(
        "support.granted",
        actor=granted_by,
        organisation_id=organisation.pk,
        subject=grant,
        way=str(way),
        sites=sites,
        may_move=scope.may_move,
        ends_at=ends_at.isoformat(),
        note=scope.note,
    )
    outbox.notify(
        organisation.pk,
        Notice.Kind.SUPPORT_GRANTED,
        str(grant.pk),
        grant=str(grant.pk),
        person=granted_by.display_name,
        **told_of(grant, sites),
    )
    return grant


def check(organisation: Organisation, support: Organisation, scope: Scope) -> list[str]:
    """Return what the scope's sites are called; raises NotOfferedError as `give` does."""
    is_super = ApiCredential.objects.filter(
        organisation=support, kind=ApiCredential.Kind.SUPER
    ).exists()
    theirs = all(site.organisation_id == organisation.pk for site in scope.sites or ())
    if not is_super or not theirs or support.pk == organisation.pk:
        raise NotOfferedError
    return sorted(site.shown_name for site in scope.sites or ())


def told_of(grant: Grant, sites: list[str]) -> dict[str, Any]:
    """Return what every e-mail about a grant says of it."""
    return {
        "support": grant.support_organisation.name,
        "sites": sites,
        "may_move": grant.may_move,
        "ends_at": timezone.localtime(grant.ends_at).isoformat(),
        "note": grant.note,
    }


@transaction.atomic
def revoke(grant: Grant, actor: User) -> bool:
    """Take the leave back at once; say whether it still stood.

    The caller has checked that the person administers the organisation. A send that is being
    committed at this moment comes before.
    """
    now = timezone.now()
    open_ones = Grant.objects.filter(pk=grant.pk, ended_at=None)
    if not open_ones.update(
        revoked_at=now, revoked_by=actor, ended_at=now, **due_at(None), **taken_away()
    ):
        return False
    record(
        "support.revoked",
        actor=actor,
        organisation_id=grant.organisation_id,
        subject=grant,
        kind=grant.kind,
    )
    return True


@transaction.atomic
def mark_used(authority: Authority) -> bool:
    """Note that a grant is used for the first time, and tell the organisation's administrators.

    Return whether this was the first time; of two at the same moment, one is.
    """
    grant, now = authority.grant, timezone.now()
    if grant.first_used_at is not None:
        return False
    unused = Grant.objects.filter(pk=grant.pk, first_used_at=None)
    if not unused.update(first_used_at=now):
        return False
    record(
        "support.first_used",
        actor=authority.agent.user,
        organisation_id=grant.organisation_id,
        acting_organisation_id=grant.support_organisation_id,
        subject=grant,
        kind=grant.kind,
    )
    # Of break glass they were told when it was broken.
    if not grant.is_break_glass:
        outbox.notify(
            grant.organisation_id,
            Notice.Kind.SUPPORT_USED,
            str(grant.pk),
            grant=str(grant.pk),
            **told_of(grant, site_names(grant)),
        )
    return True


@transaction.atomic
def record_looks(grant: Grant, agent: Membership, hub_ids: Collection[UUID]) -> None:
    """Record which of these hubs the agent has not looked up under the grant before."""
    before = Look.objects.filter(grant=grant, agent=agent.user_id, hub_id__in=hub_ids)
    known = set(before.values_list("hub_id", flat=True))
    for hub_id in sorted(set(hub_ids) - known):
        _look, is_new = Look.objects.get_or_create(grant=grant, agent=agent.user, hub_id=hub_id)
        if is_new:
            record_look(grant, agent, str(hub_id))


def record_look(grant: Grant, agent: Membership, what: str) -> None:
    """Record what the agent looked up under the grant, and found: a hub, a name, an address."""
    record(
        "support.searched",
        actor=agent.user,
        organisation_id=grant.organisation_id,
        acting_organisation_id=grant.support_organisation_id,
        subject=grant,
        what=what,
    )


def site_names(grant: Grant) -> list[str]:
    """Return what the sites of the grant are called; none where it is for all."""
    return sorted(site.shown_name for site in grant.sites.all())
