"""What every page knows of its place in the portal."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject, cached_property

from portal.gateway import circuit
from portal.notices import outbox
from portal.orgs import access
from portal.orgs.display import key_wording
from portal.orgs.display.key_wording import Banner
from portal.orgs.models import Membership, Organisation

OPERATE = "operate"
# Somebody who has none of these has nothing to do with claims or the key.
CONCERNED = {access.Ability.CLAIM, access.Ability.SUPPORT, access.Ability.MANAGE_KEY}


@dataclass(frozen=True)
class Workspace:
    """The organisation a person works in, their memberships and what they may do there."""

    organisation: Organisation | None = None
    memberships: list[Membership] = field(default_factory=list)
    can: frozenset[str] = frozenset()
    all_sites: bool = False
    membership: Membership | None = None

    @cached_property
    def banner(self) -> Banner | None:
        """What is to be said of the organisation's key, or None."""
        return key_banner(self.membership) if self.membership else None

    @property
    def may_claim_somewhere(self) -> bool:
        """Whether the person claims hubs in this organisation or in another one of theirs."""
        return any(access.Ability.CLAIM in access.abilities(each) for each in self.memberships)

    @property
    def name_on_buttons(self) -> str:
        """The organisation's name, for somebody who might take it for another one of theirs."""
        several = len(self.memberships) > 1
        return self.organisation.name if self.organisation and several else ""

    @property
    def may_search(self) -> bool:
        """Whether there is anything of the organisation to look for: support’s has nothing."""
        return access.Ability.VIEW in self.can and access.Ability.SUPPORT not in self.can

    @property
    def may_import(self) -> bool:
        """Whether the person may claim many hubs at once, which takes all sites."""
        return self.all_sites and access.Ability.CLAIM in self.can

    @property
    def is_concerned(self) -> bool:
        """Whether the person has to do with claims or the key."""
        return not CONCERNED.isdisjoint(self.can)

    @property
    def spkey_is_away(self) -> bool:
        """Whether SpKey is known not to answer the organisation: asked anew each time."""
        return circuit.is_open(self.organisation.pk if self.organisation else None)


def workspace(request: HttpRequest) -> dict[str, Any]:
    """Give templates `workspace`, looked up only by those that use it, and once for all of them."""
    return {"workspace": workspace_of(request)}


def workspace_of(request: HttpRequest) -> Workspace:
    """Return the person's workspace as it is when it is first used in this request."""
    if not hasattr(request, "workspace"):
        request.workspace = SimpleLazyObject(lambda: find_workspace(request))  # type: ignore[attr-defined]
    found: Workspace = request.workspace  # type: ignore[attr-defined]
    return found


def find_workspace(request: HttpRequest) -> Workspace:
    """Return the person's workspace; an empty one for somebody who is not signed in."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return Workspace()
    mine = access.memberships(access.person(request))
    membership = access.choose(request, mine)
    can = {str(ability) for ability in access.abilities(membership)} if membership else set()
    if access.person(request).is_staff:
        can.add(OPERATE)
    return Workspace(
        organisation=membership.organisation if membership else None,
        memberships=mine,
        can=frozenset(can),
        all_sites=membership.all_sites if membership else False,
        membership=membership,
    )


def key_banner(membership: Membership) -> Banner | None:
    """Return the banner about a key that stops claims this member has to do with, or None.

    Who can store another is also told of one that ends soon.
    """
    credential = membership.organisation.stored_credential
    trouble, may = key_wording.trouble(credential), access.abilities(membership)
    if not may & CONCERNED:
        return None
    if trouble is None:
        manages = access.Ability.MANAGE_KEY in may
        return key_wording.expiry_banner(credential) if manages else None
    of_support = credential is not None and credential.is_super
    if access.Ability.MANAGE_KEY in may:
        return key_wording.banner_for_manager(trouble, of_support)
    notified = credential is not None and outbox.administrators_know_of(credential)
    return key_wording.banner_for_others(trouble, of_support, notified)
