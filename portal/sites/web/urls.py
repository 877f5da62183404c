"""The sites' addresses."""

from django.urls import path

from portal.sites.web import making, many, page, views

app_name = "sites"
urlpatterns = [
    path("", views.site_list, name="list"),
    path("new/", making.new, name="new"),
    path("new/id/", making.site_id, name="id"),
    path("import/", many.bring_in, name="import"),
    path("<uuid:pk>/", page.detail, name="detail"),
    path("<uuid:pk>/change/", views.edit, name="edit"),
    path("<uuid:pk>/archive/", views.archive, name="archive"),
    path("<uuid:pk>/restore/", views.restore, name="restore"),
]
