"""Job: a visit to a site. It is the installer's pass, and the site's expectation of hubs."""

import uuid
from datetime import date, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.core.leasing import Leased
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
    site = models.ForeignKey(Site, models.PROTECT, related_name="jobs", verbose_name=_("site"))
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
        return f"{self.site.name} · {self.number}"

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


class JobRequest(models.Model):
    """Somebody asks for more time on a job, or for another site. Goes with their membership."""

    class Kind(models.TextChoices):
        """What is asked for."""

        MORE_TIME = "more_time"
        OTHER_SITE = "other_site"

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
    wanted = models.CharField(max_length=120, blank=True)
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
                condition=Q(kind="more_time", job__isnull=False) | Q(kind="other_site"),
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
        return self.job.site.name if self.job else self.wanted


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
    site_name = models.CharField(_("site"), max_length=120)
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
