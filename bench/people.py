"""Ira, who installs hubs for Acme: the person in whose name everything is measured."""

from dataclasses import dataclass

from django.conf import settings
from django.test import Client

from portal.orgs import credentials
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, Membership, Organisation, Site, User
from portal.sandbox import world

EMAIL = "installer@acme.example"
SITES = ("Harbour House", "Mill Court", "Orchard Rise")


@dataclass(frozen=True, slots=True)
class Installer:
    """A signed-in installer: `cookie` is their session, as a browser would send it."""

    user: User
    organisation: Organisation
    site: Site
    cookie: str


def installer() -> Installer:
    """Return the installer, made with organisation, working key and sites if there is none."""
    user = User.objects.filter(email=EMAIL).first() or _make()
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    site = Site.objects.order_by("name")[0]
    cookie = f"{settings.SESSION_COOKIE_NAME}={session}"
    return Installer(user, site.organisation, site, cookie)


def _make() -> User:
    acme = Organisation.objects.create(name="Acme Properties", spkey_org_id=world.ACME_ORG_ID)
    key = credentials.replace(acme, None, Secret(world.ACME_KEY), None)
    ApiCredential.objects.filter(pk=key.pk).update(state="working", check_due_at=None)
    for name in SITES:
        Site.objects.create(
            organisation=acme, name=name, spkey_site_id=name.lower().replace(" ", "-")
        )
    user = User.objects.create_user(EMAIL, name="Ira Installer")
    Membership.objects.create(user=user, organisation=acme)
    return user
