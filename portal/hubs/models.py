"""Hub: the last status that SpKey gave of a hub, as one organisation may know it.

A hub's row belongs to one organisation, even where two have asked after the same hub: a shared row
would tell one of them what the other does. For the same reason the row of a hub that is bound
to somebody else says just that, and never to whom.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.orgs.models import Organisation


class Hub(models.Model):
    """The last known status of a hub.

    `read_for` names the organisation whose key reads it where its own has none: the one that
    claimed it on support's behalf.
    """

    class Binding(models.TextChoices):
        """Whose the hub is, seen from the row's organisation."""

        UNKNOWN = "unknown", _("Not looked up yet")
        FREE = "free", _("Can be claimed")
        OURS = "ours", _("Ours")
        OTHER = "other", _("Somebody else's")
        MISSING = "missing", _("No such hub")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="hubs", verbose_name=_("organisation")
    )
    hub_id = models.UUIDField(_("hub id"))
    binding = models.CharField(
        _("binding"), max_length=8, choices=Binding.choices, default=Binding.UNKNOWN
    )
    status = models.CharField(_("status"), max_length=32, blank=True)
    serial = models.CharField(_("serial"), max_length=64, blank=True)
    model = models.CharField(_("model"), max_length=64, blank=True)
    spkey_site_id = models.CharField(_("SpKey site id"), max_length=128, blank=True)
    is_primary = models.BooleanField(_("is primary"), default=False)
    online = models.BooleanField(_("online"), null=True)
    last_seen = models.DateTimeField(_("last seen"), null=True)
    firmware = models.CharField(_("firmware"), max_length=64, blank=True)
    uptime_seconds = models.PositiveBigIntegerField(_("uptime seconds"), null=True)
    claimed_at = models.DateTimeField(_("claimed at"), null=True)
    read_at = models.DateTimeField(_("read at"), null=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    read_for = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("read for"),
    )
    awaited_until = models.DateTimeField(_("awaited until"), null=True)
    watched_until = models.DateTimeField(_("watched until"), null=True)
    refresh_due_at = models.DateTimeField(_("refresh due at"), null=True)
    lease_until = models.DateTimeField(_("lease until"), null=True)
    epoch = models.PositiveIntegerField(_("epoch"), default=0)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    class Meta:
        verbose_name = _("hub")
        verbose_name_plural = _("hubs")
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "hub_id"), name="one_row_per_organisation_and_hub"
            ),
        )
        indexes = (
            models.Index(
                fields=("refresh_due_at",),
                name="hub_refresh_due",
                condition=Q(refresh_due_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return str(self.hub_id)
