"""All hubs that were sent to administrators: of home's lines about them, the whole list."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.claims import sent_hubs
from portal.claims.display import home_items
from portal.claims.web.home_admin import SENT_LIST, is_away
from portal.core.web import pagination
from portal.notices import dismissals
from portal.orgs import access
from portal.orgs.access import Ability


@require_safe
def sent_list(request: HttpRequest) -> HttpResponse:
    """Show what was sent last of each hub that is not claimed since, put away or not."""
    admin = access.current(request, Ability.MANAGE_HUBS)
    page = pagination.page_of(sent_hubs.all_waiting(admin), request.GET, by="sent_at")
    away = dismissals.put_away_by(admin)
    needs = [home_items.of_sent(each) for each in page.rows]
    context = {
        "lines": [(need, is_away(need, away.get(need.about))) for need in needs],
        "page": page,
        "at": SENT_LIST,
    }
    return render(request, "claims/sent_list.html", context)
