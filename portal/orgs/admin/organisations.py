"""Organisations with their members, as operators see and change them."""

from functools import partial
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Count, DateTimeField, ForeignKey, QuerySet
from django.forms import ModelChoiceField, ModelForm, SplitDateTimeField
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from portal.core.web.admin_lists import drawn
from portal.core.web.days import MomentInput
from portal.core.web.once import once
from portal.orgs.display import key_wording
from portal.orgs.models import Membership, Organisation
from portal.orgs.web.admin_audit import (
    changes,
    reason,
    record_change,
    record_rows,
    tell_of_organisation,
)
from portal.orgs.web.administrators import (
    change_invitation,
    invite_administrator,
    invite_to_run,
    invited,
    open_invitations,
)
from portal.orgs.web.forms import (
    MemberRowForm,
    MemberRows,
    NewOrganisationForm,
    OperatorsOrganisationForm,
)


class PersonChoice(AutocompleteSelect):
    """A choice among people, which says so while nobody is chosen."""

    def build_attrs(
        self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Add what it says."""
        attrs: dict[str, Any] = super().build_attrs(base_attrs, extra_attrs)
        return {**attrs, "data-placeholder": gettext("Choose a person")}


class Memberships(admin.StackedInline[Membership, Organisation]):
    """Who belongs to the organisation, and as what."""

    model = Membership
    form = MemberRowForm
    formset = MemberRows
    verbose_name = _("member")
    verbose_name_plural = _("Members")
    template = "orgs/operators_members.html"
    add_words = _("Add a member")
    new_words = _("New member")
    fields = ("user", "role", "support", "spkey_user_id", "expires_at", "reason")
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        DateTimeField: {"form_class": SplitDateTimeField, "widget": MomentInput}
    }
    autocomplete_fields = ("user",)
    extra = 0

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **how: Any
    ) -> ModelChoiceField[Any] | None:
        """Offer people."""
        if db_field.name == "user":
            how["widget"] = PersonChoice(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **how)


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin[Organisation]):
    """Organisations, with their members. None is ever removed with its history.

    A new one is a name, its id at SpKey and somebody to run it, who is invited.
    """

    list_display = ("name", "spkey_org_id", "people", "key", "created_at")
    list_select_related = ("credential",)
    search_fields = ("name", "spkey_org_id")
    search_help_text = key_wording.SEARCHED_BY
    change_form_template = "orgs/operators_organisation.html"
    # Its own administrators say of whom it requires a second factor.
    exclude = ("requires_factor",)
    form = OperatorsOrganisationForm
    inlines: ClassVar[tuple[type[InlineModelAdmin[Any, Any]], ...]] = (Memberships,)

    def get_urls(self) -> list[Any]:
        """Add the page on which a new administrator is invited, and what changes invitations."""
        name = "orgs_organisation_administrator"
        page = self.admin_site.admin_view(partial(invite_administrator, admin=self))
        change = self.admin_site.admin_view(partial(change_invitation, admin=self))
        return [
            path("<uuid:pk>/administrator/", page, name=name),
            path(
                "<uuid:pk>/invitations/<uuid:invitation>/",
                change,
                name="orgs_organisation_invitation",
            ),
            *super().get_urls(),
        ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organisation]:
        """Return them with the number of their members."""
        return super().get_queryset(request).annotate(members=Count("memberships"))

    @admin.display(description=_("people"), ordering="members")
    def people(self, organisation: Organisation) -> int:
        """Return how many belong to it."""
        return int(organisation.members)  # type: ignore[attr-defined]

    @admin.display(description=_("API key"))
    def key(self, organisation: Organisation) -> str:
        """Return how its key is, as its administrators see it."""
        credential = organisation.stored_credential
        if credential is None:
            return ""
        chip, _sentence = key_wording.words(credential)
        return drawn(chip)

    def get_form(
        self,
        request: HttpRequest,
        obj: Organisation | None = None,
        change: bool = False,
        **how: Any,
    ) -> type[ModelForm[Organisation]]:
        """Ask of a new organisation who is to run it."""
        if obj is None:
            how["form"] = NewOrganisationForm
        return super().get_form(request, obj, change, **how)

    @method_decorator(once)
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Offer to save, and nothing else; a double tap makes one organisation."""
        only_save = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, {**(extra_context or {}), **only_save})

    @method_decorator(sensitive_variables("open_now", "context"))
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show with the organisation who is invited to run it."""
        organisation = self.get_object(request, object_id)
        open_now = open_invitations(organisation) if organisation else []
        context = {**(extra_context or {}), "invitations": open_now}
        return super().change_view(request, object_id, form_url, context)

    def get_inlines(
        self, request: HttpRequest, obj: Organisation | None
    ) -> tuple[type[InlineModelAdmin[Any, Any]], ...]:
        """Show no rows of an organisation that is not there yet."""
        return self.inlines if obj else ()

    def save_model(
        self,
        request: HttpRequest,
        obj: Organisation,
        form: ModelForm[Organisation],
        change: bool,
    ) -> None:
        """Save the organisation and record it; invite the first administrator of a new one.

        That it is another one at SpKey, many are told.
        """
        if change and cast("OperatorsOrganisationForm", form).moves:
            both = f"{form.initial['spkey_org_id']} → {obj.spkey_org_id}"
            why = form.cleaned_data["reason"]
            tell_of_organisation(request, obj, "spkey_org_id", why, whom=both)
        obj.save()
        verb = "organisation.changed" if change else "organisation.created"
        record_change(request, verb, obj, obj, changes=changes(form), **reason(form))
        if not change:
            invite_to_run(request, obj, form.cleaned_data["administrator"])

    def response_add(
        self, request: HttpRequest, obj: Organisation, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Say that the administrator is invited."""
        return invited(request, obj.invitations.get())

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the members and record each; of who has power, all operators are told.

        The administrators are told as well, those too who are then none any more.
        """
        for row in formset.forms:
            for what, person in row.told if isinstance(row, MemberRowForm) else ():
                why, whom = row.cleaned_data["reason"], person.email
                gone = person if what == "administrator_taken" else None
                tell_of_organisation(request, formset.instance, what, why, whom=whom, gone=gone)
        record_rows(request, formset, made="added", detail_of=_detail)


def _detail(member: Membership) -> dict[str, Any]:
    return {"member": member.user.email, "role": member.role, "support": member.support}
