"""People, as operators see and change them."""

from typing import Any, ClassVar, cast

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.options import ActionLocation
from django.contrib.admin.utils import unquote
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from portal.core.ui import Chip
from portal.core.web.admin_filters import WordedFilter
from portal.core.web.admin_lists import drawn
from portal.orgs import access, addresses, factor_invitations, queries, sessions, spkey_users
from portal.orgs.models import Organisation, User
from portal.orgs.web.admin_audit import (
    changes,
    reason,
    record_change,
    tell_colleagues,
    tell_of_organisation,
    tell_operators,
)
from portal.orgs.web.forms import PasswordForm, demand_reason, reason_field


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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if language := self.fields.get("language"):
            first = ("", _("As their browser asks"))
            language.choices = [first, *settings.LANGUAGES]  # type: ignore[attr-defined]

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
        labels: ClassVar = {"is_active": _("May sign in")}


class MaySignInFilter(WordedFilter):
    """People by whether they may sign in."""

    title = _("may sign in")
    parameter_name = "is_active__exact"
    words = (("1", _("Yes")), ("0", _("No")))


class OperatorFilter(WordedFilter):
    """People by whether they are operators."""

    title = User._meta.get_field("is_staff").verbose_name
    parameter_name = "is_staff__exact"
    words = (("1", _("Yes")), ("0", _("No")))


@admin.register(User)
class PersonAdmin(DjangoUserAdmin[User]):
    """People. They are never removed, since the record speaks of them: they are deactivated."""

    form = PersonForm
    add_form = NewUserForm
    add_form_template = None  # As any other row is added.
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
    list_display = ("email", "name", "what_they_are", "last_signed_in")
    list_filter = (MaySignInFilter, OperatorFilter)
    search_fields = ("email", "name")
    search_help_text = _("E-mail or name")
    ordering = ("email",)
    filter_horizontal = ()
    actions = ("invite",)

    @admin.action(
        description=_("Invite to set up a second factor"), location=ActionLocation.CHANGE_FORM
    )
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

    def title(self, person: User) -> str:
        """Return what their page is called."""
        return person.display_name

    @admin.display(description=_("state"))
    def what_they_are(self, person: User) -> str:
        """Say who is an operator, and who may not sign in; nothing of others."""
        if not person.is_active:
            return drawn(Chip("quiet", "stop", _("May not sign in")))
        return drawn(Chip("working", "operate", _("Operator"))) if person.is_staff else ""

    @admin.display(description=_("last signed in"), ordering="last_login")
    def last_signed_in(self, person: User) -> object:
        """Return when they last signed in."""
        return person.last_login

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
    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002 - the address's name for it
        form_url: str = "",
    ) -> HttpResponse:
        """Set another password, or none, and record that. What sets nothing is left to Django."""
        person = self.get_object(request, unquote(id))
        if person is not None and request.method == "POST":
            form = PasswordForm(person, request.POST)
            if self.has_change_permission(request, person) and form.sets_password:
                return self._set_password(request, form)
        return super().user_change_password(request, id, form_url)

    def _set_password(self, request: HttpRequest, form: PasswordForm) -> HttpResponse:
        # A hash takes long: it is made before anything is held.
        person: User = form.save(commit=False)
        why = str(form.cleaned_data["reason"])
        with transaction.atomic():
            person.save(update_fields=("password",))
            self.log_change(request, person, self.construct_change_message(request, form, []))
            record_change(request, "person.password_set", person, None, reason=why)
            tell_operators(request, "password", why, whom=person.email)
            tell_colleagues(person, "password", why, whom=person.email)
        update_session_auth_hash(request, person)
        has_one = person.has_usable_password()
        said = gettext("Password set.") if has_one else gettext("They have no password now.")
        messages.success(request, said)
        return redirect("admin:orgs_user_change", person.pk)


def _warn_of_unrun(request: HttpRequest, person: User) -> None:
    """Say which organisations nobody runs any more, once this person may not sign in."""
    for organisation in queries.administered_by(person):
        if not organisation.memberships.administrators().exists():
            said = gettext("%(organisation)s has no administrator now: invite one on its page.")
            messages.warning(request, said % {"organisation": organisation.name})
