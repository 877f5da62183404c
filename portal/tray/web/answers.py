"""How a tray's addresses answer: JSON in, JSON out, and each refusal with a sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from portal.claims.display.answer_wording import NOT_SAVED, TOO_OFTEN
from portal.claims.web import forms
from portal.core.throttle import LimitReachedError
from portal.core.ui import Text
from portal.core.web.https import for_scripts
from portal.hubs.display import label_wording
from portal.orgs import access
from portal.orgs.access import FactorRequiredError
from portal.orgs.models import User
from portal.orgs.web import ended_access
from portal.tray import schema
from portal.tray.display import news

PHOTO_AGAIN_SECONDS: Final = 2
NOT_YOURS: Final = _(
    "You do not belong to that organisation, or not any more. Its hubs are sent once you belong to"
    " it again: ask an administrator of it."
)
NOT_HERE: Final = _("You may not claim hubs here.")

type View[**P] = Callable[Concatenate[HttpRequest, P], JsonResponse]


@dataclass(frozen=True, slots=True)
class Tray:
    """A tray: the name of its page, and what is said where it is not the person's (any more)."""

    page: str
    unknown: Text
    denied: Text


OWN: Final = Tray("claims:new", NOT_YOURS, NOT_HERE)


def answers_json[**P](view: View[P], tray: Tray = OWN) -> View[P]:
    """Have the view answer a script: signed out, not allowed and not found are JSON as well."""

    @wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> JsonResponse:
        if not request.user.is_authenticated:
            return _sign_in(request, reverse(tray.page, kwargs=kwargs))
        try:
            return view(request, *args, **kwargs)
        except FactorRequiredError:
            sentence = gettext("Your organisation asks for a second factor. Set it up, then go on.")
            return refusal(request, sentence, HTTPStatus.FORBIDDEN)
        except PermissionDenied:
            belongs = access.memberships(access.person(request))
            sentence = str(tray.denied if belongs else tray.unknown)
            return refusal(request, sentence, HTTPStatus.FORBIDDEN)
        except Http404:
            return refusal(request, str(tray.unknown), HTTPStatus.NOT_FOUND)
        except LimitReachedError as limit:
            return for_now(problem(str(TOO_OFTEN), HTTPStatus.TOO_MANY_REQUESTS), limit.seconds)
        except (OperationalError, InterfaceError):
            return problem(str(NOT_SAVED), HTTPStatus.SERVICE_UNAVAILABLE)

    answered: Any = for_scripts(login_not_required(never_cache(answer)))
    return answered  # type: ignore[no-any-return]


def _sign_in(request: HttpRequest, page: str) -> JsonResponse:
    way = redirect_to_login(page, settings.LOGIN_URL).url
    answer = schema.SignIn(sign_in=way, problem=ended_access.why(request))
    return json(answer, HTTPStatus.UNAUTHORIZED)


def json(message: schema.Message, status: HTTPStatus = HTTPStatus.OK) -> JsonResponse:
    """Return the message as it goes to the device."""
    return JsonResponse(schema.dump(message), status=status)


def problem(sentence: str, status: HTTPStatus) -> JsonResponse:
    """Return why nothing was done."""
    return json(schema.Problem(problem=sentence), status)


def for_now(answer: JsonResponse, seconds: int) -> JsonResponse:
    """Return the answer to a device that is to ask again after so many seconds."""
    answer["Retry-After"] = str(seconds)
    return answer


def not_understood(_request: HttpRequest, status: HTTPStatus) -> JsonResponse:
    """Return that the device speaks another language than the portal."""
    sentence = gettext("The portal did not understand this device. Reload the page.")
    return problem(sentence, status)


def photo_too_large(_request: HttpRequest, status: HTTPStatus) -> JsonResponse:
    """Return that the photo is larger than any that is read."""
    return problem(str(label_wording.OF_PHOTOS["too_big"]), status)


def refusal(request: HttpRequest, sentence: str, status: HTTPStatus) -> JsonResponse:
    """Return why nothing is done for this person, and what becomes of the rows."""
    person = access.person(request).pk
    said = schema.Refusal(problem=sentence, person=person, news=news.refused(sentence))
    return json(said, status)


def somebody_else() -> JsonResponse:
    """Return that the rows are of somebody else than who is signed in."""
    sentence = gettext("Somebody else is signed in on this device. These hubs wait for their own.")
    return problem(sentence, HTTPStatus.CONFLICT)


def sent_by_itself(request: HttpRequest) -> None:
    """Mark that nobody was active: a tablet that lies about keeps no session alive."""
    request.sent_by_itself = True  # type: ignore[attr-defined]


def rows_of(request: HttpRequest) -> schema.Request:
    """Return what the device asks for. Raises MalformedError."""
    # A form's body is not to be had any more once the check against forgery has read it.
    if request.content_type != "application/json":
        raise schema.MalformedError
    return schema.parse(request.body)


def label_in_photo(request: HttpRequest, person: User) -> JsonResponse:
    """Read the labels in the photo that was sent."""
    form = forms.PhotoForm(person, request.POST, request.FILES, is_of_many=True)
    if form.is_valid():
        return json(schema.Label(text=form.cleaned_data["photo"]))
    sentence = " ".join(map(str, form.errors["photo"]))
    if not form.is_refused_for_now:
        return problem(sentence, HTTPStatus.UNPROCESSABLE_ENTITY)
    return for_now(problem(sentence, HTTPStatus.TOO_MANY_REQUESTS), PHOTO_AGAIN_SECONDS)
