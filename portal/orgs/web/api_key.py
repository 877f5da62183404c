"""The organisation's API key: show what may be shown, replace, check, say when it ends."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from portal.claims.queries import waiting_for_key
from portal.core.web.fragments import wants_fragment
from portal.core.web.posted import posted
from portal.gateway import circuit
from portal.hubs.queries import Shown, last_read, shown_since
from portal.orgs import access, api_keys, key_candidates
from portal.orgs.access import Ability
from portal.orgs.display import key_wording
from portal.orgs.models import ApiCredential, KeyCandidate, Membership, Organisation, User
from portal.orgs.web.forms import CandidateForm, ExpiryForm, KeyForm, SentForm

CandidateAction = Callable[[Organisation, User, UUID], bool]


@sensitive_post_parameters("key", "bearer_token")
def key_edit(request: HttpRequest) -> HttpResponse:
    """Show what may be shown of the key, and take a new one."""
    member = access.current(request, Ability.MANAGE_KEY)
    present = member.organisation.stored_credential
    form = KeyForm(posted(request), initial={"sent": present.sent if present else None})
    if request.method == "POST" and form.is_valid():
        stored = key_candidates.offer(
            member.organisation,
            access.person(request),
            *form.secrets(),
            sent=form.cleaned_data["sent"] or None,
            expires_on=form.cleaned_data["expires_on"],
        )
        if isinstance(stored, KeyCandidate):
            messages.success(request, gettext("The new key is saved and is being checked."))
        else:
            messages.success(request, gettext("The new key is stored."))
        return redirect("key:edit")
    return _page(request, member, form=form)


@require_POST
def key_check(request: HttpRequest) -> HttpResponse:
    """Ask for a check of the stored key."""
    member = access.current(request, Ability.MANAGE_KEY)
    credential = member.organisation.stored_credential
    if credential is not None:
        api_keys.ask_for_check(credential, access.person(request))
        credential.refresh_from_db()
    return _status_now(request, member) if wants_fragment(request) else redirect("key:edit")


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


@require_POST
def key_expiry(request: HttpRequest) -> HttpResponse:
    """Remember the last day of the key in use, or that it has none."""
    member = access.current(request, Ability.MANAGE_KEY)
    credential, form = member.organisation.stored_credential, ExpiryForm(request.POST)
    if credential is None:
        return redirect("key:edit")
    if not form.is_valid():
        return _page(request, member, expiry_form=form)
    if api_keys.set_expiry(credential, access.person(request), form.cleaned_data["expires_on"]):
        messages.success(request, gettext("Saved."))
    return redirect("key:edit")


@require_POST
def candidate_check(request: HttpRequest) -> HttpResponse:
    """Check the new key again."""
    return _of_candidate(request, key_candidates.check_again, "")


@require_POST
def candidate_discard(request: HttpRequest) -> HttpResponse:
    """Forget the new key."""
    return _of_candidate(request, key_candidates.discard, gettext("The new key is discarded."))


@require_POST
def candidate_use(request: HttpRequest) -> HttpResponse:
    """Put the new key in place without its check, where the one in use is refused."""
    done = gettext("The new key is in use. It is checked as soon as SmartphoneKey answers.")
    return _of_candidate(request, key_candidates.use_unchecked, done)


def _of_candidate(request: HttpRequest, act: CandidateAction, done: str) -> HttpResponse:
    organisation = access.current(request, Ability.MANAGE_KEY).organisation
    form = CandidateForm(request.POST)
    if not form.is_valid() or not act(
        organisation, access.person(request), form.cleaned_data["candidate"]
    ):
        messages.warning(request, gettext("Nothing was done: the keys have changed meanwhile."))
    elif done:
        messages.success(request, done)
    return redirect("key:edit")


@require_GET
def key_live(request: HttpRequest) -> HttpResponse:
    """Show the keys' states as they are now; nothing (204) when the page knows them already."""
    member = access.current(request, Ability.MANAGE_KEY)
    if request.GET.get("seen") == _version(member.organisation):
        return HttpResponse(status=204)
    return _status_now(request, member)


def _page(
    request: HttpRequest,
    member: Membership,
    *,
    form: KeyForm | None = None,
    expiry_form: ExpiryForm | None = None,
) -> HttpResponse:
    credential = member.organisation.stored_credential
    wrong = any(given is not None and given.errors for given in (form, expiry_form))
    context = {"form": form or KeyForm(), **_status(member)}
    if credential is not None:
        known = {"expires_on": credential.expires_on}
        context["expiry_form"] = expiry_form or ExpiryForm(initial=known)
        if credential.bearer_token is not None:
            context["sent_form"] = SentForm(initial={"sent": credential.sent})
    return render(request, "orgs/api_key.html", context, status=422 if wrong else 200)


def _status_now(request: HttpRequest, member: Membership) -> HttpResponse:
    if member.organisation.stored_credential is None:
        return HttpResponse(status=204)
    return render(request, "orgs/api_key.html#status", _status(member))


def _status(member: Membership) -> dict[str, object]:
    organisation = member.organisation
    credential = organisation.stored_credential
    if credential is None:
        return {"credential": None}
    chip, sentence = key_wording.words(credential)
    answered_at = _last_answer(credential)
    return {
        "credential": credential,
        # One that was never answered to is only stored.
        "is_in_use": credential.can_serve and answered_at is not None,
        "doubt": key_wording.whose(_shown(credential)),
        "end": key_wording.expiry_banner(credential),
        "chip": chip,
        "sentence": sentence,
        "accepted": key_wording.accepted(credential),
        "seen": _version(organisation),
        "answered_at": answered_at,
        "spkey_is_away": circuit.is_open(organisation.pk),
        "waiting": waiting_for_key(member),
        **_candidate(credential, organisation.stored_candidate),
    }


def _candidate(credential: ApiCredential, candidate: KeyCandidate | None) -> dict[str, object]:
    if candidate is None:
        return {"candidate": None}
    chip, sentence = key_wording.words_of_candidate(candidate, old_serves=credential.can_serve)
    return {
        "candidate": candidate,
        "candidate_chip": chip,
        "candidate_sentence": sentence,
        "may_use_unchecked": key_candidates.may_use_unchecked(credential, candidate),
    }


def _shown(credential: ApiCredential) -> Shown | None:
    """Return what SpKey has shown a key that it accepts of the organisation's hubs."""
    if credential.state != ApiCredential.State.WORKING or credential.is_super:
        return None
    return shown_since(credential.organisation, credential.replaced_at)


def _last_answer(credential: ApiCredential) -> object:
    """Return when SpKey last answered with the key, as hubs and checks have it; None if never."""
    works = credential.state == ApiCredential.State.WORKING
    times = (last_read(credential.organisation), credential.checked_at if works else None)
    return max((at for at in times if at is not None), default=None)


def _version(organisation: Organisation) -> str:
    """Return what changes with every change of the keys that the page can show."""
    credential, candidate = organisation.stored_credential, organisation.stored_candidate
    of_candidate = f"{candidate.pk}.{candidate.version}" if candidate else ""
    return f"{credential.version if credential else 0}-{of_candidate}"
