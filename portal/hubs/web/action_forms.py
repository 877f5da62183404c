"""The forms of what is done to a hub. None of them knows another organisation than the hub's."""

import re
import uuid
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.core.web.long_choices import LongSelect
from portal.hubs.actions.confidential import Confidential, is_commissioning_code
from portal.hubs.display.wording import PLACE_TOO_LONG
from portal.hubs.models import Hub
from portal.orgs.models import Membership
from portal.sites.queries import sites_of
from portal.sites.web.choices import SiteField

BECAUSE_LENGTH = 300
SSID_BYTES = 32
WIFI_KEY = re.compile(r"[0-9A-Fa-f]{64}")
PASSWORD_LENGTH = _(
    "A Wi-Fi password has 8 to 63 characters, or is a key of 64 digits and letters from a to f. "
    "Enter both again."
)


class WriteOnly(forms.TextInput):
    """A field that shows nothing of what was typed, however the form is drawn again."""

    def __init__(self, **attrs: str) -> None:
        quiet = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        # A change of language keeps what was typed in the tab: this not (kept-fields.js).
        super().__init__(attrs=quiet | {"data-write-only": "true"} | attrs)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return the context without the value."""
        return super().get_context(name, None, attrs)


class ActionForm(forms.Form):
    """The token that makes a double tap one action."""

    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, member: Membership, hub: Hub, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member, self.hub = member, hub
        self.initial.setdefault("submission", uuid.uuid4())

    def fields_of_request(self) -> dict[str, Any]:
        """Return what the form says of the action."""
        return {}

    def confidential(self) -> Confidential | None:
        """Return what is sent once and kept nowhere."""
        return None


class MoveForm(ActionForm):
    """Where to, where in it, and why."""

    site = SiteField(
        None,  # The organisation's other sites, once the form knows which.
        label=_("New site"),
        empty_label=_("Choose a site"),
        widget=LongSelect,
        error_messages={"required": _("Choose a site.")},
    )
    place = forms.CharField(
        label=_("New place"),
        required=False,
        max_length=80,
        error_messages={"max_length": PLACE_TOO_LONG},
    )
    because = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=BECAUSE_LENGTH,
        help_text=_("SmartphoneKey and the record keep it."),
    )
    field_order = ("site", "place", "because", "submission")

    def __init__(self, member: Membership, hub: Hub, *args: Any, **kwargs: Any) -> None:
        super().__init__(member, hub, *args, **kwargs)
        others = sites_of(member).open().exclude(spkey_site_id=hub.spkey_site_id)
        cast("SiteField", self.fields["site"]).queryset = others

    def fields_of_request(self) -> dict[str, Any]:
        """Return the site, the place and the reason."""
        said = self.cleaned_data
        place = " ".join(said["place"].split())
        return {"site": said["site"], "place": place, "because": said["because"]}


class SuspendForm(ActionForm):
    """Why."""

    because = forms.CharField(
        label=_("Reason"),
        max_length=BECAUSE_LENGTH,
        help_text=_("SmartphoneKey and the record keep it."),
        error_messages={"required": _("Say why.")},
    )
    field_order = ("because", "submission")

    def fields_of_request(self) -> dict[str, Any]:
        """Return the reason."""
        return {"because": self.cleaned_data["because"]}


class WifiForm(ActionForm):
    """The network's name and its password, write-only.

    Both count in bytes, as radios do. A network without a password is said to be one: a password
    that was forgotten would take the hub offline.
    """

    ssid = forms.CharField(
        label=_("Network name (SSID)"),
        max_length=32,
        strip=False,
        widget=WriteOnly(),
        error_messages={
            "required": _("Enter the network’s name."),
            "max_length": _("A network’s name has at most 32 characters."),
        },
    )
    credentials = forms.CharField(
        label=_("Wi-Fi password"),
        required=False,
        max_length=64,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": PASSWORD_LENGTH},
    )
    is_open = forms.BooleanField(label=_("The network has no password"), required=False)
    field_order = ("ssid", "credentials", "is_open", "submission")

    def clean_ssid(self) -> str:
        """Refuse a name that no network can have."""
        name: str = self.cleaned_data["ssid"]
        if len(name.encode()) > SSID_BYTES:
            raise forms.ValidationError(
                _("That name is too long: 32 letters without accents fit, or 16 Greek ones.")
            )
        return name

    def clean(self) -> dict[str, Any]:
        """Take a passphrase, a key of 64 hexadecimal digits, or none of an open network."""
        cleaned = super().clean() or {}
        password = cleaned.get("credentials")
        if password is None or "credentials" in self.errors:
            return cleaned
        if cleaned.get("is_open"):
            if password:
                self.add_error("is_open", _("Either a password, or none. Enter the name again."))
        elif not password:
            self.add_error("credentials", _("Enter the password, or say that there is none."))
        elif not _is_wifi_password(password):
            self.add_error("credentials", PASSWORD_LENGTH)
        return cleaned

    def confidential(self) -> Confidential:
        """Return both."""
        return Confidential(
            ssid=self.cleaned_data["ssid"], credentials=self.cleaned_data["credentials"]
        )


def _is_wifi_password(text: str) -> bool:
    return WIFI_KEY.fullmatch(text) is not None or 8 <= len(text.encode()) <= 63


class CommissionForm(ActionForm):
    """The code on a Matter device, write-only."""

    code = forms.CharField(
        label=_("Matter code"),
        max_length=200,
        widget=WriteOnly(),
        help_text=_("11 or 21 digits, or all that the QR code says, from “MT:” on."),
        error_messages={"required": _("Enter the code that is on the device.")},
    )
    field_order = ("code", "submission")

    def clean_code(self) -> str:
        """Return the code as SpKey takes it, without the hyphens and spaces that labels have."""
        code: str = self.cleaned_data["code"]
        bare = code if code.startswith("MT:") else code.replace("-", "").replace(" ", "")
        if not is_commissioning_code(bare):
            raise forms.ValidationError(
                _("A Matter code has 11 or 21 digits, or begins with “MT:”. Enter it again.")
            )
        return bare

    def confidential(self) -> Confidential:
        """Return the code."""
        return Confidential(code=self.cleaned_data["code"])
