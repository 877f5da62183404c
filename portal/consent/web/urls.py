"""The addresses of an organisation's pages about support's access."""

from django.urls import path

from portal.consent.web import export, views

app_name = "consent"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("give/", views.give, name="give"),
    path("code/", views.code, name="code"),
    path("export/", export.export, name="export"),
    path("requests/<uuid:pk>/", views.request_page, name="request"),
    path("grants/<uuid:pk>/", views.revoke, name="revoke"),
]
