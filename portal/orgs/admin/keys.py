"""The organisations' API keys, as operators see them: by their ends."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.core.ui import Text
from portal.core.web.admin_filters import WordedFilter
from portal.orgs.display import key_wording
from portal.orgs.models import ApiCredential
from portal.orgs.web.admin_audit import changes, record_change, tell_of_organisation
from portal.orgs.web.forms import KeyKindForm


class KeyStateFilter(WordedFilter):
    """Keys by what SpKey last said of them."""

    title = _("state")
    parameter_name = "state__exact"
    words = key_wording.STATES


@admin.register(ApiCredential)
class CredentialAdmin(admin.ModelAdmin[ApiCredential]):
    """Keys by their ends. Only the kind is changed here; organisations replace their own key."""

    fields = (
        "organisation",
        "kind",
        "masked_key",
        "sent",
        "state_in_words",
        "checked_at",
        "replaced_at",
        "replaced_by",
        "reason",
    )
    readonly_fields = tuple(name for name in fields if name not in {"kind", "reason"})
    form = KeyKindForm
    list_display = ("organisation", "kind", "masked_key", "state_in_words", "checked_at")
    list_filter = ("kind", KeyStateFilter)
    list_select_related = ("organisation",)
    search_fields = ("organisation__name", "organisation__spkey_org_id")
    search_help_text = key_wording.SEARCHED_BY

    def title(self, credential: ApiCredential) -> str:
        """Return what its page is called."""
        named = {"organisation": credential.organisation}
        return gettext("API key of %(organisation)s") % named

    @admin.display(description=_("state"), ordering="state")
    def state_in_words(self, credential: ApiCredential) -> Text:
        """Return what SpKey last said of the key."""
        return key_wording.state_name(credential.state)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiCredential]:
        """Return the credentials without their secrets."""
        return super().get_queryset(request).defer("key", "bearer_token")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: ApiCredential,
        form: ModelForm[ApiCredential],
        change: bool,
    ) -> None:
        """Change the kind alone, since the worker writes the key's health meanwhile."""
        if "kind" not in form.changed_data:
            return
        ApiCredential.objects.filter(pk=obj.pk).update(kind=obj.kind, version=F("version") + 1)
        before, after = changes(form)["kind"]
        why = form.cleaned_data["reason"]
        record_change(
            request,
            "key.kind_changed",
            obj,
            obj.organisation,
            before=before,
            after=after,
            reason=why,
        )
        what = "super_given" if obj.is_super else "super_taken"
        tell_of_organisation(request, obj.organisation, what, why)
