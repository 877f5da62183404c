"""What an agent fills in to get access to an organisation, and to claim for it."""

import uuid
from typing import Any, ClassVar, Final, cast

from django import forms
from django.core.validators import MinLengthValidator, RegexValidator
from django.utils.translation import gettext_lazy as _

from portal.claims import site_choice
from portal.claims.engine.actions import submission_id
from portal.claims.web.forms import LabelField
from portal.consent.asking import Wanted
from portal.consent.display.wording import CLAIM_ONLY, HOURS, MOVE_TOO
from portal.consent.models import USUAL_HOURS, Grant
from portal.consent.queries import sites_of
from portal.core.web.long_choices import LongRadioCards, LongSelect
from portal.hubs.display.wording import PLACE_TOO_LONG
from portal.hubs.models import Hub
from portal.orgs.models import Membership, Organisation
from portal.sites.models import Site
from portal.sites.web.choices import SiteField
from portal.support import naming
from portal.support.desk import LEAST_REASON
from portal.support.display import wording
from portal.support.finding import SPKEY_ID
from portal.support.flow import SupportRequest
from portal.support.moving import Wish

PLAIN_TEXT: Final = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
CLAIM, MOVE = "claim", "move"


class SpKeyIdField(forms.CharField):
    """A SpKey id, typed by hand."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=128,
            validators=[RegexValidator(SPKEY_ID, wording.NO_SPKEY_ID)],
            widget=forms.TextInput(attrs=PLAIN_TEXT),
            **options,
        )


class ReasonField(forms.CharField):
    """Why, in a few words at least."""

    def __init__(self, *, max_length: int = 500, **options: Any) -> None:
        super().__init__(
            label=_("Reason"),
            max_length=max_length,
            validators=[MinLengthValidator(LEAST_REASON, wording.SHORT_REASON)],
            widget=forms.Textarea(attrs={"rows": 3}),
            **options,
        )


class OrganisationField(forms.CharField):
    """Whom the agent means, in one of the ways in which people name an organisation."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Organisation"),
            max_length=254,
            help_text=_("Its SpKey id, its whole name, a hub’s id or an administrator’s address."),
            error_messages={"required": _("Say which organisation you mean.")},
            widget=forms.TextInput(attrs=PLAIN_TEXT),
        )


class ReadByThem:
    """A form of whose words an organisation reads some: these must not name another one to it."""

    READ: ClassVar = ("reason", "ticket", "place", "wanted_sites")

    def refuses_names_of_others(
        self: Any, agent: Membership, whom: Organisation | str | None = None
    ) -> bool:
        """Mark the fields of a valid form that name somebody else, and say whether there are any.

        `whom` is who reads them; by default, whom the form names.
        """
        data, reader = self.cleaned_data, whom or self.cleaned_data["organisation"]
        sentence = wording.NAMES_ANOTHER if whom else wording.NAMES_ONE_NOT_NAMED
        said = {name: data[name] for name in self.READ if data.get(name)}
        found = {
            name: naming.words_naming_another(agent, text, reader) for name, text in said.items()
        }
        named = {name: words for name, words in found.items() if words}
        for name, words in named.items():
            self.add_error(name, sentence % {"words": words})
        return bool(named)


class AskForm(ReadByThem, forms.Form):
    """Asking an organisation for access."""

    organisation = OrganisationField()
    reason = ReasonField(
        help_text=_("Their administrators read it."),
        error_messages={"required": wording.NO_REASON_FOR_ACCESS},
    )
    wanted_sites = forms.CharField(
        label=_("Sites"),
        max_length=300,
        required=False,
        help_text=_("As they call them. Left empty, you ask for all."),
    )
    what = forms.ChoiceField(
        label=_("What for"),
        choices=((CLAIM, CLAIM_ONLY), (MOVE, MOVE_TOO)),
        initial=CLAIM,
        widget=forms.RadioSelect,
    )
    hours = forms.TypedChoiceField(
        label=_("For how long"),
        choices=tuple(HOURS.items()),
        coerce=int,
        initial=USUAL_HOURS,
        widget=forms.RadioSelect,
    )

    def wanted(self) -> Wanted:
        """Return what is asked for, of a form that is valid."""
        data = self.cleaned_data
        return Wanted(
            reason=data["reason"],
            sites=data["wanted_sites"],
            may_move=data["what"] == MOVE,
            hours=data["hours"],
        )


class CodeForm(forms.Form):
    """A code that an administrator reads on the telephone."""

    organisation = OrganisationField()
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("Six letters. Small ones and gaps do not matter."),
        error_messages={"required": _("Type the six letters that they read to you.")},
        widget=forms.TextInput(attrs=PLAIN_TEXT | {"autocomplete": "one-time-code"}),
    )


class GlassForm(ReadByThem, forms.Form):
    """Breaking the glass: whom for, why, and by which ticket. It is confirmed on the next page."""

    organisation = OrganisationField()
    reason = ReasonField(
        help_text=_("The organisation and your leads read it."),
        error_messages={"required": wording.NO_REASON_FOR_ACCESS},
    )
    ticket = forms.CharField(
        label=_("Ticket"),
        max_length=60,
        error_messages={"required": wording.NO_TICKET},
        widget=forms.TextInput(attrs=PLAIN_TEXT),
    )


