"""Every address of the portal."""

from django.contrib import admin
from django.urls import include, path

from portal.claims.web import home
from portal.core.web.health import health
from portal.orgs.web import languages
from portal.orgs.web.adapters import closed
from portal.pwa.web import views as pwa

urlpatterns = [
    path("", home.home, name="home"),
    path("claims/tray/", include("portal.tray.web.urls")),
    path("claims/", include("portal.claims.web.urls")),
    path("sites/", include("portal.sites.web.urls")),
    path("organisation/", include("portal.orgs.web.urls")),
    path("support/", include("portal.support.web.urls")),
    # A claim is made in the name of the SpKey user of an address: nobody changes their own.
    path("accounts/email/", closed),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("operator/", admin.site.urls),
    path("language/", languages.switch, name="language"),
    path("health/", health, name="health"),
    path("manifest.webmanifest", pwa.manifest, name="manifest"),
    path("service-worker.js", pwa.service_worker, name="service-worker"),
    path("client-errors/", pwa.client_errors, name="client-errors"),
    path("shell/<slug:language>/", pwa.shell, name="shell"),
]
