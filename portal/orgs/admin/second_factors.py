"""Second factors, as operators see and remove them."""

from typing import Any, Final

from allauth.mfa import admin as _mfa_admin  # noqa: F401  # it registers what is replaced here
from allauth.mfa.base.internal.flows import delete_dangling_recovery_codes
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.audit.admin import ReadOnlyAdmin
from portal.core.ui import Text
from portal.core.web.admin_filters import WordedFilter
from portal.core.web.admin_lists import column
from portal.orgs import access, sessions
from portal.orgs.web.admin_audit import record_change, tell_colleagues, tell_operators
from portal.orgs.web.forms import NO_REASON, ReasonForm

admin.site.unregister(Authenticator)


KINDS: Final[dict[str, Text]] = {
    Authenticator.Type.TOTP: _("Authenticator app"),
    Authenticator.Type.WEBAUTHN: _("Passkey"),
    Authenticator.Type.RECOVERY_CODES: _("Recovery codes"),
}


class TypeFilter(WordedFilter):
    """Second factors by their type, as people know them."""

    title = _("type")
    parameter_name = "type__exact"
    words = tuple(KINDS.items())


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """Second factors, to see who has one, and to remove that of a lost phone."""

    fields = list_display = (
        "person",
        "kind",
        column("created_at", _("set up")),
        column("last_used_at", _("last used")),
    )
    readonly_fields = fields
    list_filter = (TypeFilter,)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    search_help_text = _("Whole e-mail address")
    actions = None
    delete_confirmation_template = "orgs/operators_remove_factor.html"

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Refuse to look into what is stored of a factor: it is a secret, though encrypted."""
        return not lookup.startswith("data") and super().lookup_allowed(lookup, value, request)

    def title(self, factor: Authenticator) -> str:
        """Return what its page is called."""
        return gettext("Second factor of %(person)s") % {"person": factor.user}

    @admin.display(description=_("person"), ordering="user__email")
    def person(self, factor: Authenticator) -> object:
        """Return whose it is."""
        return factor.user

    @admin.display(description=_("type"), ordering="type")
    def kind(self, factor: Authenticator) -> str:
        """Return what it is, such as an app."""
        return str(KINDS.get(factor.type, factor.type))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow what the operator may."""
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for the reason beside the confirmation; without one nothing is removed."""
        if request.method == "POST" and not ReasonForm(request.POST).is_valid():
            messages.error(request, NO_REASON)
            return redirect(request.path)
        context = {**(extra_context or {}), "reason": ReasonForm()["reason"]}
        return super().delete_view(request, object_id, context)

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        """Remove a second factor, sign the person out everywhere, record it and tell operators."""
        why = request.POST["reason"].strip()
        detail = {"type": str(obj.type), "reason": why}
        record_change(request, "second_factor.removed", obj.user, None, **detail)
        tell_operators(request, "factor", why, whom=obj.user.email)
        tell_colleagues(obj.user, "factor", why, whom=obj.user.email)
        obj.delete()
        delete_dangling_recovery_codes(obj.user)
        sessions.end_all(obj.user, access.person(request))
