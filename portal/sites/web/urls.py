"""The sites' addresses."""

from django.urls import path

from portal.sites.web import views

app_name = "sites"
urlpatterns = [
    path("", views.site_list, name="list"),
    path("new/", views.site_new, name="new"),
    path("<uuid:pk>/", views.site_edit, name="edit"),
    path("<uuid:pk>/archive/", views.site_archive, name="archive"),
    path("<uuid:pk>/restore/", views.site_restore, name="restore"),
]
