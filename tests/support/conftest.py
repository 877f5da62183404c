"""Support's pages, the form as an agent fills it in, and what goes out for it."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from portal.consent.models import Grant
from portal.orgs.models import Organisation
from portal.sandbox import world
from portal.sites.models import Site
from tests.conftest import consent_to
from tests.forms import Browser
from tests.people_with_factor import sign_in_with_password

REASON = "Ticket 4711: their tablet is broken"
CLAIMS, FIND = reverse("support:claims"), reverse("support:find")
GLASS, CONFIRM = reverse("support:break-glass"), reverse("support:break-glass-confirm")
UNKNOWN = reverse("support:unknown")


def signed_in(person) -> Client:
    client = Browser()
    sign_in_with_password(client, person)
    assert client.session.get("_auth_user_id") == str(person.pk)
    return client


@pytest.fixture
def grant(acme, spkey_support) -> Grant:
    """Acme lets SpKey Support in."""
    return consent_to(spkey_support, acme)


def acmes_grant() -> Grant:
    """The consent by which support claims for Acme, made when there is none."""
    by_id = {each.spkey_org_id: each for each in Organisation.objects.all()}
    return consent_to(by_id[world.SUPPORT_ORG_ID], by_id[world.ACME_ORG_ID])


def claim_page(grant: Grant | None = None) -> str:
    return reverse("support:claim", args=((grant or acmes_grant()).pk,))


def filled(hub_id, site: Site | None = None, **fields) -> dict[str, str]:
    """The form as an agent fills it in."""
    return {
        "site": str(site.pk) if site else "",
        "typed_site": "",
        "label": str(hub_id),
        "reason": REASON,
        "submission": str(uuid4()),
        **fields,
    }


def post(client: Client, form: dict[str, str], grant: Grant | None = None):
    return client.post(claim_page(grant), form)


def break_glass(client: Client, spkey_org_id: str, **fields: str):
    """Go through both steps, and return what the second answers."""
    asked = {"organisation": spkey_org_id, "reason": REASON, "ticket": "T-4711", **fields}
    assert client.post(GLASS, asked)["Location"] == CONFIRM
    return client.post(CONFIRM, {"confirmation": spkey_org_id})


def sent(sandbox) -> list:
    return [asked for asked in sandbox.state.requests if asked.path.endswith("/ClaimHub")]
