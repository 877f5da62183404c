"""The outbox for the operators: what was to be sent to whom, and whether it was."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from portal.audit.admin import ReadOnlyAdmin
from portal.notices.models import AccountEmail, InvitationEmail, Notice


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """What administrators were told, whether it was sent, and what was given up."""

    fields = (
        "organisation",
        "user",
        "address",
        "kind",
        "about",
        "digest",
        "created_at",
        "tries",
        "due_at",
        "sent_at",
        "given_up_at",
    )
    list_display = ("created_at", "organisation", "user", "kind", "tries", "sent_at", "given_up_at")
    list_filter = ("kind", "created_at", "given_up_at")
    list_select_related = ("organisation", "user")
    search_fields = ("about",)


@admin.register(AccountEmail)
class AccountEmailAdmin(ReadOnlyAdmin):
    """What people were written about their accounts: not the e-mail itself, nor its link."""

    fields = (
        "user",
        "kind",
        "language",
        "created_at",
        "tries",
        "due_at",
        "sent_at",
        "given_up_at",
    )
    list_display = ("created_at", "user", "kind", "tries", "sent_at", "given_up_at")
    list_filter = ("kind", "created_at", "given_up_at")
    list_select_related = ("user",)
    search_fields = ("user__email",)


@admin.register(InvitationEmail)
class InvitationEmailAdmin(ReadOnlyAdmin):
    """Who was invited to which organisation, and whether it was sent: not the link."""

    fields = (
        "invitation",
        "organisation",
        "language",
        "created_at",
        "tries",
        "due_at",
        "sent_at",
        "given_up_at",
    )
    readonly_fields = ("organisation",)
    list_display = ("created_at", "invitation", "organisation", "tries", "sent_at", "given_up_at")
    list_filter = ("created_at", "given_up_at")
    list_select_related = ("invitation__organisation",)
    search_fields = ("invitation__email",)

    @admin.display(description=_("organisation"))
    def organisation(self, email: InvitationEmail) -> object:
        """Return to which organisation."""
        return email.invitation.organisation
