"""The demo's organisations, people and sites: made once, then left as they are."""

import time
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp
from django.db import transaction

from portal.orgs import api_keys
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, Membership, Organisation, User
from portal.sandbox import world
from portal.sites.models import Site

PASSWORD = "demo-hub-portal"  # noqa: S105 - of the demo, which never runs in production
TOTP_SECRET = "SPKEYDEMOSPKEYDEMOSPKEYDEMOSPKEY"  # noqa: S105 - likewise


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organisation of the demo."""

    name: str
    spkey_org_id: str
    key: str
    kind: ApiCredential.Kind
    sites: tuple[tuple[str, str, str], ...] = ()


TENANTS = (
    Tenant(
        "Acme Properties",
        world.ACME_ORG_ID,
        world.ACME_KEY,
        ApiCredential.Kind.NORMAL,
        (
            ("Harbour House", "harbour-house", "12 Quay Street"),
            ("Mill Court", "mill-court", "3 Mill Lane"),
            ("Orchard Rise", "orchard-rise", "88 Orchard Road"),
        ),
    ),
    Tenant(
        "Harbour Living",
        world.HARBOUR_ORG_ID,
        world.HARBOUR_KEY,
        ApiCredential.Kind.NORMAL,
        (("Lighthouse Flats", "lighthouse-flats", "1 Pier Road"),),
    ),
    Tenant("SpKey Support", world.SUPPORT_ORG_ID, world.SUPPORT_KEY, ApiCredential.Kind.SUPER),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demo: `what` is said beside their sign-in."""

    email: str
    name: str
    what: str
    org_id: str = ""
    role: str = Membership.Role.INSTALLER
    support: bool = False


PEOPLE = (
    Person("installer@acme.example", "Ira Installer", "claims hubs", world.ACME_ORG_ID),
    Person(
        "admin@acme.example",
        "Ada Admin",
        "sites, key, claims",
        world.ACME_ORG_ID,
        Membership.Role.ADMIN,
    ),
    Person(
        "admin@harbour.example",
        "Hal Admin",
        "another organisation",
        world.HARBOUR_ORG_ID,
        Membership.Role.ADMIN,
    ),
    Person(
        "agent@support.example",
        "Sam Support",
        "claims for other organisations; code: make manage COMMAND=demo_code",
        world.SUPPORT_ORG_ID,
        support=True,
    ),
    Person(
        "operator@portal.example",
        "Otto Operator",
        "operators' pages at /operator/; code: make manage COMMAND=demo_code",
    ),
)


@transaction.atomic
def make() -> None:
    """Make what is missing; what exists stays as somebody may have changed it."""
    organisations = {tenant.spkey_org_id: _organisation(tenant) for tenant in TENANTS}
    for person in PEOPLE:
        if not User.objects.filter(email=person.email).exists():
            _person(person, organisations.get(person.org_id))


def _organisation(tenant: Tenant) -> Organisation:
    organisation, made = Organisation.objects.get_or_create(
        spkey_org_id=tenant.spkey_org_id, defaults={"name": tenant.name}
    )
    if made:
        credential = api_keys.replace(organisation, None, Secret(tenant.key), None)
        ApiCredential.objects.filter(pk=credential.pk).update(kind=tenant.kind)
        for name, spkey_site_id, address in tenant.sites:
            Site.objects.create(
                organisation=organisation, name=name, spkey_site_id=spkey_site_id, address=address
            )
    return organisation


def _person(person: Person, organisation: Organisation | None) -> None:
    operator = organisation is None
    user = User.objects.create_user(
        person.email, PASSWORD, name=person.name, is_staff=operator, is_superuser=operator
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    if organisation is not None:
        Membership.objects.create(
            user=user, organisation=organisation, role=person.role, support=person.support
        )
    if person.support or operator:
        totp.TOTP.activate(user, TOTP_SECRET)


def code() -> str:
    """Return the six digits that the demo's agent and operator type in this half minute."""
    counter = int(time.time()) // 30
    return str(totp.format_hotp_value(totp.hotp_value(TOTP_SECRET, counter)))
