"""The page on which an administrator sets up what SpKey tells by itself."""

from hashlib import sha256

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.core.web.once import first_sent
from portal.events import deliveries, receivers
from portal.events.display import wording
from portal.events.models import Delivery, Receiver, ReceiverSecret
from portal.events.web import receiver as address
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.encryption import Secret
from portal.orgs.models import Membership


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show the address, its secrets, and what came."""
    member = access.current(request, Ability.MANAGE_KEY)
    return render(request, "events/setup.html", _context(member))


@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """Show what came by now; nothing (204) when the page knows it already."""
    member = access.current(request, Ability.MANAGE_KEY)
    receiver = receivers.receiver_of(member.organisation)
    came = deliveries.newest(member) if receiver else []
    if receiver is None or request.GET.get("seen") == _version(receiver, came):
        return HttpResponse(status=204)
    return render(request, "events/setup.html#came", _came(receiver, came))


@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make the address; one that there is already stays."""
    member = access.current(request, Ability.MANAGE_KEY)
    if receivers.receiver_of(member.organisation) is None:
        receivers.replace(member.organisation, access.person(request))
    return redirect("events:setup")


@require_http_methods(["GET", "HEAD", "POST"])
def replace(request: HttpRequest) -> HttpResponse:
    """Ask whether to replace the address, saying what follows, and do it."""
    member = access.current(request, Ability.MANAGE_KEY)
    if receivers.receiver_of(member.organisation) is None:
        return redirect("events:setup")
    if request.method != "POST":
        return render(request, "events/replace.html")
    receivers.replace(member.organisation, access.person(request))
    messages.success(request, gettext("This is the new address. Give it to SmartphoneKey now."))
    return redirect("events:setup")


@require_POST
def secret_make(request: HttpRequest) -> HttpResponse:
    """Make a secret, and show it this once."""
    member = access.current(request, Ability.MANAGE_KEY)
    receiver = receivers.receiver_of(member.organisation)
    if receiver is None:
        return redirect("events:setup")
    try:
        with transaction.atomic():
            if first_sent(request) is not None:
                made = None
            else:
                made = receivers.add_secret(receiver, access.person(request))
    except receivers.TooManySecretsError:
        messages.warning(request, gettext("Remove a secret that is not used any more first."))
        return redirect("events:setup")
    if made is None:
        said = gettext("The secret was shown already. If you did not copy it, make another.")
        messages.warning(request, said)
        return redirect("events:setup")
    return render(request, "events/setup.html", _context(member, made))


@require_http_methods(["GET", "HEAD", "POST"])
def secret_remove(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask whether to remove the secret, saying what follows, and do it."""
    person = access.person(request)
    secret = get_object_or_404(receivers.secrets_visible_to(person), pk=pk)
    access.require(person, secret.receiver_id, Ability.MANAGE_KEY)
    if request.method != "POST":
        is_last = not receivers.others_than(secret)
        context = {"secret": secret, "is_last": is_last}
        return render(request, "events/secret_remove.html", context)
    if not receivers.remove_secret(secret, person):
        raise Http404
    messages.success(request, gettext("The secret is removed."))
    return redirect("events:setup")


def _context(member: Membership, made: Secret | None = None) -> dict[str, object]:
    receiver = receivers.receiver_of(member.organisation)
    if receiver is None:
        return {"receiver": None}
    key = receivers.key_of(receiver)
    path = reverse("event-receiver", args=(key,)) if key else ""
    secrets = receivers.secrets_of(member)
    return {
        # It begins with the address that the portal was given, not with one that a request names.
        "address": settings.PORTAL_URL + path if key else "",
        "test_address": f"{path}?{address.TEST}={address.ticket_for_test(receiver.pk)}",
        "header": address.HEADER,
        "secrets": secrets,
        "may_make_secret": len(secrets) < ReceiverSecret.MOST,
        "made_secret": made.reveal() if made else "",
        **_came(receiver, deliveries.newest(member)),
    }


def _came(receiver: Receiver, came: list[Delivery]) -> dict[str, object]:
    return {
        "receiver": receiver,
        "lines": [wording.line(each) for each in came],
        "seen": _version(receiver, came),
    }


def _version(receiver: Receiver, came: list[Delivery]) -> str:
    """Return what changes with all that the page can show of what came."""
    shown = [receiver.refused, *((each.pk, each.times, each.result) for each in came)]
    return sha256(repr(shown).encode()).hexdigest()[:16]
