"""The jobs' addresses."""

from django.urls import path

from portal.hubs.photos.files import Size
from portal.jobs.web import actions, asking, handover, handover_photos, live, views

app_name = "jobs"
urlpatterns = [
    path("", views.job_list, name="list"),
    path("new/", views.new, name="new"),
    path("waiting/", actions.decide, name="decide"),
    path("ask/", asking.ask_for_site, name="ask-site"),
    path("ask-move/<uuid:pk>/", asking.ask_for_move, name="ask-move"),
    path("requests/<uuid:pk>/", asking.request_page, name="request"),
    path("handover-links/<uuid:pk>/end/", handover.end_link, name="handover-link-end"),
    path("<uuid:pk>/", live.detail, name="detail"),
    path("<uuid:pk>/live/", live.live, name="live"),
    path("<uuid:pk>/edit/", views.edit, name="edit"),
    path("<uuid:pk>/people/", actions.people, name="people"),
    path("<uuid:pk>/extend/", actions.extend, name="extend"),
    path("<uuid:pk>/cancel/", actions.cancel, name="cancel"),
    path("<uuid:pk>/reopen/", actions.reopen, name="reopen"),
    path("<uuid:pk>/ask/", asking.ask_for_time, name="ask"),
    path("<uuid:pk>/complete/", handover.complete, name="complete"),
    path("<uuid:pk>/handover/", handover.handover, name="handover"),
    path("<uuid:pk>/handover/accept/", handover.accept, name="handover-accept"),
    path("<uuid:pk>/handover/link/", handover.new_link, name="handover-link"),
    path(
        "<uuid:pk>/handover/photos/<uuid:photo>/",
        handover_photos.photo,
        {"size": Size.LARGE},
        name="handover-large",
    ),
    path(
        "<uuid:pk>/handover/photos/<uuid:photo>/small/",
        handover_photos.photo,
        {"size": Size.SMALL},
        name="handover-small",
    ),
]
