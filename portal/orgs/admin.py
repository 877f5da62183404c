"""The operators' pages about people, organisations and keys.

Each change that matters is recorded in the transaction that makes it. Nothing here shows a
secret: a key by its ends only, a password not even as a hash.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account.models import EmailAddress
from allauth.mfa import admin as mfa_admin
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.debug import sensitive_post_parameters

from portal.audit.admin import ReadOnlyAdmin
from portal.audit.record import record
from portal.orgs import access
from portal.orgs.models import ApiCredential, Membership, Organisation, Site, User

if TYPE_CHECKING:
    AnyForm = forms.ModelForm[Any]
    UserForm = forms.ModelForm[User]
    NewUserFormBase = AdminUserCreationForm[User]
    UserAdminBase = DjangoUserAdmin[User]
    OrganisationAdminBase = admin.ModelAdmin[Organisation]
    CredentialAdminBase = admin.ModelAdmin[ApiCredential]
    MembershipInline = admin.TabularInline[Membership, Organisation]
    SiteInline = admin.TabularInline[Site, Organisation]
else:
    AnyForm = UserForm = forms.ModelForm
    NewUserFormBase = AdminUserCreationForm
    UserAdminBase = DjangoUserAdmin
    OrganisationAdminBase = CredentialAdminBase = admin.ModelAdmin
    MembershipInline = SiteInline = admin.TabularInline

admin.site.site_header = admin.site.site_title = "SpKey installer portal: operators"
admin.site.index_title = "Operators’ pages"


def sign_in(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    """Send people to the portal's own sign-in page, the only one that asks for a second factor.

    Raises PermissionDenied for somebody who is signed in and no operator.
    """
    back = reverse("admin:index")
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get("next", back))
    if not admin.site.has_permission(request):
        raise PermissionDenied
    return HttpResponseRedirect(back)


sign_in.login_required = False  # type: ignore[attr-defined]
admin.site.login = sign_in  # type: ignore[method-assign,assignment]


def changes(form: AnyForm) -> dict[str, list[str]]:
    """Return what a form has changed, as texts: name → before, after."""
    return {
        name: [str(form.initial.get(name, "")), str(form.cleaned_data.get(name, ""))]
        for name in form.changed_data
        if name in form.cleaned_data
    }
