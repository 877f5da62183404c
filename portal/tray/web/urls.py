"""The tray's addresses."""

from django.urls import path

from portal.tray.web import views

app_name = "tray"
urlpatterns = [
    path("", views.sync, name="sync"),
    path("photo/", views.photo, name="photo"),
]
