"""The photos of a handover: those that its hubs had when the job was completed."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.hubs.photos import album
from portal.hubs.photos.files import Size
from portal.hubs.web.photos import picture
from portal.jobs import handover as domain
from portal.jobs.models import Handover, HandoverHub
from portal.jobs.web.found import visible_job


@dataclass(frozen=True, slots=True)
class Photos:
    """A hub's photos: of each the addresses of its small copy and of itself; how many are gone."""

    row: HandoverHub
    pictures: Sequence[tuple[str, str]]
    gone: int


def photos_of(rows: Sequence[HandoverHub], address: Callable[[str, str], str]) -> list[Photos]:
    """Return the photos of each hub that had any.

    `address` leads to a photo, by its id and the name of its size.
    """
    there = album.still_shown([photo for row in rows for photo in row.photos])
    return [_of_row(row, there, address) for row in rows if row.photos]


def _of_row(row: HandoverHub, there: Collection[str], address: Callable[[str, str], str]) -> Photos:
    shown = [photo for photo in row.photos if photo in there]
    pictures = [(address(photo, Size.SMALL), address(photo, Size.LARGE)) for photo in shown]
    return Photos(row, pictures, len(row.photos) - len(shown))


def for_people(handover: Handover) -> Callable[[str, str], str]:
    """Return how photos are addressed for those who may see the job."""
    return lambda photo, size: reverse(f"jobs:handover-{size}", args=(handover.job_id, photo))


def for_readers(token: str) -> Callable[[str, str], str]:
    """Return how photos are addressed for those who have the link."""
    return lambda photo, size: reverse(f"handover-{size}", args=(token, photo))


@require_safe
def photo(request: HttpRequest, pk: UUID, photo: UUID, size: Size) -> HttpResponse:
    """Hand out a photo to somebody who may see the job."""
    job, _ = visible_job(request, pk)
    handover = domain.handover_of(job)
    if handover is None:
        raise Http404
    return of_handover(handover, photo, size)


def of_handover(handover: Handover, photo: UUID, size: Size) -> HttpResponse:
    """Return the answer with a photo of the handover. Raises Http404 for any other."""
    # Of the hub's one row: a page asks for hundreds, of a handover of hundreds of hubs.
    rows = handover.hubs.filter(hub_id__in=album.hub_ids_of(photo))
    if not any(str(photo) in known for known in rows.values_list("photos", flat=True)):
        raise Http404
    return picture(photo, size)
