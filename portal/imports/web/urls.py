"""The addresses of imports."""

from django.urls import path

from portal.imports.web import chosen, detail, views

app_name = "imports"
urlpatterns = [
    path("", views.import_list, name="list"),
    path("new/", views.import_new, name="new"),
    path("move/", chosen.move_chosen, name="move-chosen"),
    path("<uuid:pk>/", detail.detail, name="detail"),
    path("<uuid:pk>/live/", detail.live, name="live"),
    path("<uuid:pk>/run/", views.run, name="run"),
    path("<uuid:pk>/check-again/", views.check_again, name="check-again"),
    path("<uuid:pk>/columns/", views.name_columns, name="columns"),
    path("<uuid:pk>/stop/", views.stop, name="stop"),
    path("<uuid:pk>/retry/", views.retry, name="retry"),
    path("<uuid:pk>/add-site/", views.add_site, name="add-site"),
    path("<uuid:pk>/export.csv", views.export, name="export"),
]
