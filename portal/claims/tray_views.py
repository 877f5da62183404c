"""The addresses that a device's tray calls: JSON in, JSON out, each refusal with a sentence."""

import uuid
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from portal.claims import site_choice, tray, tray_news, tray_request
from portal.claims.display.wording import NOT_SAVED
from portal.claims.web import forms
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership, User

View = Callable[[HttpRequest], JsonResponse]


def _answers_json(view: View) -> View:
    """Have the view answer a script: signed out, not allowed and not found are JSON as well."""

    @wraps(view)
    def answer(request: HttpRequest) -> JsonResponse:
        if not request.user.is_authenticated:
            way = redirect_to_login(reverse("claims:new"), settings.LOGIN_URL).url
            return JsonResponse({"signIn": way}, status=HTTPStatus.UNAUTHORIZED)
        try:
            return view(request)
        except PermissionDenied:
            said = gettext("You may not claim hubs here.")
            return _refusal(request, said, HTTPStatus.FORBIDDEN)
        except Http404:
            said = gettext("That organisation is not yours, or not any more.")
            return _refusal(request, said, HTTPStatus.NOT_FOUND)
        except (OperationalError, InterfaceError):
            return _problem(str(NOT_SAVED), HTTPStatus.SERVICE_UNAVAILABLE)

    return login_not_required(never_cache(answer))


def _problem(sentence: str, status: HTTPStatus) -> JsonResponse:
    return JsonResponse({"problem": sentence}, status=status)


def _refusal(request: HttpRequest, sentence: str, status: HTTPStatus) -> JsonResponse:
    """Say also to whom, and what becomes of the rows: the device may be somebody else's by now."""
    person = str(access.person(request).pk)
    news = tray_news.refused(sentence).told()
    return JsonResponse({"problem": sentence, "person": person, "news": news}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@_answers_json
def sync(request: HttpRequest) -> JsonResponse:
    """Tell a device for whom it works (GET); take its rows and tell how they stand (POST)."""
    return _session(request) if request.method != "POST" else _sync(request)


def _session(request: HttpRequest) -> JsonResponse:
    _sent_by_itself(request)
    member = access.anywhere(request, Ability.CLAIM)
    organisation, person = member.organisation, member.user
    sites = site_choice.sites_for(person, organisation)
    likely = site_choice.likely(sites)
    return JsonResponse(
        {
            "person": {"id": str(person.pk), "name": person.display_name},
            "organisation": {"id": str(organisation.pk), "name": organisation.name},
            "sites": [
                {"id": str(site.pk), "name": site.name, "address": site.address} for site in sites
            ],
            "site": str(likely.pk) if likely else "",
            "language": (get_language() or settings.LANGUAGE_CODE).partition("-")[0],
            "csrf": get_token(request),
        }
    )


def _sync(request: HttpRequest) -> JsonResponse:
    try:
        asked = tray_request.parse(_json_of(request))
    except tray_request.MalformedError:
        said = gettext("The portal did not understand this device. Load the page anew.")
        return _problem(said, HTTPStatus.BAD_REQUEST)
    if not any(row.is_by_hand for row in asked.rows):
        _sent_by_itself(request)
    person = access.person(request)
    if asked.person != person.pk:
        said = gettext("Somebody else is signed in on this device. These hubs wait for their own.")
        return _problem(said, HTTPStatus.CONFLICT)
    member = _member(person, asked.organisation)
    return JsonResponse({"rows": tray.sync(member, asked.rows)})


def _sent_by_itself(request: HttpRequest) -> None:
    """Mark that nobody was active: a tablet that lies about keeps no session alive."""
    request.sent_by_itself = True  # type: ignore[attr-defined]


def _json_of(request: HttpRequest) -> bytes:
    # A form's body is not to be had any more once the check against forgery has read it.
    if request.content_type != "application/json":
        raise tray_request.MalformedError
    return request.body


def _member(person: User, organisation: uuid.UUID) -> Membership:
    """Return the membership that allows the claims.

    Raises PermissionDenied for a pass that has ended or never allowed it, and Http404 for an
    organisation that is none of the person's.
    """
    mine = access.memberships(person)
    member = next((each for each in mine if each.organisation_id == organisation), None)
    if member is None and not person.memberships.filter(organisation=organisation).exists():
        raise Http404
    if member is None or Ability.CLAIM not in access.abilities(member):
        raise PermissionDenied
    return member


@require_POST
@_answers_json
def photo(request: HttpRequest) -> JsonResponse:
    """Read the label in a photo."""
    access.anywhere(request, Ability.CLAIM)
    form = forms.PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        return JsonResponse({"text": form.cleaned_data["photo"]})
    said = " ".join(map(str, form.errors["photo"]))
    return _problem(said, HTTPStatus.UNPROCESSABLE_ENTITY)
