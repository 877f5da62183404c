"""An action on a hub and its attempts. Only `step` and `asking` assign a state."""

import uuid
from datetime import timedelta
from typing import ClassVar, Final, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from portal.consent.models import Grant
from portal.gateway import models as gateway
from portal.hubs.models import Hub
from portal.orgs.models import Membership, Organisation, User
from portal.sites.models import Site


class Kind(models.TextChoices):
    """What is done to the hub."""

    MOVE = "move"
    # From another organisation, which is to give it up, with a super key.
    RECLAIM = "reclaim"
    ROLE = "role"
    SUSPEND = "suspend"
    COMMAND = "command"
    COMMISSION = "commission"


BRINGS: Final = (Kind.MOVE, Kind.RECLAIM)
"""What brings the hub to a site."""


class Command(models.TextChoices):
    """Which command is passed on to the hub."""

    NODES = "get_nodes"
    SERVER = "server_info"
    WIFI = "set_wifi_credentials"


class State(models.TextChoices):
    """Where an action is in its life. A final state never changes.

    What people read of it is in `hubs/display/action_wording.py`, and so for the reasons.
    """

    QUEUED = "queued"
    SENDING = "sending"
    VERIFYING = "verifying"
    WAITING = "waiting"
    BLOCKED = "blocked"
    # It took effect, as a read has shown; or it was so before anything was sent.
    DONE = "done"
    WAS_SO = "was_so"
    # SpKey took it, to be passed on to the hub. That it was carried out, nothing says.
    ACCEPTED = "accepted"
    NOT_PASSED_ON = "not_passed_on"
    # It may have been sent, and nobody knows what became of it.
    UNKNOWN = "unknown"
    REFUSED = "refused"
    EXPIRED = "expired"
    # Nothing was sent, and nothing will be.
    NOT_SENT = "not_sent"
    CANCELLED = "cancelled"


ACTIVE: Final = (State.QUEUED, State.SENDING, State.VERIFYING, State.WAITING, State.BLOCKED)
FINAL: Final = tuple(state for state in State if state not in ACTIVE)
SUCCEEDED: Final = (State.DONE, State.WAS_SO, State.ACCEPTED)
# What can be read back at SpKey.
READ_BACK: Final = (Kind.MOVE, Kind.RECLAIM, Kind.ROLE, Kind.SUSPEND)


class Reason(models.TextChoices):
    """Why an action is where it is."""

    NONE = ""
    OFFLINE = "offline"
    UNREACHABLE = "unreachable"
    RATE = "rate"
    BUSY = "busy"
    TOO_OFTEN = "too_often"
    KEY_MISSING = "key_missing"
    KEY_KIND = "key_kind"
    KEY_DOUBTED = "key_doubted"
    KEY_REFUSED = "key_refused"
    KEY_UNREADABLE = "key_unreadable"
    KEY_MISMATCH = "key_mismatch"
    NO_USER = "no_user"
    ADDRESS_UNCONFIRMED = "address_unconfirmed"
    NOT_OURS = "not_ours"
    MOVED_MEANWHILE = "moved_meanwhile"
    ELSEWHERE = "elsewhere"
    MISSING = "missing"
    # A read did not show it where it is to be, while it is open whether a send took effect.
    OUT_OF_SIGHT = "out_of_sight"
    SUSPENDED = "suspended"
    DECOMMISSIONED = "decommissioned"
    INVALID = "invalid"
    AGAINST_RULES = "against_rules"
    FORBIDDEN = "forbidden"
    INTERRUPTED = "interrupted"
    RIGHT_GONE = "right_gone"
    SITE_CLOSED = "site_closed"


class HubActionQuerySet(models.QuerySet["HubAction"]):
    """Actions, as far as somebody may see them."""

    def of(self, member: Membership) -> Self:
        """Return the actions on the hubs of the member's organisation."""
        return self.filter(organisation=member.organisation_id)

    def visible_to(self, user: User) -> Self:
        """Return the actions in the organisations this person belongs to."""
        return self.filter(organisation__in=Membership.objects.organisations_of(user))

    def active(self) -> Self:
        """Return the actions that have not ended."""
        return self.filter(state__in=ACTIVE)

    def with_details(self) -> Self:
        """Return the actions with what a page shows of them."""
        return self.select_related("organisation", "hub", "site", "asked_by")


