"""What people give to an import: what is to be done, a paste or a file, and a site for all."""

import uuid
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from portal.core.web.long_choices import LongSelect
from portal.imports import permissions
from portal.imports.display import wording
from portal.imports.making import Given
from portal.imports.models import Kind
from portal.imports.reading.kinds import ACCEPT
from portal.jobs import rights
from portal.orgs.models import Membership
from portal.sites.web.choices import SiteField


class ImportForm(forms.Form):
    """The file or the paste. `submission` makes a double tap one import."""

    kind = forms.ChoiceField(label=_("What to do"), widget=forms.RadioSelect, initial=Kind.CLAIM)
    file = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=_("CSV or Excel (.xlsx), up to 10,000 rows and 8 MB."),
    )
    text = forms.CharField(
        label=_("Or paste"),
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off", "class": "mono"}
        ),
        help_text=_("A hub id a line, or rows copied from a table."),
    )
    site = SiteField(
        None,  # The sites of the member, once the form knows for whom it is.
        label=_("Site"),
        required=False,
        empty_label=_("As the rows say"),
        widget=LongSelect,
        help_text=_("For rows that name no site."),
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, member: Membership, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("submission", uuid.uuid4())
        cast("forms.ChoiceField", self.fields["kind"]).choices = [
            (kind.value, wording.KINDS_EXPLAINED[kind])
            for kind in Kind
            if permissions.may_import(member, kind)
        ]
        sites = rights.sites_to_claim_at(member).order_by("name")
        cast("SiteField", self.fields["site"]).queryset = sites

    def clean(self) -> dict[str, Any]:
        """Demand one of the two: a file, or a paste."""
        data: dict[str, Any] = self.cleaned_data
        if data.get("file") is None and not data.get("text", "").strip():
            self.add_error("file", _("Choose a file, or paste hub ids."))
        elif data.get("file") is not None and data.get("text", "").strip():
            self.add_error("text", _("Both a file and a paste: take one of them away."))
        return data

    def given(self) -> Given:
        """Return what was given, of a form that is valid."""
        data = self.cleaned_data
        file: UploadedFile[bytes] | None = data["file"]
        return Given(
            kind=data["kind"],
            data=file.read() if file is not None else data["text"].encode(),
            submission=data["submission"],
            name=(file.name or "") if file is not None else "",
            site=data["site"],
            # A file would have to be chosen again; what was pasted still stands there.
            kept_for_columns=file is not None or "name-columns" in self.data,
        )


class SiteForm(forms.Form):
    """A site that rows name and nobody knows: its name, and its SpKey id, which stays for good."""

    text = forms.CharField(max_length=1000, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=120)
    spkey_site_id = forms.CharField(label=_("SpKey site id"), max_length=128)
