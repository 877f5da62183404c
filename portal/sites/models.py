"""Site: a building, or a part of one, in which hubs stand."""

import uuid
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.orgs.models import Membership, Organisation, User


class SiteQuerySet(models.QuerySet["Site"]):
    """Sites, as far as somebody may see them."""

    def of(self, member: Membership) -> Self:
        """Return the sites of the member's organisation."""
        return self.filter(organisation=member.organisation_id)

    def visible_to(self, user: User) -> Self:
        """Return the sites of the organisations this person belongs to."""
        return self.filter(organisation__in=Membership.objects.organisations_of(user))

    def open(self) -> Self:
        """Return the sites that take claims: those not archived."""
        return self.filter(archived_at=None)

    def name_of(self, spkey_site_id: str) -> str:
        """Return what people call the site with this SpKey id; the id, if none has it."""
        known = self.filter(spkey_site_id=spkey_site_id).values_list("name", flat=True)
        return known.first() or spkey_site_id


class Site(models.Model):
    """A building, or a part of one, in which hubs stand."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="sites", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=120)
    spkey_site_id = models.CharField(_("SpKey site id"), max_length=128)
    address = models.CharField(_("address"), max_length=240, blank=True)
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "spkey_site_id"), name="one_site_per_spkey_site_id"
            ),
        )

    def __str__(self) -> str:
        return self.name
