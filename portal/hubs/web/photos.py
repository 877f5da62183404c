"""Photos of hubs: shown to whoever may see the hub, and nobody else.

The pictures come through the portal, wherever they are kept. A signed address of a bucket would
open for anybody who was sent it, and for a while after a right has gone.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.throttle import LimitReachedError
from portal.core.web import bodies
from portal.core.web.fragments import wants_fragment
from portal.hubs.display import photo_wording
from portal.hubs.labels.photos import ACCEPT, PhotoProblem
from portal.hubs.models import Hub, HubQuerySet
from portal.hubs.photos import album, files
from portal.hubs.photos.files import Size
from portal.hubs.photos.models import MOST, HubPhoto
from portal.jobs.rights import hubs_visible_to
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership

FRAGMENT = "hubs/parts/photos.html"


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo, and whether its reader may remove it."""

    photo: HubPhoto
    removable: bool


def context(hub: Hub, member: Membership) -> dict[str, Any]:
    """Return what FRAGMENT shows, for this page and any other that includes it."""
    photos = [Shown(each, album.may_remove(member, each)) for each in album.photos_of([hub])]
    return {
        "hub": hub,
        "photos": photos,
        "removes_photos": any(each.removable for each in photos),
        "most_photos": MOST,
        "may_add_photos": album.may_add(member),
        "accepted_photos": ACCEPT,
    }


def _too_large(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    if not wants_fragment(request):
        return render(request, "413.html", status=status)
    # Nothing is known here of whose hub it is: the sentence goes into the page as it stands.
    said = {"trouble": photo_wording.PROBLEMS["too_big"]}
    answer = render(request, f"{FRAGMENT}#trouble", said, status=422)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#photos-trouble", "outerHTML"
    return answer


@bodies.takes(most=bodies.WITH_PHOTO, refuse=_too_large)
@require_http_methods(["GET", "HEAD", "POST"])
def photos(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the photos of a hub, and take another one."""
    hub, member = _hub(request, pk)
    if request.method != "POST":
        return _page(request, hub, member)
    if not album.may_add(member):
        raise PermissionDenied
    if trouble := _add(request, hub, member):
        return _page(request, hub, member, status=422, trouble=trouble)
    return _answer(request, hub, member)


def _add(request: HttpRequest, hub: Hub, member: Membership) -> str:
    """Keep the photo, and return what is wrong where that failed."""
    file = request.FILES.get("photo")
    if file is None:
        return str(photo_wording.NO_PHOTO)
    try:
        album.add(hub, member, file)
    except PhotoProblem as problem:
        return photo_wording.of_photo(problem)
    except album.FullError:
        return str(photo_wording.FULL)
    except album.NotKeptError:
        return str(photo_wording.NOT_KEPT)
    except LimitReachedError as limit:
        return photo_wording.too_often(limit.seconds)
    return ""


@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a photo no more; for a while it can be brought back."""
    photo, hub, member = _photo(request, album.photos_of(_hubs(request)), pk)
    if not album.may_remove(member, photo):
        raise PermissionDenied
    album.remove(photo, hub, member.user)
    if not wants_fragment(request):
        undo = reverse("photos:restore", args=(photo.pk,))
        messages.success(request, str(photo_wording.REMOVED), extra_tags=undo)
    return _answer(request, hub, member, removed=photo)


@require_POST
def restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Bring back a photo that was removed just now."""
    photo, hub, member = _photo(request, album.removed_from(_hubs(request)), pk)
    if not album.may_remove(member, photo):
        raise PermissionDenied
    try:
        trouble = "" if album.bring_back(photo, hub, member.user) else photo_wording.GONE
    except album.FullError:
        trouble = photo_wording.FULL
    if trouble:
        return _page(request, hub, member, status=422, trouble=trouble)
    return _answer(request, hub, member)


@require_safe
def large(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hand out a photo."""
    return _picture(request, pk, Size.LARGE)


@require_safe
def small(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hand out a photo's small copy."""
    return _picture(request, pk, Size.SMALL)


def _picture(request: HttpRequest, pk: UUID, size: Size) -> HttpResponse:
    photo, *_ = _photo(request, album.photos_of(_hubs(request)), pk)
    return picture(photo.pk, size)


def picture(photo: UUID, size: Size) -> HttpResponse:
    """Return the answer with a photo that its reader may see. Raises Http404 where it is gone."""
    try:
        content = files.content(photo, size)
    except FileNotFoundError:
        raise Http404 from None
    except OSError:
        return HttpResponse(status=503, headers={"Retry-After": "30"})
    # Its kind is ours, and never what somebody sent.
    answer = HttpResponse(content, content_type="image/jpeg")
    answer["Content-Disposition"] = f'inline; filename="hub-{size}.jpg"'
    return answer


def _hubs(request: HttpRequest) -> HubQuerySet:
    return hubs_visible_to(access.person(request))


def _hub(request: HttpRequest, pk: UUID) -> tuple[Hub, Membership]:
    hub = get_object_or_404(_hubs(request), pk=pk)
    return hub, access.require(access.person(request), hub.organisation_id, Ability.VIEW)


def _photo(
    request: HttpRequest, among: QuerySet[HubPhoto], pk: UUID
) -> tuple[HubPhoto, Hub, Membership]:
    photo = get_object_or_404(among.select_related("hub"), pk=pk)
    # It is found by its hub.
    hub = cast("Hub", photo.hub)
    return photo, hub, access.require(access.person(request), hub.organisation_id, Ability.VIEW)


def _answer(
    request: HttpRequest, hub: Hub, member: Membership, removed: HubPhoto | None = None
) -> HttpResponse:
    """Show the photos as they are now."""
    if wants_fragment(request):
        return _page(request, hub, member, removed=removed)
    return redirect("photos:list", hub.pk)


def _page(
    request: HttpRequest, hub: Hub, member: Membership, *, status: int = 200, **more: object
) -> HttpResponse:
    template = FRAGMENT if wants_fragment(request) else "hubs/photos.html"
    return render(request, template, context(hub, member) | more, status=status)
