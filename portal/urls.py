"""Every address of the portal."""

from django.contrib import admin
from django.urls import include, path

from portal.audit.web import views as record
from portal.claims.web import finder, home, home_admin
from portal.core.web.health import health
from portal.events.web import receiver
from portal.hubs.photos.files import Size
from portal.jobs.web import handover_link
from portal.monitoring.web import state
from portal.monitoring.web.metrics import metrics
from portal.monitoring.web.ready import ready
from portal.notices.web import letters, news
from portal.orgs.web import invitation, languages
from portal.pwa.web import views as pwa

handler500 = "portal.core.web.failures.failed"
urlpatterns = [
    path("", home.home, name="home"),
    path("search/", finder.search, name="search"),
    path("first-steps/organisation-id/", home.confirm_id, name="first-steps-id"),
    path("first-steps/put-away/", home.put_steps_away, name="first-steps-put-away"),
    path("needs/put-away/", home_admin.put_away, name="needs-put-away"),
    path("needs/take-back/", home_admin.take_back, name="needs-take-back"),
    path("claims/tray/", include("portal.tray.web.urls")),
    path("claims/", include("portal.claims.web.urls")),
    path("hubs/", include("portal.hubs.web.photo_urls")),
    path("import/", include("portal.imports.web.urls")),
    path("jobs/", include("portal.jobs.web.urls")),
    path("handover/<str:token>/", handover_link.linked, name="handover-link"),
    path(
        "handover/<str:token>/photos/<uuid:photo>/",
        handover_link.photo,
        {"size": Size.LARGE},
        name="handover-large",
    ),
    path(
        "handover/<str:token>/photos/<uuid:photo>/small/",
        handover_link.photo,
        {"size": Size.SMALL},
        name="handover-small",
    ),
    path("hubs/", include("portal.hubs.web.urls")),
    path("sites/", include("portal.sites.web.urls")),
    path("hubs/", include("portal.hubs.web.action_urls")),
    path("organisation/", include("portal.orgs.web.urls")),
    path("organisation/events/", include("portal.events.web.urls")),
    path("events/<str:key>", receiver.receive, name="event-receiver"),
    path("moves/", include("portal.moves.web.urls")),
    path("support/", include("portal.support.web.urls")),
    path("support-access/", include("portal.consent.web.urls")),
    path("record/", include("portal.audit.web.urls")),
    path("accounts/", include("portal.orgs.web.account_urls")),
    path("accounts/activity/", record.activity, name="activity"),
    path("accounts/news/", news.news, name="news"),
    path("letters/", letters.letters, name="letters"),
    path("letters/<slug:kind>/<uuid:pk>/<slug:language>/", letters.letter, name="letter"),
    path("invitation/<str:token>/", invitation.invitation, name="invitation"),
    path("operator/state/", state.state, name="operators-state"),
    path("operator/", admin.site.urls),
    path("language/", languages.switch, name="language"),
    path("health/", health, name="health"),
    path("ready/", ready, name="ready"),
    path("metrics", metrics, name="metrics"),
    path("manifest.webmanifest", pwa.manifest, name="manifest"),
    path("service-worker.js", pwa.service_worker, name="service-worker"),
    path("client-errors/", pwa.client_errors, name="client-errors"),
    path("shell/<slug:language>/", pwa.shell, name="shell"),
]
