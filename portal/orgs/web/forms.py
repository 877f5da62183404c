"""What people type about their organisation, checked field by field."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, ClassVar

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm
from django import forms
from django.conf import settings
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.core.validators import RegexValidator
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.core.throttle import Limit
from portal.core.web.client_address import counted_address
from portal.core.web.days import DayField
from portal.orgs import members, queries
from portal.orgs.display import key_wording
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, Membership, Organisation, User

# SpKey's keys are 40 random letters and digits. Checked before storing, since the HTTP library
# quotes a malformed header's value in its exception.
KEY_SHAPE = RegexValidator(r"\A[A-Za-z0-9]{40}\Z", key_wording.NO_KEY_SHAPE)
TOKEN_SHAPE = RegexValidator(
    r"\A[A-Za-z0-9._~+/=-]{1,4096}\Z",
    key_wording.NO_TOKEN_SHAPE,
)
NO_USER_ID = {"invalid": key_wording.NO_USER_ID}
NO_REASON = _("Say why: all operators are told.")
NO_ADMINISTRATOR = _(
    "An organisation needs an administrator whose membership has no end. Add another one first."
)
SHORT_REASON = _("Say it in 10 characters or more.")
ID_TYPING = {
    "autocomplete": "off",
    "autocapitalize": "none",
    "spellcheck": "false",
    "class": "mono",
}


ADDRESS = _("E-mail address")
LINKS_OF_ADDRESS = Limit("password links asked for from an address", most=60, seconds=3600)


class LinkRequestForm(ResetPasswordForm):  # type: ignore[misc]  # allauth has no types
    """The address of somebody who has no password, or does not know it any more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = ADDRESS

    def clean_email(self) -> str:
        """Return the address, without looking whose it is."""
        return str(self.cleaned_data["email"]).lower()

    @transaction.atomic
    def save(self, request: HttpRequest, **_how: object) -> str:
        """Have a link sent to the person who signs in with the address, and to nobody else.

        Whether there is one shows neither in the answer nor in its time. Each address is counted;
        beyond its limit nothing is looked up, and within it a person costs one row more, written
        in the same transaction.
        """
        address: str = self.cleaned_data["email"]
        LINKS_OF_ADDRESS.take(counted_address(request))
        a_day = Limit("password links", most=settings.PASSWORD_LINKS_A_DAY, seconds=24 * 3600)
        if a_day.allows(address) and (person := queries.active_person(address)):
            get_adapter().send_password_reset_mail(person, address, {"user": person})
        return address


def reason_field(*, required: bool = False) -> forms.CharField:
    """Return the field for why an operator makes a change that all operators are told of."""
    return forms.CharField(
        label=_("Reason"),
        required=required,
        min_length=10,
        max_length=500,
        help_text=_(
            "Needed where somebody gains or loses power, and where an address, a password, a "
            "second factor, a SpKey id or a key’s kind changes. Operators are told, and "
            "that organisation’s administrators."
        ),
        error_messages={"required": NO_REASON, "min_length": SHORT_REASON},
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "vTextField"}),
    )


def demand_reason(form: forms.BaseForm) -> None:
    """Refuse a form that says not why. Called while it is cleaned."""
    if "reason" not in form.errors and not form.cleaned_data.get("reason"):
        form.add_error("reason", NO_REASON)


class ReasonForm(forms.Form):
    """Why an operator does something."""

    reason = reason_field(required=True)


class SpkeyUserForm(forms.Form):
    """A SpKey user id, or none."""

    spkey_user_id = forms.UUIDField(
        label=_("SpKey user id"),
        required=False,
        help_text=_(
            "Such as 123e4567-e89b-12d3-a456-426614174000. "
            "Empty lets the portal look it up by the e-mail address that the person confirmed."
        ),
        error_messages=NO_USER_ID,
        widget=forms.TextInput(attrs=ID_TYPING),
    )


class OrganisationForm(forms.ModelForm[Organisation]):
    """What an administrator may change of the organisation itself."""

    class Meta:
        model = Organisation
        fields = ("name", "requires_factor")
        labels: ClassVar = {"requires_factor": _("Who needs a second factor?")}
        help_texts: ClassVar = {
            "requires_factor": _(
                "A passkey or an authenticator app beside the password. Anyone without one is asked"
                " to set it up at their next tap."
            )
        }
        widgets: ClassVar = {"requires_factor": forms.RadioSelect}


class FallbackForm(forms.Form):
    """The SpKey user id of an organisation's fallback, or none."""

    fallback_spkey_user_id = forms.UUIDField(
        label=_("Fallback SpKey user id"),
        required=False,
        help_text=_(
            "Claims of people whom SmartphoneKey does not know are made in this user's name. "
            "Without one, their claims wait."
        ),
        error_messages=NO_USER_ID,
        widget=forms.TextInput(attrs=ID_TYPING),
    )


