"""The claim form, and the filters of the claims' list."""

import uuid
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.claims import site_choice
from portal.claims.display import answer_wording
from portal.core.ui import Text
from portal.core.web.long_choices import LongRadioCards
from portal.hubs.display import label_wording
from portal.hubs.labels import parse, photo_reader, photos
from portal.hubs.web.label_photo import LABEL_PHOTO
from portal.orgs.models import Membership, User
from portal.sites.web.choices import SiteField

LONGEST_TYPED = 2000


class LabelField(forms.CharField):
    """What a label says, as scanned, typed or pasted; its value is the hub id (a UUID)."""

    def __init__(self, label: Text | None = None) -> None:
        super().__init__(
            label=label or _("Hub id"),
            max_length=LONGEST_TYPED,
            strip=False,
            error_messages={"required": label_wording.SENTENCES["empty"]},
            help_text=_("Scan, type or paste what the label says."),
            widget=forms.TextInput(
                attrs={
                    "class": "hub-id-input",
                    "autocomplete": "off",
                    "autocapitalize": "off",
                    "spellcheck": "false",
                    "enterkeyhint": "go",
                    "data-write-only": "true",
                }
            ),
        )

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what was entered, without what it calls secret: nobody is shown that."""
        entered = super().bound_data(data, initial)
        return parse.without_secrets(entered[:LONGEST_TYPED]) if entered else entered

    def clean(self, value: Any) -> uuid.UUID:
        """Return the hub id that the label holds, or say what was read and what to look for."""
        text = super().clean(value)
        try:
            return parse.parse(text)
        except parse.LabelProblem as problem:
            sentence = label_wording.explanation(problem)
            raise forms.ValidationError(sentence, code=problem.kind) from None


class ClaimForm(forms.Form):
    """A site, a label and the token that makes a double tap one claim."""

    site = SiteField(
        None,  # The sites of the member, once the form knows for whom it is.
        label=_("Site"),
        empty_label=None,
        widget=LongRadioCards,
        error_messages={"required": answer_wording.PICK_SITE},
    )
    label = LabelField()
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, member: Membership, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        sites = site_choice.sites_for(member)
        cast("SiteField", self.fields["site"]).queryset = sites
        first = list(sites[:2])
        self.likely = site_choice.likely(first)
        self.initial.setdefault("site", site_choice.only(first))
        self.initial.setdefault("submission", uuid.uuid4())


class PhotoForm(forms.Form):
    """A photo of a label, or of several where `is_of_many` says so: their ids, one a line."""

    photo = forms.FileField(
        label=LABEL_PHOTO,
        required=False,
        widget=forms.FileInput(attrs={"accept": photos.ACCEPT}),
    )

    def __init__(self, person: User, *args: Any, is_of_many: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._person = person
        self._is_of_many = is_of_many

    @property
    def is_refused_for_now(self) -> bool:
        """Whether the same photo may be read in a moment."""
        return self.has_error("photo", "busy")

    def clean_photo(self) -> str:
        """Return the id on the label in the photo, or say what is wrong with the photo."""
        photo = self.cleaned_data["photo"]
        if photo is None:
            raise forms.ValidationError(label_wording.NO_PHOTO)
        try:
            hub = parse.parse(photo_reader.read_label(photo, self._person.pk))
        except photos.PhotoProblem as problem:
            sentence = label_wording.of_photo(problem)
            raise forms.ValidationError(sentence, code=problem.kind) from None
        except parse.LabelProblem as problem:
            if problem.ids and self._is_of_many:
                return "\n".join(map(_as_printed, problem.ids))
            sentence = label_wording.of_code_in_photo(problem)
            raise forms.ValidationError(sentence) from None
        return _as_printed(hub)


def _as_printed(hub: parse.HubId) -> str:
    return hub.printed or str(hub)
