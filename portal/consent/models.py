"""What lets support act for an organisation: grants, and the requests and codes they come from.

Each is due when it ends: a worker ends it, so that a clock that is put back revives nothing.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final, Self

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.core.leasing import CLOCKS_APART, Leased
from portal.orgs.models import Membership, Organisation, User
from portal.sites.models import Site

HOURS: Final = (1, 24, 7 * 24, 30 * 24)
USUAL_HOURS: Final = 24
LONGEST_CONSENT: Final = timedelta(days=30)
LONGEST_BREAK_GLASS: Final = timedelta(hours=1)
CODE_LASTS: Final = timedelta(minutes=10)
MOST_WRONG_TRIES: Final = 5
REQUEST_LASTS: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is allowed: at which sites (None: at all), moves too, for how long, with which note."""

    sites: Sequence[Site] | None = None
    may_move: bool = False
    hours: int = USUAL_HOURS
    note: str = ""


def in_time(now: datetime) -> Q:
    """Return the condition of what has not ended: by its own end, nor by a worker's hand."""
    # Planned after now, it was made before the clock was put back.
    return Q(ended_at=None, due_at__gt=now, timed_at__lte=now + CLOCKS_APART)


class GrantQuerySet(models.QuerySet["Grant"]):
    """Grants, as far as somebody may see or use them."""

    def of(self, member: Membership) -> Self:
        """Return the grants by which others act for the member's organisation."""
        return self.filter(organisation=member.organisation_id)

    def for_agent(self, agent: Membership) -> Self:
        """Return the grants that are the agent's to use, those that have ended among them."""
        if not agent.support:
            return self.none()
        whose = Q(agent=None) | Q(agent=agent.user_id)
        return self.filter(whose, support_organisation=agent.organisation_id)

    def standing(self, now: datetime | None = None) -> Self:
        """Return the grants that count at this moment."""
        now = now or timezone.now()
        return self.filter(in_time(now), ends_at__gt=now, revoked_at=None)

    def ahead(self, now: datetime) -> Self:
        """Return the grants that were planned before the clock was put back, and are not over."""
        return self.filter(ended_at=None, revoked_at=None, timed_at__gt=now + CLOCKS_APART)

    def covering(self, site: Site) -> Self:
        """Return the grants that hold at this site."""
        named = Grant.sites.through.objects.filter(grant=OuterRef("pk"), site=site)
        return self.filter(Q(all_sites=True) | Exists(named))

    def covering_id(self, spkey_site_id: str) -> Self:
        """Return the grants that hold at the site that SpKey calls so, known here or not."""
        named = Grant.sites.through.objects.filter(
            grant=OuterRef("pk"), site__spkey_site_id=spkey_site_id
        )
        return self.filter(Q(all_sites=True) | Exists(named))

    def with_details(self) -> Self:
        """Return the grants with what is shown of them."""
        people = ("granted_by", "agent", "revoked_by")
        return self.select_related("organisation", "support_organisation", *people)


