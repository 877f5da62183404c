"""Who is there: organisations with a key each, their sites and people, and support."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp

from chaos.api import Api
from chaos.browser import Browser
from portal.consent import giving
from portal.consent.models import Scope
from portal.orgs import api_keys
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, Membership, Organisation, User
from portal.sandbox import world
from portal.sites.models import Site

PASSWORD = "a password for one run"
TOTP_SECRET = "ONLYFORCHAOSONLYFORCHAOSONLYFORC"
AGENTS = 2
SITES = ("mill-court", "orchard-rise")
SUPPORT = "support"
# The names of the sandbox's keys, and whose they are.
KNOWN = {
    "acme": (world.ACME_ORG_ID, world.ACME_KEY),
    "harbour": (world.HARBOUR_ORG_ID, world.HARBOUR_KEY),
}
NEW = {"north": "north-flats", "south": "south-lofts", "river": "river-homes"}

type Webs = Callable[[], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a browser, signed in to work for one tenant."""

    email: str
    browser: Browser


@dataclass(slots=True)
class Tenant:
    """An organisation: `key` names its key at the sandbox, `sites` maps SpKey ids to our own.

    `consent` is the id of what lets support act for it, "" for support itself.
    """

    key: str
    organisation: Organisation
    sites: dict[str, str] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    admin: Person | None = None
    consent: str = ""

    @property
    def org_id(self) -> str:
        """The organisation's SpKey id."""
        return self.organisation.spkey_org_id


def settle(api: Api, webs: Webs, installers: int) -> list[Tenant]:
    """Make the customers and support, the last in the list, and sign their people in.

    Each customer has an administrator and so many installers.
    """
    keys = KNOWN | {name: (org_id, api.add_key(name, org_id)) for name, org_id in NEW.items()}
    settled = []
    for name, (org_id, key) in keys.items():
        customer = Tenant(name, _organisation(name, org_id, key, "normal"))
        _fill(customer, webs, installers)
        _give_users(api, customer, fallback=name in NEW)
        settled.append(customer)
    support = _support(api, webs)
    for customer in settled:
        customer.consent = _consent(customer, support)
    return [*settled, support]


def _fill(tenant: Tenant, webs: Webs, installers: int) -> None:
    """Give a customer its sites and people."""
    for site_id in SITES:
        site = Site.objects.create(
            organisation=tenant.organisation, name=site_id, spkey_site_id=site_id
        )
        tenant.sites[site_id] = str(site.pk)
    for number in range(installers):
        tenant.people.append(_person(webs, tenant, f"installer{number}@{tenant.key}.example"))
    tenant.admin = _person(webs, tenant, f"admin@{tenant.key}.example", role="admin")


def _support(api: Api, webs: Webs) -> Tenant:
    organisation = _organisation(SUPPORT, world.SUPPORT_ORG_ID, world.SUPPORT_KEY, "super")
    tenant = Tenant(SUPPORT, organisation)
    for number in range(AGENTS):
        agent = _person(webs, tenant, f"agent{number}@support.example", support=True)
        tenant.people.append(agent)
    tenant.admin = _person(webs, tenant, "admin@support.example", role="admin")
    _give_users(api, tenant, fallback=False)
    return tenant


def _consent(customer: Tenant, support: Tenant) -> str:
    admin = customer.organisation.memberships.select_related("organisation", "user").get(
        role=Membership.Role.ADMIN
    )
    return str(giving.give(admin, support.organisation, Scope()).pk)


def _give_users(api: Api, tenant: Tenant, *, fallback: bool) -> None:
    """Make the people known to SpKey, or one user of whom they all make use."""
    if fallback:
        user_id = api.make_user(f"office@{tenant.key}.example")
        Organisation.objects.filter(pk=tenant.organisation.pk).update(
            fallback_spkey_user_id=user_id
        )
        return
    for person in (*tenant.people, tenant.admin):
        if person is not None:
            api.make_user(person.email)


def _organisation(name: str, org_id: str, key: str, kind: str) -> Organisation:
    organisation = Organisation.objects.create(name=name.capitalize(), spkey_org_id=org_id)
    credential = api_keys.replace(organisation, None, Secret(key), None)
    ApiCredential.objects.filter(pk=credential.pk).update(kind=kind, state="working", due_at=None)
    return organisation


def _person(webs: Webs, tenant: Tenant, email: str, **membership: object) -> Person:
    user = User.objects.create_user(email, PASSWORD, name=email.partition("@")[0])
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    Membership.objects.create(user=user, organisation=tenant.organisation, **membership)
    browser = Browser(webs)
    secret = ""
    if membership.get("support"):
        totp.TOTP.activate(user, TOTP_SECRET)
        secret = TOTP_SECRET
    browser.sign_in(email, PASSWORD, secret)
    return Person(email, browser)
