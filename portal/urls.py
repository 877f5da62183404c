"""Every address of the portal."""

from allauth.mfa.recovery_codes import views as codes
from django.contrib import admin
from django.urls import include, path

from portal.audit.web import views as record
from portal.claims.web import finder, home
from portal.core.web.health import health
from portal.notices.web import letters, news
from portal.orgs.web import factor_changes, invitation, languages, passkeys, security
from portal.orgs.web.adapters import closed
from portal.orgs.web.factor_changes import needs_invitation, needs_own_factor
from portal.orgs.web.urls import session_urls
from portal.pwa.web import views as pwa

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", finder.search, name="search"),
    path("first-steps/organisation-id/", home.confirm_id, name="first-steps-id"),
    path("first-steps/put-away/", home.put_steps_away, name="first-steps-put-away"),
    path("claims/tray/", include("portal.tray.web.urls")),
    path("claims/", include("portal.claims.web.urls")),
    path("jobs/", include("portal.jobs.web.urls")),
    path("sites/", include("portal.sites.web.urls")),
    path("organisation/", include("portal.orgs.web.urls")),
    path("support/", include("portal.support.web.urls")),
    path("record/", include("portal.audit.web.urls")),
    # A claim is made in the name of the SpKey user of an address: nobody changes their own.
    path("accounts/email/", closed),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/activity/", record.activity, name="activity"),
    path("accounts/news/", news.news, name="news"),
    path("letters/", letters.letters, name="letters"),
    path("letters/<slug:kind>/<uuid:pk>/<slug:language>/", letters.letter, name="letter"),
    path("accounts/sessions/", include(session_urls)),
    # The sign-in library's own, with what it does not do.
    path(
        "accounts/2fa/totp/activate/",
        needs_invitation(needs_own_factor(factor_changes.Activate.as_view())),
    ),
    path(
        "accounts/2fa/totp/deactivate/",
        needs_own_factor(factor_changes.Deactivate.as_view()),
    ),
    path(
        "accounts/2fa/recovery-codes/generate/",
        needs_own_factor(factor_changes.GenerateCodes.as_view()),
    ),
    path("accounts/2fa/recovery-codes/", needs_own_factor(codes.view_recovery_codes)),
    path(
        "accounts/2fa/recovery-codes/download/",
        needs_own_factor(codes.download_recovery_codes),
    ),
    path(
        "accounts/2fa/invitation/<str:token>/",
        factor_changes.invitation,
        name="factor-invitation",
    ),
    path("accounts/2fa/", security.Security.as_view()),
    path("accounts/2fa/authenticate/", passkeys.Authenticate.as_view()),
    path("accounts/2fa/webauthn/", passkeys.no_list),
    path("accounts/2fa/webauthn/reauthenticate/", passkeys.Reauthenticate.as_view()),
    path(
        "accounts/2fa/webauthn/add/",
        needs_invitation(needs_own_factor(factor_changes.AddPasskey.as_view())),
    ),
    path(
        "accounts/2fa/webauthn/keys/<int:pk>/edit/",
        needs_own_factor(factor_changes.RenamePasskey.as_view()),
    ),
    path(
        "accounts/2fa/webauthn/keys/<int:pk>/remove/",
        needs_own_factor(factor_changes.RemovePasskey.as_view()),
    ),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("invitation/<str:token>/", invitation.invitation, name="invitation"),
    path("operator/", admin.site.urls),
    path("language/", languages.switch, name="language"),
    path("health/", health, name="health"),
    path("manifest.webmanifest", pwa.manifest, name="manifest"),
    path("service-worker.js", pwa.service_worker, name="service-worker"),
    path("client-errors/", pwa.client_errors, name="client-errors"),
    path("shell/<slug:language>/", pwa.shell, name="shell"),
]
