"""Signing in by an OpenID Connect provider: only people whom the portal knows by that address.

The provider must have verified the address itself. Nothing is linked or kept: an address that is
taken from somebody there is of no use here either, at the next sign-in.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from hmac import compare_digest
from http import HTTPStatus
from secrets import token_urlsafe
from typing import Any, Final

import jwt
import requests
from allauth.account import app_settings as account_settings
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.adapter import get_adapter as provider_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from portal.core import logs
from portal.core.throttle import Limit
from portal.core.web.client_address import counted_address
from portal.orgs import queries, sign_in_record
from portal.orgs.models import User

KIND: Final = "openid_connect"
# Signed with the provider's private key: what a shared secret signs, anybody who has it could sign.
ALGORITHMS: Final = {f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)}
ANSWER_WITHIN_SECONDS: Final = 5
# Each start asks the provider.
STARTS: Final = Limit("sign-ins begun at the provider", most=60, seconds=300)
# What comes of a provider that answers with something else than it should.
NOT_UNDERSTOOD: Final = (OAuth2Error, KeyError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True)
class _Said:
    """What a page of a sign-in that came to nothing says."""

    what: Any
    do: Any
    status: HTTPStatus


class Problem(Enum):
    """Why a sign-in by the provider came to nothing."""

    AWAY = _Said(
        _("%(provider)s does not answer"),
        _("Nothing is wrong with your account. Try again in a few minutes."),
        HTTPStatus.SERVICE_UNAVAILABLE,
    )
    CANCELLED = _Said(
        _("You did not sign in at %(provider)s"),
        _("It was stopped there, or refused. Try again, or ask who looks after it."),
        HTTPStatus.FORBIDDEN,
    )
    STALE = _Said(
        _("This sign-in is over"),
        _("It took too long, was used already, or began in another browser. Start again."),
        HTTPStatus.BAD_REQUEST,
    )
    NOT_BELIEVED = _Said(
        _("The answer of %(provider)s could not be checked"),
        _("Nobody was signed in. Try again; if it stays so, tell an operator of the portal."),
        HTTPStatus.FORBIDDEN,
    )
    NOT_VERIFIED = _Said(
        _("%(provider)s has not verified your e-mail address"),
        _("Have it verified there, then sign in again."),
        HTTPStatus.FORBIDDEN,
    )
    UNKNOWN = _Said(
        _("Nobody with your e-mail address is in the portal"),
        _("Ask your organisation’s administrator to invite that address."),
        HTTPStatus.FORBIDDEN,
    )


def of_settings() -> dict[str, str]:
    """Return the provider. Raises Http404 where the settings name none."""
    if settings.OIDC is None:
        raise Http404
    return settings.OIDC


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """The one provider of the settings, and who may come by it."""

    def list_apps(self, request: HttpRequest, **_which: Any) -> list[SocialApp]:
        """Return the provider of the settings alone: none is kept in the database."""
        if settings.OIDC is None:
            return []
        found = settings.OIDC
        return [
            SocialApp(
                provider=KIND,
                provider_id=KIND,
                name=found["name"],
                client_id=found["client_id"],
                secret=found["client_secret"],
                settings={
                    "server_url": found["issuer"].rstrip("/"),
                    "oauth_pkce_enabled": True,
                    "scope": ["openid", "email"],
                },
            )
        ]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Refuse."""
        return False

    def get_requests_session(self) -> requests.Session:
        """Return one that follows nobody elsewhere: the client's secret goes to the provider."""
        return _Session()

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: object,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Answer with a page of ours."""
        if error == AuthError.CANCELLED:
            problem = Problem.CANCELLED
        elif isinstance(exception, requests.RequestException):
            problem = Problem.AWAY
        elif exception is None and not (extra_context or {}).get("state"):
            problem = Problem.STALE
        else:
            problem = Problem.NOT_BELIEVED
        raise ImmediateHttpResponse(_refuse(request, problem, exception))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Sign in whom the answer is about, or say why not; the library goes no further."""
        raise ImmediateHttpResponse(_sign_in(request, sociallogin))


class _Session(requests.Session):
    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs |= {"timeout": ANSWER_WITHIN_SECONDS, "allow_redirects": False}
        return super().request(*args, **kwargs)


class Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # likewise
    """The library's, which takes a provider's word for more than it should."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """Return what the provider publishes. Raises OAuth2Error where it is another's."""
        published: dict[str, Any] = super().openid_config
        if published["issuer"] != of_settings()["issuer"]:
            raise OAuth2Error("the published issuer is not that of the settings")
        return published

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Return the address to come back to: of the portal's own, whatever the request's."""
        return f"{settings.PORTAL_URL}{reverse('oidc-callback')}"

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        """Return whom the provider says it is, its signature checked and its two words compared."""
        claims = self._claims(app, kwargs["response"]["id_token"])
        about = claims
        if "email" not in claims:
            about = self._fetch_user_info(token.token)
            if about["sub"] != claims["sub"]:
                raise OAuth2Error("token and userinfo are about two people")
        data = {"userinfo": about, "id_token": claims}
        return self.get_provider().sociallogin_from_response(request, data)

    def _claims(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        # The library would read the algorithm off the token itself.
        if jwt.get_unverified_header(id_token)["alg"] not in ALGORITHMS:
            raise OAuth2Error("the token is signed in a way that is not taken")
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return claims


class Provider(OpenIDConnectProvider):  # type: ignore[misc]  # likewise
    """The library's, with that adapter."""

    oauth2_adapter_class = Adapter