class HubAction(gateway.Command):
    """One thing that is to be done to a hub of an organisation, to its end.

    An administrator asks for it, or a support agent: then `acting_organisation` names the one
    whose super key does it. Support moves hubs by a `support_grant`. It re-claims them by a
    request: `from_org_id` is SpKey's id of the organisation that the hub may be taken from, which
    no page of the action's own organisation shows. The organisation that a hub is moved to is
    always its own. What is confidential, Wi-Fi credentials or a commissioning code, is in no
    column: see `confidential`.
    """

    LEASE: ClassVar[timedelta] = timedelta(seconds=105)
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        # The index of what is due of an organisation serves.
        Organisation,
        models.PROTECT,
        related_name="hub_actions",
        verbose_name=_("organisation"),
    )
    hub = models.ForeignKey(
        Hub, models.PROTECT, db_index=False, related_name="actions", verbose_name=_("hub")
    )
    # Without choices, whose labels would be a second set of names.
    kind = models.CharField(max_length=12)
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="moves")
    spkey_site_id = models.CharField(_("SpKey site id"), max_length=128, blank=True)
    # Where the hub was when the move was asked for.
    from_site_id = models.CharField(_("SpKey site id before"), max_length=128, blank=True)
    # Where in the building: of a move, what was said of the new one, and what it leaves behind.
    place = models.CharField(max_length=80, blank=True)
    from_place = models.CharField(max_length=80, blank=True)
    make_primary = models.BooleanField(null=True)
    command = models.CharField(max_length=24, blank=True)
    acting_organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("acting organisation"),
    )
    support_grant = models.ForeignKey(
        Grant,
        models.PROTECT,
        null=True,
        related_name="hub_actions",
        verbose_name=_("support grant"),
    )
    from_org_id = models.CharField(max_length=128, blank=True, editable=False)
    because = models.CharField(_("reason given"), max_length=300, blank=True)
    asked_by = models.ForeignKey(
        User, models.PROTECT, related_name="hub_actions", verbose_name=_("asked for by")
    )
    submission = models.UUIDField()

    state = models.CharField(max_length=16, default=State.QUEUED)
    reason = models.CharField(max_length=24, blank=True)

    objects = HubActionQuerySet.as_manager()

    class Meta(gateway.Command.Meta):
        verbose_name = _("action on a hub")
        verbose_name_plural = _("actions on hubs")
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("hub",), condition=Q(state__in=ACTIVE), name="one_active_action_per_hub"
            ),
            models.UniqueConstraint(
                fields=("asked_by", "submission"), name="one_action_per_submission"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]), name="action_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ACTIVE, finished_at=None)
                | Q(state__in=FINAL, finished_at__isnull=False, due_at=None),
                name="action_ends_when_final",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=(Kind.MOVE, Kind.RECLAIM), site__isnull=False)
                | Q(kind=Kind.ROLE, make_primary__isnull=False)
                | Q(kind=Kind.SUSPEND)
                | Q(kind=Kind.COMMAND, command__in=[each.value for each in Command])
                | Q(kind=Kind.COMMISSION),
                name="action_says_what_is_done",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.RECLAIM, acting_organisation__isnull=False)
                & Q(support_grant=None)
                & ~Q(from_org_id="")
                & ~Q(because="")
                | Q(kind=Kind.MOVE, acting_organisation__isnull=False, from_org_id="")
                & Q(support_grant__isnull=False)
                & ~Q(because="")
                | ~Q(kind=Kind.RECLAIM)
                & Q(acting_organisation=None, support_grant=None, from_org_id=""),
                name="what_support_does_says_why_and_by_what",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=READ_BACK) | Q(sends__lte=1),
                name="what_cannot_be_read_back_is_sent_once",
            ),
        )
        indexes = [
            *gateway.Command.Meta.indexes,
            models.Index(
                fields=("organisation", "due_at"),
                condition=Q(due_at__isnull=False),
                name="action_due_of_organisation",
            ),
            models.Index(fields=("hub", "-created_at", "-id"), name="action_newest_of_hub"),
            models.Index(fields=("reference",), name="action_reference"),
            # As people type it.
            models.Index(Upper("reference"), name="action_quoted"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.hub}"

    @property
    def hub_id_text(self) -> str:
        """The hub's id, as the record names it."""
        return str(self.hub.hub_id)

    @property
    def is_final(self) -> bool:
        """Whether the action has ended."""
        return self.state in FINAL

    @property
    def is_reclaim(self) -> bool:
        """Whether support takes the hub from another organisation."""
        return self.kind == Kind.RECLAIM

    @property
    def by_support(self) -> bool:
        """Whether support does it for the organisation, with the super key."""
        return self.acting_organisation_id is not None

    @property
    def key_owner(self) -> Organisation:
        """The organisation whose key does it, and whose member asks for it."""
        return self.acting_organisation or self.organisation

    @property
    def is_read_back(self) -> bool:
        """Whether SpKey can be asked if it took effect."""
        return self.kind in READ_BACK

    @property
    def is_confidential(self) -> bool:
        """Whether what is sent may stand in no row: only who sends it has it, and once."""
        return self.kind == Kind.COMMISSION or self.command == Command.WIFI

    @property
    def record_label(self) -> str:
        """What the record calls the action: where to, since it names the hub beside."""
        return self.site.shown_name if self.site else self.command


class HubActionAttempt(gateway.Call):
    """One call to SpKey on behalf of an action."""

    action = models.ForeignKey(HubAction, models.CASCADE, related_name="attempts")
    kind = models.CharField(_("kind"), max_length=8)

    class Meta(gateway.Call.Meta):
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = (
            models.UniqueConstraint(
                fields=("action", "number"), name="attempts_of_an_action_are_numbered"
            ),
        )
        indexes = (
            models.Index(fields=("reference",), name="action_attempt_reference"),
            models.Index(fields=("started_at",), name="action_attempt_latest"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.number}: {self.outcome or '…'}"
