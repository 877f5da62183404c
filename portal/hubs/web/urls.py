"""The hubs' addresses."""

from django.urls import path

from portal.hubs.web import export, page, views

app_name = "hubs"
urlpatterns = [
    path("", views.hub_list, name="list"),
    path("export.csv", export.as_csv, name="export-csv"),
    path("export.xlsx", export.as_xlsx, name="export-xlsx"),
    path("<uuid:pk>/", page.detail, name="detail"),
    path("<uuid:pk>/live/", page.live, name="live"),
    path("<uuid:pk>/describe/", page.describe, name="describe"),
    path("<uuid:pk>/put-back/", page.put_back, name="put-back"),
]
