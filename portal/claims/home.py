"""The first page: the scan button and today's claims, or what needs an administrator."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.claims import rows
from portal.claims.models import Claim, Heartbeat, Reason, State
from portal.orgs import access
from portal.orgs.models import ApiCredential, Membership, Organisation

WORKER_SILENT = timedelta(seconds=60)
LATELY = timedelta(days=7)
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that needs attention."""

    kind: str
    icon: str
    title: str
    text: str
    url: str = ""
    link_text: str = ""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show where to start."""
    person = access.person(request)
    membership = access.choose(request, access.memberships(person))
    if membership is None:
        return render(request, "home/nowhere.html")
    context: dict[str, object] = {"rows": [rows.row(claim) for claim in _recent(membership)]}
    if membership.role == Membership.Role.ADMIN:
        context["todos"] = todos(membership.organisation)
    return render(request, "home/home.html", context)


def _recent(membership: Membership) -> list[Claim]:
    """An installer's own claims of today; an administrator's organisation's latest."""
    claims = Claim.objects.visible_to(membership.user).select_related(
        "organisation", "site", "hub", "submitted_by"
    )
    if membership.role == Membership.Role.ADMIN:
        mine = Q(organisation=membership.organisation)
        return list(claims.filter(mine).order_by("-created_at")[:SHOWN])
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return list(
        claims.filter(
            organisation=membership.organisation,
            submitted_by=membership.user,
            created_at__gte=today,
        ).order_by("-created_at")[:50]
    )


def todos(organisation: Organisation) -> list[Todo]:
    """Return what an administrator should look at, the gravest first."""
    found = [_worker(), _key(organisation), *_claims(organisation)]
    if not organisation.sites.open().exists():
        found.append(
            Todo(
                "attention",
                "site",
                "No site yet",
                "Hubs are claimed at a site. Make the first one.",
                reverse("sites:new"),
                "Make a site",
            )
        )
    return [todo for todo in found if todo is not None]


def _worker() -> Todo | None:
    alive = Heartbeat.objects.filter(beat_at__gt=timezone.now() - WORKER_SILENT).exists()
    if alive:
        return None
    return Todo(
        "stop",
        "alert",
        "Nothing is being sent",
        "The portal's background worker is not running. Claims are saved and wait; "
        "tell those who run the portal.",
    )


def _key(organisation: Organisation) -> Todo | None:
    """The banner speaks of a key that stops claims; here stands one that nobody has seen work."""
    credential = ApiCredential.objects.filter(organisation=organisation).only("state").first()
    if credential is None or credential.state != ApiCredential.State.UNREACHABLE:
        return None
    return Todo(
        "attention",
        "key",
        "The API key could not be checked",
        "SmartphoneKey did not answer. Claims still go out when it does.",
        reverse("key:edit"),
        "Check it again",
    )


def _claims(organisation: Organisation) -> list[Todo | None]:
    lately = Claim.objects.filter(organisation=organisation, created_at__gt=timezone.now() - LATELY)
    offline = lately.filter(state=State.WAITING, reason=Reason.OFFLINE).count()
    blocked = lately.filter(state__in=(State.BLOCKED, State.REVIEW)).count()
    ended = lately.filter(
        state__in=(State.CONFLICT, State.NOT_FOUND, State.REJECTED, State.EXPIRED), retries=None
    ).count()
    address = reverse("claims:list")
    return [
        Todo(
            "attention",
            "key",
            _count(blocked, "claim needs you", "claims need you"),
            "They are saved and go on once you have mended what they name.",
            f"{address}?state=attention",
            "Show them",
        )
        if blocked
        else None,
        Todo(
            "attention",
            "offline",
            _count(offline, "hub is offline", "hubs are offline"),
            "The portal keeps trying. Somebody on site can check power and cable.",
            f"{address}?state=open",
            "Show them",
        )
        if offline
        else None,
        Todo(
            "stop",
            "stop",
            _count(ended, "claim was refused", "claims were refused"),
            "In the last seven days, and not tried again.",
            f"{address}?state=attention",
            "Show them",
        )
        if ended
        else None,
    ]


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
