"""What people post, and what a page says beside its tokens."""

import re
from uuid import uuid4

from django.test import Client

from portal.orgs.models import Organisation
from portal.sites.models import Site

FRAGMENT = {"HX-Request": "true"}


def without_tokens(body: bytes) -> str:
    """Return a page's text without what differs between any two requests."""
    text = re.sub(r'("X-CSRFToken": |csrfmiddlewaretoken" value=)"[^"]*"', "", body.decode())
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", text)


def claim_form(site: Site, label: object, **fields: object) -> dict[str, object]:
    """Return what the claim form posts."""
    return {"site": str(site.pk), "label": str(label), "submission": str(uuid4()), **fields}


def choose(client: Client, organisation: Organisation) -> None:
    """Let the person work in this organisation."""
    client.post("/organisation/switch/", {"organisation": str(organisation.pk)})
