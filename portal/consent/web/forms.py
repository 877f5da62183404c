"""What an administrator says of the access that they give."""

from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.consent import queries
from portal.consent.display import wording
from portal.consent.models import USUAL_HOURS, AccessRequest, Scope
from portal.core.web.long_choices import LongCheckboxCards
from portal.orgs.models import Membership, Organisation
from portal.sites.queries import sites_of, with_words
from portal.sites.web.choices import SitesField

ALL, SOME = "all", "some"
CLAIM, MOVE = "claim", "move"
WHERE: Final = ((ALL, _("At all sites")), (SOME, _("Only at some sites")))
WHAT: Final = ((CLAIM, wording.CLAIM_ONLY), (MOVE, wording.MOVE_TOO))
NO_SITES: Final = _("Choose the sites, or all of them.")


class ScopeForm(forms.Form):
    """For how long, at which sites, what, and a note."""

    hours = forms.TypedChoiceField(
        label=_("For how long"),
        choices=tuple(wording.HOURS.items()),
        coerce=int,
        initial=USUAL_HOURS,
        widget=forms.RadioSelect,
    )
    where = forms.ChoiceField(label=_("Where"), choices=WHERE, widget=forms.RadioSelect)
    sites = SitesField(queryset=None, label=_("Sites"), required=False, widget=LongCheckboxCards)
    what = forms.ChoiceField(
        label=_("What they may do"), choices=WHAT, initial=CLAIM, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=500,
        required=False,
        help_text=_("Support reads it, such as what they are to do."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, admin: Membership, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = sites_of(admin).open().order_by("name", "pk")
        cast("SitesField", self.fields["sites"]).queryset = sites

    def clean(self) -> dict[str, Any]:
        """Refuse some sites of which there are none."""
        data = super().clean() or {}
        if data.get("where") == SOME and "sites" not in self.errors and not data.get("sites"):
            self.add_error("sites", NO_SITES)
        return data

    def scope(self) -> Scope:
        """Return what is allowed, of a form that is valid."""
        data = self.cleaned_data
        return Scope(
            sites=list(data["sites"]) if data["where"] == SOME else None,
            may_move=data["what"] == MOVE,
            hours=data["hours"],
            note=data["note"],
        )


class GiveForm(ScopeForm):
    """The same, and to whom: asked for only where there are several."""

    support: "forms.ModelChoiceField[Organisation]" = forms.ModelChoiceField(
        queryset=None, label=_("Who gets access"), empty_label=None, widget=forms.RadioSelect
    )
    field_order = ("support", "hours", "where", "sites", "what", "note")

    def __init__(self, admin: Membership, *args: Any, **kwargs: Any) -> None:
        super().__init__(admin, *args, **kwargs)
        supporters = queries.supporters().exclude(pk=admin.organisation_id)
        field = cast("forms.ModelChoiceField[Organisation]", self.fields["support"])
        field.queryset = supporters
        self.only = supporters[0] if len(supporters[:2]) == 1 else None
        if self.only is not None:
            del self.fields["support"]

    def chosen(self) -> Organisation:
        """Return who gets access, of a form that is valid."""
        chosen: Organisation = self.only or self.cleaned_data["support"]
        return chosen


def proposal(asked: AccessRequest, admin: Membership) -> dict[str, object]:
    """Return what one tap allows: what was asked for, at the sites that are called so."""
    found = list(with_words(sites_of(admin).open(), asked.wanted_sites)[:2])
    named = [site.pk for site in found] if asked.wanted_sites and len(found) == 1 else []
    hours = asked.hours if asked.hours in wording.HOURS else USUAL_HOURS
    where = ALL if not asked.wanted_sites else SOME
    what = MOVE if asked.may_move else CLAIM
    return {"hours": hours, "where": where, "sites": named, "what": what}
