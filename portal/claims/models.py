"""A claim and its attempts. Only `engine.step` and `engine.actions` assign a state."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.claims import numbers
from portal.consent.models import Grant
from portal.core.leasing import Bound
from portal.gateway.models import NOW, Call, Command
from portal.hubs.models import Hub
from portal.jobs.models import Job, JobMember
from portal.orgs.models import Membership, Organisation, User
from portal.sites.models import Site


class State(models.TextChoices):
    """Where a claim is in its life. A final state never changes.

    What people read of it is in `display/wording.py`, and so for the reasons.
    """

    QUEUED = "queued"
    SENDING = "sending"
    VERIFYING = "verifying"
    WAITING = "waiting"
    BLOCKED = "blocked"
    REVIEW = "review"
    CLAIMED = "claimed"
    ALREADY_YOURS = "already_yours"
    CONFLICT = "conflict"
    NOT_FOUND = "not_found"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


ACTIVE = (
    State.QUEUED,
    State.SENDING,
    State.VERIFYING,
    State.WAITING,
    State.BLOCKED,
    State.REVIEW,
)
FINAL = tuple(state for state in State if state not in ACTIVE)
SUCCEEDED = (State.CLAIMED, State.ALREADY_YOURS)


class Reason(models.TextChoices):
    """Why a claim is where it is."""

    NONE = ""
    OFFLINE = "offline"
    UNREACHABLE = "unreachable"
    RATE = "rate"
    BUSY = "busy"
    KEY_MISSING = "key_missing"
    TOO_OFTEN = "too_often"
    KEY_KIND = "key_kind"
    KEY_DOUBTED = "key_doubted"
    KEY_REFUSED = "key_refused"
    KEY_UNREADABLE = "key_unreadable"
    KEY_MISMATCH = "key_mismatch"
    NO_USER = "no_user"
    ADDRESS_UNCONFIRMED = "address_unconfirmed"
    ANOTHER_SITE = "another_site"
    ANOTHER_ORGANISATION = "another_organisation"
    SUSPENDED = "suspended"
    DECOMMISSIONED = "decommissioned"
    INVALID = "invalid"
    FORBIDDEN = "forbidden"
    NOT_CONFIRMED = "not_confirmed"
    RIGHT_GONE = "right_gone"


# Which claims wait for an administrator, who releases them or rejects them. Of support's there are
# none: theirs end when the right is gone.
WAITS_FOR_RELEASE = Q(state=State.BLOCKED, reason=Reason.RIGHT_GONE, cancel_requested_at=None)
# Which claims count for their job: a hub that was replaced hangs there no more, unless it is
# claimed anew.
IN_PLACE = Q(hub__replaced_at=None) | Q(state__in=ACTIVE)


class ClaimQuerySet(models.QuerySet["Claim"]):
    """Claims, as far as somebody may see them."""

    def of(self, member: Membership) -> Self:
        """Return the claims of the member's organisation, support's among them.

        Somebody who is limited to jobs gets their own, and those of their jobs.
        """
        theirs = self.filter(organisation=member.organisation_id)
        if member.all_sites:
            return theirs
        of_jobs = Q(job__in=JobMember.objects.filter(membership=member).values("job"))
        return theirs.filter(Q(submitted_by=member.user_id) | of_jobs)

    def made_by_support_of(self, agent: Membership) -> Self:
        """Return the claims that the support of the agent's organisation made for others."""
        return self.filter(acting_organisation=agent.organisation_id)

    def visible_to(self, user: User) -> Self:
        """Return the claims of the person's organisations, and those that their support made.

        Of what an organisation's support did for others, its other members see nothing. Who is
        limited to jobs sees their own, and those of their jobs.
        """
        mine = Membership.objects.organisations_of(user)
        everywhere, as_agent = mine.filter(all_sites=True), mine.filter(support=True)
        of_jobs = JobMember.objects.filter(membership__in=Membership.objects.active_of(user))
        return self.filter(
            Q(organisation__in=everywhere)
            | Q(acting_organisation__in=as_agent)
            | Q(organisation__in=mine, submitted_by=user)
            | Q(job__in=of_jobs.values("job"))
        )

    def active(self) -> Self:
        """Return the claims that have not ended."""
        return self.filter(state__in=ACTIVE)

    def with_details(self) -> Self:
        """Return the claims with what is shown of them: organisation, site, hub and people."""
        people = ("submitted_by", "released_by", "cancel_requested_by")
        return self.select_related("organisation", "site", "hub", *people)


