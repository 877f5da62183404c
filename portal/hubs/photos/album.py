"""A hub's photos: added, removed, and brought back within a few minutes.

Whether somebody may see the hub is asked before. The row comes first, then the files, then the row
says that they are there; the other way round when they go. Whoever is killed in between leaves a
row that is due, and a worker removes what there is (`clearing`).
"""

import logging
import uuid
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import IO, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal.audit.record import record
from portal.core.leasing import due_at, taken_away
from portal.core.throttle import Limit
from portal.hubs.labels import photo_reader
from portal.hubs.labels.photo_reader import Copies
from portal.hubs.models import Hub
from portal.hubs.photos import files
from portal.hubs.photos.models import MOST, HubPhoto
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership, User

logger = logging.getLogger(__name__)

type Hubs = QuerySet[Hub] | Sequence[Hub]

UNDO: Final = timedelta(minutes=15)
"""For how long a photo that was removed can be brought back."""
WRITING: Final = timedelta(minutes=15)
"""Longer than writing the files of a photo ever takes."""
BY_PERSON: Final = Limit("photos of hubs", most=120, seconds=3600)
BY_ORGANISATION: Final = Limit("photos of an organisation's hubs", most=1200, seconds=3600)


class FullError(Exception):
    """The hub has as many photos as a hub may have."""


class NotKeptError(Exception):
    """The storage did not take the photo."""


def may_add(member: Membership) -> bool:
    """Say whether the member may add photos of the hubs that they see."""
    return Ability.CLAIM in access.abilities(member)


def may_remove(member: Membership, photo: HubPhoto) -> bool:
    """Say whether the member may remove the photo: who runs hubs, and who added it."""
    allowed = access.abilities(member)
    is_theirs = photo.created_by_id == member.user_id
    return Ability.MANAGE_HUBS in allowed or (is_theirs and Ability.CLAIM in allowed)


def photos_of(hubs: Hubs) -> QuerySet[HubPhoto]:
    """Return the photos of these hubs that people see, of each hub the oldest first."""
    return HubPhoto.objects.filter(hub__in=hubs, kept_at__isnull=False, removed_at=None)


def still_shown(photos: Collection[str]) -> set[str]:
    """Return which of these photos, by their ids, people see still."""
    there = HubPhoto.objects.filter(pk__in=photos, kept_at__isnull=False, removed_at=None)
    return {str(photo) for photo in there.values_list("pk", flat=True)}


def hub_ids_of(photo: uuid.UUID) -> QuerySet[HubPhoto, uuid.UUID]:
    """Return the id of the hub that the photo is of; none of a photo that people do not see."""
    there = HubPhoto.objects.filter(pk=photo, kept_at__isnull=False, removed_at=None)
    return there.values_list("hub__hub_id", flat=True)


def removed_from(hubs: Hubs) -> QuerySet[HubPhoto]:
    """Return the photos of these hubs that can be brought back."""
    return HubPhoto.objects.filter(hub__in=hubs, kept_at__isnull=False, removed_at__isnull=False)


def is_full(hub: Hub) -> bool:
    """Say whether the hub can have no more photos."""
    return not _free_numbers(hub)


def add(hub: Hub, member: Membership, file: IO[bytes]) -> HubPhoto:
    """Keep a photo of the hub, drawn anew, and return its row.

    Raises FullError, NotKeptError, LimitReachedError, and `PhotoProblem` for a file that cannot be
    read.
    """
    if is_full(hub):
        raise FullError
    with transaction.atomic():
        BY_PERSON.take(str(member.user_id))
        BY_ORGANISATION.take(str(hub.organisation_id))
    copies = photo_reader.copies(file, member.user_id)
    photo = _begin(hub, member.user, copies)
    try:
        files.keep(photo.pk, copies)
    except OSError as error:
        # It holds no place any more; a worker looks after what was written.
        _give_up(photo)
        logger.error("a photo could not be kept: %s", error)
        raise NotKeptError from error
    _finish(photo, hub, member.user)
    return photo


def _begin(hub: Hub, person: User, copies: Copies) -> HubPhoto:
    with transaction.atomic():
        free = _free_numbers(_held(hub))
        if not free:
            raise FullError
        return HubPhoto.objects.create(
            hub=hub,
            number=free[0],
            width=copies.width,
            height=copies.height,
            created_by=person,
            created_by_name=person.display_name,
            **due_at(timezone.now() + WRITING),
        )


def _give_up(photo: HubPhoto) -> None:
    now = timezone.now()
    HubPhoto.objects.filter(pk=photo.pk, kept_at=None).update(removed_at=now, **due_at(now))


@transaction.atomic
def _finish(photo: HubPhoto, hub: Hub, person: User) -> None:
    in_time = HubPhoto.objects.filter(pk=photo.pk, hub=hub, kept_at=None, removed_at=None)
    photo.kept_at = timezone.now()
    if not in_time.update(kept_at=photo.kept_at, **due_at(None), **taken_away()):
        raise NotKeptError
    _record("hub.photo_added", photo, hub, person)


@transaction.atomic
def remove(photo: HubPhoto, hub: Hub, person: User) -> bool:
    """Show the photo no more, and its files go after UNDO; say whether it was shown before."""
    now = timezone.now()
    shown = HubPhoto.objects.filter(pk=photo.pk, kept_at__isnull=False, removed_at=None)
    if not shown.update(removed_at=now, **due_at(now + UNDO)):
        return False
    _record("hub.photo_removed", photo, hub, person)
    return True


@transaction.atomic
def bring_back(photo: HubPhoto, hub: Hub, person: User) -> bool:
    """Show a photo again that was removed just now; say whether it was there still.

    Raises FullError where others have taken its place.
    """
    free = _free_numbers(_held(hub))
    # Once its files begin to go, it is kept no more.
    there = HubPhoto.objects.filter(pk=photo.pk, kept_at__isnull=False, removed_at__isnull=False)
    if not there.exists():
        return False
    if not free:
        raise FullError
    back = {"removed_at": None, "number": free[0], **due_at(None), **taken_away()}
    if not there.update(**back):
        return False
    _record("hub.photo_restored", photo, hub, person)
    return True


def _held(hub: Hub) -> Hub:
    """The hub, of which nobody else counts the photos until the transaction ends."""
    return Hub.objects.select_for_update().get(pk=hub.pk)


def _free_numbers(hub: Hub) -> list[int]:
    taken = set(hub.photos.filter(removed_at=None).values_list("number", flat=True))
    return [number for number in range(1, MOST + 1) if number not in taken]


def _record(verb: str, photo: HubPhoto, hub: Hub, person: User) -> None:
    record(
        verb,
        actor=person,
        organisation_id=hub.organisation_id,
        subject=hub,
        hub=str(hub.hub_id),
        photo=str(photo.pk),
    )