class Grant(Leased):
    """Leave for a support organisation to act for another: given by it, or taken as break glass.

    Consent is for every agent of the support organisation, break glass for `agent` alone.
    `ended_at` is when it was revoked, or a worker found that its time was over.
    """

    LEASE: ClassVar[timedelta] = timedelta(minutes=1)

    class Kind(models.TextChoices):
        """Where the leave comes from."""

        CONSENT = "consent", _("Consent")
        BREAK_GLASS = "break_glass", _("Break glass")

    class Way(models.TextChoices):
        """How consent was given."""

        PAGE = "page", _("On their own page")
        REQUEST = "request", _("Asked for")
        CODE = "code", _("By a code")
        NONE = "", _("Not at all")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="support_grants", verbose_name=_("organisation")
    )
    support_organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="grants_to_act",
        verbose_name=_("support organisation"),
    )
    kind = models.CharField(_("kind"), max_length=11, choices=Kind.choices)
    way = models.CharField(_("way"), max_length=8, choices=Way.choices, blank=True)
    all_sites = models.BooleanField(_("all sites"), default=False)
    sites = models.ManyToManyField(Site, related_name="+", blank=True, verbose_name=_("sites"))
    may_move = models.BooleanField(_("may move hubs"), default=False)
    note = models.CharField(_("note"), max_length=500, blank=True)
    granted_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("granted by")
    )
    agent = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("agent")
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    ticket = models.CharField(_("ticket"), max_length=60, blank=True)
    begins_at = models.DateTimeField(_("begins at"), default=timezone.now)
    ends_at = models.DateTimeField(_("ends at"))
    first_used_at = models.DateTimeField(_("first used at"), null=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)
    revoked_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("revoked by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)

    objects = GrantQuerySet.as_manager()

    class Meta(Leased.Meta):
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ("-begins_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=("consent", "break_glass")), name="grant_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(organisation=F("support_organisation")), name="grant_is_for_another"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")), name="grant_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__lte=F("begins_at") + LONGEST_CONSENT),
                name="grant_lasts_30_days_at_most",
            ),
            models.CheckConstraint(
                condition=Q(kind="consent")
                | Q(ends_at__lte=F("begins_at") + LONGEST_BREAK_GLASS)
                & ~Q(reason="")
                & ~Q(ticket="")
                & Q(agent__isnull=False),
                name="break_glass_is_short_and_says_why",
            ),
            models.CheckConstraint(
                condition=Q(kind="consent", granted_by__isnull=False, agent=None)
                | Q(kind="break_glass", granted_by=None),
                name="grant_is_given_by_somebody_unless_break_glass",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False, ended_at__isnull=False),
                name="grant_is_revoked_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, due_at__isnull=False)
                | Q(ended_at__isnull=False, due_at=None),
                name="grant_is_due_until_it_ends",
            ),
        )
        indexes = [
            *Leased.Meta.indexes,
            models.Index(fields=("organisation", "-begins_at", "-id"), name="grant_newest"),
            models.Index(
                fields=("support_organisation", "organisation"),
                condition=Q(ended_at=None),
                name="grant_not_ended",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def record_label(self) -> str:
        """What the record calls the grant: who may act by it."""
        return self.support_organisation.name

    @property
    def is_break_glass(self) -> bool:
        """Whether nobody of the organisation gave it."""
        return self.kind == self.Kind.BREAK_GLASS

    @property
    def stands(self) -> bool:
        """Whether it counts at this moment, by the row as it was loaded."""
        now = timezone.now()
        open_now = self.ended_at is None and self.revoked_at is None
        return open_now and self.due_at is not None and min(self.due_at, self.ends_at) > now


class AccessRequestQuerySet(models.QuerySet["AccessRequest"]):
    """Requests for access, as far as somebody may see them."""

    def of(self, member: Membership) -> Self:
        """Return the requests that the member's organisation is asked."""
        return self.filter(organisation=member.organisation_id)

    def by_agent(self, agent: Membership) -> Self:
        """Return what the agent has asked."""
        return self.filter(membership=agent)

    def waiting(self, now: datetime | None = None) -> Self:
        """Return the requests that can still be answered."""
        now = now or timezone.now()
        return self.filter(answered_at=None, expires_at__gt=now, asked_at__lte=now + CLOCKS_APART)


class AccessRequest(Leased):
    """What an agent asks an organisation's administrators; due when they are to be told.

    `organisation` is None where the portal knows none by what the agent typed: the agent does not
    learn which of them it is.
    """

    LEASE: ClassVar[timedelta] = timedelta(minutes=1)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    membership = models.ForeignKey(
        Membership, models.CASCADE, related_name="+", verbose_name=_("agent")
    )
    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        null=True,
        related_name="access_requests",
        verbose_name=_("organisation"),
    )
    named = models.CharField(_("called"), max_length=254)
    wanted_sites = models.CharField(_("sites asked for"), max_length=300, blank=True)
    may_move = models.BooleanField(_("may move hubs"), default=False)
    hours = models.PositiveSmallIntegerField(_("hours"), default=USUAL_HOURS)
    reason = models.CharField(_("reason"), max_length=500)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"))
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("answered by")
    )
    declined = models.BooleanField(_("declined"), default=False)
    grant = models.OneToOneField(
        Grant, models.PROTECT, null=True, related_name="request", verbose_name=_("grant")
    )

    objects = AccessRequestQuerySet.as_manager()

    class Meta(Leased.Meta):
        verbose_name = _("request for access")
        verbose_name_plural = _("requests for access")
        ordering = ("-asked_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, declined=False, grant=None)
                | Q(
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                    organisation__isnull=False,
                )
                & (Q(declined=True, grant=None) | Q(declined=False, grant__isnull=False)),
                name="access_request_has_one_answer",
            ),
            models.CheckConstraint(
                condition=Q(hours__gte=1, hours__lte=30 * 24), name="access_request_hours"
            ),
        )
        indexes = [
            *Leased.Meta.indexes,
            models.Index(fields=("organisation", "-asked_at"), name="access_request_newest"),
            models.Index(fields=("membership", "-asked_at"), name="access_request_of_agent"),
        ]

    def __str__(self) -> str:
        return self.named

    @property
    def is_waiting(self) -> bool:
        """Whether it can still be answered."""
        return self.answered_at is None and self.expires_at > timezone.now()


