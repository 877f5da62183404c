"""What an administrator finds on the first page: what needs somebody, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext, ngettext, ngettext_lazy, npgettext, pgettext
from django.utils.translation import gettext_lazy as _

from portal.claims.display import reader_wording
from portal.claims.display.releases import Waiting
from portal.claims.models import SentHub
from portal.consent.models import AccessRequest, Grant
from portal.core.ui import Text
from portal.hubs.display import wording as hub_wording
from portal.hubs.display.links import hubs_where
from portal.hubs.learnt import LearntSite
from portal.hubs.troubles import Gone, Offline
from portal.jobs.models import JobRequest
from portal.orgs.display.key_wording import Banner
from portal.orgs.models import Membership

# How it begins what a line of a hub that was sent to administrators is about.
SENT: Final = "sent "


@dataclass(frozen=True, slots=True)
class Need:
    """Something that needs somebody: a line with its action.

    What has `about` can be put away, until it has something newer than `newest` to tell. `waiting`
    are claims to release or reject, `asked` a request to answer.
    """

    kind: str
    icon: str
    title: Text
    text: Text = ""
    url: Text = ""
    link_text: Text = ""
    about: str = ""
    newest: datetime | None = None
    waiting: Waiting | None = None
    asked: JobRequest | None = None


NO_WORKER = Need(
    "stop",
    "alert",
    _("Nothing is being sent"),
    _(
        "The portal's background worker is not running. Claims are saved and wait; "
        "tell an operator of the portal."
    ),
)
KEY_NOT_CHECKED = Need(
    "attention",
    "key",
    _("The API key could not be checked"),
    _("SmartphoneKey did not answer. Claims still go out when it does."),
    reverse_lazy("key:edit"),
    _("Check it again"),
)
NO_SITE = Need(
    "attention",
    "site",
    _("No site yet"),
    _("Hubs are claimed at a site. Make the first one."),
    reverse_lazy("sites:new"),
    _("Add site"),
)
ONE_ADMINISTRATOR = Need(
    "attention",
    "person",
    _("You are the only administrator"),
    _("If you are away or lose your phone, nobody can run the organisation. Invite a second one."),
    reverse_lazy("people:invite", query={"role": Membership.Role.ADMIN.value}),
    _("Invite"),
)


@dataclass(frozen=True, slots=True)
class Counted:
    """Claims of a group that need somebody: how to say how many, and what to do."""

    title: Text
    text: Text
    kind: str
    icon: str

    def need(self, group: str, number: int, newest: datetime | None) -> Need:
        """Return the line that says so of this many (one or more), the last of that moment."""
        return Need(
            self.kind,
            self.icon,
            self.title % {"number": number},
            self.text,
            f"{reverse('claims:list')}?state={group}",
            _("Show them"),
            about=f"claims {group}" if newest else "",
            newest=newest,
        )


COUNTED: dict[str, Counted] = {
    "blocked": Counted(
        ngettext_lazy("%(number)d claim needs you", "%(number)d claims need you", "number"),
        _("Nothing is lost: each says what it needs, and goes on by itself afterwards."),
        "attention",
        "key",
    ),
    "review": Counted(
        ngettext_lazy(
            "%(number)d claim is not confirmed", "%(number)d claims are not confirmed", "number"
        ),
        _(
            "SmartphoneKey has not said whether they took effect. We still look every hour; "
            "ask support, and quote the claim number."
        ),
        "attention",
        "help",
    ),
    "hub_offline": Counted(
        ngettext_lazy(
            "%(number)d claim waits for a hub that is offline",
            "%(number)d claims wait for hubs that are offline",
            "number",
        ),
        _("The portal keeps trying. Somebody on site can check power and cable."),
        "attention",
        "offline",
    ),
    "late": Counted(
        ngettext_lazy(
            "%(number)d claim took effect late", "%(number)d claims took effect late", "number"
        ),
        _(
            "The portal had ended them, and SmartphoneKey claimed the hubs after all. "
            "Compare with what stands in the building."
        ),
        "attention",
        "alert",
    ),
    "forbidden": Counted(
        ngettext_lazy(
            "%(number)d claim was not allowed with the API key",
            "%(number)d claims were not allowed with the API key",
            "number",
        ),
        _(
            "The key itself works. Make sure that it is this organisation’s own, then claim again. "
            "If it is, ask SmartphoneKey’s support, and quote the claim number."
        ),
        "stop",
        "key",
    ),
    "refused": Counted(
        ngettext_lazy("%(number)d claim was refused", "%(number)d claims were refused", "number"),
        _("In the last seven days, and not tried again."),
        "stop",
        "stop",
    ),
    "unclaimed": Counted(
        ngettext_lazy(
            "%(number)d claim ended without being claimed",
            "%(number)d claims ended without being claimed",
            "number",
        ),
        _(
            "SmartphoneKey knows no such hub, or kept failing. In the last seven days, "
            "and not tried again."
        ),
        "stop",
        "clock",
    ),
}
"""By the name of the group, or state, that the claims are listed under; the gravest first."""


def of_claims(numbers: Mapping[str, int], newest: Mapping[str, datetime]) -> list[Need]:
    """Return a line for each group of claims of which there are some.

    Those that ended, at `newest` the last of them, can be put away.
    """
    return [
        each.need(name, numbers[name], newest.get(name))
        for name, each in COUNTED.items()
        if numbers[name]
    ]


def of_waiting(waiting: Waiting) -> Need:
    """Return the line of claims that wait for an administrator."""
    job = waiting.job
    url = reverse("jobs:detail", args=(job.pk,)) if job else ""
    look = pgettext("at a job", "Look")
    return Need("attention", "person", waiting.title, waiting.tails, url, look, waiting=waiting)


def of_request(asked: JobRequest) -> Need:
    """Return the line of what somebody asks for."""
    person = asked.membership.user.display_name
    if asked.kind == JobRequest.Kind.MORE_TIME:
        words = gettext("%(person)s asks for more time at %(site)s")
        title = words % {"person": person, "site": asked.record_label}
    elif asked.kind == JobRequest.Kind.MOVE_HUB:
        words = gettext("%(person)s asks to move hub …%(tail)s to %(site)s")
        tail = str(asked.hub)[-4:].upper()
        title = words % {"person": person, "tail": tail, "site": asked.wanted}
    else:
        words = gettext("%(person)s asks to claim at “%(wanted)s”")
        title = words % {"person": person, "wanted": asked.wanted}
    url = reverse("jobs:request", args=(asked.pk,))
    return Need("attention", "clock", title, "", url, gettext("Answer"), asked=asked)


def of_sent(sent: SentHub) -> Need:
    """Return the line of a hub that somebody could not claim and sent to the administrators."""
    names = {
        "person": sent.sent_by.display_name,
        "tail": sent.tail,
        "site": sent.site.shown_name if sent.site else "",
    }
    if sent.site:
        title = gettext("%(person)s could not claim hub …%(tail)s at %(site)s") % names
    else:
        title = gettext("%(person)s could not claim hub …%(tail)s") % names
    text = gettext("%(why)s. Sent to you: %(at)s.") % {
        "why": reader_wording.for_administrator(sent.state, sent.reason, "").title,
        "at": hub_wording.moment(sent.sent_at),
    }
    where = ("claims:detail", sent.claim_id) if sent.claim_id else ("claims:sent", sent.pk)
    return Need(
        "attention",
        "hub",
        title,
        text,
        reverse(where[0], args=(where[1],)),
        pgettext("at a hub", "Look"),
        about=f"{SENT}{sent.hub_id.hex}",
        newest=sent.sent_at,
    )


def of_more_sent(number: int) -> Need:
    """Return the line of the hubs sent to administrators that have no line of their own."""
    title = ngettext(
        "%(number)d more hub was sent to you", "%(number)d more hubs were sent to you", number
    )
    url = reverse("claims:sent-list")
    return Need("attention", "hub", title % {"number": number}, "", url, gettext("Show all"))


def of_break_glass(grant: Grant) -> Need:
    """Return the line of support that acts without consent."""
    words = gettext("%(support)s acts for you without your consent until %(at)s")
    at = hub_wording.moment(grant.ends_at)
    title = words % {"support": grant.support_organisation.name, "at": at}
    url = reverse("consent:revoke", args=(grant.pk,))
    return Need("stop", "alert", title, grant.reason, url, gettext("Show it"))


def of_past_break_glass(grant: Grant) -> Need:
    """Return the line of support that has acted without consent."""
    words = gettext("%(support)s acted for you without your consent: %(at)s")
    at = hub_wording.moment(grant.begins_at)
    return Need(
        "attention",
        "alert",
        words % {"support": grant.support_organisation.name, "at": at},
        grant.reason,
        reverse("consent:revoke", args=(grant.pk,)),
        gettext("Show it"),
        about=f"glass {grant.pk}",
        newest=grant.begins_at,
    )


def of_access_request(asked: AccessRequest) -> Need:
    """Return the line of support that asks for access."""
    words = gettext("%(support)s asks for access")
    title = words % {"support": asked.membership.organisation.name}
    url = reverse("consent:request", args=(asked.pk,))
    return Need("attention", "shield", title, asked.reason, url, gettext("Answer"))


def _look(hubs: int) -> str:
    """Return what leads to so many hubs."""
    return npgettext("at hubs", "Look", "Look", hubs)


def of_offline(place: Offline) -> Need:
    """Return the line of the hubs that are offline at a site."""
    words = {
        "site": place.site.shown_name if place.site else "",
        "number": place.hubs,
        "at": hub_wording.moment(place.since),
    }
    if place.site:
        title = ngettext(
            "%(site)s: %(number)d hub offline since %(at)s",
            "%(site)s: %(number)d hubs offline since %(at)s",
            place.hubs,
        )
    else:
        title = ngettext(
            "At no site of yours: %(number)d hub offline since %(at)s",
            "At no site of yours: %(number)d hubs offline since %(at)s",
            place.hubs,
        )
    site = place.site.pk if place.site else ""
    url = hubs_where(state="offline", **({"site": site} if site else {}))
    return Need(
        "attention",
        "offline",
        title % words,
        "",
        url,
        _look(place.hubs),
        about=f"offline {site}",
        newest=place.newest,
    )


def of_more_offline(places: int) -> Need:
    """Return the line of the sites with hubs offline that have no line of their own."""
    title = ngettext(
        "Hubs are offline at %(number)d more site",
        "Hubs are offline at %(number)d more sites",
        places,
    )
    url = f"{reverse('sites:list')}?order=-offline"
    return Need("attention", "offline", title % {"number": places}, "", url, _look(places + 1))


def of_gone(gone: Gone) -> Need:
    """Return the line of the hubs that are not the organisation's any more."""
    title = ngettext(
        "%(number)d hub is not yours any more", "%(number)d hubs are not yours any more", gone.hubs
    )
    return Need(
        "attention",
        "hub",
        title % {"number": gone.hubs},
        gettext("SmartphoneKey says so. If nobody of yours gave them away, ask its support."),
        hubs_where(state="left"),
        _look(gone.hubs),
        about="left",
        newest=gone.newest,
    )


def of_learnt(learnt: LearntSite) -> Need:
    """Return the line that offers a site which hubs are at and the portal does not have."""
    title = ngettext(
        "%(number)d hub is at %(id)s. Add it as a site?",
        "%(number)d hubs are at %(id)s. Add it as a site?",
        learnt.hubs,
    )
    return Need(
        "working",
        "site",
        title % {"number": learnt.hubs, "id": learnt.spkey_site_id},
        "",
        reverse("sites:new", query={"spkey_site_id": learnt.spkey_site_id}),
        gettext("Add site"),
        about=f"learnt {learnt.spkey_site_id}",
        newest=learnt.newest,
    )


def of_more_learnt(number: int) -> Need:
    """Return the line of the other sites that hubs are at and the portal does not have."""
    title = ngettext(
        "Hubs are at %(number)d more site that the portal does not have",
        "Hubs are at %(number)d more sites that the portal does not have",
        number,
    )
    url = reverse("sites:list")
    return Need("working", "site", title % {"number": number}, "", url, gettext("Add sites"))


def of_key_end(banner: Banner) -> Need:
    """Return the line of a key that ends soon."""
    return Need(
        "attention", "key", banner.title, banner.text, banner.url, pgettext("a key", "Replace")
    )
