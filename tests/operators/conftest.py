"""Otto at work in the operators' pages, the forms he sends, and rows with canaries for secrets."""

import re
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from portal.audit.models import Entry
from portal.hubs.actions.models import HubAction, HubActionAttempt, Kind
from portal.hubs.models import Hub
from portal.monitoring import device_reports
from portal.notices import account_emails, invitation_emails
from portal.orgs import api_keys, invitations
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, Membership
from portal.sandbox import world
from tests.conftest import work_until_refused
from tests.people_with_factor import TOTP_SECRET, has_used_factor, set_up_factor

CANARY_KEY = "canaryKeyCanaryKeyCanaryKeyCanaryKey0001"
CANARY_TOKEN = "canary-token-canary-token-canary-token"


@pytest.fixture
def operator(otto, as_person) -> Client:
    """Otto, signed in, his second factor used just now."""
    return has_used_factor(as_person(otto), otto)


@pytest.fixture
def everything(sandbox, acme, claim, ira, ada, otto, operator) -> list[str]:
    """Rows of every kind, with canaries for secrets. Return what must not be seen."""
    api_keys.replace(acme, otto, Secret(CANARY_KEY), Secret(CANARY_TOKEN))
    ApiCredential.objects.update(due_at=None)  # So that the claim finds out first.
    set_up_factor(ira)
    account_emails.write_to(ada, "new_password", "en")
    how = {"role": "installer", "all_sites": True, "actor": ada}
    invitation = invitations.invite(acme, "new@elsewhere.example", **how)
    invitation_emails.write_for(invitation, "en")
    work_until_refused(claim)
    hub = Hub.objects.filter(organisation=acme).first() or Hub.objects.create(
        organisation=acme, hub_id=world.MAGIC["ours"].id, binding=Hub.Binding.OURS
    )
    action = HubAction.objects.create(
        organisation=acme, hub=hub, kind=Kind.SUSPEND, asked_by=ada, submission=uuid4()
    )
    HubActionAttempt.objects.create(action=action, number=1, epoch=1, kind="send")
    [link] = re.findall(r"/reset/key/(\S+)/", "".join(email.body for email in mail.outbox))
    device_reports.keep(name="TypeError", message="x is null", script="/x.js", line=1, release="")
    secrets = [CANARY_KEY, CANARY_TOKEN, TOTP_SECRET, ira.password, otto.password, link]
    secrets += [invitations.token_of(invitation), invitation.seed, invitation.digest]
    secrets += [factor.data["secret"] for factor in Authenticator.objects.all()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, bearer_token, fingerprint FROM orgs_apicredential")
        secrets += [column for row in cursor.fetchall() for column in row if column]
    return secrets


REASON = "Ticket 4711: she left for good"


def address(model: type, action: str, *pk: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{action}", args=pk)


def last() -> Entry:
    return Entry.objects.order_by("-at").first()


def inline(prefix: str, *rows: dict[str, str], existing: int = 0) -> dict[str, str]:
    """An inline formset as the browser posts it; the existing rows come first."""
    form = {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": str(existing)}
    for n, row in enumerate(rows):
        form |= {f"{prefix}-{n}-{name}": value for name, value in row.items()}
    return form


def acme_form(**fields: str) -> dict[str, str]:
    return {
        "name": "Acme Properties",
        "spkey_org_id": "acme-properties",
        "fallback_spkey_user_id": "",
        **inline("memberships"),
        **inline("sites"),
        **fields,
    }


def member_row(membership: Membership, **fields: str) -> dict[str, str]:
    return {
        "id": str(membership.pk),
        "organisation": str(membership.organisation_id),
        "user": str(membership.user_id),
        "role": membership.role,
        "spkey_user_id": "",
        "expires_at_0": "",
        "expires_at_1": "",
        **fields,
    }
