"""Job: a visit to a site. It is the installer's pass, and the site's expectation of hubs."""

import uuid
from datetime import date, timedelta
from typing import Any, ClassVar, Self, cast

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.core.leasing import Leased
from portal.jobs.search import text_of
from portal.orgs.models import Invitation, Membership, Organisation, User
from portal.sites.models import Site


class State(models.TextChoices):
    """Where a job is in its life; follows from its window and from what was done to it."""

    PLANNED = "planned"
    OPEN = "open"
    OVERDUE = "overdue"
    COMPLETE = "complete"
    CANCELLED = "cancelled"


UNFINISHED = Q(completed_at=None, cancelled_at=None)


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs, as far as somebody may see them."""

    def of(self, member: Membership) -> Self:
        """Return the jobs that the member may see: all of theirs that are limited to jobs."""
        mine = self.filter(organisation=member.organisation_id)
        return mine if member.all_sites else mine.filter(people=member)

    def visible_to(self, user: User) -> Self:
        """Return the jobs that the person may see in any of their organisations."""
        memberships = Membership.objects.active_of(user)
        everywhere = memberships.filter(all_sites=True).values("organisation")
        named = JobMember.objects.filter(membership__in=memberships).values("job")
        return self.filter(Q(organisation__in=everywhere) | Q(pk__in=named))

    def unfinished(self) -> Self:
        """Return the jobs that are neither complete nor cancelled."""
        return self.filter(UNFINISHED)

    def open_on(self, day: date) -> Self:
        """Return the jobs that give the right to claim on this day: grace at both ends."""
        return self.unfinished().filter(
            starts_on__lte=day + Job.GRACE, ends_on__gte=day - Job.GRACE
        )

    @transaction.atomic
    def update(self, **fields: Any) -> int:
        """Write to these jobs; where they get other names, what they are found by follows."""
        if not {"reference", "crew"} & fields.keys():
            return super().update(**fields)
        rows = list(self.select_for_update().values_list("pk", "reference", "crew"))
        for pk, reference, crew in rows:
            names = {"reference": reference, "crew": crew} | fields
            text = text_of(names["reference"], names["crew"])
            Job.objects.filter(pk=pk)._write(fields | {"search_text": text})
        return len(rows)

    def _write(self, fields: dict[str, Any]) -> int:
        return super().update(**fields)


class SearchText(models.TextField[str, str]):
    """What a job is found by: made of its names whenever a row is written, nobody has to care."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Return the text of the job's names."""
        job = cast("Job", model_instance)
        job.search_text = text_of(job.reference, job.crew)
        return job.search_text

    def deconstruct(self) -> Any:
        """Return what a migration says: in the database it is a text."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


class Job(Leased):
    """A visit to a site: people, a window of days, and the hubs that are expected.

    Days are those of the portal's time zone, and both ends belong to the window. Due is a look
    after its last day, at whether it is overdue.
    """

    LEASE: ClassVar[timedelta] = timedelta(minutes=1)

    # A crew may come early, and stay a little longer.
    GRACE: ClassVar[timedelta] = timedelta(days=1)
    USUAL_LENGTH: ClassVar[timedelta] = timedelta(days=7)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        db_index=False,
        related_name="jobs",
        verbose_name=_("organisation"),
    )
    # What people quote; counted in each organisation from 1.
    number = models.PositiveIntegerField(_("number"))
    site = models.ForeignKey(
        # The index of a site's newest jobs serves, see below.
        Site,
        models.PROTECT,
        db_index=False,
        related_name="jobs",
        verbose_name=_("site"),
    )
    reference = models.CharField(_("reference"), max_length=40, blank=True)
    note = models.TextField(_("note"), max_length=1000, blank=True)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    # How many hubs are to be claimed; None where nobody has said.
    expected_count = models.PositiveIntegerField(_("expected hubs"), null=True, blank=True)
    people = models.ManyToManyField(
        Membership, through="JobMember", related_name="jobs", verbose_name=_("people")
    )
    # Rises with every change a page can show.
    version = models.PositiveIntegerField(_("version"), default=1)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    completed_at = models.DateTimeField(_("completed at"), null=True, editable=False)
    completed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, editable=False)
    cancelled_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # The names of who worked on it, once it is complete or cancelled: people leave.
    crew = models.JSONField(_("people"), default=list, editable=False)
    search_text = SearchText(default="", blank=True, editable=False)

    objects = JobQuerySet.as_manager()

    class Meta(Leased.Meta):
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ("-starts_on", "-number")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "number"), name="jobs_are_numbered"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="job_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(completed_at=None) | Q(cancelled_at=None),
                name="job_is_complete_or_cancelled_not_both",
            ),
        )
        indexes = [
            *Leased.Meta.indexes,
            models.Index(
                fields=("organisation", "ends_on", "starts_on"),
                condition=UNFINISHED,
                name="job_unfinished",
            ),
            models.Index(fields=("organisation", "-starts_on", "-number"), name="job_newest"),
            models.Index(fields=("site", "-starts_on", "-number"), name="job_newest_of_site"),
            models.Index(fields=("organisation", "reference"), name="job_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"

    def state_on(self, day: date) -> State:
        """Return where the job is in its life on this day."""
        if self.completed_at is not None:
            return State.COMPLETE
        if self.cancelled_at is not None:
            return State.CANCELLED
        if day < self.starts_on:
            return State.PLANNED
        return State.OPEN if day <= self.ends_on else State.OVERDUE

    @property
    def record_label(self) -> str:
        """What the record calls the job."""
        return f"{self.site.shown_name} · {self.number}"

    @property
    def state(self) -> State:
        """Where the job is in its life today."""
        return self.state_on(timezone.localdate())


class JobMember(models.Model):
    """Somebody who works on a job. Goes with their membership."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="members")
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="job_members")

    class Meta:
        verbose_name = _("person of a job")
        verbose_name_plural = _("people of jobs")
        constraints = (
            models.UniqueConstraint(fields=("job", "membership"), name="named_once_on_a_job"),
        )

    def __str__(self) -> str:
        return str(self.membership)


class JobInvitation(models.Model):
    """A job that whoever accepts the invitation is to work on."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="invitations")
    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="jobs")

    class Meta:
        verbose_name = _("invitation to a job")
        verbose_name_plural = _("invitations to jobs")
        constraints = (
            models.UniqueConstraint(fields=("job", "invitation"), name="invited_once_to_a_job"),
        )

    def __str__(self) -> str:
        return str(self.invitation)


class ExpectedHub(models.Model):
    """A place at which a job expects a hub, such as "Flat 12, riser"; the hub, where it is known.

    The list is kept in the order in which it was given.
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="expected_hubs")
    position = models.PositiveIntegerField(_("position"))
    place = models.CharField(_("place"), max_length=80, blank=True)
    hub_id = models.UUIDField(_("hub id"), null=True, blank=True)

    class Meta:
        verbose_name = _("expected hub")
        verbose_name_plural = _("expected hubs")
        ordering = ("job", "position")
        constraints = (
            models.UniqueConstraint(fields=("job", "position"), name="expected_hubs_are_in_order"),
            models.UniqueConstraint(
                fields=("job", "hub_id"),
                condition=Q(hub_id__isnull=False),
                name="hub_expected_once_on_a_job",
            ),
            models.UniqueConstraint(
                fields=("job", "place"), condition=~Q(place=""), name="place_once_on_a_job"
            ),
            models.CheckConstraint(
                condition=~Q(place="") | Q(hub_id__isnull=False), name="expected_hub_says_something"
            ),
        )

    def __str__(self) -> str:
        return self.place or str(self.hub_id)
