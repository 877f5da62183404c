"""The operators' pages about people, organisations and keys.

Each change that matters is recorded in the transaction that makes it. Nothing here shows a
secret: a key by its ends only, a password not even as a hash.
"""

from functools import partial
from typing import Any, ClassVar, cast

from allauth.account import admin as account_admin
from allauth.mfa import admin as mfa_admin
from allauth.mfa.base.internal.flows import delete_dangling_recovery_codes
from allauth.mfa.models import Authenticator
from allauth.socialaccount import admin as _social_admin  # noqa: F401  # it registers them
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions import admin as sessions_admin
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import F, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from portal.audit.admin import ReadOnlyAdmin
from portal.core.ui import Text
from portal.core.web.admin_filters import WordedFilter
from portal.core.web.once import once
from portal.orgs import access, addresses, factor_invitations, queries, sessions, spkey_users
from portal.orgs.display import key_wording
from portal.orgs.models import ApiCredential, Membership, Organisation, User
from portal.orgs.web.admin_audit import (
    changes,
    reason,
    record_change,
    record_rows,
    tell_colleagues,
    tell_of_organisation,
    tell_operators,
)
from portal.orgs.web.administrators import invite_administrator, invite_to_run, invited
from portal.orgs.web.forms import (
    NO_REASON,
    KeyKindForm,
    MemberRowForm,
    MemberRows,
    NewOrganisationForm,
    OperatorsOrganisationForm,
    PasswordForm,
    ReasonForm,
    demand_reason,
    reason_field,
)

# One kind of operator needs no groups; addresses and second factors have their places below, and
# where people are signed in is their own affair.
admin.site.unregister(
    [Group, account_admin.EmailAddress, mfa_admin.Authenticator, sessions_admin.UserSession]
)
# A provider stands in the settings, and nobody is linked to one.
admin.site.unregister([SocialAccount, SocialApp, SocialToken])


class _LowersEmail:
    """A form of a person, who is looked up by the address in lower case."""

    cleaned_data: dict[str, object]

    def clean_email(self) -> str:
        """Return the address in lower case."""
        return str(self.cleaned_data["email"]).lower()


class NewUserForm(_LowersEmail, ModelForm[User]):
    """A new person, who has no password until they set one by a link."""

    def save(self, commit: bool = True) -> User:
        """Save the person without a password."""
        self.instance.set_unusable_password()
        person: User = super().save(commit)
        return person

    class Meta:
        model = User
        fields = ("email", "name")


class PersonForm(_LowersEmail, ModelForm[User]):
    """A person, without their password."""

    reason = reason_field()

    def clean(self) -> dict[str, Any] | None:
        """Demand a reason for who has power, or is back or gone with theirs, and for where a
        password can be set from."""
        cleaned = super().clean()
        if self.operates is not None or self.moves or self.administers or self.serves:
            demand_reason(self)
        return cleaned

    @property
    def moves(self) -> bool:
        """Whether the form gives the person another address."""
        return bool(self.cleaned_data.get("email") != self.initial["email"])

    @property
    def operates(self) -> bool | None:
        """Whether the person is an operator by the form, or None where that stays as it is."""
        if "is_staff" in self.changed_data:
            return bool(self.cleaned_data["is_staff"])
        if "is_active" in self.changed_data and self.cleaned_data["is_staff"]:
            return bool(self.cleaned_data["is_active"])
        return None

    @property
    def administers(self) -> list[Organisation]:
        """Where the person is an administrator again, or is none any more."""
        turns = "is_active" in self.changed_data
        return queries.administered_by(self.instance) if turns else []

    @property
    def serves(self) -> list[Organisation]:
        """Where the person is a support agent again, or is none any more."""
        return queries.served_by(self.instance) if "is_active" in self.changed_data else []

    class Meta:
        model = User
        fields = ("email", "name", "language", "is_active", "is_staff")


