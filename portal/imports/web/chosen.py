"""Hubs chosen in the inventory that are to be moved: a plan, as of a file with their ids."""

import uuid
from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from portal.core.web.long_choices import LongSelect
from portal.core.web.posted import posted
from portal.hubs.display import wording
from portal.hubs.display.rows import row_of
from portal.hubs.models import HubQuerySet
from portal.hubs.web.chosen import Choice
from portal.imports import making, permissions
from portal.imports.making import Given
from portal.imports.models import Kind
from portal.imports.reading.bounds import ROWS
from portal.imports.web.found import importer
from portal.jobs import rights
from portal.orgs.models import Membership
from portal.sites.web.choices import SiteField

SHOWN: Final = 100


class ChosenMoveForm(forms.Form):
    """Where to. `submission` makes a double tap one import."""

    site = SiteField(
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
        cast("SiteField", self.fields["site"]).queryset = sites


@require_POST
def move_chosen(request: HttpRequest) -> HttpResponse:
    """Ask where the chosen hubs are to be moved, and lead to the plan of that.

    What matches the list's filters is counted here, once: the question names it by its ids.
    """
    member = importer(request)
    if not permissions.may_import(member, Kind.MOVE):
        raise PermissionDenied
    choice = Choice.of(request)
    hubs = choice.among(member).own().order_by("site__name", "place", "hub_id")
    chosen = list(hubs.values_list("pk", "hub_id")[: ROWS + 1])
    if not chosen or len(chosen) > ROWS:
        is_any = bool(chosen) or choice.among(member).exists()
        messages.info(request, _problem(len(chosen), is_any=is_any))
        return redirect(f"{reverse('hubs:list')}{'?' * bool(choice.address)}{choice.address}")
    # Without its token it is the inventory's form, which asks for this one.
    form = ChosenMoveForm(member, posted(request) if "submission" in request.POST else None)
    if form.is_valid():
        plan, _is_new = making.make(member, _given(form, [hub_id for _pk, hub_id in chosen]))
        return redirect("imports:detail", plan.pk)
    context = _context(hubs, [pk for pk, _hub_id in chosen], choice)
    status = 422 if form.is_bound else 200
    return render(request, "imports/move.html", context | {"form": form}, status=status)


def _problem(number: int, *, is_any: bool) -> str:
    """Say why so many hubs are no plan. `is_any`: some were chosen, if only hubs that left."""
    if not is_any:
        return str(wording.CHOOSE_FIRST)
    if not number:
        return gettext("The chosen hubs are no longer yours: they cannot be moved.")
    words = gettext("More than %(number)s hubs match. Move fewer at once: narrow the filters.")
    return words % {"number": number_format(ROWS, use_l10n=True, force_grouping=True)}


def _context(hubs: HubQuerySet, chosen: list[UUID], choice: Choice) -> dict[str, object]:
    shown = hubs.filter(pk__in=chosen[:SHOWN]).select_related("site")
    return {
        "number": len(chosen),
        "chosen": " ".join(str(pk) for pk in chosen),
        "rows": [row_of(hub) for hub in shown],
        "more": max(0, len(chosen) - SHOWN),
        "address": choice.address,
    }


def _given(form: ChosenMoveForm, hub_ids: list[UUID]) -> Given:
    return Given(
        kind=Kind.MOVE,
        data="\n".join(["hub", *map(str, hub_ids)]).encode(),
        submission=form.cleaned_data["submission"],
        name=gettext("Chosen in the list"),
        site=form.cleaned_data["site"],
    )
