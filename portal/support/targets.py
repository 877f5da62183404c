"""Whom support may claim for."""

import re
from dataclasses import dataclass
from typing import Literal

from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.claims.models import SUCCEEDED, Claim
from portal.orgs.models import ApiCredential, Membership, Organisation
from portal.sites.models import Site, SiteQuerySet

SHOWN = 50

# SpKey documents organisation and site ids as text; these are the characters that its ids have.
SPKEY_ID = re.compile(r"\A[A-Za-z0-9._:-]{1,128}\Z")


class TargetError(ValueError):
    """Nobody can be claimed for under this id: it is none, or a support organisation's."""

    def __init__(self, kind: Literal["no_id", "support"]) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Target:
    """An organisation to claim for; `organisation` is None while the portal does not know it."""

    spkey_org_id: str
    organisation: Organisation | None = None

    @property
    def name(self) -> str:
        """The organisation's name, or its SpKey id."""
        return self.organisation.name if self.organisation else self.spkey_org_id

    @property
    def sites(self) -> SiteQuerySet:
        """The organisation's sites, archived ones too: none while the portal does not know it."""
        return self.organisation.sites.all() if self.organisation else Site.objects.none()


def choosable(text: str = "") -> QuerySet[Organisation]:
    """Return the organisations that support may choose, with the text in their name or id.

    This is the one place where an agent sees organisations that are not their own. One that
    support typed, and that SpKey accepted no claim for, may be a typing error: nobody is to
    choose it from a list.
    """
    mine = {"organisation": OuterRef("pk")}
    is_real = (
        Exists(Membership.objects.filter(**mine))
        | Exists(ApiCredential.objects.filter(**mine))
        | Exists(Site.objects.filter(**mine))
        | Exists(Claim.objects.filter(**mine, state__in=SUCCEEDED))
    )
    named = Q(name__icontains=text) | Q(spkey_org_id__icontains=text)
    return _customers().filter(named).filter(is_real)


def _customers() -> QuerySet[Organisation]:
    """Return all organisations but those that hold a super key, which are support itself."""
    return Organisation.objects.exclude(credential__kind=ApiCredential.Kind.SUPER)


def find(text: str) -> Target:
    """Return the target with this SpKey organisation id, known to the portal or not.

    Raises TargetError for what cannot be an id, and for organisations that are support's own.
    """
    spkey_org_id = text.strip()
    organisation = Organisation.objects.filter(spkey_org_id=spkey_org_id).first()
    if organisation is None:
        if not SPKEY_ID.match(spkey_org_id):
            raise TargetError("no_id")
    elif not _customers().filter(pk=organisation.pk).exists():
        raise TargetError("support")
    return Target(spkey_org_id, organisation)
