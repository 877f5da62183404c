"""What people type about a job."""

import re
from collections import Counter
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.core.web.days import DayField
from portal.core.web.long_choices import LongSelect
from portal.core.web.reasons import in_a_few_words
from portal.hubs.models import Hub
from portal.hubs.web.label_photo import LabelPhotoForm
from portal.jobs import expected, planning, rights
from portal.jobs.display import wording
from portal.jobs.models import Job
from portal.jobs.models.requests import LONGEST_BECAUSE
from portal.jobs.planning import Plan
from portal.jobs.queries import open_sites_of, workers_of
from portal.orgs.models import Membership
from portal.orgs.models.organisations import MembershipQuerySet
from portal.sites.models import Site
from portal.sites.web.choices import AddressedChoices, SiteField

MOST_EXPECTED = 100_000
MOST_INVITED = 10
LONGEST_NOTE = 1000
NO_ADDRESS = _("“%(text)s” is not an e-mail address.")


class JobSiteField(SiteField):
    """One of the sites at which a job can be, with its address: in a select there is one line."""

    iterator = AddressedChoices

    def __init__(self) -> None:
        super().__init__(
            queryset=None,
            label=_("Site"),
            empty_label=_("Pick a site"),
            widget=LongSelect,
        )


class PeopleField(forms.ModelMultipleChoiceField[Membership]):
    """Some of the people who may be sent to a job."""

    def __init__(self) -> None:
        super().__init__(
            queryset=None,
            required=False,
            label=_("People"),
            widget=forms.CheckboxSelectMultiple,
            help_text=_("They may claim at this site while the job is open."),
        )

    def choose_among(self, workers: MembershipQuerySet) -> None:
        """Offer these people."""
        self.queryset = workers
        self._namesakes = Counter(worker.user.display_name for worker in workers)

    def label_from_instance(self, obj: Membership) -> str:
        """Return the person's name, with the address where that alone tells two apart."""
        name = obj.user.display_name
        return f"{name} · {obj.user.email}" if self._namesakes[name] > 1 else name


