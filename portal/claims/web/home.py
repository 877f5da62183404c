"""The first page: the scan button and today's claims, or what needs an administrator."""

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.claims.display import home_items, list_item
from portal.claims.display.home_items import Todo
from portal.claims.groups import claims_in
from portal.claims.models import Claim, Heartbeat, State
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import ApiCredential, Membership, Organisation
from portal.orgs.web import second_factor

SHOWN = 10
SHOWN_TODAY = 50


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
    found: list[Todo] = []
    if not Heartbeat.is_heard():
        found.append(home_items.NO_WORKER)
    if _has_unreachable_key(organisation):
        found.append(home_items.KEY_NOT_CHECKED)
    found += home_items.of_claims(_numbers(organisation))
    if not access.holds_super_key(organisation) and not organisation.sites.open().exists():
        found.append(home_items.NO_SITE)
    return found


def _has_unreachable_key(organisation: Organisation) -> bool:
    """The banner speaks of a key that stops claims; here, of one that nobody has seen work."""
    credential = ApiCredential.objects.filter(organisation=organisation).only("state").first()
    return credential is not None and credential.state == ApiCredential.State.UNREACHABLE


def _numbers(organisation: Organisation) -> dict[str, int]:
    """Count what the claims need: those that go on however old, those that ended lately."""
    # Of support's blocked claims the organisation can mend nothing.
    mendable = Claim.objects.filter(~Q(state=State.BLOCKED) | Q(acting_organisation=None))
    return mendable.filter(organisation=organisation).aggregate(
        **{name: Count("pk", filter=claims_in(name), distinct=True) for name in home_items.COUNTED}
    )
