"""The claim form, and the filters of the claims' list."""

import uuid
from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.claims import site_choice
from portal.hubs.labels import parse, photos
from portal.orgs.models import Organisation, User
from portal.sites.models import Site

LONGEST_TYPED = 2000
# Of a form that the database did not take: it was busy for too long, or away.
NOT_SAVED = _("Not saved yet: try again. Nothing was lost; sending it twice makes one claim.")


def _read(problem: parse.LabelProblem) -> str:
    return gettext("We read “%(text)s”.") % {"text": problem.read} if problem.read else ""


class LabelField(forms.CharField):
    """What a label says, as scanned, typed or pasted; its value is the hub id (a UUID)."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Hub id"),
            max_length=LONGEST_TYPED,
            strip=False,
            error_messages={"required": parse.SENTENCES["empty"]},
            help_text=_("Scan, type or paste what the label says."),
            widget=forms.TextInput(
                attrs={
                    "class": "hub-id-input",
                    "autocomplete": "off",
                    "autocapitalize": "off",
                    "spellcheck": "false",
                    "enterkeyhint": "go",
                }
            ),
        )

    def clean(self, value: Any) -> uuid.UUID:
        """Return the hub id that the label holds, or say what was read and what to look for."""
        text = super().clean(value)
        try:
            return parse.parse(text)
        except parse.LabelProblem as problem:
            said = f"{problem.sentence} {_read(problem)}".strip()
            raise forms.ValidationError(said, code=problem.kind) from None


class ClaimForm(forms.Form):
    """A site, a label and the token that makes a double tap one claim."""

    site: "forms.ModelChoiceField[Site]" = forms.ModelChoiceField(
        None,  # The sites of the member, once the form knows for whom it is.
        label=_("Site"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick the site first.")},
    )
    label = LabelField()
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, user: User, organisation: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = site_choice.sites_for(user, organisation)
        cast("forms.ModelChoiceField[Site]", self.fields["site"]).queryset = sites
        self.initial.setdefault("site", site_choice.likely(sites))
        self.initial.setdefault("submission", uuid.uuid4())


class PhotoForm(forms.Form):
    """A photo of a label."""

    photo = forms.FileField(
        label=_("Photo of the label"),
        required=False,
        widget=forms.FileInput(attrs={"accept": photos.ACCEPT}),
    )

    def clean_photo(self) -> str:
        """Return the text of the code in the photo, or say what is wrong with the photo."""
        photo = self.cleaned_data["photo"]
        if photo is None:
            raise forms.ValidationError(_("No photo arrived. Take one of at most 12 MB."))
        try:
            return str(parse.parse(photos.read_label(photo)))
        except photos.PhotoProblem as problem:
            raise forms.ValidationError(str(problem.sentence)) from None
        except parse.LabelProblem as problem:
            said = gettext("The code in the photo is no hub label.")
            raise forms.ValidationError(f"{said} {_read(problem)}") from None
