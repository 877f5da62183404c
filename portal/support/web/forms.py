"""What an agent fills in to claim for another organisation."""

import uuid
from typing import Any, cast

from django import forms
from django.core.validators import MinLengthValidator, RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.claims.engine.actions import submission_id
from portal.claims.web.forms import LabelField
from portal.core.web.long_choices import LongRadioCards
from portal.sites.models import Site
from portal.support.display import wording
from portal.support.flow import SupportRequest
from portal.support.targets import SPKEY_ID, Target

PLAIN_TEXT = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


class SupportClaimForm(forms.Form):
    """Site, hub, reason, and the target once more in the agent's own hand.

    Whom the claim is for comes from the server, not from a field of the form.
    """

    site: "forms.ModelChoiceField[Site]" = forms.ModelChoiceField(
        None,  # The sites of the target, once the form knows for whom it is.
        label=_("Site"),
        empty_label=_("Not one of these: its SpKey id is typed below"),
        blank=True,
        required=False,
        widget=LongRadioCards,
        error_messages={"invalid_choice": wording.CLOSED_SITE},
    )
    typed_site = forms.CharField(
        label=_("SpKey site id"),
        max_length=128,
        required=False,
        validators=[RegexValidator(SPKEY_ID, wording.NO_SPKEY_ID)],
        help_text=_("Only for a site that is not in the list."),
        widget=forms.TextInput(attrs=PLAIN_TEXT),
    )
    label = LabelField()
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        validators=[MinLengthValidator(10, wording.SHORT_REASON)],
        help_text=_("The organisation reads it beside the claim."),
        error_messages={"required": wording.NO_REASON},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    confirmation = forms.CharField(
        label=_("Type the organisation’s SpKey id to confirm"),
        max_length=128,
        error_messages={"required": wording.NOT_CONFIRMED},
        widget=forms.TextInput(attrs=PLAIN_TEXT),
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, target: Target, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.target = target
        self.initial.setdefault("submission", uuid.uuid4())
        sites = target.sites.open()
        if sites.exists():
            cast("forms.ModelChoiceField[Site]", self.fields["site"]).queryset = sites
        else:
            del self.fields["site"]
            self.fields["typed_site"].help_text = _(
                "The portal knows no site of this organisation."
            )
        self.fields["confirmation"].help_text = gettext("It is %(id)s") % {
            "id": target.spkey_org_id
        }

    def clean_confirmation(self) -> str:
        """Refuse anything but the target's id, character by character."""
        typed: str = self.cleaned_data["confirmation"]
        if typed != self.target.spkey_org_id:
            raise forms.ValidationError(wording.OTHER_ORGANISATION)
        return typed

    def clean(self) -> dict[str, Any]:
        """Settle on one site: chosen or typed, and one of the organisation's own when it is."""
        data = self.cleaned_data
        typed, chosen = data.get("typed_site", ""), data.get("site")
        if chosen and typed:
            self.add_error("typed_site", wording.TWO_SITES)
        elif typed:
            data["site"] = self._typed(typed)
        elif not chosen and not {"site", "typed_site"} & self.errors.keys():
            self.add_error("typed_site", wording.NO_SITE)
        return data

    def _typed(self, spkey_site_id: str) -> Site | None:
        site = self.target.sites.filter(spkey_site_id=spkey_site_id).first()
        if site is not None and site.archived_at is not None:
            sentence = wording.ARCHIVED_SITE % {"site": site.shown_name}
            self.add_error("typed_site", sentence)
        return site

    def claim_request(self) -> SupportRequest:
        """Return what is asked for, of a form that is valid."""
        data = self.cleaned_data
        site: Site | None = data.get("site")
        spkey_site_id = site.spkey_site_id if site else data["typed_site"]
        return SupportRequest(
            target=self.target,
            hub_id=data["label"],
            site=site,
            spkey_site_id=spkey_site_id,
            reason=data["reason"],
            submission=submission_id(
                data["submission"], self.target.spkey_org_id, data["label"], spkey_site_id
            ),
        )
