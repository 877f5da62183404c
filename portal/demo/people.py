"""The demo's organisations and people: made once, then left as they are."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from portal.core.leasing import due_at
from portal.events import receivers
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, KeyReminder, Membership, Organisation, User
from portal.sandbox import lived_in, world

PASSWORD = "demo-hub-portal"  # noqa: S105 - of the demo, which never runs in production
TOTP_SECRET = "SPKEYDEMOSPKEYDEMOSPKEYDEMOSPKEY"  # noqa: S105 - likewise
BEGAN_DAYS_AGO = 36

Role = Membership.Role


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organisation of the demo. Without a key it has just begun; one ends after some days."""

    name: str
    spkey_org_id: str
    key: str = ""
    kind: ApiCredential.Kind = ApiCredential.Kind.NORMAL
    key_days: int | None = None
    fallback: str = ""


TENANTS = (
    Tenant(
        "Acme Properties",
        world.ACME_ORG_ID,
        world.ACME_KEY,
        key_days=45,
        fallback=world.USERS["admin@acme.example"],
    ),
    Tenant(
        "Harbour Living",
        world.HARBOUR_ORG_ID,
        world.HARBOUR_KEY,
        fallback=world.USERS["admin@harbour.example"],
    ),
    Tenant("Quay Homes", lived_in.QUAY_ORG_ID),
    Tenant("SpKey Support", world.SUPPORT_ORG_ID, world.SUPPORT_KEY, kind=ApiCredential.Kind.SUPER),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demo: `what` is said beside their sign-in.

    They joined so many days ago, were last seen so many hours ago, and leave in so many days.
    """

    email: str
    name: str
    what: str
    org_id: str = ""
    role: str = Role.INSTALLER
    support: bool = False
    all_sites: bool = True
    joined_days_ago: int = 0
    seen_hours_ago: float | None = None
    leaves_in_days: int | None = None


PEOPLE = (
    Person(
        "installer@acme.example",
        "Ira Installer",
        "claims hubs, at all sites",
        world.ACME_ORG_ID,
        joined_days_ago=35,
        seen_hours_ago=2,
    ),
    Person(
        "admin@acme.example",
        "Ada Admin",
        "jobs, sites, people, key, claims",
        world.ACME_ORG_ID,
        Role.ADMIN,
        joined_days_ago=36,
        seen_hours_ago=1,
    ),
    Person(
        "crew@acme.example",
        "Kit Crew",
        "claims where a job is: one is open today",
        world.ACME_ORG_ID,
        all_sites=False,
        joined_days_ago=12,
        seen_hours_ago=3,
    ),
    Person(
        "late@acme.example",
        "Lee Late",
        "claims where a job is: the last one has ended",
        world.ACME_ORG_ID,
        all_sites=False,
        joined_days_ago=24,
        seen_hours_ago=4,
    ),
    Person(
        "season@acme.example",
        "Sol Season",
        "claims hubs, and leaves soon",
        world.ACME_ORG_ID,
        joined_days_ago=34,
        seen_hours_ago=70,
        leaves_in_days=9,
    ),
    Person(
        "viewer@acme.example",
        "Vic Viewer",
        "looks at everything",
        world.ACME_ORG_ID,
        Role.VIEWER,
        joined_days_ago=30,
        seen_hours_ago=26,
    ),
    Person(
        "deputy@acme.example",
        "Dee Deputy",
        "the second administrator",
        world.ACME_ORG_ID,
        Role.ADMIN,
        joined_days_ago=35,
        seen_hours_ago=20,
    ),
    Person(
        "admin@harbour.example",
        "Hal Admin",
        "another organisation",
        world.HARBOUR_ORG_ID,
        Role.ADMIN,
        joined_days_ago=14,
        seen_hours_ago=49,
    ),
    Person(
        "admin@quay.example",
        "Quinn Admin",
        "an organisation that takes its first steps",
        lived_in.QUAY_ORG_ID,
        Role.ADMIN,
    ),
    Person(
        "agent@support.example",
        "Sam Support",
        "claims for other organisations; code: make manage COMMAND=demo_code",
        world.SUPPORT_ORG_ID,
        support=True,
    ),
    Person(
        "lead@support.example",
        "Lea Lead",
        "leads support: is told of broken glass and bursts",
        world.SUPPORT_ORG_ID,
        Role.ADMIN,
    ),
    Person(
        "operator@portal.example",
        "Otto Operator",
        "operators' pages at /operator/; code: make manage COMMAND=demo_code",
    ),
)


def make() -> None:
    """Make what is missing; what exists stays as somebody may have changed it."""
    organisations = {tenant.spkey_org_id: _organisation(tenant) for tenant in TENANTS}
    _told_of_events(organisations[world.ACME_ORG_ID])
    for person in PEOPLE:
        if not User.objects.filter(email=person.email).exists():
            _person(person, organisations.get(person.org_id))


def _organisation(tenant: Tenant) -> Organisation:
    began = timezone.now()
    if tenant.key:
        began -= timedelta(days=BEGAN_DAYS_AGO)
    organisation, made = Organisation.objects.get_or_create(
        spkey_org_id=tenant.spkey_org_id,
        defaults={
            "name": tenant.name,
            "fallback_spkey_user_id": tenant.fallback or None,
            "created_at": began,
            "id_confirmed_at": began if tenant.key else None,
            "first_steps_done_at": began if tenant.key else None,
        },
    )
    if made and tenant.key:
        _credential(tenant, organisation)
    return organisation


def _told_of_events(organisation: Organisation) -> None:
    """Let the sandbox tell this organisation of events, as `make run` has it do."""
    if receivers.receiver_of(organisation) is None:
        receiver = receivers.replace(organisation, None, lived_in.EVENTS_KEY)
        receivers.add_secret(receiver, None, lived_in.EVENTS_SECRET)


def _credential(tenant: Tenant, organisation: Organisation) -> None:
    credential = ApiCredential(
        organisation=organisation,
        kind=tenant.kind,
        sent_since=organisation.created_at,
        replaced_at=organisation.created_at,
        **due_at(timezone.now()),
    )
    if tenant.key_days is not None:
        credential.expires_on = timezone.localdate() + timedelta(days=tenant.key_days)
    credential.set_key(Secret(tenant.key), None)
    credential.save()
    if credential.expires_on is not None:
        KeyReminder.objects.create(credential=credential, **due_at(timezone.now()))


def _person(person: Person, organisation: Organisation | None) -> None:
    operator, now = organisation is None, timezone.now()
    joined = now - timedelta(days=person.joined_days_ago)
    user = User.objects.create(
        email=person.email,
        password=_hashed(),
        name=person.name,
        is_staff=operator,
        is_superuser=operator,
        date_joined=joined,
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    if organisation is not None:
        spkey_user_id = world.USERS.get(person.email)
        Membership.objects.create(
            user=user,
            organisation=organisation,
            role=person.role,
            support=person.support,
            all_sites=person.all_sites,
            spkey_user_id=spkey_user_id,
            spkey_user_id_found=spkey_user_id is not None,
            created_at=joined,
            seen_at=_before(now, person.seen_hours_ago),
            expires_at=_after(now, person.leaves_in_days),
        )
    if person.support or operator:
        totp.TOTP.activate(user, TOTP_SECRET)


@cache
def _hashed() -> str:
    """Return the password's hash, the same for all: each one anew would take its time."""
    return make_password(PASSWORD)


def _before(now: datetime, hours: float | None) -> datetime | None:
    return None if hours is None else now - timedelta(hours=hours)


def _after(now: datetime, days: int | None) -> datetime | None:
    return None if days is None else now + timedelta(days=days)


def code() -> str:
    """Return the six digits that the demo's agent and operator type in this half minute."""
    counter = int(time.time()) // 30
    return str(totp.format_hotp_value(totp.hotp_value(TOTP_SECRET, counter)))
