"""The audit trail for the operators, and the manner of pages that only show."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.audit.display import details as others
from portal.audit.display import wording
from portal.audit.models import Entry
from portal.core.web.admin_lists import LongList, column


class ReadOnly:
    """For pages, or rows within them, that nobody makes, changes or removes by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


class ReadOnlyAdmin(ReadOnly, LongList):
    """Shows rows, and no more than that."""


class TimeFilter(admin.DateFieldListFilter):
    """Rows by when they happened."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("time")


TIME = column("at", _("time"))


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """Who did what, newest first, in the record's own sentences."""

    list_display = (TIME, "happened", "person", "role", "organisation", "came_of_it")
    list_display_links = ("happened",)
    list_filter = (("at", TimeFilter),)
    search_fields = ("verb", "actor_label", "object_id")
    search_help_text = _("Whole e-mail address of who acted")
    fields = (
        TIME,
        "happened",
        "person",
        "role",
        "organisation",
        "kind_in_words",
        "came_of_it",
        "details",
        "address",
        "request",
    )
    readonly_fields = fields

    def title(self, entry: Entry) -> str:
        """Return what its page is called."""
        return self.happened(entry)

    @admin.display(description=_("what happened"))
    def happened(self, entry: Entry) -> str:
        """Return the record's sentence, with the names that operators may know."""
        return wording.sentence(entry, is_own=True)

    @admin.display(description=_("person"))
    def person(self, entry: Entry) -> str:
        """Return who acted, by name; the portal itself is nobody."""
        return wording.who(entry, is_own=True)

    @admin.display(description=_("role"))
    def role(self, entry: Entry) -> str:
        """Return in which role they acted."""
        return wording.role(entry)

    @admin.display(description=_("organisation"))
    def organisation(self, entry: Entry) -> str:
        """Return the name of the organisation that it is about."""
        if entry.organisation_id is None:
            return "–"
        # By its name in the registry: organisations are a room above the record. Asked for each
        # row, by its key: joined, the database reads through the record.
        named = apps.get_model("orgs", "Organisation").objects.filter(pk=entry.organisation_id)
        return str(named.values_list("name", flat=True).first() or "–")

    @admin.display(description=_("about"))
    def kind_in_words(self, entry: Entry) -> str:
        """Return what kind of thing it is about."""
        return wording.kind(entry)

    @admin.display(description=_("result"))
    def came_of_it(self, entry: Entry) -> str:
        """Return what came of it."""
        return wording.result(entry)

    @admin.display(description=_("details"))
    def details(self, entry: Entry) -> str:
        """Return what else is known."""
        return "; ".join(f"{name}: {value}" for name, value in others.details(entry)) or "–"
