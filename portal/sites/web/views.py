"""Sites: find, change, archive."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.claims import site_use
from portal.core.web.pagination import page_url
from portal.core.web.posted import posted
from portal.hubs import troubles
from portal.hubs.learnt import learnt_sites
from portal.jobs import site_numbers
from portal.orgs import access
from portal.orgs.access import Ability
from portal.sites import changes
from portal.sites.queries import sites_of, with_words
from portal.sites.web.columns import columns
from portal.sites.web.forms import SiteForm
from portal.sites.web.found import managed_site

PAGE = 25


@require_safe
def site_list(request: HttpRequest) -> HttpResponse:
    """Show the organisation's sites with their numbers, a page of them, and the archived apart.

    Whoever sees all sites may read them; who may change them has the buttons.
    """
    member = access.current(request, Ability.VIEW)
    if not member.all_sites:
        raise PermissionDenied
    manages = Ability.MANAGE_SITES in access.abilities(member)
    text, order = request.GET.get("q", "").strip(), request.GET.get("order", "name")
    found = with_words(sites_of(member), text)
    in_use = site_numbers.in_order(site_numbers.with_numbers(found.open()), order)
    page = Paginator(in_use, PAGE).get_page(request.GET.get("page"))
    put_away = site_numbers.with_hubs(found.exclude(archived_at=None))
    archived = list(put_away.order_by("-archived_at")[: PAGE + 1])
    context = {
        "page": page,
        "rows": site_numbers.rows_of(list(page)),
        "columns": columns(order, request.GET),
        "oldest_reading": troubles.oldest_reading(member.organisation),
        "learnt": learnt_sites(member.organisation) if manages and not text else None,
        "previous_url": page_url(request.GET, page.number - 1) if page.has_previous() else "",
        "next_url": page_url(request.GET, page.number + 1) if page.has_next() else "",
        "text": text,
        "order": order,
        "archived": archived[:PAGE],
        "more_archived": len(archived) > PAGE,
        "can_search": text or page.paginator.num_pages > 1 or len(archived) > PAGE,
        "manages": manages,
        # The empty place has the button then.
        "is_first": not (page.object_list or text),
    }
    return render(request, "sites/list.html", context)


def edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Change what is known of a site."""
    site = managed_site(request, pk)
    form = SiteForm(site.organisation, posted(request), instance=site)
    if request.method == "POST" and form.is_valid():
        try:
            changes.change(form.save(commit=False), access.person(request))
        except changes.NoAddressError:
            form.refuse_name()
        else:
            messages.success(request, gettext("Saved."))
            return redirect("sites:detail", site.pk)
    status = 422 if form.errors else 200
    return render(request, "sites/form.html", {"form": form, "site": site}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a site out of use; a look asks first, and counts."""
    site = managed_site(request, pk)
    if site.archived_at is not None:
        return redirect("sites:list")
    if request.method != "POST":
        context = {"site": site, "use": site_use.use_of(site)}
        return render(request, "sites/archive.html", context)
    changes.archive(site, access.person(request))
    sentence = gettext("%(site)s is archived. Its hubs and history stay.")
    messages.success(
        request,
        sentence % {"site": site.shown_name},
        extra_tags=reverse("sites:restore", args=(site.pk,)),
    )
    return redirect("sites:list")


@require_POST
def restore(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a site back into use."""
    site = managed_site(request, pk)
    changes.restore(site, access.person(request))
    messages.success(request, gettext("%(site)s is back in use.") % {"site": site.shown_name})
    return redirect("sites:list")
