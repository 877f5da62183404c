"""The addresses of what is done to hubs."""

from django.urls import path

from portal.hubs.web import actions, support_message
from portal.hubs.web.action_pages import ACTION_PAGES

app_name = "hub-actions"
urlpatterns = [
    path("actions/<uuid:pk>/stop/", actions.stop, name="stop"),
    path("<uuid:pk>/actions/", actions.page, name="page"),
    path("<uuid:pk>/actions/live/", actions.live, name="live"),
    path("<uuid:pk>/ask-support/", support_message.support_message, name="ask-support"),
    *(path(f"<uuid:pk>/{what}/", actions.act, {"what": what}, name=what) for what in ACTION_PAGES),
]
