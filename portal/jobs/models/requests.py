"""What people ask an administrator for: more time on a job, another site, or a hub's move."""

import uuid
from typing import Final, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.hubs.models import Hub
from portal.jobs.models.jobs import Job
from portal.orgs.models import Membership, Organisation, User
from portal.sites.models import Site

LONGEST_BECAUSE: Final = 500


class JobRequestQuerySet(models.QuerySet["JobRequest"]):
    """Requests, as far as somebody may see them."""

    def of(self, member: Membership) -> Self:
        """Return the requests of the people of the member's organisation."""
        return self.filter(organisation=member.organisation_id)

    def visible_to(self, user: User) -> Self:
        """Return the requests in the organisations this person belongs to."""
        return self.filter(organisation__in=Membership.objects.organisations_of(user))

    def unanswered(self) -> Self:
        """Return the requests that wait for an administrator."""
        return self.filter(answered_at=None)

    def waiting(self) -> Self:
        """Return those of them that nothing has settled: no move of a hub that is there by now."""
        there = Q(hub__health="") | Q(hub__site=F("site"))
        return self.unanswered().exclude(there, kind="move_hub")


class JobRequest(models.Model):
    """Somebody asks for more time on a job, another site, or a move. Goes with their membership."""

    class Kind(models.TextChoices):
        """What is asked for."""

        MORE_TIME = "more_time"
        OTHER_SITE = "other_site"
        MOVE_HUB = "move_hub"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, db_index=False, related_name="job_requests"
    )
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="job_requests")
    # Without choices, whose labels would be a second set of names.
    kind = models.CharField(max_length=10)
    # The job that needs more time, or the one that the answer to another site led to.
    job = models.ForeignKey(Job, models.CASCADE, null=True, related_name="requests")
    # Which site, as they call it: not all sites are shown to everybody.
    wanted = models.CharField(max_length=Site.LONGEST_SHOWN_NAME, blank=True)
    # Which hub is to be moved, and where to.
    hub = models.ForeignKey(Hub, models.CASCADE, null=True, related_name="+")
    site = models.ForeignKey(Site, models.CASCADE, null=True, related_name="+")
    # Why it is to be moved, as they say it.
    because = models.CharField(max_length=LONGEST_BECAUSE, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    granted = models.BooleanField(null=True)

    objects = JobRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request about a job")
        verbose_name_plural = _("requests about jobs")
        ordering = ("-asked_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="more_time", job__isnull=False)
                | Q(kind="other_site")
                | Q(kind="move_hub", hub__isnull=False, site__isnull=False),
                name="job_request_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, granted=None)
                | Q(answered_at__isnull=False, granted__isnull=False),
                name="job_request_is_answered_or_not",
            ),
            models.UniqueConstraint(
                fields=("membership", "job"),
                condition=Q(kind="more_time", answered_at=None),
                name="more_time_asked_once",
            ),
            models.UniqueConstraint(
                fields=("membership", "wanted"),
                condition=Q(kind="other_site", answered_at=None),
                name="other_site_asked_once",
            ),
            models.UniqueConstraint(
                fields=("membership", "hub", "site"),
                condition=Q(kind="move_hub", answered_at=None),
                name="move_of_a_hub_asked_once",
            ),
        )
        indexes = (
            models.Index(
                fields=("organisation", "asked_at"),
                condition=Q(answered_at=None),
                name="job_request_unanswered",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.membership}"

    @property
    def record_label(self) -> str:
        """What the record calls it: the site, as far as it is known."""
        return self.job.site.shown_name if self.job else self.wanted
