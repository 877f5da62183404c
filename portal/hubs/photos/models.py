"""A photo's row. Its files are named after it: see `files`.

The row is there before its files, and until after them: no file is ever without one.
"""

import uuid
from datetime import timedelta
from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.core.leasing import Leased
from portal.hubs.models import Hub
from portal.orgs.models import User

MOST: Final = 5
"""How many photos a hub has."""


class HubPhoto(Leased):
    """A photo of a hub, or what is left of one: due is the removal of its files."""

    LEASE: ClassVar[timedelta] = timedelta(minutes=3)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # None once the hub's row is gone: the files go then too.
    hub = models.ForeignKey(
        # The index of the one photo in each place serves, see below.
        Hub,
        models.SET_NULL,
        null=True,
        db_index=False,
        related_name="photos",
        verbose_name=_("hub"),
    )
    # Which of the hub's photos it is: so the database itself allows no more than MOST.
    number = models.PositiveSmallIntegerField(_("number"))
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("added by")
    )
    # It stays when the person is gone.
    created_by_name = models.CharField(_("added by"), max_length=254)
    # Since when its files are there; None before, and from when they begin to go.
    kept_at = models.DateTimeField(_("kept at"), null=True)
    removed_at = models.DateTimeField(_("removed at"), null=True)

    class Meta(Leased.Meta):
        verbose_name = _("photo of a hub")
        verbose_name_plural = _("photos of hubs")
        ordering = ("created_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("hub", "number"),
                condition=Q(removed_at=None),
                name="one_photo_a_number",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MOST), name="hubs_have_few_photos"
            ),
        )
        indexes = [
            *Leased.Meta.indexes,
            models.Index(fields=("hub", "created_at", "id"), name="photos_of_hub"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_shown(self) -> bool:
        """Whether people see it."""
        return self.kept_at is not None and self.removed_at is None
