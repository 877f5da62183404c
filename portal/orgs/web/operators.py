"""The operators' site: Django's admin, with the portal's own way in.

A password alone reaches nothing here: the pages need a second factor that was used in this
session, and changes one that was used just now. How an operator gets a factor: `invitations`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.audit.record import Role
from portal.core import logs
from portal.orgs import access
from portal.orgs.web import second_factor
from portal.orgs.web.second_factor import Lack


class OperatorsSite(AdminSite):
    """Where each room registers its pages for operators, in its admin.py."""

    site_header = site_title = _("SpKey installer portal: operators")
    empty_value_display = "–"
    index_title = _("Operators’ pages")

    @login_not_required
    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """Send people to the portal's own sign-in page, the only one that asks for a second factor.

        Raises PermissionDenied for somebody who is signed in and no operator.
        """
        index = reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next", index))
        if not _is_operator(request):
            raise PermissionDenied
        return HttpResponseRedirect(index)

    def has_permission(self, request: HttpRequest) -> bool:
        """Say whether somebody is an operator who has used their second factor."""
        may = _is_operator(request) and not _lack(request)
        if may:
            logs.note(role=Role.OPERATOR)
        return may

    def admin_view[View: Callable[..., HttpResponseBase]](
        self, view: View, cacheable: bool = False
    ) -> View:
        """Let operators to the page who have used their second factor, and show others how."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def with_factor(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if _is_operator(request) and (missing := _lack(request)):
                return ask_for_factor(request, missing)
            return guarded(request, *args, **kwargs)

        return cast("View", with_factor)

    def password_change(  # type: ignore[override]  # a way to a page, instead of one
        self, request: HttpRequest, extra_context: object = None
    ) -> HttpResponseRedirect:
        """Send operators to where everybody changes their password."""
        return redirect("account_change_password")


def _is_operator(request: HttpRequest) -> bool:
    return request.user.is_authenticated and request.user.is_active and request.user.is_staff


def _lack(request: HttpRequest) -> Lack:
    if request.path == reverse("admin:logout"):
        return Lack.NOTHING  # Whoever leaves needs to prove nothing.
    within = settings.OPERATOR_FACTOR_SECONDS if request.method == "POST" else None
    return second_factor.lack(request, access.person(request), within=within)


def ask_for_factor(request: HttpRequest, missing: Lack) -> HttpResponse:
    """Lead an operator to where they use their second factor, or say how they get one (403)."""
    if missing == Lack.NOT_SET_UP:
        return second_factor.ask_for_invitation(request)
    way = second_factor.way_to_use(access.person(request), request.get_full_path())
    if missing == Lack.NOT_USED and request.method != "POST":
        return redirect(way)
    return render(request, "orgs/operator_factor.html", {"way": way}, status=403)
