"""What an administrator may change of the organisation itself."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from portal.core.web.posted import posted
from portal.orgs import access, factors, required_factors
from portal.orgs.access import Ability
from portal.orgs.models import Membership, Organisation
from portal.orgs.queries import organisation_of
from portal.orgs.required_factors import OwnFactorMissingError
from portal.orgs.web.forms import OrganisationForm
from portal.orgs.web.required_factor import come_back_to


def settings(request: HttpRequest) -> HttpResponse:
    """Show the organisation's name and who needs a second factor, and take other ones.

    The address may hold who is to need one: what was chosen before one's own was set up.
    """
    admin = access.current(request, Ability.MANAGE_PEOPLE)
    asked = request.GET.get("requires_factor")
    chosen = {"requires_factor": asked} if asked in Organisation.RequiresFactor.values else {}
    form = OrganisationForm(posted(request), instance=organisation_of(admin), initial=chosen)
    if request.method == "POST" and form.is_valid():
        return _save(request, admin, form)
    context = {
        "form": form,
        "spkey_org_id": admin.organisation.spkey_org_id,
        "has_factor": factors.of(admin.user).exists(),
    }
    return render(request, "orgs/settings.html", context, status=422 if form.errors else 200)


def _save(request: HttpRequest, admin: Membership, form: OrganisationForm) -> HttpResponse:
    required_factors.rename(admin.organisation, form.cleaned_data["name"], admin.user)
    try:
        required_factors.require(
            admin.organisation, form.cleaned_data["requires_factor"], admin.user
        )
    except OwnFactorMissingError:
        sentence = gettext("Set up your own second factor first, then require it of others.")
        messages.warning(request, sentence)
        chosen = urlencode({"requires_factor": form.cleaned_data["requires_factor"]})
        come_back_to(request, f"{reverse('organisation:settings')}?{chosen}")
        return redirect("mfa_index")
    messages.success(request, gettext("Saved."))
    return redirect("organisation:settings")