class CodeQuerySet(models.QuerySet["Code"]):
    """Codes, as far as somebody may see them."""

    def of(self, member: Membership) -> Self:
        """Return the codes of the member's organisation."""
        return self.filter(organisation=member.organisation_id)

    def standing(self, now: datetime | None = None) -> Self:
        """Return the codes that can still be used."""
        now = now or timezone.now()
        tried = WrongTry.objects.filter(code=OuterRef("pk")).order_by().values("code")
        times = Coalesce(Subquery(tried.annotate(times=Count("pk")).values("times")), 0)
        in_tries = self.alias(times=times).filter(times__lt=MOST_WRONG_TRIES)
        return in_tries.filter(in_time(now), expires_at__gt=now)


class Code(Leased):
    """Six letters that an administrator reads to an agent; only their hash is kept.

    It ends when it is used, when a newer one takes its place, or with its time.
    """

    LEASE: ClassVar[timedelta] = timedelta(minutes=1)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("made by"))
    all_sites = models.BooleanField(_("all sites"), default=False)
    sites = models.ManyToManyField(Site, related_name="+", blank=True, verbose_name=_("sites"))
    may_move = models.BooleanField(_("may move hubs"), default=False)
    hours = models.PositiveSmallIntegerField(_("hours"), default=USUAL_HOURS)
    note = models.CharField(_("note"), max_length=500, blank=True)
    hash = models.CharField(_("hash"), max_length=64)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"))
    grant = models.OneToOneField(
        Grant, models.PROTECT, null=True, related_name="code", verbose_name=_("grant")
    )
    used_at = models.DateTimeField(_("used at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    objects = CodeQuerySet.as_manager()

    class Meta(Leased.Meta):
        verbose_name = _("code")
        verbose_name_plural = _("codes")
        ordering = ("-made_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation",),
                condition=Q(ended_at=None),
                name="one_standing_code_each",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at"))
                & Q(expires_at__lte=F("made_at") + CODE_LASTS),
                name="code_lasts_10_minutes_at_most",
            ),
            models.CheckConstraint(
                condition=Q(hours__gte=1, hours__lte=30 * 24), name="code_hours"
            ),
            models.CheckConstraint(
                condition=Q(used_at=None, grant=None)
                | Q(used_at__isnull=False, grant__isnull=False, ended_at__isnull=False),
                name="code_makes_one_grant",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, due_at__isnull=False)
                | Q(ended_at__isnull=False, due_at=None),
                name="code_is_due_until_it_ends",
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)


class WrongTry(models.Model):
    """That an agent tried a wrong code; `code` is None where there was none to be tried.

    A row each time: what is written does not tell the one from the other.
    """

    code = models.ForeignKey(
        Code, models.CASCADE, null=True, related_name="wrong_tries", verbose_name=_("code")
    )
    agent = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("agent"))
    tried_at = models.DateTimeField(_("tried at"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("wrong try at a code")
        verbose_name_plural = _("wrong tries at codes")

    def __str__(self) -> str:
        return str(self.tried_at)


class Look(models.Model):
    """That an agent was told of a hub under a grant, which its organisation's record says once."""

    grant = models.ForeignKey(Grant, models.CASCADE, related_name="looks", verbose_name=_("grant"))
    agent = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("agent"))
    hub_id = models.UUIDField(_("hub id"))

    class Meta:
        verbose_name = _("look-up")
        verbose_name_plural = _("look-ups")
        constraints = (
            models.UniqueConstraint(fields=("grant", "agent", "hub_id"), name="one_look_each"),
        )

    def __str__(self) -> str:
        return f"{self.grant_id} {self.hub_id}"
