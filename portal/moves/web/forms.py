"""What is filled in about a hub that is bound elsewhere."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.core.web.long_choices import LongRadioCards
from portal.core.web.reasons import in_a_few_words
from portal.hubs.models import Hub
from portal.hubs.web.label_photo import LabelPhotoForm
from portal.moves import queries
from portal.orgs.models import Membership
from portal.sites.web.choices import SiteField


class AskForm(LabelPhotoForm):
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
        validators=[in_a_few_words],
        help_text=_("Support reads it. For example: the building changed hands in May."),
        error_messages={"required": _("Say why: support decides by it.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ("site", "why", "photo")

    def __init__(self, member: Membership, hub: Hub, *args: Any, **kwargs: Any) -> None:
        super().__init__(hub, *args, **kwargs)
        field = cast("SiteField", self.fields["site"])
        field.queryset = queries.sites_to_ask_at(member)
        only = field.queryset[:2]
        if not self.initial.get("site") and len(only) == 1:
            self.initial["site"] = only[0].pk
        self.fields["photo"].help_text = _(
            "Where the hub stands. Only your organisation and support see it."
        )
