"""Ira, who installs hubs for Acme, in whose name everything is measured; others, who wait."""

from dataclasses import dataclass

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.test import Client

from portal.orgs import api_keys
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, Membership, Organisation, User
from portal.sandbox import world
from portal.sites.models import Site

IRA, HAL = "installer@acme.example", "admin@harbour.example"
ORGANISATIONS = {
    IRA: ("Acme Properties", world.ACME_ORG_ID, world.ACME_KEY),
    HAL: ("Harbour Living", world.HARBOUR_ORG_ID, world.HARBOUR_KEY),
}
SITES = ("Harbour House", "Mill Court", "Orchard Rise")


@dataclass(frozen=True, slots=True)
class Installer:
    """A signed-in installer: `cookie` is their session, as a browser would send it."""

    user: User
    organisation: Organisation
    site: Site
    cookie: str


def installer(email: str = IRA) -> Installer:
    """Return the installer, made with organisation, working key and sites if there is none."""
    return _signed_in(User.objects.filter(email=email).first() or _make(email))


def other(number: int) -> Installer:
    """Return an installer of another organisation, of which nothing is known but its number."""
    name = f"organisation-{number}"
    organisation = Organisation.objects.create(name=name.title(), spkey_org_id=name)
    return _signed_in(_make_at(organisation, f"installer@{name}.example"))


def crew(person: Installer, number: int) -> list[Installer]:
    """Return so many other installers of the person's organisation, whom SpKey knows as them."""
    known_as = world.user_id(person.user.email)
    made = []
    for n in range(number):
        user = User.objects.create_user(f"{n}.{person.user.email}")
        Membership.objects.create(
            user=user, organisation=person.organisation, spkey_user_id=known_as
        )
        made.append(_signed_in(user))
    return made


def _signed_in(user: User) -> Installer:
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    site = Site.objects.visible_to(user).order_by("name")[0]
    cookie = f"{settings.SESSION_COOKIE_NAME}={session}"
    return Installer(user, site.organisation, site, cookie)


def _make(email: str) -> User:
    name, spkey_org_id, secret = ORGANISATIONS[email]
    organisation = Organisation.objects.create(name=name, spkey_org_id=spkey_org_id)
    give_key(organisation, secret)
    return _make_at(organisation, email)


def give_key(
    organisation: Organisation, secret: str, kind: str = ApiCredential.Kind.NORMAL
) -> None:
    """Have the organisation call SpKey with this key, which works."""
    key = api_keys.replace(organisation, None, Secret(secret), None)
    ApiCredential.objects.filter(pk=key.pk).update(state="working", kind=kind, due_at=None)


def _make_at(organisation: Organisation, email: str) -> User:
    for site in SITES:
        Site.objects.create(
            organisation=organisation, name=site, spkey_site_id=site.lower().replace(" ", "-")
        )
    user = User.objects.create_user(email)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    Membership.objects.create(user=user, organisation=organisation)
    return user


def use_factor(client: Client, operator: User) -> None:
    """Let an operator have used a second factor in this session, as their pages demand."""
    totp = {"user": operator, "type": Authenticator.Type.TOTP}
    factor, _made = Authenticator.objects.get_or_create(**totp, defaults={"data": {}})
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, operator, "mfa", id=factor.pk)
    request.session.save()
