"""Support's pages, the form as an agent fills it in, and what goes out for it."""

from uuid import uuid4

from django.test import Client
from django.urls import reverse

from portal.sandbox import world
from portal.sites.models import Site
from tests.forms import Browser
from tests.people_with_factor import sign_in_with_password

REASON = "Ticket 4711: their tablet is broken"
NEW, CLAIMS = reverse("support:new"), reverse("support:claims")


def signed_in(person) -> Client:
    client = Browser()
    sign_in_with_password(client, person)
    assert client.session.get("_auth_user_id") == str(person.pk)
    return client


def filled(hub_id, site: Site | None = None, **fields) -> dict[str, str]:
    """The form as an agent fills it in for Acme."""
    return {
        "site": str(site.pk) if site else "",
        "typed_site": "",
        "label": str(hub_id),
        "reason": REASON,
        "confirmation": world.ACME_ORG_ID,
        "submission": str(uuid4()),
        **fields,
    }


def post(client: Client, form: dict[str, str], target: str = world.ACME_ORG_ID):
    return client.post(NEW, form, query_params={"target": target})


def sent(sandbox) -> list:
    return [asked for asked in sandbox.state.requests if asked.path.endswith("/ClaimHub")]
