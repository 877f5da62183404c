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
from portal.imports.reading.faults import UnusableFileError
from portal.imports.reading.kinds import ACCEPT
from portal.imports.reading.lines import Sheet
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership, Organisation
from portal.sites import changes, importing
from portal.sites.importing import Fault, Plan, UnusableListError
from portal.sites.web import lists

CHANGED = _("Meanwhile something has changed. Look again at what would be added.")
OF_LISTS: dict[Fault, Text] = {
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
    Fault.ID_OF_ANOTHER: _("Its id is that of a site with another name"),
    Fault.ADDRESS_NEEDED: _("Another site is called that: add the address"),
}


class ListForm(forms.Form):
    """A list of sites. `sheet` is what it was read from, where that is a workbook."""

    sheet: Sheet | None = None

    sites = forms.CharField(
        label=_("List of sites"),
        required=False,
        max_length=lists.LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text=_(
            "A line each: name, address, SpKey site id. Or paste a table with headings: name, "
            "address, site id, contact, note, expected hubs."
        ),
    )
    file = forms.FileField(
        label=_("Or choose a file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=_("CSV or Excel (.xlsx), up to 500 sites."),
    )

    def __init__(self, whose: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._whose = whose

    def clean_file(self) -> str:
        """Return the file's list as text, or say why it cannot be read."""
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is None:
            return ""
        data = file.read()
        try:
            self.sheet = lists.sheet_of(data, self._whose)
            text = lists.written(self.sheet) if self.sheet else lists.text_of(data)
        except UnusableFileError as error:
            raise forms.ValidationError(lists.sentences(error)) from None
        if self.sheet and (faults := lists.what_excel_made(self.sheet)):
            raise forms.ValidationError(faults)
        return text

    def clean(self) -> dict[str, Any]:
        """Demand one of the two."""
        data: dict[str, Any] = self.cleaned_data
        if not self.errors and not (data["file"] or data["sites"]).strip():
            self.add_error("sites", lists.NOTHING)
        return data


def bring_in(request: HttpRequest) -> HttpResponse:
    """Show what would come of a list (a POST without `shown`), then add what was shown."""
    member = access.current(request, Ability.MANAGE_SITES)
    if request.method != "POST":
        return _page(request, ListForm(member.organisation))
    form = ListForm(member.organisation, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    text = form.cleaned_data["file"] or form.cleaned_data["sites"]
    plan = _plan(member, form, text)
    if plan is None:
        return _page(request, form, status=422)
    if not (shown := request.POST.get("shown")):
        return _page(request, form, plan, text)
    if shown != plan.shown:
        messages.warning(request, CHANGED)
        return _page(request, form, plan, text)
    return _carry_out(request, member, form, plan, text)


def _plan(member: Membership, form: ListForm, text: str) -> Plan | None:
    """Return what would come of the list; None for one that cannot be used, which the form says."""
    try:
        return importing.plan(member.organisation, lists.rows_of(text))
    except UnusableListError as error:
        form.add_error(None, _sentence(error))
    except UnusableFileError as error:
        form.add_error(None, [*lists.sentences(error)])
    return None


def _carry_out(
    request: HttpRequest, member: Membership, form: ListForm, plan: Plan, text: str
) -> HttpResponse:
    try:
        added = importing.carry_out(plan, member.organisation, member.user)
    except (changes.IdTakenError, changes.NoAddressError):
        messages.warning(request, CHANGED)
        plan = importing.plan(member.organisation, lists.rows_of(text))
        return _page(request, form, plan, text)
    sentence = ngettext("%(number)d site is added.", "%(number)d sites are added.", added)
    messages.success(request, sentence % {"number": added})
    if not plan.faulty:
        return redirect("sites:list")
    left = importing.as_text(plan.faulty)
    return _page(
        request, ListForm(member.organisation, initial={"sites": left}), left=len(plan.faulty)
    )


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
    sheet = form.sheet if form.sheet and form.sheet.name else None
    context: dict[str, object] = {"form": form, "plan": plan, "faults": faults}
    context |= {"text": text, "left": left, "sheet": sheet}
    return render(request, "sites/import.html", context, status=status)


def _sentence(error: UnusableListError) -> str:
    sentence = str(OF_LISTS[error.fault]) % {"text": error.text}
    if error.like:
        sentence += " " + gettext("Do you mean “%(like)s”?") % {"like": error.like}
    return sentence
