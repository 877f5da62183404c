"""The topics of e-mails in words: what they are called, and what is told."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from portal.core.ui import Text
from portal.notices.topics import Topic

TOPICS: Final[dict[Topic, tuple[Text, Text]]] = {
    Topic.KEY: (
        _("API key"),
        _("SmartphoneKey refuses the key, it may not claim a hub, or it ends soon."),
    ),
    Topic.CLAIMS: (
        _("Claims"),
        _("Claims were given up, wait for somebody, or did not end as they seemed to."),
    ),
    Topic.HUBS: (
        _("Hubs"),
        _("Hubs went offline, came back, or are not yours any more."),
    ),
    Topic.JOBS: (
        _("Jobs"),
        _("A job was completed, or is overdue."),
    ),
    Topic.REQUESTS: (
        _("Requests"),
        _("Somebody asks for something that an administrator decides."),
    ),
    Topic.IMPORTS: (
        _("Imports"),
        _("An import has finished."),
    ),
    Topic.SUPPORT: (
        _("SpKey support"),
        _("SpKey support did something for the organisation."),
    ),
}
