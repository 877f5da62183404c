"""In whose name at SpKey an organisation's people claim."""

import uuid

from django.db import transaction

from portal.audit.record import record
from portal.orgs.models import Membership, Organisation, User


@transaction.atomic
def set_spkey_user_id(member: Membership, spkey_user_id: uuid.UUID | None, actor: User) -> None:
    """Let the member claim in this SpKey user's name; None lets SpKey be asked for it again."""
    stored = Membership.objects.select_for_update().get(pk=member.pk)
    if stored.spkey_user_id == spkey_user_id:
        return
    Membership.objects.filter(pk=member.pk).update(
        spkey_user_id=spkey_user_id, spkey_user_id_found=False
    )
    record(
        "membership.changed",
        actor=actor,
        organisation_id=member.organisation_id,
        subject=member,
        member=member.user.email,
        changes={"spkey_user_id": [_text(stored.spkey_user_id), _text(spkey_user_id)]},
    )


@transaction.atomic
def set_fallback(organisation: Organisation, spkey_user_id: uuid.UUID | None, actor: User) -> None:
    """Let members whom SpKey does not know claim in this SpKey user's name; None lets them not."""
    stored = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if stored.fallback_spkey_user_id == spkey_user_id:
        return
    Organisation.objects.filter(pk=organisation.pk).update(fallback_spkey_user_id=spkey_user_id)
    before = _text(stored.fallback_spkey_user_id)
    record(
        "organisation.changed",
        actor=actor,
        organisation_id=organisation.pk,
        subject=organisation,
        changes={"fallback_spkey_user_id": [before, _text(spkey_user_id)]},
    )


def forget_found(person: User) -> None:
    """Forget the SpKey users that were found by the person's former e-mail address."""
    person.memberships.filter(spkey_user_id_found=True).update(
        spkey_user_id=None, spkey_user_id_found=False
    )


def _text(spkey_user_id: uuid.UUID | None) -> str:
    return str(spkey_user_id or "")
