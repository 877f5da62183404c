"""What is typed about people: whom to invite, a member's place, and an account by invitation."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.core.web.days import DayField
from portal.orgs.models import Invitation, Membership, User
from portal.orgs.web import passwords

Role = Membership.Role
MOST_ADDRESSES: Final = 50
ROLES: Final = (
    (Role.INSTALLER, _("Installer: claims hubs")),
    (Role.VIEWER, _("Viewer: looks, changes nothing")),
    (Role.ADMIN, _("Administrator: claims, and runs people, sites and the key")),
)
ALL_SITES, JOBS = "all", "jobs"
WHERE: Final = ((ALL_SITES, _("At all sites")), (JOBS, _("Only at the sites of their open jobs")))


class _PlaceFields(forms.Form):
    """A role, and where an installer claims."""

    role = forms.ChoiceField(label=_("Role"), choices=ROLES, widget=forms.RadioSelect)
    where = forms.ChoiceField(
        label=_("Where an installer claims"),
        choices=WHERE,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Administrators and viewers always see all sites."),
    )

    @property
    def all_sites(self) -> bool:
        """Whether the person is not limited to their jobs."""
        return bool(self.cleaned_data["where"] != JOBS)


class InviteForm(_PlaceFields):
    """Some addresses, one on each line, and what their owners are to be."""

    addresses = forms.CharField(
        label=_("E-mail addresses"),
        max_length=20_000,
        help_text=_("One on each line, at most 50."),
        widget=forms.Textarea(
            attrs={
                "rows": 4,
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )
    field_order = ("addresses", "role", "where")

    def clean_addresses(self) -> list[str]:
        """Return the lines that say something, each once, whatever its capitals."""
        lines = (line.strip(" \t,;") for line in self.cleaned_data["addresses"].splitlines())
        once = list({line.lower(): line.lower() for line in lines if line})
        if not once:
            raise forms.ValidationError(_("Type at least one address."))
        if len(once) > MOST_ADDRESSES:
            raise forms.ValidationError(_("At most 50 addresses at once."))
        return once


class PlaceForm(_PlaceFields):
    """A member's role, where they claim, and their last day."""

    last_day = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("They belong to the organisation until the end of that day. Empty: no end."),
    )

    def clean_last_day(self) -> datetime | None:
        """Return the moment at which that day ends, in the portal's time zone."""
        day = self.cleaned_data["last_day"]
        if day is None:
            return None
        if day < timezone.localdate():
            raise forms.ValidationError(_("That day is over. To end it now, remove the person."))
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))

    @staticmethod
    def initial_of(member: Membership) -> dict[str, Any]:
        """Return what the form shows of the member."""
        where = ALL_SITES if member.all_sites else JOBS
        return {"role": member.role, "where": where, "last_day": last_day_of(member)}


def last_day_of(member: Membership) -> date | None:
    """Return the last day on which the membership counts, None where it has no end."""
    ends = member.expires_at
    return timezone.localdate(ends - timedelta(microseconds=1)) if ends else None


class JoinForm(forms.Form):
    """The name and the password of somebody new."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        help_text=_("As your colleagues know you."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        help_text=_("At least 10 characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._invitation = invitation
        if not settings.PASSWORD_SIGN_IN:
            del self.fields["password"]

    def clean_password(self) -> str:
        """Return the password, which is not easy to guess for this person."""
        password: str = self.cleaned_data["password"]
        name = self.cleaned_data.get("name", "")
        person = User(email=self._invitation.email, name=name)
        password_validation.validate_password(password, person)
        theirs = passwords.words_in([self._invitation.organisation.name])
        passwords.ContextWords().refuse(password, theirs)
        return password
