"""What devices reported, for operators."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from portal.audit.admin import ReadOnlyAdmin
from portal.core.web.admin_lists import column
from portal.monitoring.models import DeviceReport


@admin.register(DeviceReport)
class DeviceReportAdmin(ReadOnlyAdmin):
    """Errors in our scripts, the one that was reported last first."""

    fields = ("name", "message", "script", "line", "release", "times", "first_at", "last_at")
    readonly_fields = fields
    list_display = ("name", "message", "script", "line", column("times", _("how often")), "last_at")
    list_display_links = ("name",)
    search_fields = ("name", "message", "script", "release")
    search_help_text = _("Error, script or release")