class ConfirmForm(forms.Form):
    """What the agent named the organisation by once more, which is not on the page."""

    confirmation = forms.CharField(
        label=_("Name the organisation once more"),
        max_length=254,
        help_text=_("As you typed it before: it is not shown here."),
        error_messages={"required": _("Type it once more.")},
        widget=forms.TextInput(attrs=PLAIN_TEXT),
    )

    def __init__(self, expected: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._expected = expected

    def clean_confirmation(self) -> str:
        """Refuse anything but the same, character by character."""
        typed: str = self.cleaned_data["confirmation"]
        if typed != self._expected:
            raise forms.ValidationError(wording.OTHER_ORGANISATION)
        return typed


class SupportClaimForm(ReadByThem, forms.Form):
    """Site, hub and reason. Whom the claim is for comes from the grant, not from a field.

    Only sites of the grant can be chosen, and only with a grant of all sites can one be typed.
    """

    site = SiteField(
        None,  # The sites of the grant, once the form knows which.
        label=_("Site"),
        empty_label=_("Not one of these: its SpKey id is typed below"),
        blank=True,
        required=False,
        widget=LongRadioCards,
        error_messages={"invalid_choice": wording.CLOSED_SITE},
    )
    typed_site = SpKeyIdField(
        label=_("SpKey site id"),
        required=False,
        help_text=_("Only for a site that is not in the list."),
    )
    label = LabelField()
    reason = ReasonField(
        help_text=_("The organisation reads it beside the claim."),
        error_messages={"required": wording.NO_REASON},
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, grant: Grant | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grant = grant
        self.initial.setdefault("submission", uuid.uuid4())
        if grant is not None:
            self.initial.setdefault("reason", grant.reason or grant.note)
        self._sites = sites_of(grant)
        choices = self._sites.open()
        if grant is not None and not grant.all_sites:
            del self.fields["typed_site"]
            cast("Any", self.fields["site"]).empty_label = None
        if choices.exists():
            cast("SiteField", self.fields["site"]).queryset = choices
        else:
            del self.fields["site"]
            if "typed_site" in self.fields:
                self.fields["typed_site"].help_text = _(
                    "The portal knows no site of this organisation."
                )

    def clean(self) -> dict[str, Any]:
        """Settle on one site: chosen or typed, and one of the organisation's own when it is."""
        data = self.cleaned_data
        typed, chosen = data.get("typed_site", ""), data.get("site")
        where = "typed_site" if "typed_site" in self.fields else "site"
        if chosen and typed:
            self.add_error("typed_site", wording.TWO_SITES)
        elif typed:
            data["site"] = self._typed(typed)
        elif not chosen and not {"site", "typed_site"} & self.errors.keys():
            self.add_error(where if where in self.fields else None, wording.NO_SITE)
        return data

    def _typed(self, spkey_site_id: str) -> Site | None:
        site = self._sites.filter(spkey_site_id=spkey_site_id).first()
        if site is not None and site.archived_at is not None:
            sentence = wording.ARCHIVED_SITE % {"site": site.shown_name}
            self.add_error("typed_site", sentence)
        return site

    def claim_request(self, spkey_org_id: str) -> SupportRequest:
        """Return what is asked for, for the organisation of this id, of a form that is valid."""
        data = self.cleaned_data
        site: Site | None = data.get("site")
        spkey_site_id = site.spkey_site_id if site else data["typed_site"]
        asked = submission_id(data["submission"], spkey_org_id, data["label"], spkey_site_id)
        return SupportRequest(
            hub_id=data["label"],
            site=site,
            spkey_site_id=spkey_site_id,
            reason=data["reason"],
            submission=asked,
        )


class MoveForm(ReadByThem, forms.Form):
    """Where the organisation's hub goes, within the sites of the grant, where in it, and why."""

    site = SiteField(
        None,  # The grant's other sites, once the form knows which.
        label=_("New site"),
        empty_label=_("Choose a site"),
        widget=LongSelect,
        error_messages={
            "required": wording.NO_NEW_SITE,
            "invalid_choice": wording.OTHER_SITE,
        },
    )
    place = forms.CharField(
        label=_("New place"),
        required=False,
        max_length=80,
        error_messages={"max_length": PLACE_TOO_LONG},
    )
    # SmartphoneKey takes no longer one.
    reason = ReasonField(
        max_length=300,
        help_text=_("The organisation reads it, and SmartphoneKey keeps it."),
        error_messages={"required": wording.NO_REASON_TO_MOVE},
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, grant: Grant, hub: Hub, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hub = hub
        self.initial.setdefault("submission", uuid.uuid4())
        self.initial.setdefault("reason", grant.reason or grant.note)
        others = sites_of(grant).open().exclude(spkey_site_id=hub.spkey_site_id)
        cast("SiteField", self.fields["site"]).queryset = others.order_by("name", "pk")
        self.has_sites = others.exists()

    def wish(self) -> Wish:
        """Return what is asked for, of a form that is valid."""
        data = self.cleaned_data
        # A browser that went back may send an old token with another site.
        asked = uuid.uuid5(data["submission"], f"{self.hub.pk} {data['site'].pk}")
        place = " ".join(data["place"].split())
        return Wish(self.hub, data["site"], data["reason"], asked, place)


class TrayForm(forms.Form):
    """Where the hubs of a tray are claimed, why, and by which ticket: asked once for them all."""

    site = SiteField(None, label=_("Site"), empty_label=None, widget=LongRadioCards)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("The organisation reads it beside each claim."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    ticket = forms.CharField(
        label=_("Ticket"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs=PLAIN_TEXT),
    )

    def __init__(self, grant: Grant) -> None:
        said = {"reason": grant.reason or grant.note, "ticket": grant.ticket}
        super().__init__(initial=said)
        sites = sites_of(grant).open().order_by("name", "pk")
        cast("SiteField", self.fields["site"]).queryset = sites
        self.initial["site"] = site_choice.only(list(sites[:2]))