class MemberRowForm(forms.ModelForm[Membership]):
    """A membership as operators change it.

    Once clean, `told` holds what of it others are told, as `organisation_change.txt` says it, and
    of whom.
    """

    reason = reason_field()
    told: tuple[tuple[str, User], ...] = ()

    def clean(self) -> dict[str, Any] | None:
        """Demand a reason for who may act for other organisations, or administers this one."""
        cleaned = super().clean()
        self.told = tuple(self._changes_of_power())
        if self.told:
            demand_reason(self)
        return cleaned

    def _changes_of_power(self) -> Iterator[tuple[str, User]]:
        # The instance is still as it was.
        before, row, admin = self.instance, self.cleaned_data, Membership.Role.ADMIN
        exists, stays = not before._state.adding, not row.get("DELETE")
        powers = {
            "administrator": (before.role == admin, row.get("role") == admin),
            "support": (before.support, bool(row.get("support"))),
        }
        person = row.get("user")
        is_told = False
        for power, (had, has) in powers.items():
            given, taken = self._compared(exists and had, stays and has)
            if power == "administrator" and given and not self._others_administer(given):
                given = None
            if given:
                yield f"{power}_given", given
            if taken:
                yield f"{power}_taken", taken
            is_told = is_told or given is not None or taken == person
        if is_told or not stays or not isinstance(person, User):
            return
        if person.is_staff and {"user", "role", "expires_at"} & set(self.changed_data):
            yield "operator_joined", person
        elif (
            exists and "expires_at" in self.changed_data and any(has for _, has in powers.values())
        ):
            yield "membership_end", person

    def _others_administer(self, person: User) -> bool:
        return queries.others_administer(self.instance.organisation_id, person)

    def _compared(self, had: bool, has: bool) -> tuple[User | None, User | None]:
        """Return who is given a power, and from whom it is taken, that the row had or has."""
        was_over = _is_over(self.instance.expires_at)
        is_over = _is_over(self.cleaned_data.get("expires_at"))
        was = self.instance.user if had else None
        person = self.cleaned_data.get("user") if has and (was_over or not is_over) else None
        taken = was if was != person else None
        given = person if person != was or (was_over and not is_over) else None
        return given, taken

    @property
    def lasts(self) -> bool:
        """Whether the row, as it is typed, is an administrator's without an end."""
        typed = self.cleaned_data
        is_kept = not typed.get("DELETE") and not typed.get("expires_at")
        person = typed.get("user")
        is_active = person is not None and person.is_active
        return is_kept and is_active and typed.get("role") == Membership.Role.ADMIN

    def save(self, commit: bool = True) -> Membership:
        """Save the membership; a SpKey user that was found is the former person's alone."""
        if "user" in self.changed_data and self.instance.spkey_user_id_found:
            self.instance.spkey_user_id = None
        if self.changed_data and {"user", "spkey_user_id"} & set(self.changed_data):
            self.instance.spkey_user_id_found = False
        member: Membership = super().save(commit)
        return member


class MemberRows(forms.BaseInlineFormSet[Membership, Organisation, Any]):
    """The memberships of an organisation."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Name what is asked of a row in the portal's words."""
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Remove")
        form.fields["user"].label = _("Person")

    def clean(self) -> None:
        """Demand the reasons of rows that are removed, of which Django demands nothing.

        The last administrator without an end is not taken away.
        """
        super().clean()
        if any("reason" in row.errors for row in self.deleted_forms):
            raise forms.ValidationError(NO_REASON)
        if not self._is_run_afterwards() and members.is_run(self.instance):
            raise forms.ValidationError(NO_ADMINISTRATOR)

    def _is_run_afterwards(self) -> bool:
        here = [form.instance.pk for form in self.initial_forms]
        is_typed = any(form.lasts for form in self.forms)
        return is_typed or members.is_run(self.instance, beside=here)


def _is_over(at: datetime | None) -> bool:
    return at is not None and at <= timezone.now()


class NewOrganisationForm(forms.ModelForm[Organisation]):
    """A new organisation, with the address of whoever is to run it."""

    administrator = forms.EmailField(
        label=_("E-mail address of its first administrator"),
        help_text=_("They get an invitation, and bring in everybody else."),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "class": "vTextField"}),
    )

    class Meta:
        model = Organisation
        fields = ("name", "spkey_org_id")
        help_texts: ClassVar[dict[str, Any]] = {
            "spkey_org_id": _("As SmartphoneKey’s partner portal shows it. Claims are bound to it.")
        }


