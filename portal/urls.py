"""Every address of the portal."""

from django.contrib import admin
from django.urls import include, path

from portal import languages
from portal.claims import home
from portal.health import health
from portal.orgs import views as orgs
from portal.orgs.adapters import closed
from portal.pwa import views as pwa

site_urls = (
    [
        path("", orgs.site_list, name="list"),
        path("new/", orgs.site_new, name="new"),
        path("<uuid:pk>/", orgs.site_edit, name="edit"),
        path("<uuid:pk>/archive/", orgs.site_archive, name="archive"),
        path("<uuid:pk>/restore/", orgs.site_restore, name="restore"),
    ],
    "sites",
)
people_urls = (
    [
        path("", orgs.people_list, name="list"),
        path("<uuid:pk>/", orgs.people_edit, name="edit"),
    ],
    "people",
)
key_urls = (
    [
        path("", orgs.key_edit, name="edit"),
        path("check/", orgs.key_check, name="check"),
        path("live/", orgs.key_live, name="live"),
    ],
    "key",
)
organisation_urls = ([path("switch/", orgs.switch, name="switch")], "organisation")

urlpatterns = [
    path("", home.home, name="home"),
    path("claims/tray/", include("portal.tray.web.urls")),
    path("claims/", include("portal.claims.urls")),
    path("sites/", include(site_urls)),
    path("organisation/key/", include(key_urls)),
    path("organisation/people/", include(people_urls)),
    path("organisation/", include(organisation_urls)),
    path("support/", include("portal.support.urls")),
    # A claim is made in the name of whoever SpKey has for an address: nobody changes their own.
    path("accounts/email/", closed),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("operator/", admin.site.urls),
    path("language/", languages.switch, name="language"),
    path("health/", health, name="health"),
    path("manifest.webmanifest", pwa.manifest, name="manifest"),
    path("service-worker.js", pwa.service_worker, name="service-worker"),
    path("shell/<slug:language>/", pwa.shell, name="shell"),
]
