"""What a job left behind, who took it over, and the links at which it is read."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.jobs.models.jobs import Job
from portal.orgs.models import Organisation, User
from portal.sites.models import Site


class Handover(models.Model):
    """What a job left behind, frozen when it was completed: see `handover.complete`.

    It names people and things by value: it must read the same when they are gone. The database
    refuses to change or remove it, its hubs and its acceptance (see `append_only`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.OneToOneField(Job, models.PROTECT, related_name="handover", verbose_name=_("job"))
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        db_index=False,
        related_name="handovers",
        verbose_name=_("organisation"),
    )
    # What people quote; counted in each organisation from 1.
    number = models.PositiveIntegerField(_("number"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    created_by_id = models.UUIDField(null=True)
    created_by_name = models.CharField(_("created by"), max_length=254)
    organisation_name = models.CharField(_("organisation"), max_length=120)
    site_name = models.CharField(_("site"), max_length=Site.LONGEST_SHOWN_NAME)
    site_address = models.CharField(_("address"), max_length=240, blank=True)
    spkey_site_id = models.CharField(_("SpKey site id"), max_length=128)
    job_number = models.PositiveIntegerField(_("job"))
    reference = models.CharField(_("reference"), max_length=40, blank=True)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    crew = models.JSONField(_("people"), default=list)
    expected_count = models.PositiveIntegerField(_("expected hubs"), null=True)
    # Why it is complete though not all is claimed and online; "" where all is.
    explanation = models.TextField(_("explanation"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "number"), name="handovers_are_numbered"
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}"

    @property
    def record_label(self) -> str:
        """What the record calls the handover."""
        return f"{self.site_name} · {self.number}"


class HandoverHub(models.Model):
    """A hub as it was when the job was completed, or a place at which one was missing."""

    class State(models.TextChoices):
        """How far the hub had got."""

        CLAIMED = "claimed"
        UNDER_WAY = "under_way"
        REFUSED = "refused"
        MISSING = "missing"

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="hubs")
    position = models.PositiveIntegerField(_("position"))
    # Without choices, whose labels would be a second set of names.
    state = models.CharField(_("state"), max_length=10)
    place = models.CharField(_("place"), max_length=80, blank=True)
    # None for a place at which nobody knows the hub.
    hub_id = models.UUIDField(_("hub id"), null=True)
    model = models.CharField(_("model"), max_length=64, blank=True)
    serial = models.CharField(_("serial"), max_length=64, blank=True)
    firmware = models.CharField(_("firmware"), max_length=64, blank=True)
    online = models.BooleanField(_("online"), null=True)
    last_seen = models.DateTimeField(_("last seen"), null=True)
    claimed_by_name = models.CharField(_("claimed by"), max_length=254, blank=True)
    claimed_at = models.DateTimeField(_("claimed at"), null=True)
    explanation = models.CharField(_("explanation"), max_length=300, blank=True)
    # The ids of the photos that the hub had. One that is removed later is gone here too.
    photos = models.JSONField(_("photos"), default=list)
    # Whether it stands for a line of the job's list.
    is_listed = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("hub of a handover")
        verbose_name_plural = _("hubs of handovers")
        ordering = ("handover", "position")
        constraints = (
            models.UniqueConstraint(
                fields=("handover", "position"), name="handover_hubs_are_in_order"
            ),
            models.UniqueConstraint(
                fields=("handover", "hub_id"),
                condition=Q(hub_id__isnull=False),
                name="hub_once_in_a_handover",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["claimed", "under_way", "refused", "missing"]),
                name="handover_hub_state_known",
            ),
        )

    def __str__(self) -> str:
        return self.place or str(self.hub_id)

    @property
    def is_exception(self) -> bool:
        """Whether the hub was not claimed, or not online."""
        return self.state != self.State.CLAIMED or not self.online


class Acceptance(models.Model):
    """That somebody has taken the handover over, by name. Said once, and never changed."""

    handover = models.OneToOneField(Handover, models.PROTECT, related_name="acceptance")
    name = models.CharField(_("name"), max_length=120)
    note = models.CharField(_("note"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)
    # Who of the crew took it down; "" where it was said through the link.
    taken_by_name = models.CharField(_("taken by"), max_length=254, blank=True)
    # From where it was said through the link.
    address = models.CharField(_("network address"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("acceptance of a handover")
        verbose_name_plural = _("acceptances of handovers")

    def __str__(self) -> str:
        return self.name


class HandoverLink(models.Model):
    """A link at which somebody without an account reads the handover, until it ends.

    Its token is kept as a digest alone: see `handover_links`.
    """

    USUAL_DAYS: ClassVar[int] = 30
    LONGEST_DAYS: ClassVar[int] = 365

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    handover = models.ForeignKey(Handover, models.PROTECT, related_name="links")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    # Whether the reader may take the handover over by name.
    takes_acceptance = models.BooleanField(_("takes acceptance"), default=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    ends_at = models.DateTimeField(_("ends at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True)
    last_opened_at = models.DateTimeField(_("last opened at"), null=True)
    opened_count = models.PositiveIntegerField(_("opened"), default=0)

    class Meta:
        verbose_name = _("link to a handover")
        verbose_name_plural = _("links to handovers")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.handover_id}"

    @property
    def is_open(self) -> bool:
        """Whether the link still leads to the handover."""
        return self.revoked_at is None and self.ends_at > timezone.now()
