"""The operators' pages about people, organisations and keys.

Each change that matters is recorded in the transaction that makes it. Nothing here shows a
secret: a key by its ends only, a password not even as a hash.
"""

from typing import Any, ClassVar

from allauth.account import admin as account_admin
from allauth.mfa import admin as mfa_admin
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import F, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from portal.audit.admin import ReadOnlyAdmin
from portal.core.ui import Text
from portal.core.web.admin_filters import WordedFilter
from portal.orgs import addresses, spkey_users
from portal.orgs.display import key_wording
from portal.orgs.models import ApiCredential, Membership, Organisation, User
from portal.orgs.web.admin_audit import changes, record_change, record_rows
from portal.orgs.web.forms import MemberRowForm, PasswordForm

# One kind of operator needs no groups; addresses and second factors have their places below.
admin.site.unregister([Group, account_admin.EmailAddress, mfa_admin.Authenticator])


class _LowersEmail:
    """A form of a person, who is looked up by the address in lower case."""

    cleaned_data: dict[str, object]

    def clean_email(self) -> str:
        """Return the address in lower case."""
        return str(self.cleaned_data["email"]).lower()


class NewUserForm(_LowersEmail, AdminUserCreationForm[User]):
    """A new person, with a password or with none until they ask for a reset."""

    class Meta:
        model = User
        fields = ("email", "name")


class PersonForm(_LowersEmail, ModelForm[User]):
    """A person, without their password."""

    class Meta:
        model = User
        fields = ("email", "name", "language", "is_active", "is_staff")


@admin.register(User)
class PersonAdmin(DjangoUserAdmin[User]):
    """People. They are never removed, since the record speaks of them: they are deactivated."""

    form = PersonForm
    add_form = NewUserForm
    change_password_form = PasswordForm
    fieldsets = (
        (None, {"fields": ("email", "name", "language", "sign_in", "is_active", "is_staff")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),
    )
    readonly_fields = ("sign_in",)
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()

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
        obj.is_superuser = obj.is_staff
        obj.save()
        if change and form.initial["email"] != obj.email:
            spkey_users.forget_found(obj)
        addresses.keep(obj)
        detail = changes(form) if change else {"email": ["", obj.email]}
        record_change(
            request, "person.changed" if change else "person.added", obj, None, changes=detail
        )

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
            record_change(request, "person.password_set", after, None)
        return answer


class Memberships(admin.TabularInline[Membership, Organisation]):
    """Who belongs to the organisation, and as what."""

    model = Membership
    form = MemberRowForm
    fields = ("user", "role", "support", "spkey_user_id", "expires_at")
    autocomplete_fields = ("user",)
    extra = 0


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin[Organisation]):
    """Organisations, with their members. None is ever removed with its history."""

    list_display = ("name", "spkey_org_id", "created_at")
    search_fields = ("name", "spkey_org_id")
    inlines: ClassVar[tuple[type[InlineModelAdmin[Any, Any]], ...]] = (Memberships,)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: Organisation,
        form: ModelForm[Organisation],
        change: bool,
    ) -> None:
        """Save the organisation and record it."""
        obj.save()
        verb = "organisation.changed" if change else "organisation.created"
        record_change(request, verb, obj, obj, changes=changes(form))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the members and record each."""
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
    )
    readonly_fields = tuple(name for name in fields if name != "kind")
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
        record_change(
            request, "key.kind_changed", obj, obj.organisation, before=before, after=after
        )


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

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        """Remove a second factor and record it."""
        record_change(request, "second_factor.removed", obj.user, None, type=str(obj.type))
        obj.delete()
