"""What people type about a site."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.orgs.models import Organisation
from portal.sites import changes
from portal.sites.models import Site

ID_TAKEN = _("Another of your sites has this id.")


class SiteForm(forms.ModelForm[Site]):
    """A site's name and address; its SpKey id is fixed once hubs may have been claimed there."""

    class Meta:
        model = Site
        fields = ("name", "address", "spkey_site_id")
        labels: ClassVar = {
            "name": _("Name"),
            "address": _("Address"),
            "spkey_site_id": _("SpKey site id"),
        }
        help_texts: ClassVar = {
            "name": _("As the people on site call it."),
            "spkey_site_id": _("Leave empty and the portal makes one. It cannot be changed later."),
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

    def refuse_id(self) -> None:
        """Say of a form that was fine that another site has got the id meanwhile."""
        self.add_error("spkey_site_id", ID_TAKEN)
