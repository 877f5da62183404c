"""The first page: the scan button and today's claims, or what needs an administrator."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from django.views.decorators.http import require_safe

from portal.claims.display import list_item
from portal.claims.display.groups import claims_in
from portal.claims.models import Claim, State
from portal.core.models import Heartbeat
from portal.core.ui import Text
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import ApiCredential, Membership, Organisation
from portal.orgs.web import second_factor

SHOWN = 10
SHOWN_TODAY = 50


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that needs attention."""

    kind: str
    icon: str
    title: Text
    text: Text
    url: str = ""
    link_text: Text = ""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show where to start."""
    person = access.person(request)
    membership = access.choose(request, access.memberships(person))
    if membership is None:
        return render(request, "home/nowhere.html")
    context = _for_agent(request, membership) if _is_agent(membership) else _for_member(membership)
    if membership.role == Membership.Role.ADMIN:
        context["todos"] = todos(membership.organisation)
    return render(request, "home/home.html", context)


def _is_agent(membership: Membership) -> bool:
    return Ability.SUPPORT in access.abilities(membership)


def _for_agent(request: HttpRequest, membership: Membership) -> dict[str, object]:
    """Show the claims made for others, to an agent who has given the second factor."""
    if second_factor.lack(request, membership.user):
        return {"rows": [], "lacks_factor": True}
    claims = _recent(membership, Q(acting_organisation=membership.organisation))
    return {"rows": [list_item.for_others(claim) for claim in claims]}


def _for_member(membership: Membership) -> dict[str, object]:
    claims = _recent(membership, Q(organisation=membership.organisation))
    return {"rows": [list_item.of(claim) for claim in claims]}


def _recent(membership: Membership, which: Q) -> list[Claim]:
    """One's own claims of today; an administrator's whole organisation's latest."""
    claims = (
        Claim.objects.visible_to(membership.user)
        .filter(which)
        .select_related("organisation", "site", "hub", "submitted_by")
        .order_by("-created_at")
    )
    if membership.role == Membership.Role.ADMIN:
        return list(claims[:SHOWN])
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return list(claims.filter(submitted_by=membership.user, created_at__gte=today)[:SHOWN_TODAY])


def todos(organisation: Organisation) -> list[Todo]:
    """Return what an administrator should look at, the gravest first."""
    found = [_worker(), _key(organisation), *_claims(organisation)]
    if not access.holds_super_key(organisation) and not organisation.sites.open().exists():
        found.append(
            Todo(
                "attention",
                "site",
                _("No site yet"),
                _("Hubs are claimed at a site. Make the first one."),
                reverse("sites:new"),
                _("Make a site"),
            )
        )
    return [todo for todo in found if todo is not None]


def _worker() -> Todo | None:
    if Heartbeat.is_heard():
        return None
    return Todo(
        "stop",
        "alert",
        _("Nothing is being sent"),
        _(
            "The portal's background worker is not running. Claims are saved and wait; "
            "tell those who run the portal."
        ),
    )


def _key(organisation: Organisation) -> Todo | None:
    """The banner speaks of a key that stops claims; here stands one that nobody has seen work."""
    credential = ApiCredential.objects.filter(organisation=organisation).only("state").first()
    if credential is None or credential.state != ApiCredential.State.UNREACHABLE:
        return None
    return Todo(
        "attention",
        "key",
        _("The API key could not be checked"),
        _("SmartphoneKey did not answer. Claims still go out when it does."),
        reverse("key:edit"),
        _("Check it again"),
    )


@dataclass(frozen=True, slots=True)
class _Kind:
    """Claims of a group that need somebody: how to say how many, and what to do."""

    title: Text
    text: Text
    kind: str
    icon: str

    def todo(self, group: str, number: int) -> Todo:
        """Return the line that says so of this many (one or more)."""
        title = self.title % {"number": number}
        url = f"{reverse('claims:list')}?state={group}"
        return Todo(self.kind, self.icon, title, self.text, url, _("Show them"))


# By the name of the group, or state, that they are listed under.
KINDS = {
    "blocked": _Kind(
        ngettext_lazy("%(number)d claim needs you", "%(number)d claims need you", "number"),
        _("They are saved and go on once you have mended what they name."),
        "attention",
        "key",
    ),
    "review": _Kind(
        ngettext_lazy(
            "%(number)d claim is not confirmed", "%(number)d claims are not confirmed", "number"
        ),
        _(
            "SmartphoneKey has not said whether they took effect. We still look every hour; "
            "ask support, and quote the reference."
        ),
        "attention",
        "help",
    ),
    "offline": _Kind(
        ngettext_lazy("%(number)d hub is offline", "%(number)d hubs are offline", "number"),
        _("The portal keeps trying. Somebody on site can check power and cable."),
        "attention",
        "offline",
    ),
    "late": _Kind(
        ngettext_lazy(
            "%(number)d claim took effect late", "%(number)d claims took effect late", "number"
        ),
        _(
            "The portal had ended them, and SmartphoneKey claimed the hubs after all. "
            "Compare with what stands in the building."
        ),
        "attention",
        "alert",
    ),
    "forbidden": _Kind(
        ngettext_lazy(
            "%(number)d claim was refused because of the API key",
            "%(number)d claims were refused because of the API key",
            "number",
        ),
        _(
            "Make sure that the stored key is this organisation's own, then claim the hubs again. "
            "If it is, ask SmartphoneKey's support, and quote the reference."
        ),
        "stop",
        "key",
    ),
    "refused": _Kind(
        ngettext_lazy("%(number)d claim was refused", "%(number)d claims were refused", "number"),
        _("In the last seven days, and not tried again."),
        "stop",
        "stop",
    ),
    "unclaimed": _Kind(
        ngettext_lazy(
            "%(number)d claim ended without being claimed",
            "%(number)d claims ended without being claimed",
            "number",
        ),
        _(
            "SmartphoneKey knows no such hub, or kept failing. In the last seven days, "
            "and not tried again."
        ),
        "stop",
        "clock",
    ),
}


def _claims(organisation: Organisation) -> list[Todo]:
    """Return what the claims need: those that go on however old, those that ended lately."""
    # Of support's blocked claims the organisation can mend nothing.
    mendable = Claim.objects.filter(~Q(state=State.BLOCKED) | Q(acting_organisation=None))
    numbers = mendable.filter(organisation=organisation).aggregate(
        **{name: Count("pk", filter=claims_in(name), distinct=True) for name in KINDS}
    )
    return [kind.todo(name, numbers[name]) for name, kind in KINDS.items() if numbers[name]]
