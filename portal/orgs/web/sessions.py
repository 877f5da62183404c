"""Where a person is signed in: they see it, and end it."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from portal.core.web.middleware import ACTIVE_AT, SIGNED_IN_AT, is_over
from portal.orgs import access, sessions
from portal.orgs.display.devices import device
from portal.orgs.models import User
from portal.orgs.queries import follow_session, sessions_of
from portal.orgs.sign_in_record import record_of


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session, as its owner sees it."""

    pk: int
    device: str
    since: datetime
    active: datetime
    is_this: bool


@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """Show where the person is signed in."""
    return render(request, "orgs/sessions.html", shown_sessions(request))


def shown_sessions(request: HttpRequest) -> dict[str, Any]:
    """Return the person's sessions for a page, this one first, the others as they were active."""
    here = request.session.session_key
    shown = [_shown(row, data, row.session_key == here) for row, data in _alive(request)]
    shown.sort(key=lambda session: (session.is_this, session.active), reverse=True)
    return {"sessions": shown, "others": sum(not session.is_this for session in shown)}


@require_POST
def session_end(request: HttpRequest) -> HttpResponse:
    """End one of the person's other sessions."""
    chosen = request.POST.get("session", "")
    here = request.session.session_key
    rows = [row for row, _ in _alive(request) if row.session_key != here]
    row = next((row for row in rows if str(row.pk) == chosen), None)
    if row is None:
        raise Http404
    row.end()
    person = access.person(request)
    record_of(person, "session.ended", actor=person, by="its owner")
    messages.success(request, gettext("Signed out there."))
    return redirect("sessions:list")


@require_POST
def session_end_others(request: HttpRequest) -> HttpResponse:
    """End all of the person's sessions but this one."""
    end_others(request)
    messages.success(request, gettext("Signed out everywhere else."))
    return redirect("sessions:list")


def end_others(request: HttpRequest) -> None:
    """End all of the person's sessions but this one, which goes on under a new key."""
    person, old_key = access.person(request), request.session.session_key
    sessions.end_all(person, actor=person)
    update_session_auth_hash(request, person)
    follow_session(old_key, request.session.session_key)


def _alive(request: HttpRequest) -> list[tuple[UserSession, dict[str, Any]]]:
    person = access.person(request)
    return [(row, data) for row, data in sessions_of(person) if not _is_over(person, data)]


def _is_over(person: User, data: dict[str, Any]) -> bool:
    now = int(time.time())
    since = data.get(SIGNED_IN_AT, now)
    return is_over(person, now - data.get(ACTIVE_AT, since), now - since)


def _shown(row: UserSession, data: dict[str, Any], is_this: bool) -> SignedIn:
    since = data.get(SIGNED_IN_AT)
    signed_in = row.created_at if since is None else datetime.fromtimestamp(since, UTC)
    active = data.get(ACTIVE_AT)
    return SignedIn(
        pk=row.pk,
        device=device(row.user_agent),
        since=signed_in,
        active=signed_in if active is None else datetime.fromtimestamp(active, UTC),
        is_this=is_this,
    )
