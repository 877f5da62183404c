"""Adding a site: the id that its hubs will be bound to is shown before anything is saved."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from portal.core.web.once import once
from portal.core.web.posted import posted
from portal.hubs.learnt import hubs_at
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Organisation
from portal.sites import changes
from portal.sites.web.forms import SiteForm

SHOWN = "shown_id"
LONGEST_ID = 128
LONGEST_NAME = 120


@once
def new(request: HttpRequest) -> HttpResponse:
    """Make a site, once the person has seen its SpKey id: typed, shown live, or shown here."""
    member = access.current(request, Ability.MANAGE_SITES)
    form = SiteForm(member.organisation, posted(request), initial=_prefilled(request))
    if request.method != "POST":
        return _page(request, form, form.initial.get("spkey_site_id", ""))
    typed = request.POST.get("spkey_site_id", "").strip()
    if not form.is_valid():
        return _page(request, form, typed, status=422)
    site = form.save(commit=False)
    site.spkey_site_id = typed or changes.fresh_spkey_site_id(member.organisation, site.name)
    if site.spkey_site_id not in {typed, request.POST.get(SHOWN, "")}:
        return _page(request, form, typed, asks=True)
    try:
        changes.make(site, member.user)
    except changes.IdTakenError:
        form.refuse_id()
    except changes.NoAddressError:
        form.refuse_name()
    else:
        messages.success(
            request, gettext("%(site)s is ready for hubs.") % {"site": site.shown_name}
        )
        return redirect("sites:detail", site.pk)
    return _page(request, form, typed, status=422)


@require_safe
def site_id(request: HttpRequest) -> HttpResponse:
    """Show the id that a site of this name would have: a fragment, while one types."""
    member = access.current(request, Ability.MANAGE_SITES)
    name, typed = (request.GET.get(each, "").strip() for each in ("name", "spkey_site_id"))
    return render(request, "sites/id.html", _id_shown(member.organisation, name, typed))


def _prefilled(request: HttpRequest) -> dict[str, str]:
    """Return what the address fills in: an id that was learnt from hubs is a first name, too."""
    learnt = request.GET.get("spkey_site_id", "")[:LONGEST_ID]
    name = request.GET.get("name", "") or learnt
    return {"name": name[:LONGEST_NAME], "spkey_site_id": learnt}


def _page(
    request: HttpRequest, form: SiteForm, typed: str, *, asks: bool = False, status: int = 200
) -> HttpResponse:
    name = str(form["name"].value() or "").strip()
    shown = _id_shown(form.instance.organisation, name, typed)
    return render(request, "sites/form.html", {"form": form, "asks": asks, **shown}, status=status)


def _id_shown(organisation: Organisation, name: str, typed: str) -> dict[str, object]:
    """Return the id that would be saved, and how many hubs are at it already."""
    if not (found := typed or (changes.fresh_spkey_site_id(organisation, name) if name else "")):
        return {}
    return {
        "site_id": found,
        "is_taken": bool(typed) and changes.is_id_taken(organisation, typed),
        "hubs_there": hubs_at(organisation, found),
    }
