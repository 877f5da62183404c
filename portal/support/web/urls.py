"""Support's addresses. What is done for an organisation stands under the grant that allows it."""

from django.urls import path

from portal.hubs.photos.files import Size
from portal.support.web import acting, glass, inventory, moves, moving, searching, tray, views

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
    path("moves/", moves.request_list, name="moves"),
    path("moves/<uuid:pk>/", moves.request_page, name="move"),
    *(
        path(f"moves/<uuid:pk>/{what}/", moves.decide, {"what": what}, name=f"move-{what}")
        for what in moves.FORMS
    ),
    path("moves/<uuid:pk>/live/", moves.live, name="move-live"),
    path(
        "moves/<uuid:pk>/photos/<uuid:photo>/",
        moves.photo,
        {"size": Size.SMALL},
        name="move-photo",
    ),
    path(
        "moves/<uuid:pk>/photos/<uuid:photo>/large/",
        moves.photo,
        {"size": Size.LARGE},
        name="move-large",
    ),
    path("<uuid:pk>/", acting.organisation, name="organisation"),
    path("<uuid:pk>/claim/", acting.claim, name="claim"),
    path("<uuid:pk>/tray/", tray.page, name="tray"),
    path("<uuid:pk>/tray/sync/", tray.sync, name="tray-sync"),
    path("<uuid:pk>/tray/photo/", tray.photo, name="tray-photo"),
    path("<uuid:pk>/hubs/", inventory.hubs, name="hubs"),
    path("<uuid:pk>/move/<uuid:hub>/", moving.move, name="move-hub"),
    path("<uuid:pk>/move/<uuid:hub>/live/", moving.live, name="move-hub-live"),
    path("<uuid:pk>/move/<uuid:hub>/stop/<uuid:action>/", moving.stop, name="move-hub-stop"),
    path("<uuid:pk>/claims/", inventory.claims, name="organisation-claims"),
]
