"""The claims' addresses."""

from django.urls import path

from portal.claims.web import polling, replacing, sent, sent_list, views

app_name = "claims"
urlpatterns = [
    path("", views.claim_list, name="list"),
    path("new/", views.new, name="new"),
    path("read/", views.read, name="read"),
    path("replace/<uuid:pk>/", replacing.replace, name="replace"),
    path("sent/", sent_list.sent_list, name="sent-list"),
    path("sent/<uuid:pk>/", sent.sent_hub, name="sent"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/live/", polling.live, name="live"),
    path("<uuid:pk>/try-now/", views.try_now, name="try-now"),
    path("<uuid:pk>/stop/", views.stop, name="stop"),
    path("<uuid:pk>/release/", views.release, name="release"),
    path("<uuid:pk>/again/", views.again, name="again"),
    path("<uuid:pk>/tell/", views.tell, name="tell"),
]
