"""The organisation's API key: show what may be shown, replace, check."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from portal.core.web.fragments import wants_fragment
from portal.core.web.posted import posted
from portal.orgs import access, api_keys
from portal.orgs.access import Ability
from portal.orgs.display import key_wording
from portal.orgs.models import ApiCredential
from portal.orgs.web.forms import KeyForm, SentForm


@sensitive_post_parameters("key", "bearer_token")
def key_edit(request: HttpRequest) -> HttpResponse:
    """Show what may be shown of the key, and take a new one."""
    organisation = access.current(request, Ability.MANAGE_KEY).organisation
    form = KeyForm(posted(request))
    if request.method == "POST" and form.is_valid():
        api_keys.replace(organisation, access.person(request), *form.secrets())
        messages.success(request, gettext("The new key is stored."))
        return redirect("key:edit")
    credential = organisation.stored_credential
    context = {"form": form, **_status(credential)}
    if credential is not None and credential.bearer_token is not None:
        context["sent_form"] = SentForm(initial={"sent": credential.sent})
    return render(request, "orgs/api_key.html", context, status=422 if form.errors else 200)


@require_POST
def key_check(request: HttpRequest) -> HttpResponse:
    """Ask for a check of the stored key."""
    credential = access.current(request, Ability.MANAGE_KEY).organisation.stored_credential
    if credential is not None:
        api_keys.ask_for_check(credential, access.person(request))
        credential.refresh_from_db()
    return _status_now(request, credential) if wants_fragment(request) else redirect("key:edit")


@require_POST
def key_sent(request: HttpRequest) -> HttpResponse:
    """Send the key, its token or both from now on."""
    credential = access.current(request, Ability.MANAGE_KEY).organisation.stored_credential
    form = SentForm(request.POST)
    if credential is None or not form.is_valid():
        return redirect("key:edit")
    if api_keys.choose_sent(credential, access.person(request), form.cleaned_data["sent"]):
        messages.success(request, gettext("Saved."))
    return redirect("key:edit")


@require_GET
def key_live(request: HttpRequest) -> HttpResponse:
    """Show the key's state as it is now; nothing (204) when the page knows it already."""
    credential = access.current(request, Ability.MANAGE_KEY).organisation.stored_credential
    if credential is not None and request.GET.get("seen") == str(credential.version):
        return HttpResponse(status=204)
    return _status_now(request, credential)


def _status_now(request: HttpRequest, credential: ApiCredential | None) -> HttpResponse:
    if credential is None:
        return HttpResponse(status=204)
    return render(request, "orgs/api_key.html#status", _status(credential))


def _status(credential: ApiCredential | None) -> dict[str, object]:
    if credential is None:
        return {"credential": None}
    chip, sentence = key_wording.words(credential)
    return {
        "credential": credential,
        "chip": chip,
        "sentence": sentence,
        "accepted": key_wording.accepted(credential),
    }