class Claim(Command):
    """One request to bind one hub to one organisation and site, from submit to its end.

    `organisation` is the target. `acting_organisation` is set on a claim made by support for
    another organisation, and names the one whose super key serves it. A claim could not be tried
    while a key was refused, or no worker ran. `contacted_at` is when the last attempt began.

    Due is the next attempt while the claim is active, and a recheck once it has ended badly
    after a send, or the reading back of support's: never two of them, so they share one lease.
    `late_effect_at` says when it was found
    to have taken effect after all.
    """

    LEASE: ClassVar[timedelta] = timedelta(seconds=90)
    BOUNDS: ClassVar[Mapping[str, Bound]] = {**Command.BOUNDS, "contacted_at": NOW}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # By which people quote it, whatever SpKey calls each of its calls.
    number = models.CharField(
        _("number"), max_length=numbers.LONGEST, unique=True, default=numbers.fresh, editable=False
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="claims", verbose_name=_("organisation")
    )
    acting_organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="claims_for_others",
        verbose_name=_("acting organisation"),
    )
    # By which support acts: without one it claims nothing.
    support_grant = models.ForeignKey(
        # The index of those that have one serves, see below.
        Grant,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="claims",
        verbose_name=_("support grant"),
    )
    hub = models.ForeignKey(Hub, models.PROTECT, related_name="claims", verbose_name=_("hub"))
    hub_id_text = models.CharField(_("hub id text"), max_length=36, db_index=True)
    site = models.ForeignKey(
        # The index of a site's newest claims serves, see below.
        Site,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="claims",
        verbose_name=_("site"),
    )
    spkey_site_id = models.CharField(_("SpKey site id"), max_length=128)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, related_name="claims", verbose_name=_("submitted by")
    )
    job = models.ForeignKey(
        # The index of a job's newest claims serves, see below.
        Job,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="claims",
        verbose_name=_("job"),
    )
    # Where in the building the hub goes, as the person on site says it.
    place = models.CharField(_("place"), max_length=80, blank=True)
    # Whose right it is that counts now: an administrator has released it.
    released_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("released by")
    )
    submission = models.UUIDField(_("submission"))
    support_reason = models.CharField(_("support reason"), max_length=500, blank=True)
    support_ticket = models.CharField(_("support ticket"), max_length=60, blank=True)
    retry_of = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="retries",
        verbose_name=_("retry of"),
    )
    # The hub in whose place the new one is put.
    replaces = models.ForeignKey(
        Hub,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("replaces"),
    )
    # Kept, as a look for `retries` reads every claim there is.
    retried = models.BooleanField(_("tried again"), default=False)

    # Without choices, whose labels would be a second set of names.
    state = models.CharField(_("state"), max_length=16, default=State.QUEUED)
    reason = models.CharField(_("reason"), max_length=24, blank=True)
    # Why SpKey said nothing about the hub at the last attempt: `reason` may be that of one before.
    held_up_by = models.CharField(max_length=24, blank=True, editable=False)
    send_requested = models.BooleanField(_("send requested"), default=False)
    contacted_at = models.DateTimeField(_("contacted at"), null=True)
    claimed_at = models.DateTimeField(_("claimed at"), null=True)
    late_effect_at = models.DateTimeField(_("late effect at"), null=True)

    objects = ClaimQuerySet.as_manager()

    class Meta(Command.Meta):
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "hub"),
                condition=Q(state__in=ACTIVE),
                name="one_active_claim_per_hub",
            ),
            models.UniqueConstraint(
                fields=("submitted_by", "submission"), name="one_claim_per_submission"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]), name="claim_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ACTIVE, finished_at=None)
                | Q(state__in=FINAL, finished_at__isnull=False),
                name="claim_ends_when_final",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ACTIVE)
                | Q(due_at=None)
                | (Q(sends__gt=0) & ~Q(state__in=SUCCEEDED))
                | Q(state=State.CLAIMED, acting_organisation__isnull=False),
                name="ended_claim_is_due_for_a_recheck_or_support_reads_it_back",
            ),
            models.CheckConstraint(
                condition=~Q(acting_organisation=models.F("organisation")),
                name="claim_acts_for_another",
            ),
            models.CheckConstraint(
                condition=Q(acting_organisation=None, support_grant=None)
                | Q(acting_organisation__isnull=False, support_grant__isnull=False),
                name="claim_for_another_has_a_grant",
            ),
        )
        indexes = [
            *Command.Meta.indexes,
            models.Index(
                fields=("organisation", "due_at"),
                condition=Q(due_at__isnull=False),
                name="claim_due_of_organisation",
            ),
            models.Index(fields=("organisation", "-created_at", "-id"), name="claim_newest"),
            models.Index(fields=("-created_at", "-id"), name="claim_newest_of_all"),
            models.Index(fields=("reference",), name="claim_exact_reference"),
            models.Index(
                fields=("organisation", "submitted_by", "-created_at", "-id"),
                name="claim_newest_of_person",
            ),
            models.Index(
                fields=("organisation", "submitted_by", "state", "-created_at", "-id"),
                name="claim_of_person_in_state",
            ),
            # Without a condition, SQLite takes this index for the claims that have no site.
            models.Index(
                fields=("site", "-created_at", "-id"),
                condition=Q(site__isnull=False),
                name="claim_newest_of_site",
            ),
            models.Index(
                fields=("job", "-created_at", "-id"),
                condition=Q(job__isnull=False),
                name="claim_newest_of_job",
            ),
            # With those that have none in it, SQLite reads all claims to count those of a grant.
            models.Index(
                fields=("support_grant",),
                condition=Q(support_grant__isnull=False),
                name="claim_under_grant",
            ),
            models.Index(
                fields=("acting_organisation", "-created_at", "-id"),
                condition=Q(acting_organisation__isnull=False),
                name="claim_newest_of_support",
            ),
            models.Index(
                fields=("organisation", "-created_at", "-id"),
                condition=Q(acting_organisation__isnull=False),
                name="claim_newest_by_support",
            ),
            models.Index(
                fields=("organisation", "spkey_site_id", "-created_at", "-id"),
                condition=Q(site=None),
                name="claim_without_site",
            ),
            models.Index(
                F("organisation"),
                Upper("reference"),
                F("created_at").desc(),
                F("id").desc(),
                name="claim_reference",
            ),
            models.Index(
                fields=("organisation", "state", "-created_at", "-id"), name="claim_newest_in_state"
            ),
            # What home counts: claims that go on, which have no end, and those that ended lately.
            models.Index(fields=("organisation", "finished_at"), name="claim_ended"),
            # What `monitoring` counts of all organisations: how those are that go on, and how the
            # last ones ended.
            models.Index(fields=("finished_at", "state", "reason"), name="claim_by_end"),
            models.Index(
                fields=("organisation", "late_effect_at"),
                condition=Q(late_effect_at__isnull=False),
                name="claim_late_effect",
            ),
        ]

    def __str__(self) -> str:
        return self.hub_id_text

    @property
    def is_final(self) -> bool:
        """Whether the claim has ended."""
        return self.state in FINAL

    @property
    def waits_for_release(self) -> bool:
        """Whether the claim is among those of WAITS_FOR_RELEASE."""
        waits = (self.state, self.reason) == (State.BLOCKED, Reason.RIGHT_GONE)
        return waits and self.cancel_requested_at is None

    @property
    def by_support(self) -> bool:
        """Whether support made the claim for another organisation."""
        return self.acting_organisation_id is not None

    @property
    def site_name(self) -> str:
        """The site as people call it, or its SpKey id where the portal has no such site."""
        return self.site.shown_name if self.site else self.spkey_site_id

    @property
    def record_label(self) -> str:
        """What the record calls the claim: where it is, since it names the hub beside."""
        return self.site_name

    def site_in_the_way(self) -> str:
        """Return the site that has the hub already, as people call it, where that ended the claim.

        Asks the database; an empty text where no site of the organisation's is in the way.
        """
        if self.reason != Reason.ANOTHER_SITE:
            return ""
        return self.organisation.sites.name_of(self.hub.spkey_site_id)


