"""Sites for the operators: rows on their organisation's page."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.orgs.admin.organisations import OrganisationAdmin
from portal.orgs.models import Organisation
from portal.orgs.web.admin_audit import record_rows
from portal.sites import changes
from portal.sites.models import Site


class Sites(admin.TabularInline[Site, Organisation]):
    """The organisation's sites. One where hubs were claimed cannot be removed."""

    model = Site
    add_words = _("Add a site")
    fields = ("name", "spkey_site_id", "address", "archived_at")
    readonly_fields = ("archived_at",)
    extra = 0


admin.site.unregister(Organisation)


@admin.register(Organisation)
class OrganisationWithSitesAdmin(OrganisationAdmin):
    """Organisations, with their members and their sites."""

    inlines = (*OrganisationAdmin.inlines, Sites)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the sites and record each; the members as ever."""
        if formset.model is Site:
            record_rows(request, formset, made="created", detail_of=_detail)
            changes.tell_apart(formset.instance.pk)
        else:
            super().save_formset(request, form, formset, change)


def _detail(site: Site) -> dict[str, Any]:
    return {"name": site.name, "spkey_site_id": site.spkey_site_id}
