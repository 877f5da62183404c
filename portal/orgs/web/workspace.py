"""In which of their organisations a person works, and pages that are of another one."""

import uuid
from urllib.parse import urlsplit

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    QueryDict,
)
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from portal.core.web.fragments import wants_fragment
from portal.core.web.login_redirect import page_to_return_to
from portal.orgs import access, members
from portal.orgs.access import OtherOrganisationError
from portal.orgs.models import Organisation
from portal.orgs.queries import organisations_visible_to

CONFLICT = 409


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Work in another of one's organisations, and go on at the page that the form names."""
    try:
        chosen = uuid.UUID(request.POST.get("organisation", ""))
    except ValueError:
        raise Http404 from None
    organisation = get_object_or_404(organisations_visible_to(access.person(request)), pk=chosen)
    request.session[access.SESSION_ORGANISATION] = str(organisation.pk)
    return HttpResponseRedirect(_of_ours(request, request.POST.get("next", "")))


class OrganisationOfThePage(MiddlewareMixin):
    """Answers 409 to a page that is not of the organisation in which the person works.

    It remembers when somebody was last seen in an organisation, as seldom as their session does.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Note the member whose activity this request tells of."""
        by_itself = getattr(request, "sent_by_itself", False)
        if not getattr(request, "activity_recorded", False) or by_itself:
            return response
        if request.user.is_authenticated:
            member = access.choose(request, access.memberships(access.person(request)))
            if member is not None:
                members.note_seen(member)
        return response

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Say of which it is and in which they work now; a fragment leads to the page that does."""
        if not isinstance(exception, OtherOrganisationError):
            return None
        page = _of_ours(request, _saying(exception.of_page, page_to_return_to(request)))
        if wants_fragment(request):
            answer = HttpResponseClientRedirect(page)
            answer.status_code = CONFLICT
            return answer
        context = {"of_page": exception.of_page, "now": exception.now, "page": page}
        return render(request, "orgs/other_organisation.html", context, status=CONFLICT)


def _of_ours(request: HttpRequest, page: str) -> str:
    """Return the page's address if it leads to no other host, else the first page's."""
    own = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(page, own, require_https=request.is_secure())
    return page if is_ours else reverse("home")


def _saying(organisation: Organisation | None, page: str) -> str:
    """Return the page's address, saying that it is of this organisation, or of none."""
    address = urlsplit(page)
    query = QueryDict(address.query, mutable=True)
    query.pop(access.ADDRESS_ORGANISATION, None)
    if organisation is not None:
        query[access.ADDRESS_ORGANISATION] = str(organisation.pk)
    return address._replace(query=query.urlencode()).geturl()
