"""The addresses of hubs' photos."""

from django.urls import path

from portal.hubs.web import photos

app_name = "photos"
urlpatterns = [
    path("<uuid:pk>/photos/", photos.photos, name="list"),
    path("photos/<uuid:pk>/", photos.large, name="large"),
    path("photos/<uuid:pk>/small/", photos.small, name="small"),
    path("photos/<uuid:pk>/remove/", photos.remove, name="remove"),
    path("photos/<uuid:pk>/restore/", photos.restore, name="restore"),
]