@admin.register(User)
class PersonAdmin(DjangoUserAdmin[User]):
    """People. They are never removed, since the record speaks of them: they are deactivated."""

    form = PersonForm
    add_form = NewUserForm
    change_password_form = PasswordForm
    change_user_password_template = "orgs/operators_password.html"  # noqa: S105 - no password
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "email",
                    "name",
                    "language",
                    "sign_in",
                    "is_active",
                    "is_staff",
                    "reason",
                )
            },
        ),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("email", "name"),
                "description": _(
                    "They set their password themselves, by the link that “Forgot your password?”"
                    " sends. Members of an organisation are better invited on its page."
                ),
            },
        ),
    )
    readonly_fields = ("sign_in",)
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    actions = ("invite",)

    @admin.action(description=_("Invite to set up a second factor"))
    def invite(self, request: HttpRequest, people: QuerySet[User]) -> HttpResponse | None:
        """Show the link by which an operator or agent sets up their second factor, this once."""
        try:
            [person] = people
            token = factor_invitations.invite(person, access.person(request))
        except ValueError:
            messages.error(
                request, gettext("Choose one operator or support agent who has no second factor.")
            )
            return None
        link = settings.PORTAL_URL + reverse("factor-invitation", args=(token,))
        return render(request, "orgs/factor_invited.html", {"person": person, "link": link})

    @admin.display(description=_("Password"))
    def sign_in(self, person: User) -> str:
        """Say whether there is a password, and where to set another; never a part of it."""
        state = _("Set.") if person.has_usable_password() else _("None.")
        return format_html('{} <a href="../password/">{}</a>', state, _("Set another"))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Refuse."""
        return False

    def save_model(
        self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool
    ) -> None:
        """Save the person with their address, and record it.

        What an operator typed is not confirmed by the person: see `addresses`.
        """
        if change:
            self._tell_of(request, obj, cast("PersonForm", form))
        obj.is_superuser = obj.is_staff
        # What else the row holds, such as `sessions_ended`, may have changed since it was read.
        obj.save(update_fields=(*PersonForm.Meta.fields, "is_superuser") if change else None)
        if change and cast("PersonForm", form).moves:
            spkey_users.forget_found(obj)
        addresses.keep(obj)
        if not obj.is_active:
            sessions.end_all(obj, access.person(request))
            _warn_of_unrun(request, obj)
        if not change:
            record_change(request, "person.added", obj, None, changes={"email": ["", obj.email]})
            return
        record_change(request, "person.changed", obj, None, changes=changes(form), **reason(form))

    def _tell_of(self, request: HttpRequest, person: User, form: PersonForm) -> None:
        why, whom = str(form.cleaned_data["reason"]), str(form.initial["email"])
        if form.moves:
            both = f"{whom} → {person.email}"
            tell_operators(request, "address", why, whom=both)
            tell_colleagues(person, "address", why, whom=both)
        if form.operates is not None:
            what, gone = ("operator_given", None) if form.operates else ("operator_taken", person)
            tell_operators(request, what, why, whom=whom, gone=gone)
        suffix, gone = ("given", None) if person.is_active else ("taken", person)
        for place in form.administers:
            what = f"administrator_{suffix}"
            tell_of_organisation(request, place, what, why, whom=whom, gone=gone)
        for place in form.serves:
            tell_of_organisation(request, place, f"support_{suffix}", why, whom=whom)

    @method_decorator(sensitive_post_parameters())
    @method_decorator(transaction.atomic)
    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002 - the address's name for it
        form_url: str = "",
    ) -> HttpResponse:
        """Set another password, or none, and record that."""
        before = self.get_object(request, id)
        answer = super().user_change_password(request, id, form_url)
        after = self.get_object(request, id)
        if before is not None and after is not None and before.password != after.password:
            why = request.POST["reason"].strip()
            record_change(request, "person.password_set", after, None, reason=why)
            tell_operators(request, "password", why, whom=after.email)
            tell_colleagues(after, "password", why, whom=after.email)
        return answer


def _warn_of_unrun(request: HttpRequest, person: User) -> None:
    """Say which organisations nobody runs any more, once this person may not sign in."""
    for organisation in queries.administered_by(person):
        if not organisation.memberships.administrators().exists():
            said = gettext("%(organisation)s has no administrator now: invite one on its page.")
            messages.warning(request, said % {"organisation": organisation.name})


class Memberships(admin.StackedInline[Membership, Organisation]):
    """Who belongs to the organisation, and as what."""

    model = Membership
    form = MemberRowForm
    formset = MemberRows
    verbose_name = _("member")
    verbose_name_plural = _("Members")
    # In lines: one line of all of them is wider than the page.
    fields = (("user", "role", "support"), ("spkey_user_id", "expires_at"), "reason")
    autocomplete_fields = ("user",)
    extra = 0


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin[Organisation]):
    """Organisations, with their members. None is ever removed with its history.

    A new one is a name, its id at SpKey and somebody to run it, who is invited.
    """

    list_display = ("name", "spkey_org_id", "created_at")
    search_fields = ("name", "spkey_org_id")
    change_form_template = "orgs/operators_organisation.html"
    # Its own administrators say of whom it requires a second factor.
    exclude = ("requires_factor",)
    form = OperatorsOrganisationForm
    inlines: ClassVar[tuple[type[InlineModelAdmin[Any, Any]], ...]] = (Memberships,)

    def get_urls(self) -> list[Any]:
        """Add the page on which a new administrator is invited."""
        page = self.admin_site.admin_view(partial(invite_administrator, self))
        name = "orgs_organisation_administrator"
        return [path("<uuid:pk>/administrator/", page, name=name), *super().get_urls()]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

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
        """Say that the administrator is invited; where there is no mail server, show the link."""
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


class TypeFilter(admin.ChoicesFieldListFilter):
    """Second factors by their type, in our words: those of the library are in English alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("type")


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """Second factors, to see who has one, and to remove that of a lost phone."""

    fields = list_display = ("person", "kind", "made_at", "used_at")
    readonly_fields = fields
    list_filter = (("type", TypeFilter),)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    actions = None
    delete_confirmation_template = "orgs/operators_remove_factor.html"

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Refuse to look into what is stored of a factor: it is a secret, though encrypted."""
        return not lookup.startswith("data") and super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("user"), ordering="user__email")
    def person(self, factor: Authenticator) -> object:
        """Return whose it is."""
        return factor.user

    @admin.display(description=_("type"), ordering="type")
    def kind(self, factor: Authenticator) -> str:
        """Return what it is, such as an app."""
        return str(factor.get_type_display())

    @admin.display(description=_("created at"), ordering="created_at")
    def made_at(self, factor: Authenticator) -> object:
        """Return when it was set up."""
        return factor.created_at

    @admin.display(description=_("last used at"), ordering="last_used_at")
    def used_at(self, factor: Authenticator) -> object:
        """Return when somebody last signed in by it."""
        return factor.last_used_at

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
