"""In which of their organisations a person works."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from portal.orgs import access
from portal.orgs.models import Organisation


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Work in another of one's organisations."""
    mine = Organisation.objects.visible_to(access.person(request))
    try:
        chosen = uuid.UUID(request.POST.get("organisation", ""))
    except ValueError:
        raise Http404 from None
    organisation = get_object_or_404(mine, pk=chosen)
    request.session[access.SESSION_ORGANISATION] = str(organisation.pk)
    return redirect(reverse("home"))
