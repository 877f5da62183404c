"""The addresses of the record."""

from django.urls import path

from portal.audit.web import views

app_name = "record"
urlpatterns = [
    path("", views.record_list, name="list"),
    path("export/", views.export, name="export"),
]
