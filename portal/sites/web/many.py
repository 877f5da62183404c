"""Many sites at once: a list is pasted or given as a file, looked at, and then carried out."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.core.ui import Text
from portal.jobs import expected
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.sites import changes, importing
from portal.sites.importing import Fault, Plan, UnusableListError

CHANGED = _("Meanwhile something has changed. Look again at what would be added.")
OF_LISTS: dict[Fault, Text] = {
    Fault.TOO_LONG: _("The list cannot be read, or is too long. Save it as CSV, or paste it here."),
    Fault.TOO_MANY_LINES: _("At most 500 sites at once. Divide the list at line %(text)s."),
    Fault.UNKNOWN_COLUMN: _("“%(text)s” is no column we know."),
    Fault.COLUMN_TWICE: _("The column “%(text)s” is there twice."),
    Fault.NO_NAME_COLUMN: _("No column is called “name”."),
    Fault.TOO_MANY_PARTS: _(
        "The line of “%(text)s” has more parts than columns. Put an address with a comma in quotes."
    ),
}
OF_LINES: dict[Fault, Text] = {
    Fault.NO_NAME: _("No name"),
    Fault.PART_TOO_LONG: _("Too long"),
    Fault.NOT_A_NUMBER: _("The number of hubs is no number"),
    Fault.ID_TWICE: _("Its id is further up already"),
    Fault.SITE_TWICE: _("It is further up already"),
    Fault.ADDRESS_NEEDED: _("Another site is called that: add the address"),
}


class ListForm(forms.Form):
    """A list of sites."""

    sites = forms.CharField(
        label=_("List of sites"),
        required=False,
        max_length=importing.LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text=_(
            "A line each: name, address, SpKey site id. Or paste a table with headings: name, "
            "address, site id, contact, note, expected hubs."
        ),
    )
    file = forms.FileField(
        label=_("Or choose a CSV file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
    )

    def clean_file(self) -> str:
        """Return the file's text, or say that it cannot be read."""
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is None:
            return ""
        if (file.size or 0) > importing.LONGEST_TEXT:
            raise forms.ValidationError(OF_LISTS[Fault.TOO_LONG])
        try:
            return expected.decode(file.read())
        except expected.UnusableListError:
            raise forms.ValidationError(OF_LISTS[Fault.TOO_LONG]) from None

    def clean(self) -> dict[str, Any]:
        """Demand one of the two."""
        data: dict[str, Any] = self.cleaned_data
        if not self.errors and not (data["file"] or data["sites"]).strip():
            self.add_error("sites", _("Paste a list, or choose a file."))
        return data


def bring_in(request: HttpRequest) -> HttpResponse:
    """Show what would come of a list (a POST without `shown`), then add what was shown."""
    member = access.current(request, Ability.MANAGE_SITES)
    if request.method != "POST":
        return _page(request, ListForm())
    form = ListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    text = form.cleaned_data["file"] or form.cleaned_data["sites"]
    try:
        plan = importing.plan(member.organisation, text)
    except UnusableListError as error:
        form.add_error(None, _sentence(error))
        return _page(request, form, status=422)
    if not (shown := request.POST.get("shown")):
        return _page(request, form, plan, text)
    if shown != plan.shown:
        messages.warning(request, CHANGED)
        return _page(request, form, plan, text)
    return _carry_out(request, member, form, plan, text)


def _carry_out(
    request: HttpRequest, member: Membership, form: ListForm, plan: Plan, text: str
) -> HttpResponse:
    try:
        added = importing.carry_out(plan, member.organisation, member.user)
    except (changes.IdTakenError, changes.NoAddressError):
        messages.warning(request, CHANGED)
        return _page(request, form, importing.plan(member.organisation, text), text)
    sentence = ngettext("%(number)d site is added.", "%(number)d sites are added.", added)
    messages.success(request, sentence % {"number": added})
    if not plan.faulty:
        return redirect("sites:list")
    left = importing.as_text(plan.faulty)
    return _page(request, ListForm(initial={"sites": left}), left=len(plan.faulty))


def _page(
    request: HttpRequest,
    form: ListForm,
    plan: Plan | None = None,
    text: str = "",
    *,
    left: int = 0,
    status: int = 200,
) -> HttpResponse:
    faults = [(line, OF_LINES[line.fault]) for line in plan.faulty if line.fault] if plan else []
    context = {"form": form, "plan": plan, "faults": faults, "text": text, "left": left}
    return render(request, "sites/import.html", context, status=status)


def _sentence(error: UnusableListError) -> str:
    sentence = str(OF_LISTS[error.fault]) % {"text": error.text}
    if error.like:
        sentence += " " + gettext("Do you mean “%(like)s”?") % {"like": error.like}
    return sentence
