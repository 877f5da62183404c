"""Home of an administrator: what there is, what needs somebody, and how sites and jobs are."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from portal.claims import first_steps, job_progress, queries, sent_hubs
from portal.claims.display import first_steps as step_words
from portal.claims.display import home_items, releases
from portal.claims.display.home_items import Need
from portal.claims.first_steps import Progress
from portal.claims.groups import RECENT, claims_in
from portal.claims.models import Reason
from portal.claims.web import home_jobs
from portal.consent import queries as consents
from portal.core.models import Heartbeat
from portal.core.moments import read_moment
from portal.hubs import counts, troubles
from portal.hubs.display import numbers
from portal.hubs.learnt import learnt_sites
from portal.jobs import queries as jobs
from portal.jobs import site_numbers
from portal.moves import queries as moves
from portal.moves.display import home_lines
from portal.notices import dismissals
from portal.orgs import access, members
from portal.orgs.access import Ability
from portal.orgs.display import key_wording
from portal.orgs.models import ApiCredential, Membership, Organisation
from portal.sites.queries import sites_of

# The other page that has lines which can be put away.
SENT_LIST = "claims:sent-list"
MOST_LEARNT = 3
MOST_SENT = 5
MOST_SITES = 8


def page_of(admin: Membership) -> dict[str, object]:
    """Return what home shows an administrator."""
    steps = first_steps.progress(admin)
    context = {"needs": needs(admin, is_new=steps is not None), **_of_steps(steps, admin)}
    if admin.organisation.holds_super_key:
        return context
    hubs = counts.total(admin.organisation)
    context |= {
        "hubs": hubs,
        "hub_numbers": numbers.strip(hubs),
        "oldest_reading": troubles.oldest_reading(admin.organisation),
        "site_rows": _sites(admin),
        "ends_soon": _key_end(admin) is not None,
    }
    return context | home_jobs.todays(admin)


def _of_steps(steps: Progress | None, admin: Membership) -> dict[str, object]:
    if steps is None:
        return {}
    lines = step_words.lines(steps, admin.organisation)
    return {"first_steps": lines, "done": steps.done, "whole": len(first_steps.Step)}


def _sites(admin: Membership) -> list[site_numbers.SiteRow]:
    in_use = site_numbers.with_numbers(sites_of(admin).open())
    return site_numbers.rows_of(site_numbers.worst_first(in_use)[:MOST_SITES])


def needs(admin: Membership, *, is_new: bool = False) -> list[Need]:
    """Return what needs an administrator, the gravest first, without what they put away.

    What a new organisation lacks is among its first steps.
    """
    found = [*_of_portal(admin), *_to_answer(admin), *_sent(admin)]
    found += [*_of_hubs(admin.organisation), *_of_claims(admin)]
    if (banner := _key_end(admin)) is not None:
        found.append(home_items.of_key_end(banner))
    found += _of_sites(admin)
    if not is_new:
        found += _lacking(admin)
    away = dismissals.put_away_by(admin) if any(need.about for need in found) else {}
    return _few_sent([need for need in found if not is_away(need, away.get(need.about))])


def is_away(need: Need, seen: datetime | None) -> bool:
    return seen is not None and need.newest is not None and need.newest <= seen


def _of_portal(admin: Membership) -> list[Need]:
    found = [] if Heartbeat.is_heard() else [home_items.NO_WORKER]
    credential = admin.organisation.stored_credential
    # The banner speaks of a key that stops claims; here, of one that nobody has seen work.
    if credential is not None and credential.state == ApiCredential.State.UNREACHABLE:
        found.append(home_items.KEY_NOT_CHECKED)
    return found


def _to_answer(admin: Membership) -> list[Need]:
    waiting = releases.by_person(job_progress.waiting_for_release(admin))
    requests = jobs.open_requests(admin)
    broken = consents.broken_at(admin)
    return [
        *(home_items.of_break_glass(each) for each in broken if each.stands),
        *map(home_items.of_waiting, waiting),
        *map(home_lines.to_answer, moves.to_answer(admin)),
        *map(home_items.of_access_request, consents.waiting_at(admin)),
        *map(home_items.of_request, requests),
        *(home_items.of_past_break_glass(each) for each in broken if not each.stands),
    ]


def _sent(admin: Membership) -> list[Need]:
    return [home_items.of_sent(each) for each in sent_hubs.waiting(admin)]


def _few_sent(found: list[Need]) -> list[Need]:
    """Return the lines with those of the first few hubs that were sent, and how many more are."""
    sent = [need for need in found if need.about.startswith(home_items.SENT)]
    if len(sent) <= MOST_SENT:
        return found
    last, more = found.index(sent[MOST_SENT - 1]), sent[MOST_SENT:]
    rest = [need for need in found[last + 1 :] if need not in more]
    return [*found[: last + 1], home_items.of_more_sent(len(more)), *rest]


def _of_hubs(organisation: Organisation) -> list[Need]:
    places = troubles.offline_places(organisation)
    found = [home_items.of_offline(place) for place in places[: troubles.MOST_PLACES]]
    if more := len(places) - len(found):
        found.append(home_items.of_more_offline(more))
    gone = troubles.gone_lately(organisation)
    return found + ([home_items.of_gone(gone)] if gone else [])


def _of_claims(admin: Membership) -> list[Need]:
    """Count what claims need: those that go on however old, those that ended lately."""
    groups = {name: claims_in(name) for name in home_items.COUNTED}
    # Those are listed by themselves, with what can be answered there.
    groups["blocked"] &= ~Q(reason=Reason.RIGHT_GONE)
    found = queries.numbers(admin, groups)
    ended = {name: groups[name] for name in RECENT & groups.keys() if found[name]}
    return home_items.of_claims(found, queries.newest_ends(admin, ended))


def _of_sites(admin: Membership) -> list[Need]:
    learnt = learnt_sites(admin.organisation)
    found = [home_items.of_learnt(each) for each in learnt.first[:MOST_LEARNT]]
    more = learnt.number - len(found)
    return found + ([home_items.of_more_learnt(more)] if more else [])


def _lacking(admin: Membership) -> list[Need]:
    found = []
    if not admin.organisation.holds_super_key and not sites_of(admin).open().exists():
        found.append(home_items.NO_SITE)
    if members.administrators_of(admin.organisation).count() == 1:
        found.append(home_items.ONE_ADMINISTRATOR)
    return found


def _key_end(admin: Membership) -> key_wording.Banner | None:
    """Return what is said of a key that works and ends soon: of one that does not, the banner."""
    credential = admin.organisation.stored_credential
    if key_wording.trouble(credential) is not None:
        return None
    return key_wording.expiry_banner(credential)


@require_POST
def put_away(request: HttpRequest) -> HttpResponse:
    """Put a line away for this person, until it has something newer to tell."""
    admin = access.current(request, Ability.MANAGE_PEOPLE)
    about = request.POST.get("about", "")
    newest = read_moment(request.POST.get("newest", ""))
    if newest is None or not 0 < len(about) <= dismissals.LONGEST_ABOUT:
        raise BadRequest
    dismissals.put_away(admin, about, min(newest, timezone.now()))
    where = {access.ADDRESS_ORGANISATION: str(admin.organisation_id), "about": about}
    page = _page_of(request)
    back = reverse("needs-take-back", query=where if page == "home" else where | {"at": page})
    messages.success(request, gettext("Put away. It comes back when it changes."), extra_tags=back)
    return redirect(page)


@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Show a line again that was put away."""
    admin = access.current(request, Ability.MANAGE_PEOPLE)
    dismissals.take_back(admin, request.GET.get("about", ""))
    return redirect(_page_of(request))


def _page_of(request: HttpRequest) -> str:
    """Return the page on which the line stands that was tapped."""
    at = request.POST.get("at") or request.GET.get("at")
    return SENT_LIST if at == SENT_LIST else "home"
