"""Support's addresses."""

from django.urls import path

from portal.support.web import views

app_name = "support"
urlpatterns = [
    path("", views.claim_list, name="claims"),
    path("new/", views.new, name="new"),
]