class SentHubQuerySet(models.QuerySet["SentHub"]):
    """Hubs that were sent to administrators, as far as somebody may see them."""

    def of(self, member: Membership) -> Self:
        """Return those that people of the member's organisation have sent."""
        return self.filter(organisation=member.organisation_id)

    def visible_to(self, user: User) -> Self:
        """Return those that were sent in the person's organisations."""
        return self.filter(organisation__in=Membership.objects.organisations_of(user))


class SentHub(models.Model):
    """A hub that somebody could not claim, and sent to the administrators: see `telling`.

    `state` and `reason` are a claim's, as the hub was refused then. `claim` is the one that was
    refused, or the one that was made since. The hub's row may be gone, where nobody claimed it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        # The index of the newest serves, see below.
        Organisation,
        models.CASCADE,
        db_index=False,
        related_name="+",
        verbose_name=_("organisation"),
    )
    # Who sent it, which hub, why and on which day: nobody sends the same twice.
    about = models.CharField(_("about"), max_length=100)
    hub_id = models.UUIDField(_("hub id"))
    sent_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("submitted by")
    )
    sent_at = models.DateTimeField(_("created at"), default=timezone.now)
    site = models.ForeignKey(
        Site, models.PROTECT, null=True, related_name="+", verbose_name=_("site")
    )
    claim = models.ForeignKey(
        Claim, models.CASCADE, null=True, related_name="+", verbose_name=_("claim")
    )
    state = models.CharField(_("state"), max_length=16)
    reason = models.CharField(_("reason"), max_length=24, blank=True)

    objects = SentHubQuerySet.as_manager()

    class Meta:
        verbose_name = _("hub sent to administrators")
        verbose_name_plural = _("hubs sent to administrators")
        ordering = ("-sent_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "about"), name="hub_sent_once_each"),
        )
        indexes = (
            models.Index(fields=("organisation", "-sent_at", "-id"), name="sent_hub_newest"),
            models.Index(fields=("sent_at",), condition=Q(claim=None), name="sent_hub_oldest"),
            models.Index(
                fields=("organisation", "hub_id", "-sent_at", "-id"), name="sent_hub_again"
            ),
        )

    def __str__(self) -> str:
        return str(self.hub_id)

    @property
    def tail(self) -> str:
        """The last characters of the hub's id, by which people call it."""
        return str(self.hub_id)[-4:].upper()


class Attempt(Call):
    """One call to SpKey on behalf of a claim."""

    class Kind(models.TextChoices):
        """What was asked."""

        READ = "read", _("Status read")
        SEND = "send", _("Claim sent")

    claim = models.ForeignKey(
        Claim, models.CASCADE, related_name="attempts", verbose_name=_("claim")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)

    class Meta(Call.Meta):
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = (
            models.UniqueConstraint(fields=("claim", "number"), name="attempts_are_numbered"),
        )
        indexes = (
            models.Index(fields=("reference",), name="attempt_reference"),
            models.Index(fields=("request_id",), name="attempt_request_id"),
            models.Index(fields=("started_at",), name="attempt_latest"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}: {self.outcome or gettext('open')}"
