"""An invitation, as whoever has its link meets it: a look shows, a form that is sent accepts."""

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from portal.core.web.posted import posted
from portal.jobs import invitations as job_invitations
from portal.orgs import access, invitations
from portal.orgs.display import invitation_wording
from portal.orgs.invitations import State
from portal.orgs.models import Invitation, Membership
from portal.orgs.queries import person_at
from portal.orgs.web.member_forms import JoinForm


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
@sensitive_variables("token")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show the invitation, and take it when somebody accepts."""
    found, state = invitations.find(token)
    if found is not None and _is_member(request, found):
        return render(request, "orgs/invitation_member.html", {"invitation": found})
    if found is None or state != State.GOOD:
        return _dead_end(request, state)
    try:
        if request.user.is_authenticated:
            return _for_person(request, found)
        if person_at(found.email) is None:
            return _for_newcomer(request, found)
    except invitations.UnusableError as error:
        return _dead_end(request, error.state)
    except invitations.AlreadyMemberError:
        return redirect(request.path)
    return _for_owner_of_account(request, found)


def _for_person(request: HttpRequest, found: Invitation) -> HttpResponse:
    person = access.person(request)
    if person.email != found.email:
        belongs = access.membership_in(person, found.organisation) is not None
        context = {"invitation": found, "here": request.path, "belongs": belongs}
        return render(request, "orgs/invitation_other.html", context, status=409)
    if request.method != "POST":
        return _shown(request, found)
    with transaction.atomic():
        member = invitations.accept(found, person)
        job_invitations.put_on_jobs(found, member)
    _work_there(request, member)
    return redirect("home")


@sensitive_variables("form", "new")
def _for_newcomer(request: HttpRequest, found: Invitation) -> HttpResponse:
    form = JoinForm(posted(request), invitation=found)
    if request.method != "POST" or not form.is_valid():
        return _shown(request, found, form=form)
    new = {
        "name": form.cleaned_data["name"],
        "language": translation.get_language() or settings.LANGUAGE_CODE,
        "password_hash": make_password(form.cleaned_data.get("password")),
    }
    try:
        with transaction.atomic():
            member = invitations.join(found, **new)
            job_invitations.put_on_jobs(found, member)
    except invitations.AccountExistsError:
        return redirect(request.path)
    if not settings.PASSWORD_SIGN_IN:
        messages.success(request, gettext("Your account is made. Sign in to begin."))
        return redirect("account_login")
    login = Login(user=member.user, email_verification="none", redirect_url=reverse("home"))
    answer: HttpResponse = perform_password_login(request, {"email": found.email}, login)
    _work_there(request, member)
    said = gettext("Add a passkey: it confirms your sign-in by fingerprint, face or screen lock.")
    messages.info(request, said, extra_tags=reverse("mfa_add_webauthn"))
    return answer


def _for_owner_of_account(request: HttpRequest, found: Invitation) -> HttpResponse:
    """Show the way to sign in, which leads back here to one more tap."""
    sign_in = f"{reverse('account_login')}?{urlencode({'next': request.path})}"
    return redirect(sign_in) if request.method == "POST" else _shown(request, found, way=sign_in)


def _shown(request: HttpRequest, found: Invitation, **more: object) -> HttpResponse:
    context = {"invitation": found, "jobs": job_invitations.jobs_of(found), **more}
    form = more.get("form")
    status = 422 if isinstance(form, JoinForm) and form.errors else 200
    return render(request, "orgs/invitation.html", context, status=status)


def _dead_end(request: HttpRequest, state: State) -> HttpResponse:
    dead_end = invitation_wording.DEAD_ENDS[state]
    context = {"dead_end": dead_end, "is_used": state == State.USED}
    return render(request, "orgs/invitation_dead_end.html", context, status=dead_end.status)


def _is_member(request: HttpRequest, found: Invitation) -> bool:
    """Say whether the invited person is signed in and belongs to the organisation already."""
    if not request.user.is_authenticated:
        return False
    person = access.person(request)
    is_theirs = person.email == found.email
    return is_theirs and access.membership_in(person, found.organisation) is not None


def _work_there(request: HttpRequest, member: Membership) -> None:
    request.session[access.SESSION_ORGANISATION] = str(member.organisation_id)
    said = gettext("You now belong to %(organisation)s.")
    messages.success(request, said % {"organisation": member.organisation.name})
