"""In which of their organisations a person works."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from portal.orgs import access
from portal.orgs.queries import organisations_visible_to


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Work in another of one's organisations."""
    try:
        chosen = uuid.UUID(request.POST.get("organisation", ""))
    except ValueError:
        raise Http404 from None
    organisation = get_object_or_404(organisations_visible_to(access.person(request)), pk=chosen)
    request.session[access.SESSION_ORGANISATION] = str(organisation.pk)
    return redirect(reverse("home"))
