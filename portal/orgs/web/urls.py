"""The addresses of an organisation's people, key and workspace."""

from django.urls import include, path

from portal.orgs.web import (
    api_key,
    invite,
    organisation,
    people,
    removal,
    sessions,
    workspace,
)

key_urls = (
    [
        path("", api_key.key_edit, name="edit"),
        path("check/", api_key.key_check, name="check"),
        path("live/", api_key.key_live, name="live"),
        path("sent/", api_key.key_sent, name="sent"),
        path("expiry/", api_key.key_expiry, name="expiry"),
        path("new/check/", api_key.candidate_check, name="candidate-check"),
        path("new/discard/", api_key.candidate_discard, name="candidate-discard"),
        path("new/use/", api_key.candidate_use, name="candidate-use"),
    ],
    "key",
)
people_urls = (
    [
        path("", people.people_list, name="list"),
        path("invite/", invite.people_invite, name="invite"),
        path("invitations/<uuid:pk>/again/", invite.invitation_again, name="invite-again"),
        path("invitations/<uuid:pk>/revoke/", invite.invitation_revoke, name="revoke"),
        path("leave/", removal.people_leave, name="leave"),
        path("<uuid:pk>/", people.people_edit, name="edit"),
        path("<uuid:pk>/place/", people.people_place, name="place"),
        path("<uuid:pk>/end-sessions/", people.people_end_sessions, name="end-sessions"),
        path("<uuid:pk>/remove/", removal.people_remove, name="remove"),
    ],
    "people",
)
session_urls = (
    [
        path("", sessions.session_list, name="list"),
        path("end/", sessions.session_end, name="end"),
        path("end-others/", sessions.session_end_others, name="end-others"),
    ],
    "sessions",
)
organisation_urls = (
    [
        path("switch/", workspace.switch, name="switch"),
        path("settings/", organisation.settings, name="settings"),
    ],
    "organisation",
)

urlpatterns = [
    path("key/", include(key_urls)),
    path("people/", include(people_urls)),
    path("", include(organisation_urls)),
]
