"""The claim form, and the filters of the claims' list."""

import uuid
from typing import Any, cast

import django_filters
from django import forms
from django.db.models import F, Max, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.claims.groups import GROUPS, claims_in
from portal.claims.models import Claim, State
from portal.hubs import hub_ids, photos
from portal.orgs.models import Organisation, Site, User

LONGEST_TYPED = 2000


def sites_for(user: User, organisation: Organisation) -> QuerySet[Site]:
    """Return the organisation's open sites, the one this person claimed at last first."""
    mine = Max("claims__created_at", filter=Q(claims__submitted_by=user))
    return (
        Site.objects.visible_to(user)
        .filter(organisation=organisation)
        .open()
        .annotate(used_at=mine)
        .order_by(F("used_at").desc(nulls_last=True), "name")
    )


class LabelField(forms.CharField):
    """What a label says, as scanned, typed or pasted; its value is the hub id (a UUID)."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Hub id"),
            max_length=LONGEST_TYPED,
            strip=False,
            error_messages={"required": hub_ids.SENTENCES["empty"]},
            help_text=_("Scan, type or paste what the label says."),
            widget=forms.TextInput(
                attrs={
                    "class": "hub-id-input",
                    "autocomplete": "off",
                    "autocapitalize": "off",
                    "spellcheck": "false",
                    "enterkeyhint": "go",
                }
            ),
        )

    def clean(self, value: Any) -> uuid.UUID:
        """Return the hub id that the label holds, or say what was read and what to look for."""
        text = super().clean(value)
        try:
            return hub_ids.parse(text)
        except hub_ids.LabelProblem as problem:
            raise forms.ValidationError(problem.explanation, code=problem.kind) from None


def submission(token: uuid.UUID, *asked: object) -> uuid.UUID:
    """Return the submission's id, made of the form's token and what is asked for with it.

    A browser that went back may send an old token with another hub: that is another claim.
    """
    return uuid.uuid5(token, " ".join(map(str, asked)))


def likely(sites: QuerySet[Site]) -> Site | None:
    """Return the site to choose beforehand: the last used, or the only one.

    Any other guess would be a wrong building for somebody who taps on.
    """
    first = list(sites[:2])
    if not first:
        return None
    return first[0] if len(first) == 1 or getattr(first[0], "used_at", None) else None


class ClaimForm(forms.Form):
    """A site, a label and the token that makes a double tap one claim."""

    site = forms.ModelChoiceField(
        Site.objects.none(),
        label=_("Site"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick the site first.")},
    )
    label = LabelField()
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, user: User, organisation: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = sites_for(user, organisation)
        cast("forms.ModelChoiceField[Site]", self.fields["site"]).queryset = sites
        self.initial.setdefault("site", likely(sites))
        self.initial.setdefault("submission", uuid.uuid4())


class PhotoForm(forms.Form):
    """A photo of a label."""

    photo = forms.FileField(
        label=_("Photo of the label"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    def clean_photo(self) -> str:
        """Return the text of the code in the photo, or say what is wrong with the photo."""
        photo = self.cleaned_data["photo"]
        if photo is None:
            raise forms.ValidationError(_("No photo arrived. Take one of at most 12 MB."))
        try:
            return str(hub_ids.parse(photos.read_label(photo)))
        except photos.PhotoProblem as problem:
            raise forms.ValidationError(str(problem.sentence)) from None
        except hub_ids.LabelProblem as problem:
            said = gettext("The code in the photo is no hub label.")
            raise forms.ValidationError(f"{said} {problem.quotation}") from None


class ClaimFilter(django_filters.FilterSet):  # type: ignore[misc]  # it has no types
    """The list's filters: state, site, person and free text."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        empty_label=_("Any state"),
        choices=[
            (_("Together"), [(name, group.label) for name, group in GROUPS.items()]),
            (_("One state"), State.choices),
        ],
        method="in_state",
    )
    site = django_filters.ModelChoiceFilter(
        label=_("Site"), empty_label=_("Any site"), queryset=Site.objects.none()
    )
    person = django_filters.ModelChoiceFilter(
        label=_("Person"),
        empty_label=_("Anybody"),
        queryset=User.objects.none(),
        field_name="submitted_by",
    )
    q = django_filters.CharFilter(label=_("Find"), method="containing")

    class Meta:
        model = Claim
        fields = ("state", "site", "person", "q")

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        claimers = User.objects.filter(claims__organisation=organisation).distinct()
        self.filters["site"].queryset = organisation.sites.all()
        self.filters["person"].queryset = claimers

    def in_state(self, claims: QuerySet[Claim], _name: str, value: str) -> QuerySet[Claim]:
        """Return the claims in one state, or in a group of states."""
        return claims.filter(claims_in(value))

    def containing(self, claims: QuerySet[Claim], _name: str, value: str) -> QuerySet[Claim]:
        """Return the claims whose hub, site, serial, person or reference has the text."""
        text = value.strip()
        return claims.filter(
            Q(hub_id_text__icontains=text)
            | Q(hub_id_text__icontains=text.replace(" ", ""))
            | Q(hub__serial__icontains=text)
            | Q(site__name__icontains=text)
            | Q(spkey_site_id__icontains=text)
            | Q(submitted_by__email__icontains=text)
            | Q(submitted_by__name__icontains=text)
            | Q(reference__iexact=text)
            | Q(pk__istartswith=text)
        )