class AdministratorForm(forms.Form):
    """Whom an operator invites to run an organisation, and why."""

    address = forms.EmailField(
        label=_("E-mail address of the new administrator"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        min_length=10,
        max_length=500,
        help_text=_(
            "Such as how you know that they may run this organisation. Operators are told."
        ),
        error_messages={"required": NO_REASON, "min_length": SHORT_REASON},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class OperatorsOrganisationForm(forms.ModelForm[Organisation]):
    """An organisation, as operators change it."""

    reason = reason_field()

    def clean(self) -> dict[str, Any] | None:
        """Demand a reason for making it another organisation at SpKey."""
        cleaned = super().clean()
        if self.moves:
            demand_reason(self)
        return cleaned

    @property
    def moves(self) -> bool:
        """Whether the form makes it another organisation at SpKey."""
        return not self.instance._state.adding and "spkey_org_id" in self.changed_data


class PasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]  # generic in stubs alone
    """Another password for a person, or none, as operators set it, in the portal's words."""

    reason = reason_field(required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.fields.get("usable_password")
        if isinstance(asked, forms.ChoiceField):
            asked.label = _("Do they sign in with a password?")
            asked.help_text = _(
                "Without one, they ask for a link by e-mail to set a new one. "
                "The one that they have is lost."
            )
            asked.choices = [("true", _("Yes")), ("false", _("No"))]

    @property
    def sets_password(self) -> bool:
        """Whether the form is in order, and the button says the same as its answer."""
        if not self.is_valid():
            return False
        return bool(self.cleaned_data["set_usable_password"]) or "unset-password" in self.data


class KeyKindForm(forms.ModelForm[ApiCredential]):
    """A key's kind, as operators change it."""

    reason = reason_field()

    def clean(self) -> dict[str, Any] | None:
        """Demand a reason for a key that may act for everybody, or may no more."""
        cleaned = super().clean()
        if "kind" in self.changed_data:
            demand_reason(self)
        return cleaned


def sent_field(**kwargs: Any) -> forms.ChoiceField:
    """Return the field for what of the key and its token is sent."""
    return forms.ChoiceField(
        label=_("The portal sends"),
        choices=ApiCredential.Sent.choices,
        widget=forms.RadioSelect,
        **kwargs,
    )


def expiry_field() -> forms.DateField:
    """Return the field for the last day on which SpKey takes the key."""
    return DayField(
        label=_("Expires on"),
        required=False,
        help_text=_(
            "SmartphoneKey’s key page shows it, if there is such a day. Administrators are "
            "reminded 14 and 3 days before."
        ),
        error_messages={"invalid": _("A day such as 2030-12-31.")},
        validators=[not_over],
    )


def not_over(day: date) -> None:
    """Refuse a day that is over. Raises ValidationError."""
    if day < timezone.localdate():
        raise forms.ValidationError(_("This day is over."))


class SentForm(forms.Form):
    """What of the key and its token is sent."""

    sent = sent_field()


class ExpiryForm(forms.Form):
    """The last day on which SpKey takes the key in use, or none."""

    expires_on = expiry_field()


class CandidateForm(forms.Form):
    """The new key that the page showed, for another may have been stored since."""

    candidate = forms.UUIDField()


class KeyForm(forms.Form):
    """A new key, its last day, and a bearer token where it has one. No secret is ever shown."""

    key = forms.CharField(
        label=_("New API key"),
        strip=True,
        validators=[KEY_SHAPE],
        help_text=_("40 letters and digits, from SmartphoneKey’s key page."),
        widget=forms.PasswordInput(
            render_value=False, attrs={"autocomplete": "off", "spellcheck": "false"}
        ),
    )
    expires_on = expiry_field()
    bearer_token = forms.CharField(
        label=_("Bearer token"),
        required=False,
        strip=True,
        validators=[TOKEN_SHAPE],
        help_text=_("Only if SmartphoneKey gave you one with this key."),
        widget=forms.PasswordInput(
            render_value=False, attrs={"autocomplete": "off", "spellcheck": "false"}
        ),
    )
    sent = sent_field(required=False)

    def secrets(self) -> tuple[Secret, Secret | None]:
        """Return the key and the token, in the type that does not show itself."""
        token = self.cleaned_data["bearer_token"]
        return Secret(self.cleaned_data["key"]), Secret(token) if token else None

    @property
    def has_wrong_token(self) -> bool:
        """Whether what is wrong stands where the page has folded it away."""
        return not {"bearer_token", "sent"}.isdisjoint(self.errors)
