"""The addresses that a device's tray calls: JSON in, JSON out, each refusal with a sentence."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from portal.claims import site_choice
from portal.claims.display.answer_wording import NOT_SAVED, TOO_OFTEN
from portal.claims.web import forms
from portal.core.throttle import LimitReachedError
from portal.core.web import bodies
from portal.core.web.https import for_scripts
from portal.hubs.display import label_wording
from portal.orgs import access
from portal.orgs.access import Ability, FactorRequiredError
from portal.orgs.web import ended_access
from portal.tray import jobs, schema
from portal.tray.display import jobs as jobs_told
from portal.tray.display import news
from portal.tray.sync import carry_out

PHOTO_AGAIN_SECONDS: Final = 2

NOT_YOURS: Final = _(
    "You do not belong to that organisation, or not any more. Its hubs are sent once you belong to"
    " it again: ask an administrator of it."
)

View = Callable[[HttpRequest], JsonResponse]


def _answers_json(view: View) -> View:
    """Have the view answer a script: signed out, not allowed and not found are JSON as well."""

    @wraps(view)
    def answer(request: HttpRequest) -> JsonResponse:
        if not request.user.is_authenticated:
            way = redirect_to_login(reverse("claims:new"), settings.LOGIN_URL).url
            answer = schema.SignIn(sign_in=way, problem=ended_access.why(request))
            return _json(answer, HTTPStatus.UNAUTHORIZED)
        try:
            return view(request)
        except FactorRequiredError:
            sentence = gettext("Your organisation asks for a second factor. Set it up, then go on.")
            return _refusal(request, sentence, HTTPStatus.FORBIDDEN)
        except PermissionDenied:
            belongs = access.memberships(access.person(request))
            sentence = gettext("You may not claim hubs here.") if belongs else str(NOT_YOURS)
            return _refusal(request, sentence, HTTPStatus.FORBIDDEN)
        except Http404:
            return _refusal(request, str(NOT_YOURS), HTTPStatus.NOT_FOUND)
        except LimitReachedError as limit:
            return _for_now(_problem(str(TOO_OFTEN), HTTPStatus.TOO_MANY_REQUESTS), limit.seconds)
        except (OperationalError, InterfaceError):
            return _problem(str(NOT_SAVED), HTTPStatus.SERVICE_UNAVAILABLE)

    return for_scripts(login_not_required(never_cache(answer)))


def _json(message: schema.Message, status: HTTPStatus = HTTPStatus.OK) -> JsonResponse:
    return JsonResponse(schema.dump(message), status=status)


def _problem(sentence: str, status: HTTPStatus) -> JsonResponse:
    return _json(schema.Problem(problem=sentence), status)


def _for_now(answer: JsonResponse, seconds: int) -> JsonResponse:
    """Return the answer to a device that is to ask again after so many seconds."""
    answer["Retry-After"] = str(seconds)
    return answer


def _not_understood(_request: HttpRequest, status: HTTPStatus) -> JsonResponse:
    sentence = gettext("The portal did not understand this device. Reload the page.")
    return _problem(sentence, status)


def _photo_too_large(_request: HttpRequest, status: HTTPStatus) -> JsonResponse:
    return _problem(str(label_wording.OF_PHOTOS["too_big"]), status)


def _refusal(request: HttpRequest, sentence: str, status: HTTPStatus) -> JsonResponse:
    person = access.person(request).pk
    refusal = schema.Refusal(problem=sentence, person=person, news=news.refused(sentence))
    return _json(refusal, status)


@bodies.takes(refuse=_not_understood)
@require_http_methods(["GET", "HEAD", "POST"])
@_answers_json
def sync(request: HttpRequest) -> JsonResponse:
    """Tell a device for whom it works (GET); take its rows and answer with their news (POST)."""
    return _session(request) if request.method != "POST" else _sync(request)


def _session(request: HttpRequest) -> JsonResponse:
    _sent_by_itself(request)
    member = access.anywhere(request, Ability.CLAIM)
    organisation, person = member.organisation, member.user
    sites = list(site_choice.sites_for(member))
    likely = site_choice.likely(sites)
    return _json(
        schema.Session(
            person=schema.Named(id=person.pk, name=person.display_name),
            organisation=schema.Named(id=organisation.pk, name=organisation.name),
            sites=tuple(
                schema.SiteChoice(id=site.pk, name=site.shown_name, address=site.other_address)
                for site in sites
            ),
            site=likely.pk if likely else None,
            jobs=jobs_told.of(member),
            language=(get_language() or settings.LANGUAGE_CODE).partition("-")[0],
            csrf=get_token(request),
        )
    )


def _sync(request: HttpRequest) -> JsonResponse:
    try:
        asked = schema.parse(_json_of(request))
    except schema.MalformedError:
        return _not_understood(request, HTTPStatus.BAD_REQUEST)
    if not any(row.is_by_hand for row in asked.rows):
        _sent_by_itself(request)
    person = access.person(request)
    if asked.person != person.pk:
        sentence = gettext(
            "Somebody else is signed in on this device. These hubs wait for their own."
        )
        return _problem(sentence, HTTPStatus.CONFLICT)
    member = access.require(person, asked.organisation, Ability.CLAIM)
    results = carry_out(member, asked.rows)
    progress = jobs.progress_of(jobs.of_rows(member, asked.rows))
    return _json(
        schema.Answer(
            rows=tuple(news.unseen(asked.rows, results)), progress=tuple(progress.values())
        )
    )


def _sent_by_itself(request: HttpRequest) -> None:
    """Mark that nobody was active: a tablet that lies about keeps no session alive."""
    request.sent_by_itself = True  # type: ignore[attr-defined]


def _json_of(request: HttpRequest) -> bytes:
    # A form's body is not to be had any more once the check against forgery has read it.
    if request.content_type != "application/json":
        raise schema.MalformedError
    return request.body


@bodies.takes(most=bodies.WITH_PHOTO, refuse=_photo_too_large)
@require_POST
@_answers_json
def photo(request: HttpRequest) -> JsonResponse:
    """Read the labels in a photo."""
    member = access.anywhere(request, Ability.CLAIM)
    form = forms.PhotoForm(member.user, request.POST, request.FILES, is_of_many=True)
    if form.is_valid():
        return _json(schema.Label(text=form.cleaned_data["photo"]))
    sentence = " ".join(map(str, form.errors["photo"]))
    if not form.is_refused_for_now:
        return _problem(sentence, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _for_now(_problem(sentence, HTTPStatus.TOO_MANY_REQUESTS), PHOTO_AGAIN_SECONDS)
