"""The addresses of an organisation's people, key and workspace."""

from django.urls import include, path

from portal.orgs.web import api_key, people, workspace

key_urls = (
    [
        path("", api_key.key_edit, name="edit"),
        path("check/", api_key.key_check, name="check"),
        path("live/", api_key.key_live, name="live"),
        path("sent/", api_key.key_sent, name="sent"),
    ],
    "key",
)
people_urls = (
    [
        path("", people.people_list, name="list"),
        path("<uuid:pk>/", people.people_edit, name="edit"),
    ],
    "people",
)
organisation_urls = ([path("switch/", workspace.switch, name="switch")], "organisation")

urlpatterns = [
    path("key/", include(key_urls)),
    path("people/", include(people_urls)),
    path("", include(organisation_urls)),
]
