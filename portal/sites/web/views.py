"""Sites: make, change, archive."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.claims import site_use
from portal.core.web.once import once
from portal.core.web.pagination import page_url
from portal.core.web.posted import posted
from portal.orgs import access
from portal.orgs.access import Ability
from portal.sites import changes
from portal.sites.models import Site
from portal.sites.queries import sites_of, sites_visible_to, with_words
from portal.sites.web.forms import SiteForm

PAGE = 25


@require_safe
def site_list(request: HttpRequest) -> HttpResponse:
    """Show the organisation's sites, a page of them, and the archived ones apart.

    Whoever sees all sites may read them; who may change them has the buttons.
    """
    member = access.current(request, Ability.VIEW)
    if not member.all_sites:
        raise PermissionDenied
    manages = Ability.MANAGE_SITES in access.abilities(member)
    text = request.GET.get("q", "").strip()
    found = with_words(sites_of(member), text)
    page = Paginator(found.open().order_by("name", "pk"), PAGE).get_page(request.GET.get("page"))
    archived = list(found.exclude(archived_at=None).order_by("-archived_at")[: PAGE + 1])
    context = {
        "page": page,
        "previous_url": page_url(request.GET, page.number - 1) if page.has_previous() else "",
        "next_url": page_url(request.GET, page.number + 1) if page.has_next() else "",
        "text": text,
        "archived": archived[:PAGE],
        "more_archived": len(archived) > PAGE,
        "can_search": text or page.paginator.num_pages > 1 or len(archived) > PAGE,
        "manages": manages,
        # The empty place has the button then.
        "is_first": not (page.object_list or text),
    }
    return render(request, "sites/list.html", context)


@once
def site_new(request: HttpRequest) -> HttpResponse:
    """Make a site."""
    organisation = access.current(request, Ability.MANAGE_SITES).organisation
    form = SiteForm(organisation, posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            site = changes.make(form.save(commit=False), access.person(request))
        except changes.IdTakenError:
            form.refuse_id()
        else:
            messages.success(request, gettext("%(site)s is ready for hubs.") % {"site": site.shown_name})
            return redirect("sites:list")
    return render(request, "sites/form.html", {"form": form}, status=422 if form.errors else 200)


def site_edit(request: HttpRequest, pk: str) -> HttpResponse:
    """Change a site's name and address."""
    site = _managed_site(request, pk)
    form = SiteForm(site.organisation, posted(request), instance=site)
    if request.method == "POST" and form.is_valid():
        changes.change(form.save(commit=False), access.person(request))
        messages.success(request, gettext("Saved."))
        return redirect("sites:list")
    status = 422 if form.errors else 200
    return render(request, "sites/form.html", {"form": form, "site": site}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def site_archive(request: HttpRequest, pk: str) -> HttpResponse:
    """Take a site out of use; a look asks first, and counts."""
    site = _managed_site(request, pk)
    if site.archived_at is not None:
        return redirect("sites:list")
    if request.method != "POST":
        context = {"site": site, "use": site_use.use_of(site)}
        return render(request, "sites/archive.html", context)
    changes.archive(site, access.person(request))
    sentence = gettext("%(site)s is archived. Its hubs and history stay.") % {"site": site.shown_name}
    messages.success(request, sentence, extra_tags=reverse("sites:restore", args=(site.pk,)))
    return redirect("sites:list")


@require_POST
def site_restore(request: HttpRequest, pk: str) -> HttpResponse:
    """Take a site back into use."""
    site = _managed_site(request, pk)
    changes.restore(site, access.person(request))
    messages.success(request, gettext("%(site)s is back in use.") % {"site": site.shown_name})
    return redirect("sites:list")


def _managed_site(request: HttpRequest, pk: str) -> Site:
    person = access.person(request)
    site = get_object_or_404(sites_visible_to(person).select_related("organisation"), pk=pk)
    access.require(person, site.organisation_id, Ability.MANAGE_SITES)
    return site
