"""What is filled in about a hub that is bound elsewhere."""

from typing import Any, Final, cast

from django import forms
from django.core.validators import MinLengthValidator
from django.utils.translation import gettext_lazy as _

from portal.core.web.long_choices import LongRadioCards
from portal.hubs.labels.photos import ACCEPT
from portal.moves import queries
from portal.orgs.models import Membership
from portal.sites.models import Site

NO_PHOTO: Final = _("Take a photo of the label, where the hub stands.")


class SiteField(forms.ModelChoiceField[Site]):
    """One of the sites where the member may claim."""

    def label_from_instance(self, obj: Site) -> str:
        """Return what people call the site."""
        return obj.shown_name


class AskForm(forms.Form):
    """At which site it stands, why it is asked for, and a photo of its label there."""

    site = SiteField(
        None,  # The sites of whoever asks, once the form knows who does.
        label=_("Site"),
        empty_label=None,
        widget=LongRadioCards,
        error_messages={"required": _("Say at which site it stands.")},
    )
    why = forms.CharField(
        label=_("Why is it yours?"),
        max_length=500,
        validators=[MinLengthValidator(10, _("Say it in a few more words."))],
        help_text=_("Support reads it. Such as: the building changed hands in May."),
        error_messages={"required": _("Say why: support decides by it.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    photo = forms.FileField(
        label=_("Photo of the label"),
        required=False,
        help_text=_("Where the hub stands. Only your organisation and support see it."),
        widget=forms.FileInput(attrs={"accept": ACCEPT, "data-shrink": "true"}),
    )

    def __init__(
        self, member: Membership, *args: Any, has_photo: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = cast("SiteField", self.fields["site"])
        field.queryset = queries.sites_to_ask_at(member)
        only = field.queryset[:2]
        if not self.initial.get("site") and len(only) == 1:
            self.initial["site"] = only[0].pk
        self.has_photo = has_photo
        self.fields["photo"].required = not has_photo
        self.fields["photo"].error_messages["required"] = NO_PHOTO
