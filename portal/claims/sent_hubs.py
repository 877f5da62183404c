"""Hubs that people could not claim and sent to their administrators, as pages ask for them."""

from datetime import timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from portal.claims.models import Claim, SentHub, SentHubQuerySet
from portal.hubs.models import CLAIMED, Hub
from portal.orgs.models import Membership, User

# What was sent so long ago is no news.
LATELY: Final = timedelta(days=30)
# Until then its address in an e-mail leads somewhere.
KEPT: Final = timedelta(days=90)
# So many home looks at.
MOST_READ: Final = 200


def waiting(admin: Membership) -> list[SentHub]:
    """Return what was sent last of each hub that is not claimed since, the newest first."""
    return list(all_waiting(admin)[:MOST_READ])


def all_waiting(admin: Membership) -> SentHubQuerySet:
    """Return the same of however many hubs."""
    claimed = Hub.objects.filter(
        organisation=OuterRef("organisation"),
        hub_id=OuterRef("hub_id"),
        binding=Hub.Binding.OURS,
        status=CLAIMED,
    )
    at, pk = OuterRef("sent_at"), OuterRef("pk")
    again = SentHub.objects.filter(
        Q(sent_at__gt=at) | Q(sent_at=at, pk__gt=pk),
        organisation=OuterRef("organisation"),
        hub_id=OuterRef("hub_id"),
    )
    lately = SentHub.objects.of(admin).filter(sent_at__gt=timezone.now() - LATELY)
    waiting = lately.filter(~Exists(claimed), ~Exists(again))
    return waiting.select_related("sent_by", "site")


def visible_to(person: User) -> SentHubQuerySet:
    """Return what was sent in the person's organisations, with what is shown of it."""
    return SentHub.objects.visible_to(person).select_related("organisation", "sent_by", "site")


def newest_of(claim: Claim) -> SentHub | None:
    """Return how the claim was sent to the administrators last; None where it was not."""
    return SentHub.objects.filter(claim=claim).select_related("sent_by", "site").first()


def followed_by(claim: Claim, sent: SentHub) -> None:
    """Have whatever else leads to what was sent lead to the claim that was made of it."""
    SentHub.objects.filter(pk=sent.pk, claim=None).update(claim=claim)


def forget_old() -> int:
    """Remove what was sent long ago and came to no claim; return how many."""
    old = SentHub.objects.filter(claim=None, sent_at__lt=timezone.now() - KEPT)
    return old.delete()[0]
