"""The outbox for the operators: what was to be sent to whom, and whether it was."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from portal.audit.admin import ReadOnlyAdmin
from portal.core.web.admin_lists import column
from portal.notices.models import AccountEmail, InvitationEmail, Notice

PERSON = column("user", _("person"))
WRITTEN = column("created_at", _("written"))
TRIES = column("tries", _("times tried"))
SENT = column("sent_at", _("Sent"))
GIVEN_UP = column("given_up_at", _("given up"))
HOW = (TRIES, SENT, GIVEN_UP)
COURSE = (WRITTEN, TRIES, column("due_at", _("next try")), SENT, GIVEN_UP)


class WrittenFilter(admin.DateFieldListFilter):
    """E-mails by when they were written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("written")


class GivenUpFilter(admin.DateFieldListFilter):
    """E-mails by when they were given up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("given up")


WHEN = (("created_at", WrittenFilter), ("given_up_at", GivenUpFilter))


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """What administrators were told, whether it was sent, and what was given up."""

    fields = readonly_fields = (
        "organisation",
        PERSON,
        "address",
        "kind",
        "digest",
        *COURSE,
    )
    list_display = (WRITTEN, "organisation", PERSON, "kind", *HOW)
    list_filter = ("kind", *WHEN)
    list_select_related = ("organisation", "user")
    search_fields = ("about",)
    search_help_text = _("Whole id of what it is about")


@admin.register(AccountEmail)
class AccountEmailAdmin(ReadOnlyAdmin):
    """What people were written about their accounts: not the e-mail itself, nor its link."""

    fields = readonly_fields = (
        PERSON,
        "kind",
        "language",
        *COURSE,
    )
    list_display = (WRITTEN, PERSON, "kind", *HOW)
    list_filter = ("kind", *WHEN)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    search_help_text = _("Whole e-mail address")


@admin.register(InvitationEmail)
class InvitationEmailAdmin(ReadOnlyAdmin):
    """Who was invited to which organisation, and whether it was sent: not the link."""

    fields = readonly_fields = (
        "invitation",
        "organisation",
        "language",
        *COURSE,
    )
    list_display = (WRITTEN, "invitation", "organisation", *HOW)
    list_filter = WHEN
    list_select_related = ("invitation__organisation",)
    search_fields = ("invitation__email",)
    search_help_text = _("Whole e-mail address")

    @admin.display(description=_("organisation"))
    def organisation(self, email: InvitationEmail) -> object:
        """Return to which organisation."""
        return email.invitation.organisation