def needs_provider[View: Callable[..., HttpResponseBase]](view: View) -> Callable[..., Any]:
    """Answer 404 where the settings name no provider."""

    def guarded(request: HttpRequest) -> HttpResponseBase:
        of_settings()
        return view(request)

    return login_not_required(guarded)


@needs_provider
@require_POST
def start(request: HttpRequest) -> HttpResponseBase:
    """Lead to the provider, by a page: a form may not be redirected to another host.

    Who is signed in proves themselves to it anew, by more than having signed in there before.
    """
    STARTS.take(counted_address(request))
    nonce = token_urlsafe()
    params = {"nonce": nonce}
    if request.user.is_authenticated:
        params |= {"prompt": "login", "max_age": "0"}
    try:
        answer: HttpResponseBase = _provider(request).redirect(
            request,
            AuthProcess.LOGIN,
            next_url=get_next_redirect_url(request),
            data={"nonce": nonce},
            auth_params=params,
        )
    except requests.RequestException as error:
        return _refuse(request, Problem.AWAY, error)
    except NOT_UNDERSTOOD as error:
        return _refuse(request, Problem.NOT_BELIEVED, error)
    if "Location" not in answer.headers:
        return answer
    context = {"url": answer["Location"], "provider": of_settings()["name"]}
    return render(request, "account/oidc_go.html", context)


@needs_provider
@require_safe
def callback(request: HttpRequest) -> HttpResponseBase:
    """Take the provider's answer."""
    view = OAuth2CallbackView.adapter_view(Adapter(request, KIND))
    try:
        answer: HttpResponseBase = view(request)
    except requests.RequestException as error:
        return _refuse(request, Problem.AWAY, error)
    except (jwt.PyJWTError, *NOT_UNDERSTOOD) as error:
        return _refuse(request, Problem.NOT_BELIEVED, error)
    return answer


@require_safe
def again(request: HttpRequest) -> HttpResponse:
    """Ask whoever is signed in to prove themselves at the provider."""
    context = {"provider": of_settings()["name"], "next": get_next_redirect_url(request)}
    return render(request, "account/oidc_again.html", context)


def _provider(request: HttpRequest) -> Provider:
    found: Provider = provider_adapter(request).get_provider(request, KIND)
    return found


def _sign_in(request: HttpRequest, sociallogin: SocialLogin) -> HttpResponseBase:
    said = sociallogin.account.extra_data
    nonce = (sociallogin.state.get("data") or {}).get("nonce", "")
    if not nonce or not compare_digest(nonce, str(said["id_token"].get("nonce", ""))):
        return _refuse(request, Problem.NOT_BELIEVED, OAuth2Error("another nonce"))
    about = said["userinfo"]
    # Some providers write it as a word; any other word than this one is not it.
    if about.get("email_verified") not in {True, "true"} or not about.get("email"):
        return _refuse(request, Problem.NOT_VERIFIED)
    email = str(about["email"]).lower()
    person = queries.active_person(email)
    if person is None:
        sign_in_record.failed(email)
        return _refuse(request, Problem.UNKNOWN)
    return _let_in(request, person, sociallogin.get_redirect_url(request), said["id_token"])


def _let_in(
    request: HttpRequest, person: User, back: str | None, claims: dict[str, Any]
) -> HttpResponseBase:
    """Sign the person in, or note that who is signed in has proved themselves again."""
    fresh = _is_fresh(claims) or None
    if request.user == person and fresh:
        record_authentication(request, person, "socialaccount", provider=KIND, reauthenticated=True)
        return redirect(back or settings.LOGIN_REDIRECT_URL)
    if request.user.is_authenticated:
        logout(request)
    record_authentication(request, person, "socialaccount", provider=KIND, reauthenticated=fresh)
    answer: HttpResponseBase = perform_login(request, Login(user=person, redirect_url=back))
    return answer


def _is_fresh(claims: dict[str, Any]) -> bool:
    """Say whether the person has proved who they are just now, as the provider signs."""
    at = claims.get("auth_time")
    if not isinstance(at, int | float):
        return False
    # The two clocks may differ a little.
    return bool(-60 <= time.time() - at <= account_settings.REAUTHENTICATION_TIMEOUT)


def _refuse(request: HttpRequest, problem: Problem, error: Exception | None = None) -> HttpResponse:
    # Never the error's own text: that may quote what was sent.
    kind = {"problem": problem.name.lower(), "error": type(error).__name__ if error else ""}
    logs.security.warning("sign_in.by_provider_refused", extra=kind)
    provider = {"provider": of_settings()["name"]}
    context = {"what": problem.value.what % provider, "do": problem.value.do % provider}
    return render(request, "account/oidc_problem.html", context, status=problem.value.status)
