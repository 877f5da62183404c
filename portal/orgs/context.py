"""What every page knows of where it stands."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from portal.orgs import access
from portal.orgs.models import ApiCredential, Membership, Organisation

OPERATE = "operate"


@dataclass(frozen=True)
class Banner:
    """Something that concerns the whole screen: `kind` is stop, attention or working."""

    kind: str
    title: str
    text: str
    url: str = ""
    link_text: str = ""


@dataclass(frozen=True)
class Place:
    """The organisation a person works in, their memberships and what they may do there."""

    organisation: Organisation | None = None
    memberships: list[Membership] = field(default_factory=list)
    can: frozenset[str] = frozenset()
    banner: Banner | None = None


def place(request: HttpRequest) -> dict[str, Any]:
    """Give templates `place`, looked up only by those that use it: a polled fragment does not."""
    return {"place": SimpleLazyObject(lambda: find_place(request))}


def find_place(request: HttpRequest) -> Place:
    """Return where the person stands; an empty place for somebody who is not signed in."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return Place()
    mine = access.memberships(access.person(request))
    membership = access.choose(request, mine)
    can = {str(ability) for ability in access.abilities(membership)} if membership else set()
    if access.person(request).is_staff:
        can.add(OPERATE)
    return Place(
        organisation=membership.organisation if membership else None,
        memberships=mine,
        can=frozenset(can),
        banner=key_banner(membership) if membership else None,
    )


def key_banner(membership: Membership) -> Banner | None:
    """Return the banner about a key that stops the organisation's claims, or None."""
    credential: ApiCredential | None = getattr(membership.organisation, "credential", None)
    manages = access.Ability.MANAGE_KEY in access.abilities(membership)
    link = {"url": reverse("key:edit"), "link_text": "Go to the API key"} if manages else {}
    who = "Replace it to continue." if manages else "Your administrator can fix it."
    if credential is None:
        return Banner("attention", "No API key yet", f"Claims are saved and wait. {who}", **link)
    if credential.state == ApiCredential.State.REFUSED:
        return Banner(
            "stop", "SmartphoneKey refuses the API key", f"Claims are saved and wait. {who}", **link
        )
    if credential.state == ApiCredential.State.MISMATCH:
        return Banner(
            "stop",
            "The API key belongs to another organisation",
            f"Claims are saved and wait. {who}",
            **link,
        )
    return None
