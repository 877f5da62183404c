"""Somebody asks for a hub that stands in their building and is bound to another organisation."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Final, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.claims.models import Claim
from portal.core.leasing import CLOCKS_APART, Leased
from portal.hubs.actions.models import HubAction, Reason
from portal.hubs.actions.rules import out_of_use
from portal.hubs.models import Binding, Hub
from portal.moves import new_requests
from portal.orgs.models import Membership, Organisation, User
from portal.sites.models import Site

HOLDER_HAS: Final = timedelta(days=3)


class State(models.TextChoices):
    """Where a request is. A final state never changes; the words are in `display/`."""

    ASKED = "asked"
    WITH_HOLDER = "with_holder"
    # The holder has said yes or no, or nothing in time.
    ANSWERED = "answered"
    # A re-claim is under way; or it has ended, and nobody knows how.
    APPROVED = "approved"
    UNCLEAR = "unclear"
    MOVED = "moved"
    NOT_MOVED = "not_moved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    # The hub is nobody's by now, or the asker's own, or there is no such hub.
    NOT_NEEDED = "not_needed"


OPEN: Final = (State.ASKED, State.WITH_HOLDER, State.ANSWERED, State.APPROVED, State.UNCLEAR)
FINAL: Final = tuple(state for state in State if state not in OPEN)
# Nothing was sent, and nothing is about to be.
UNDECIDED: Final = (State.ASKED, State.WITH_HOLDER, State.ANSWERED)


class Answer(models.TextChoices):
    """What the holder has said."""

    NONE = ""
    YES = "yes"
    NO = "no"
    SILENT = "silent"


class Trouble(models.TextChoices):
    """Why the hub could not be looked up with the super key."""

    NONE = ""
    KEY = "key"
    UNREACHABLE = "unreachable"
    FORBIDDEN = "forbidden"


class MoveRequestQuerySet(models.QuerySet["MoveRequest"]):
    """Move requests, as far as somebody may see them: each side by a method of its own."""

    def visible_to(self, user: User) -> Self:
        """Return what the person has asked for, and what others where all sites are theirs."""
        mine = Membership.objects.organisations_of(user)
        own = Q(organisation__in=mine, asked_by=user)
        return self.filter(own | Q(organisation__in=mine.filter(all_sites=True)))

    def of(self, member: Membership) -> Self:
        """Return the requests of the member's organisation."""
        return self.filter(organisation=member.organisation_id)

    def put_to(self, user: User) -> Self:
        """Return the requests that the person's organisations were asked about, as holders."""
        mine = Membership.objects.organisations_of(user)
        return self.filter(holder__in=mine, holder_asked_at__isnull=False)

    def for_agent(self, agent: Membership) -> Self:
        """Return the requests that are the agent's to see: their support's, or nobody's yet.

        What is nobody's yet is for the agents of one support alone (`new_requests`).
        """
        if not agent.support:
            return self.none()
        theirs = self.filter(support_organisation=agent.organisation_id)
        if agent.organisation.spkey_org_id != new_requests.seen_by():
            return theirs
        return theirs | self.filter(support_organisation=None)

    def open(self) -> Self:
        """Return the requests that have not ended."""
        return self.filter(state__in=OPEN)

    def answerable(self, now: datetime | None = None) -> Self:
        """Return the requests that their holders can still answer."""
        now = now or timezone.now()
        # Planned after now, it was put to them before the clock was put back.
        in_time = Q(holder_expires_at__gt=now, due_at__gt=now, timed_at__lte=now + CLOCKS_APART)
        return self.filter(in_time, state=State.WITH_HOLDER)

    def with_details(self) -> Self:
        """Return the requests with what pages show of them."""
        people = ("asked_by", "agent", "answered_by", "decided_by")
        rows = ("organisation", "site", "hub__organisation", "holder", "action", "claim")
        return self.select_related(*people, *rows)


