"""Every address of the portal."""

from allauth.mfa.recovery_codes import views as codes
from django.contrib import admin
from django.urls import include, path, re_path

from portal.claims.web import home
from portal.core.web.health import health
from portal.orgs.web import factor_changes, languages, password_changes
from portal.orgs.web.adapters import closed
from portal.orgs.web.urls import session_urls
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
    # The sign-in library's own, with what it does not do: these, and those of the second factor.
    path("accounts/password/change/", password_changes.Change.as_view()),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        password_changes.SetByLink.as_view(),
    ),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/sessions/", include(session_urls)),
    path("accounts/2fa/totp/activate/", factor_changes.Activate.as_view()),
    path(
        "accounts/2fa/totp/deactivate/",
        factor_changes.needs_own_factor(factor_changes.Deactivate.as_view()),
    ),
    path(
        "accounts/2fa/recovery-codes/generate/",
        factor_changes.needs_own_factor(factor_changes.GenerateCodes.as_view()),
    ),
    path(
        "accounts/2fa/recovery-codes/", factor_changes.needs_own_factor(codes.view_recovery_codes)
    ),
    path(
        "accounts/2fa/recovery-codes/download/",
        factor_changes.needs_own_factor(codes.download_recovery_codes),
    ),
    path(
        "accounts/2fa/invitation/<str:token>/",
        factor_changes.invitation,
        name="factor-invitation",
    ),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("operator/", admin.site.urls),
    path("language/", languages.switch, name="language"),
    path("health/", health, name="health"),
    path("manifest.webmanifest", pwa.manifest, name="manifest"),
    path("service-worker.js", pwa.service_worker, name="service-worker"),
    path("client-errors/", pwa.client_errors, name="client-errors"),
    path("shell/<slug:language>/", pwa.shell, name="shell"),
]
