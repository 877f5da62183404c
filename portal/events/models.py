"""Where SpKey posts an organisation's events, what proves that it may, and what came."""

import uuid
from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.core.leasing import Leased
from portal.orgs.encryption import EncryptedField
from portal.orgs.models import Membership, Organisation, User


class Receiver(models.Model):
    """The address at which an organisation's events are taken: see `receivers`.

    It ends with a key that nobody can guess. The key is encrypted, since the address is shown
    again; it is found by its digest.
    """

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, primary_key=True, related_name="event_receiver"
    )
    key = EncryptedField(editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # What came without a valid secret since the address was made; of a flood not every one.
    refused = models.PositiveIntegerField(default=0)
    refused_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.organisation_id)


class SecretQuerySet(models.QuerySet["ReceiverSecret"]):
    """Secrets, as far as somebody may see that there are any."""

    def of(self, member: Membership) -> Self:
        """Return the secrets of the member's organisation."""
        return self.filter(receiver=member.organisation_id)

    def visible_to(self, user: User) -> Self:
        """Return the secrets of the organisations this person belongs to."""
        return self.filter(receiver__in=Membership.objects.organisations_of(user))


class ReceiverSecret(models.Model):
    """A secret that SpKey sends along. Where there is one or more, any of them is demanded."""

    MOST: ClassVar[int] = 5

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    receiver = models.ForeignKey(Receiver, models.CASCADE, related_name="secrets")
    # 256 bits need no salt and no slow hash.
    digest = models.CharField(max_length=64, editable=False)
    # Its last characters, by which people tell it from the others.
    tail = models.CharField(max_length=4, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # To the minute.
    used_at = models.DateTimeField(null=True, editable=False)

    objects = SecretQuerySet.as_manager()

    class Meta:
        ordering = ("made_at", "id")

    def __str__(self) -> str:
        return f"…{self.tail}"


class Result(models.TextChoices):
    """What became of a delivery; in words: `display/wording.py`."""

    WAITING = "waiting"
    # The hub is read, and what waits for it goes on.
    READ = "read"
    # One that is newer has had the hub read already.
    OVERTAKEN = "overtaken"
    # Of a hub that the organisation does not have, stamped with another organisation.
    NOT_OURS = "not_ours"
    # More hubs that nobody knew before than are taken in an hour.
    TOO_MANY = "too_many"
    # An event, and the portal makes nothing of its kind.
    NOTHING = "nothing"
    # No event: SpKey tries the address with such a thing.
    NO_EVENT = "no_event"
    TEST = "test"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries, as far as somebody may see them."""

    def of(self, member: Membership) -> Self:
        """Return the deliveries to the member's organisation."""
        return self.filter(receiver=member.organisation_id)


class Delivery(Leased):
    """An event that came, without what was in it: which hub to read, and in which order.

    Due is the reading. Nothing of the body is kept but these columns.
    """

    LEASE: ClassVar[timedelta] = timedelta(minutes=1)
    KEPT: ClassVar[timedelta] = timedelta(days=7)
    KEPT_IN_A_FLOOD: ClassVar[timedelta] = timedelta(hours=1)

    id = models.BigAutoField(primary_key=True)
    receiver = models.ForeignKey(
        # The constraint of the ids serves as its index.
        Receiver,
        models.CASCADE,
        db_index=False,
        related_name="deliveries",
    )
    event_id = models.CharField(max_length=255)
    type = models.CharField(max_length=64, blank=True)
    # As it was sent: to SpKey capitals matter.
    hub = models.CharField(max_length=36, blank=True)
    # Whose changes the version counts.
    aggregate = models.CharField(max_length=300, blank=True)
    version = models.BigIntegerField(null=True)
    # By SpKey's clock, and never after it came.
    happened_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(default=timezone.now)
    # Whether it is stamped with the organisation or names it, or names none at all.
    names_us = models.BooleanField(default=False)
    times = models.PositiveIntegerField(default=1)
    result = models.CharField(max_length=12, default=Result.WAITING)

    objects = DeliveryQuerySet.as_manager()

    class Meta(Leased.Meta):
        constraints = (
            models.UniqueConstraint(fields=("receiver", "event_id"), name="one_delivery_an_event"),
            models.CheckConstraint(
                condition=Q(result__in=[each.value for each in Result]),
                name="delivery_result_known",
            ),
            models.CheckConstraint(
                condition=Q(result="waiting") | Q(due_at=None), name="delivery_due_while_waiting"
            ),
        )
        indexes = [
            *Leased.Meta.indexes,
            models.Index(fields=("receiver", "-received_at", "-id"), name="delivery_newest"),
            models.Index(fields=("received_at",), name="delivery_oldest"),
            models.Index(
                fields=("receiver", "aggregate", "version"),
                condition=Q(result="read"),
                name="delivery_version",
            ),
        ]

    def __str__(self) -> str:
        return self.type or self.result