class MoveRequest(Leased):
    """A hub is asked for by an organisation that it is not bound to.

    `support_organisation` is whose agents deal with it, from the first that does, and `found` what
    its super key has read. `holder` is whose it is, None where the portal does not know
    `found_org_id`; neither is ever shown to who asked. Due is the look with that key, the end of
    the holder's days, or another look whether a re-claim took effect: the state says which.
    """

    LEASE: ClassVar[timedelta] = timedelta(minutes=2)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="move_requests", verbose_name=_("organisation")
    )
    asked_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    hub = models.ForeignKey(
        Hub, models.PROTECT, related_name="move_requests", verbose_name=_("hub")
    )
    # SpKey's id, for a hub of whose row each organisation has its own.
    hub_id_text = models.CharField(_("hub id"), max_length=36)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("site"))
    claim = models.ForeignKey(
        Claim, models.SET_NULL, null=True, related_name="move_requests", verbose_name=_("claim")
    )
    why = models.CharField(_("reason"), max_length=500)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    state = models.CharField(_("state"), max_length=12, default=State.ASKED)
    version = models.PositiveIntegerField(_("version"), default=1)

    support_organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name=_("support")
    )
    agent = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("agent")
    )
    looked_at = models.DateTimeField(_("looked up at"), null=True)
    trouble = models.CharField(max_length=12, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    found = models.CharField(_("found"), max_length=8, blank=True)
    found_status = models.CharField(_("status"), max_length=32, blank=True)
    found_org_id = models.CharField(_("SpKey organisation id"), max_length=128, blank=True)

    holder = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        related_name="held_hubs_asked_for",
        verbose_name=_("holder"),
    )
    holder_asked_at = models.DateTimeField(_("holder asked at"), null=True)
    holder_expires_at = models.DateTimeField(_("holder may answer until"), null=True)
    holder_answer = models.CharField(_("holder's answer"), max_length=6, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("answered by")
    )

    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    # What who asked is told where it is declined.
    sentence = models.CharField(_("answer"), max_length=500, blank=True)
    action = models.OneToOneField(
        HubAction, models.PROTECT, null=True, related_name="move_request", verbose_name=_("action")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)
    # Where it was found out afterwards that the re-claim had taken effect.
    late_effect_at = models.DateTimeField(_("took effect late"), null=True)

    objects = MoveRequestQuerySet.as_manager()

    class Meta(Leased.Meta):
        verbose_name = _("move request")
        verbose_name_plural = _("move requests")
        ordering = ("-asked_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "hub_id_text"),
                condition=Q(state__in=OPEN),
                name="one_open_move_request_each",
            ),
            models.UniqueConstraint(
                fields=("hub_id_text",),
                condition=Q(state__in=(State.APPROVED, State.UNCLEAR)),
                name="a_hub_is_moved_for_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]),
                name="move_request_state_known",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="move_request_says_why"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
                name="who_asked_for_a_hub_does_not_decide",
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("asked_by")),
                name="who_asked_for_a_hub_does_not_answer",
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None)
                | Q(decided_by=None)
                | ~Q(decided_by=F("answered_by")),
                name="who_answered_does_not_decide",
            ),
            models.CheckConstraint(
                condition=Q(holder=None) | ~Q(holder=F("organisation")),
                name="nobody_asks_for_their_own_hub",
            ),
            models.CheckConstraint(
                condition=Q(action=None)
                | Q(decided_by__isnull=False)
                & (Q(holder=None) | Q(holder_answer__in=(Answer.YES, Answer.SILENT))),
                name="nothing_is_moved_before_its_holder_was_asked",
            ),
            models.CheckConstraint(
                condition=Q(holder_answer__in=(Answer.NONE, Answer.SILENT), answered_by=None)
                | Q(holder_answer__in=(Answer.YES, Answer.NO), answered_by__isnull=False),
                name="a_holders_answer_is_somebodys",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.WITH_HOLDER)
                | Q(
                    holder__isnull=False,
                    holder_expires_at__isnull=False,
                    due_at__isnull=False,
                    holder_answer=Answer.NONE,
                ),
                name="a_holder_has_until_a_day",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=(State.APPROVED, State.UNCLEAR, State.MOVED, State.NOT_MOVED),
                    action__isnull=False,
                )
                | Q(
                    state__in=(*UNDECIDED, State.DECLINED, State.WITHDRAWN, State.NOT_NEEDED),
                    action=None,
                ),
                name="what_is_approved_is_an_action",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.DECLINED) | Q(decided_by__isnull=False) & ~Q(sentence=""),
                name="who_asked_is_told_why_not",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, ended_at=None)
                | Q(state__in=FINAL, ended_at__isnull=False, due_at=None),
                name="move_request_ends_when_final",
            ),
        )
        indexes = [
            *Leased.Meta.indexes,
            models.Index(fields=("organisation", "-asked_at"), name="move_request_newest"),
            models.Index(
                fields=("holder", "-holder_asked_at"),
                condition=Q(holder_asked_at__isnull=False),
                name="move_request_of_holder",
            ),
            models.Index(
                fields=("asked_at",), condition=Q(state__in=OPEN), name="move_request_open"
            ),
        ]

    def __str__(self) -> str:
        return self.hub_id_text

    @property
    def record_label(self) -> str:
        """What the record calls it: where the hub is to be."""
        return self.site.shown_name

    @property
    def tail(self) -> str:
        """What people call the hub by."""
        return self.hub_id_text[-4:].upper()

    @property
    def is_final(self) -> bool:
        """Whether it has ended."""
        return self.state in FINAL

    @property
    def is_being_looked_up(self) -> bool:
        """Whether the worker is to read the hub with the super key."""
        return self.state == State.ASKED and self.due_at is not None

    @property
    def is_found_elsewhere(self) -> bool:
        """Whether the super key has read whose the hub is, and it is somebody else's."""
        return self.found == Binding.OTHER and self.found_org_id != ""

    @property
    def out_of_use(self) -> Reason | None:
        """Why SmartphoneKey lets nobody move the hub, as far as the super key has read."""
        return out_of_use(self.found_status)

    @property
    def can_put_to_holder(self) -> bool:
        """Whether the holder can be asked: one that the portal knows, and once."""
        return self._is_found and self.holder_id is not None

    @property
    def can_approve(self) -> bool:
        """Whether it may be approved: a no ends it, and nobody is passed over whom one can ask."""
        if self.state == State.ANSWERED:
            agreed = self.holder_answer in (Answer.YES, Answer.SILENT)
            return agreed and self.out_of_use is None
        return self._is_found and self.holder_id is None

    @property
    def _is_found(self) -> bool:
        """Whether it was looked up just now, and is somebody else's and in use."""
        ready = self.state == State.ASKED and not self.is_being_looked_up
        return ready and self.is_found_elsewhere and self.out_of_use is None

    @property
    def can_decline(self) -> bool:
        """Whether support can still decline it."""
        return self.state in UNDECIDED

    @property
    def can_withdraw(self) -> bool:
        """Whether who asked can take it back."""
        return self.state in UNDECIDED
