"""What people type about a site."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.orgs.models import Organisation
from portal.sites import changes
from portal.sites.models import Site

ID_TAKEN = _("Another of your sites has this id.")
ADDRESS_NEEDED = _(
    "Another of your sites is called that. Give the address, so that people can tell them apart."
)


class SiteForm(forms.ModelForm[Site]):
    """What is known of a site; its SpKey id is fixed once hubs may have been claimed there."""

    class Meta:
        model = Site
        fields = ("name", "address", "spkey_site_id", "usual_hubs", "contact", "note")
        labels: ClassVar = {
            "name": _("Name"),
            "address": _("Address"),
            "spkey_site_id": _("SpKey site id"),
            "usual_hubs": _("Expected hubs"),
            "contact": _("Contact"),
            "note": _("Note"),
        }
        help_texts: ClassVar = {
            "name": _("As the people on site call it."),
            "spkey_site_id": _("Leave empty and it is made from the name. It cannot be changed."),
            "usual_hubs": _("How many a new job here expects, unless it says so itself."),
            "contact": _("Who lets people in, and a number."),
            "note": _("Such as where to park, or who has the key of the riser."),
        }
        error_messages: ClassVar = {"name": {"required": _("Give the site a name.")}}
        widgets: ClassVar = {
            "usual_hubs": forms.NumberInput(attrs={"min": 1, "max": Site.MOST_HUBS}),
            "note": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, organisation: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.organisation = organisation
        self.fields["spkey_site_id"].required = False
        if not self.instance._state.adding:
            del self.fields["spkey_site_id"]

    def clean_spkey_site_id(self) -> str:
        """Refuse an id that another of the organisation's sites has."""
        site_id: str = self.cleaned_data["spkey_site_id"]
        if site_id and changes.is_id_taken(self.instance.organisation, site_id):
            raise forms.ValidationError(ID_TAKEN)
        return site_id

    def clean_usual_hubs(self) -> int | None:
        """Refuse a number that no building has."""
        number: int | None = self.cleaned_data["usual_hubs"]
        if number is not None and not 1 <= number <= Site.MOST_HUBS:
            raise forms.ValidationError(_("Give a number from 1 on, or leave it empty."))
        return number

    def clean(self) -> dict[str, Any]:
        """Demand an address of a site that is called like another."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        address_is_fine = "address" in data
        site = Site(
            pk=self.instance.pk,
            organisation=self.instance.organisation,
            name=data.get("name", ""),
            address=data.get("address", ""),
        )
        if site.name and address_is_fine and changes.lacks_address(site):
            self.add_error("address", ADDRESS_NEEDED)
        return data

    def refuse_id(self) -> None:
        """Say of a form that was fine that another site has got the id meanwhile."""
        self.add_error("spkey_site_id", ID_TAKEN)

    def refuse_name(self) -> None:
        """Say of a form that was fine that another site is called the same meanwhile."""
        self.add_error("address", ADDRESS_NEEDED)
