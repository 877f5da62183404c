"""The operators' site: Django's admin, with the portal's own way in."""

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class OperatorsSite(AdminSite):
    """Where each room registers its pages for operators, in its admin.py."""

    site_header = site_title = _("SpKey installer portal: operators")
    index_title = _("Operators’ pages")

    @login_not_required
    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """Send people to the portal's own sign-in page, the only one that asks for a second factor.

        Raises PermissionDenied for somebody who is signed in and no operator.
        """
        index = reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next", index))
        if not self.has_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(index)