class PeopleForm(forms.Form):
    """Who works on a job."""

    people = PeopleField()

    def __init__(self, member: Membership, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _people(self).choose_among(workers_of(member))


class JobForm(forms.Form):
    """A job: where, when, who, and what is expected there. A job that is changed keeps its site."""

    site = JobSiteField()
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))
    people = PeopleField()
    invite = forms.CharField(
        label=_("Invite somebody new"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "autocapitalize": "none", "spellcheck": "false"}),
        help_text=_("E-mail addresses, one on each line. They may claim by this job alone."),
    )
    reference = forms.CharField(
        label=_("Your reference"),
        max_length=40,
        required=False,
        help_text=_("Such as a work-order number."),
    )
    note = forms.CharField(
        label=_("Note for the crew"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    expected_count = forms.IntegerField(
        label=_("Expected hubs"),
        min_value=1,
        max_value=MOST_EXPECTED,
        required=False,
        help_text=_(
            "How many are to be claimed. A list below counts by itself. Left empty, a new job "
            "takes what is usual at its site."
        ),
    )
    expected_list = forms.CharField(
        label=_("List of places"),
        max_length=expected.LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_(
            "A line each, such as “Flat 12, riser”. Where you know the hub, add its id: "
            "columns “place” and “hub id”, pasted from a table."
        ),
    )
    expected_file = forms.FileField(
        label=_("Or a CSV file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, member: Membership, *args: Any, job: Job | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.job = job
        _people(self).choose_among(workers_of(member))
        if job is None:
            cast("JobSiteField", self.fields["site"]).queryset = open_sites_of(member)
            del self.fields["version"]
        else:
            del self.fields["site"]
            self.fields["expected_count"].help_text = _(
                "How many are to be claimed. A list below counts by itself."
            )

    def clean_invite(self) -> list[str]:
        """Return the addresses, each once."""
        parts = re.split(r"[\n,;]", self.cleaned_data["invite"])
        addresses = list(dict.fromkeys(part.strip().lower() for part in parts if part.strip()))
        if len(addresses) > MOST_INVITED:
            raise forms.ValidationError(_("At most 10 addresses at once."))
        if wrong := [address for address in addresses if not _is_address(address)]:
            raise forms.ValidationError([NO_ADDRESS % {"text": each} for each in wrong])
        return addresses

    def clean_expected_list(self) -> list[expected.Expected]:
        """Return what is expected by the pasted list, or name its faults."""
        return _parsed(self.cleaned_data["expected_list"])

    def clean_expected_file(self) -> list[expected.Expected]:
        """Return what is expected by the file, or name its faults."""
        file: UploadedFile[bytes] | None = self.cleaned_data["expected_file"]
        if file is None:
            return []
        if (file.size or 0) > expected.LONGEST_TEXT:
            raise forms.ValidationError(gettext("The file is too large: a list has 500 lines."))
        try:
            text = expected.decode(file.read())
        except expected.UnusableListError as error:
            raise _faults(error) from None
        return _parsed(text)

    def clean(self) -> dict[str, Any]:
        """Refuse a window that ends before it starts, is over already, or lasts for years."""
        data: dict[str, Any] = self.cleaned_data
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is before the first."))
        elif first and last and last - first > planning.LONGEST_WINDOW:
            self.add_error("ends_on", _("A job lasts a year at most."))
        elif (
            last and last < timezone.localdate() and (self.job is None or self.job.ends_on != last)
        ):
            self.add_error("ends_on", _("This day is over already."))
        return data

    def plan(self) -> Plan:
        """Return what is planned, of a form that is valid."""
        data = self.cleaned_data
        return Plan(
            site=self.job.site if self.job else data["site"],
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            people=list(data["people"]),
            reference=data["reference"],
            note=data["note"],
            expected_count=data["expected_count"],
            expected=data["expected_file"] or data["expected_list"],
        )


def initial_of(job: Job) -> dict[str, Any]:
    """Return what the form of this job shows first."""
    listed = planning.expectation(job)
    return {
        "site": job.site_id,
        "starts_on": job.starts_on,
        "ends_on": job.ends_on,
        "people": [each.membership_id for each in job.members.all()],
        "reference": job.reference,
        "note": job.note,
        "expected_count": None if listed else job.expected_count,
        "expected_list": expected.written(listed),
        "version": job.version,
    }


def initial_of_copy(job: Job) -> dict[str, Any]:
    """Return what the form of a copy shows first: as many days, from today, and no hub ids."""
    today = timezone.localdate()
    places = [expected.Expected(each.place) for each in planning.expectation(job) if each.place]
    return initial_of(job) | {
        "starts_on": today,
        "ends_on": today + (job.ends_on - job.starts_on),
        "reference": "",
        "expected_list": expected.written(places),
    }


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except forms.ValidationError:
        return False
    return True


class ExtendForm(forms.Form):
    """Until when a job goes on."""

    ends_on = DayField(label=_("Last day"))

    def __init__(self, job: Job, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._job = job

    def clean_ends_on(self) -> Any:
        """Refuse a day that is over, or too far ahead."""
        day = self.cleaned_data["ends_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("This day is over already."))
        if day - max(self._job.ends_on, timezone.localdate()) > planning.LONGEST_WINDOW:
            raise forms.ValidationError(_("A job lasts a year at most."))
        return day


class AskForSiteForm(forms.Form):
    """Which site somebody would like to claim at, as they call it."""

    wanted = forms.CharField(
        label=_("Which site?"),
        max_length=Site.LONGEST_SHOWN_NAME,
        help_text=_("Its name or address. Your administrators are asked."),
    )

    def clean_wanted(self) -> str:
        """Return the words as one line."""
        return " ".join(self.cleaned_data["wanted"].split())


class AskForMoveForm(LabelPhotoForm):
    """To which site a hub is to be moved, why, and a photo of its label there."""

    site = JobSiteField()
    because = forms.CharField(
        label=_("Why is it there?"),
        max_length=LONGEST_BECAUSE,
        validators=[in_a_few_words],
        help_text=_("Your administrators read it. For example: it replaces one that broke."),
        error_messages={"required": _("Say why: your administrators decide by it.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ("site", "because", "photo")

    def __init__(self, member: Membership, hub: Hub, *args: Any, **kwargs: Any) -> None:
        super().__init__(hub, *args, **kwargs)
        self._at = hub.spkey_site_id
        cast("JobSiteField", self.fields["site"]).queryset = rights.sites_to_submit_at(member)
        self.fields["photo"].help_text = _("Where the hub stands. Only your organisation sees it.")

    def clean_site(self) -> Site:
        """Return the site, unless the hub is there by now."""
        site: Site = self.cleaned_data["site"]
        if site.spkey_site_id == self._at:
            raise forms.ValidationError(_("The hub is at this site already."))
        return site


class AnswerForm(forms.Form):
    """What an administrator allows."""

    site = JobSiteField()
    ends_on = DayField(label=_("Until"))

    def __init__(self, member: Membership, *args: Any, of_site: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("JobSiteField", self.fields["site"]).queryset = open_sites_of(member)
        if not of_site:
            del self.fields["site"]

    def clean_ends_on(self) -> Any:
        """Refuse a day that is over, or too far ahead."""
        day = self.cleaned_data["ends_on"]
        today = timezone.localdate()
        if not today <= day <= today + planning.LONGEST_WINDOW:
            raise forms.ValidationError(_("Pick a day from today on, within a year."))
        return day


def _people(form: forms.Form) -> PeopleField:
    return cast("PeopleField", form.fields["people"])


def _parsed(text: str) -> list[expected.Expected]:
    try:
        return expected.parse(text)
    except expected.UnusableListError as error:
        raise _faults(error) from None


def _faults(error: expected.UnusableListError) -> forms.ValidationError:
    return forms.ValidationError(wording.sentences(error.problems))
