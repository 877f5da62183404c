"""Hub: the last status that SpKey gave of a hub, as one organisation may know it.

A hub's row belongs to one organisation, even where two have asked after the same hub: a shared row
would tell one of them what the other does. For the same reason the row of a hub that is bound
to somebody else says just that, and never to whom.
"""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Cast, Concat, Lower, Replace
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.core.leasing import Bound, Leased
from portal.orgs.models import Organisation


class Hub(Leased):
    """The last known status of a hub, due for a refresh while somebody wants to know it."""

    LEASE: ClassVar[timedelta] = timedelta(seconds=30)
    WATCH: ClassVar[timedelta] = timedelta(seconds=60)
    # A hub that is looked up and not claimed is nobody's.
    KEPT: ClassVar[timedelta] = timedelta(days=1)
    # A hub that was just claimed is expected to come online, whether anybody looks or not.
    AWAIT_ONLINE_FOR: ClassVar[timedelta] = timedelta(hours=2)
    BOUNDS: ClassVar[dict[str, Bound]] = {
        # A page that is still open renews it with the next poll.
        "watched_until": Bound(WATCH, None),
        "awaited_until": Bound(AWAIT_ONLINE_FOR, AWAIT_ONLINE_FOR),
    }

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
    # How its label spells it, where that is with capitals; and whether SpKey knows it so.
    printed_id = models.CharField(max_length=36, blank=True, editable=False)
    as_printed = models.BooleanField(default=False, editable=False)
    binding = models.CharField(
        _("binding"), max_length=8, choices=Binding.choices, default=Binding.UNKNOWN
    )
    status = models.CharField(_("status"), max_length=32, blank=True)
    serial = models.CharField(_("serial"), max_length=64, blank=True)
    model = models.CharField(_("model"), max_length=64, blank=True)
    spkey_site_id = models.CharField(_("SpKey site id"), max_length=128, blank=True)
    # Where in the building it is, as people call it.
    place = models.CharField(_("place"), max_length=80, blank=True)
    is_primary = models.BooleanField(_("is primary"), default=False)
    online = models.BooleanField(_("online"), null=True)
    last_seen = models.DateTimeField(_("last seen"), null=True)
    firmware = models.CharField(_("firmware"), max_length=64, blank=True)
    uptime_seconds = models.PositiveBigIntegerField(_("uptime seconds"), null=True)
    claimed_at = models.DateTimeField(_("claimed at"), null=True)
    read_at = models.DateTimeField(_("read at"), null=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    awaited_until = models.DateTimeField(_("awaited until"), null=True)
    watched_until = models.DateTimeField(_("watched until"), null=True)
    # A row that was only looked up goes then; empty of one that a claim or SpKey made ours.
    kept_until = models.DateTimeField(_("kept until"), null=True)
    # What is being sent to it at this moment, and until when at the latest: see `holds`.
    held_by = models.CharField(max_length=48, blank=True, editable=False)
    held_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    replaced_by = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("replaced by"),
    )
    # What `search` looks in: the id and the serial in small letters, without hyphens.
    search_text = models.GeneratedField(
        expression=Lower(
            Replace(Concat(Cast("hub_id", models.TextField()), Value(" "), "serial"), Value("-"))
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta(Leased.Meta):
        verbose_name = _("hub")
        verbose_name_plural = _("hubs")
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "hub_id"), name="one_row_per_organisation_and_hub"
            ),
        )
        indexes = [
            *Leased.Meta.indexes,
            models.Index(fields=("-created_at", "-id"), name="hub_newest"),
            models.Index(
                fields=("organisation", "due_at"),
                condition=Q(due_at__isnull=False),
                name="hub_due_of_organisation",
            ),
            # Which of an organisation's hubs are offline, or online.
            models.Index(fields=("organisation", "online"), name="hub_online"),
            models.Index(
                fields=("kept_until",), condition=Q(kept_until__isnull=False), name="hub_kept"
            ),
            models.Index(
                fields=("replaced_by",),
                condition=Q(replaced_by__isnull=False),
                name="hub_replaced_by",
            ),
        ]

    def __str__(self) -> str:
        return str(self.hub_id)

    @property
    def spkey_id(self) -> str:
        """The id as SpKey is asked for it, to whom capitals matter."""
        return self.printed_id if self.as_printed else str(self.hub_id)

    @property
    def other_spelling(self) -> str:
        """The id as SpKey might know it instead; "" where there is no other spelling."""
        return str(self.hub_id) if self.as_printed else self.printed_id
