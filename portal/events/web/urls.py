"""The addresses of the page on which events are set up."""

from django.urls import path

from portal.events.web import setup

app_name = "events"
urlpatterns = [
    path("", setup.page, name="setup"),
    path("live/", setup.live, name="live"),
    path("make/", setup.make, name="make"),
    path("replace/", setup.replace, name="replace"),
    path("secrets/", setup.secret_make, name="secret-make"),
    path("secrets/<uuid:pk>/remove/", setup.secret_remove, name="secret-remove"),
]
