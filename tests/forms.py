"""What people post, and what a page says beside its tokens."""

import re
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse

from portal.orgs import access
from portal.orgs.models import Organisation, User
from portal.sites.models import Site

FRAGMENT = {"HX-Request": "true"}


def without_tokens(body: bytes) -> str:
    """Return a page's text without what differs between any two requests."""
    own = r'("X-CSRFToken": |csrfmiddlewaretoken" value=)"[^"]*"|(?<=mend\.js\?)\d+'
    text = re.sub(own, "", body.decode())
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", text)


def claim_form(site: Site, label: object, **fields: object) -> dict[str, object]:
    """Return what the claim form posts."""
    return {"site": str(site.pk), "label": str(label), "submission": str(uuid4()), **fields}


# The forms that act on the organisation in which the person works, and say so in their address.
OF_ONES_ORGANISATION = (
    "claims:new",
    "claims:read",
    "events:make",
    "events:replace",
    "events:secret-make",
    "first-steps-id",
    "first-steps-put-away",
    "hubs:export-csv",
    "hubs:export-xlsx",
    "imports:new",
    "imports:move-chosen",
    "needs-put-away",
    "needs-take-back",
    "jobs:ask-site",
    "jobs:decide",
    "jobs:new",
    "key:candidate-check",
    "key:candidate-discard",
    "key:candidate-use",
    "key:check",
    "key:edit",
    "key:expiry",
    "key:sent",
    "people:invite",
    "people:leave",
    "organisation:settings",
    "people:list",
    "news",
    "record:export",
    "sites:new",
    "sites:import",
    "consent:give",
    "consent:code",
    "consent:export",
    "support:ask",
    "support:code",
    "support:break-glass",
    "support:break-glass-confirm",
    "support:unknown",
)


class Browser(Client):
    """A browser that posts each form from a page which was opened just now.

    The form's address then says the organisation in which the person works.
    """

    def post(self, path: str, *args: Any, query_params: Any = None, **kwargs: Any) -> Any:
        """Post, and say the organisation where the form on the page would."""
        if query_params:
            path = f"{path}?{urlencode(query_params)}"
        if urlsplit(path).path in map(reverse, OF_ONES_ORGANISATION):
            path = of(self._works_in(), path)
        return super().post(path, *args, **kwargs)

    def _works_in(self) -> Organisation | None:
        if settings.SESSION_COOKIE_NAME not in self.cookies or SESSION_KEY not in self.session:
            return None
        mine = access.memberships(User.objects.get(pk=self.session[SESSION_KEY]))
        chosen = access.choose(SimpleNamespace(session=self.session), mine)
        return chosen.organisation if chosen else None


def of(organisation: Organisation | None, path: str) -> str:
    """Return the address as a page of this organisation has it on a form."""
    if organisation is None:
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode({'organisation': organisation.pk})}"


def choose(client: Client, organisation: Organisation) -> None:
    """Let the person work in this organisation."""
    client.post("/organisation/switch/", {"organisation": str(organisation.pk)})
