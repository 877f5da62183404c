"""Sites, people, the API key, and where a person works."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST, require_safe

from portal.orgs import access, credentials, key_words, people, sites
from portal.orgs.access import Ability
from portal.orgs.forms import FallbackForm, KeyForm, SiteForm, SpkeyUserForm
from portal.orgs.models import ApiCredential, Membership, Organisation, Site


@require_safe
def site_list(request: HttpRequest) -> HttpResponse:
    """Show the organisation's sites, the archived ones apart."""
    organisation = access.current(request, Ability.MANAGE_SITES).organisation
    mine = Site.objects.visible_to(access.person(request)).filter(organisation=organisation)
    return render(
        request,
        "sites/list.html",
        {"sites": mine.open(), "archived": mine.exclude(archived_at=None)},
    )


def site_new(request: HttpRequest) -> HttpResponse:
    """Make a site."""
    organisation = access.current(request, Ability.MANAGE_SITES).organisation
    form = SiteForm(organisation, _posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            site = sites.make(form.save(commit=False), access.person(request))
        except sites.IdTakenError:
            form.refuse_id()
        else:
            messages.success(request, gettext("%(site)s is ready for hubs.") % {"site": site.name})
            return redirect("sites:list")
    return render(request, "sites/form.html", {"form": form}, status=422 if form.errors else 200)


def site_edit(request: HttpRequest, pk: str) -> HttpResponse:
    """Change a site's name and address."""
    site = _managed_site(request, pk)
    form = SiteForm(site.organisation, _posted(request), instance=site)
    if request.method == "POST" and form.is_valid():
        sites.change(form.save(commit=False), access.person(request))
        messages.success(request, gettext("Saved."))
        return redirect("sites:list")
    status = 422 if form.errors else 200
    return render(request, "sites/form.html", {"form": form, "site": site}, status=status)


@require_POST
def site_archive(request: HttpRequest, pk: str) -> HttpResponse:
    """Take a site out of use."""
    site = _managed_site(request, pk)
    sites.archive(site, access.person(request))
    said = gettext("%(site)s is archived. Its hubs and history stay.") % {"site": site.name}
    messages.success(request, said)
    return redirect("sites:list")


@require_POST
def site_restore(request: HttpRequest, pk: str) -> HttpResponse:
    """Take a site back into use."""
    site = _managed_site(request, pk)
    sites.restore(site, access.person(request))
    messages.success(request, gettext("%(site)s is back in use.") % {"site": site.name})
    return redirect("sites:list")


def _managed_site(request: HttpRequest, pk: str) -> Site:
    person = access.person(request)
    site = get_object_or_404(Site.objects.visible_to(person).select_related("organisation"), pk=pk)
    access.require(person, site.organisation_id, Ability.MANAGE_SITES)
    return site


def people_list(request: HttpRequest) -> HttpResponse:
    """Show who belongs to the organisation, and take its fallback SpKey user id."""
    organisation = access.current(request, Ability.MANAGE_PEOPLE).organisation
    initial = {"fallback_spkey_user_id": organisation.fallback_spkey_user_id}
    form = FallbackForm(_posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        fallback = form.cleaned_data["fallback_spkey_user_id"]
        people.set_fallback(organisation, fallback, access.person(request))
        messages.success(request, gettext("Saved."))
        return redirect("people:list")
    members = organisation.memberships.select_related("user").order_by("user__email")
    context = {"form": form, "members": members, "now": timezone.now()}
    return render(request, "people/list.html", context, status=422 if form.errors else 200)


def people_edit(request: HttpRequest, pk: str) -> HttpResponse:
    """Set a member's SpKey user id."""
    person = access.person(request)
    mine = Membership.objects.visible_to(person).select_related("user", "organisation")
    member = get_object_or_404(mine, pk=pk)
    access.require(person, member.organisation_id, Ability.MANAGE_PEOPLE)
    initial = {"spkey_user_id": member.spkey_user_id}
    form = SpkeyUserForm(_posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        people.set_spkey_user_id(member, form.cleaned_data["spkey_user_id"], person)
        messages.success(request, gettext("Saved."))
        return redirect("people:list")
    context = {"form": form, "member": member}
    return render(request, "people/form.html", context, status=422 if form.errors else 200)


def _posted(request: HttpRequest) -> QueryDict | None:
    """Return what was posted, if only nothing: an empty form is told what it lacks."""
    return request.POST if request.method == "POST" else None


@sensitive_post_parameters("key", "bearer_token")
def key_edit(request: HttpRequest) -> HttpResponse:
    """Show what may be shown of the key, and take a new one."""
    organisation = access.current(request, Ability.MANAGE_KEY).organisation
    form = KeyForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        credentials.replace(organisation, access.person(request), *form.secrets())
        messages.success(request, gettext("The new key is stored. We are checking it now."))
        return redirect("key:edit")
    context = {"form": form, **_key_context(_credential(organisation))}
    return render(request, "key/edit.html", context, status=422 if form.errors else 200)


@require_POST
def key_check(request: HttpRequest) -> HttpResponse:
    """Ask for a check of the stored key."""
    organisation = access.current(request, Ability.MANAGE_KEY).organisation
    credential = _credential(organisation)
    if credential is not None:
        credentials.ask_for_check(credential, access.person(request))
    if access.wants_fragment(request):
        return _key_status(request, organisation)
    return redirect("key:edit")


@require_GET
def key_live(request: HttpRequest) -> HttpResponse:
    """Show the key's state as it is now; nothing (204) when the page knows it already."""
    organisation = access.current(request, Ability.MANAGE_KEY).organisation
    credential = _credential(organisation)
    if credential is not None and request.GET.get("seen") == str(credential.version):
        return HttpResponse(status=204)
    return _key_status(request, organisation)


def _key_status(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    credential = _credential(organisation)
    if credential is None:
        return HttpResponse(status=204)
    return render(request, "key/edit.html#status", _key_context(credential))


def _key_context(credential: ApiCredential | None) -> dict[str, object]:
    if credential is None:
        return {"credential": None}
    chip, sentence = key_words.words(credential)
    return {"credential": credential, "chip": chip, "sentence": sentence}


def _credential(organisation: Organisation) -> ApiCredential | None:
    return (
        ApiCredential.objects.filter(organisation=organisation)
        .select_related("replaced_by")
        .first()
    )


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Work in another of one's organisations."""
    mine = Organisation.objects.visible_to(access.person(request))
    try:
        chosen = uuid.UUID(request.POST.get("organisation", ""))
    except ValueError:
        raise Http404 from None
    organisation = get_object_or_404(mine, pk=chosen)
    request.session[access.SESSION_ORGANISATION] = str(organisation.pk)
    return redirect(reverse("home"))
