"""Support's addresses. What is done for an organisation stands under the grant that allows it."""

from django.urls import path

from portal.support.web import acting, glass, inventory, searching, tray, views

app_name = "support"
urlpatterns = [
    path("", views.claim_list, name="claims"),
    path("search/", searching.find, name="find"),
    path("hubs/<uuid:pk>/", searching.hub, name="hub"),
    path("ask/", views.ask, name="ask"),
    path("code/", views.code, name="code"),
    path("break-glass/", glass.begin, name="break-glass"),
    path("break-glass/confirm/", glass.confirm, name="break-glass-confirm"),
    path("unknown/", glass.unknown, name="unknown"),
    path("<uuid:pk>/", acting.organisation, name="organisation"),
    path("<uuid:pk>/claim/", acting.claim, name="claim"),
    path("<uuid:pk>/tray/", tray.page, name="tray"),
    path("<uuid:pk>/tray/sync/", tray.sync, name="tray-sync"),
    path("<uuid:pk>/tray/photo/", tray.photo, name="tray-photo"),
    path("<uuid:pk>/hubs/", inventory.hubs, name="hubs"),
    path("<uuid:pk>/claims/", inventory.claims, name="organisation-claims"),
]
