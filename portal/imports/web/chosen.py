"""Hubs chosen in the inventory that are to be moved: a plan, as of a file with their ids."""

import uuid
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from portal.core.web.long_choices import LongSelect
from portal.core.web.posted import posted
from portal.hubs.display import wording
from portal.hubs.display.rows import row_of
from portal.hubs.models import Hub
from portal.hubs.web.export import chosen_of
from portal.imports import making, permissions
from portal.imports.making import Given
from portal.imports.models import Kind
from portal.imports.web.found import importer
from portal.jobs import rights
from portal.orgs.models import Membership
from portal.sites.models import Site


class ChosenMoveForm(forms.Form):
    """Where to. `submission` makes a double tap one import."""

    site: "forms.ModelChoiceField[Site]" = forms.ModelChoiceField(
        None,  # The sites of the member, once the form knows for whom it is.
        label=_("New site"),
        empty_label=_("Choose a site"),
        widget=LongSelect,
        error_messages={"required": _("Choose a site.")},
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, member: Membership, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("submission", uuid.uuid4())
        sites = rights.sites_to_claim_at(member).order_by("name")
        cast("forms.ModelChoiceField[Site]", self.fields["site"]).queryset = sites


@require_POST
def move_chosen(request: HttpRequest) -> HttpResponse:
    """Ask where the chosen hubs are to be moved, and lead to the plan of that."""
    member = importer(request)
    if not permissions.may_import(member, Kind.MOVE):
        raise PermissionDenied
    chosen = rights.hubs_of(member).own().filter(pk__in=chosen_of(request))
    hubs = list(chosen.select_related("site").order_by("site__name", "place", "hub_id"))
    if not hubs:
        messages.info(request, str(wording.CHOOSE_FIRST))
        return redirect("hubs:list")
    # Without its token it is the inventory's form, which asks for this one.
    form = ChosenMoveForm(member, posted(request) if "submission" in request.POST else None)
    if form.is_valid():
        plan, _is_new = making.make(member, _given(form, hubs))
        return redirect("imports:detail", plan.pk)
    context = {"form": form, "rows": [row_of(hub) for hub in hubs]}
    return render(request, "imports/move.html", context, status=422 if form.is_bound else 200)


def _given(form: ChosenMoveForm, hubs: list[Hub]) -> Given:
    return Given(
        kind=Kind.MOVE,
        data="\n".join(["hub", *(str(hub.hub_id) for hub in hubs)]).encode(),
        submission=form.cleaned_data["submission"],
        name=gettext("Chosen in the list"),
        site=form.cleaned_data["site"],
    )
