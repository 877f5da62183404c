"""An import, its rows, and the batches in which workers look at them. The rows are the truth."""

import uuid
from datetime import timedelta
from typing import ClassVar, Final, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.claims.models import Claim
from portal.core.leasing import Leased
from portal.hubs.actions.models import HubAction
from portal.hubs.models import Hub
from portal.imports.reading.bounds import LONGEST_CELL
from portal.orgs.models import Membership, Organisation, User
from portal.sites.models import Site

LONGEST_PLACE: Final = Hub._meta.get_field("place").max_length or 80


class Kind(models.TextChoices):
    """What is to be done with the hubs."""

    CLAIM = "claim"
    BRING_IN = "bring_in"
    MOVE = "move"


class State(models.TextChoices):
    """Where an import is: a file that is read, a plan that is made, kept, and carried out."""

    READING = "reading"
    REFUSED = "refused"
    CHECKING = "checking"
    READY = "ready"
    RUNNING = "running"
    FINISHED = "finished"
    DISCARDED = "discarded"


OPEN: Final = (State.READING, State.CHECKING, State.READY, State.RUNNING)
# In these, nothing of it has been carried out, and it can be discarded.
TO_DISCARD: Final = (State.READING, State.CHECKING, State.READY)
# In these, its rows are what the dry run found, and nothing has come of them.
PLANNED: Final = (State.CHECKING, State.READY, State.DISCARDED)


class Verdict(models.TextChoices):
    """What a row is, as the dry run found it. The words are in `display/wording.py`."""

    NONE = ""
    FREE = "free"
    OURS = "ours"
    KEPT = "kept"
    OTHER_SITE = "other_site"
    UNDER_WAY = "under_way"
    BUSY = "busy"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"
    SUSPENDED = "suspended"
    DECOMMISSIONED = "decommissioned"
    UNREAD = "unread"
    HELD_BACK = "held_back"
    NOT_AN_ID = "not_an_id"
    SEVERAL_IDS = "several_ids"
    TWICE = "twice"
    SITE_NEEDED = "site_needed"
    SITE_UNKNOWN = "site_unknown"
    SITE_NOT_CLEAR = "site_not_clear"
    SITE_ARCHIVED = "site_archived"
    NO_RIGHT = "no_right"
    PLACE_TOO_LONG = "place_too_long"
    CELL_TOO_LONG = "cell_too_long"
    TOO_MANY_CELLS = "too_many_cells"
    FORMULA = "formula"
    DATE = "date"
    NUMBER = "number"
    MERGED = "merged"


class RowState(models.TextChoices):
    """How far a row has got."""

    NEW = "new"
    PLANNED = "planned"
    TO_DO = "to_do"
    UNDER_WAY = "under_way"
    WAITING = "waiting"
    DONE = "done"
    ALREADY = "already"
    NOT_DONE = "not_done"


PILES: Final = (RowState.DONE, RowState.ALREADY, RowState.NOT_DONE)

# Of which verdict a row has something to be done, and of which there is nothing left to do.
TO_BE_DONE: Final[dict[str, Verdict]] = {
    Kind.CLAIM: Verdict.FREE,
    Kind.BRING_IN: Verdict.OURS,
    Kind.MOVE: Verdict.OTHER_SITE,
}
DONE_ALREADY: Final[dict[str, Verdict]] = {
    Kind.CLAIM: Verdict.OURS,
    Kind.BRING_IN: Verdict.KEPT,
    Kind.MOVE: Verdict.OURS,
}


class ImportQuerySet(models.QuerySet["Import"]):
    """Imports, as far as somebody may see them."""

    def of(self, member: Membership) -> Self:
        """Return the imports of the member's organisation."""
        return self.filter(organisation=member.organisation_id)

    def visible_to(self, user: User) -> Self:
        """Return the imports of the organisations this person belongs to."""
        return self.filter(organisation__in=Membership.objects.organisations_of(user))


class Import(Leased):
    """Many hubs that are to be claimed, brought in or moved: first a plan, which is kept.

    While it is due, one worker conducts it: reads the file, sees when all rows are looked at, hands
    them on and gathers what came of them. `made_by` gave the file, `run_by` has it carried out, and
    theirs is the right that counts. `site` is where rows go that name none. `marks` are two moments
    with the number of rows that were through then, from which the rate is told.
    """

    LEASE: ClassVar[timedelta] = timedelta(minutes=3)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        # The constraint of the numbers serves as its index.
        Organisation,
        models.CASCADE,
        db_index=False,
        related_name="imports",
    )
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8)
    state = models.CharField(max_length=12, default=State.READING)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    run_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    site = models.ForeignKey(Site, models.SET_NULL, null=True, related_name="+")
    submission = models.UUIDField(unique=True)
    digest = models.CharField(max_length=64)
    # Which rows are to be looked at again: all (""), or those that write their site so.
    again = models.CharField(max_length=LONGEST_CELL, null=True)  # noqa: DJ001 - "" is all
    name = models.CharField(max_length=120, blank=True)
    sheet = models.CharField(max_length=120, blank=True)
    other_sheets = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # How many rows were done when it finished, or have been since.
    done = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list)
    # The first lines of a file whose columns were not clear, and what people say that these hold.
    head = models.JSONField(default=list)
    columns = models.JSONField(default=list)
    marks = models.JSONField(default=list)
    retry_of = models.ForeignKey("self", models.SET_NULL, null=True, related_name="retries")
    created_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(null=True)
    run_at = models.DateTimeField(null=True)
    stop_requested_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # How many rows there were of each state and verdict, once they are gone: see `old_rows`.
    summary = models.JSONField(default=list)
    rows_removed_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta(Leased.Meta):
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "number"), name="imports_are_numbered"),
            # The same file twice at once is one import.
            models.UniqueConstraint(
                fields=("organisation", "digest"),
                condition=Q(state__in=[state.value for state in OPEN]),
                name="one_open_import_each",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]), name="import_state_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]), name="import_kind_known"
            ),
        )
        indexes = [
            *Leased.Meta.indexes,
            models.Index(fields=("organisation", "-created_at", "-id"), name="import_newest"),
            models.Index(
                fields=("organisation", "due_at"),
                condition=Q(due_at__isnull=False),
                name="import_due_of_organisation",
            ),
            models.Index(
                fields=("finished_at",),
                condition=Q(finished_at__isnull=False, rows_removed_at=None),
                name="import_with_rows",
            ),
            models.Index(
                fields=("checked_at",), condition=Q(state=State.READY), name="import_ready"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}"

    @property
    def asks_for_columns(self) -> bool:
        """Whether its file is kept until somebody says what its columns hold."""
        return self.state == State.REFUSED and bool(self.head)

    @property
    def can_be_discarded(self) -> bool:
        """Whether somebody can still say that nothing is to come of it."""
        return self.state in TO_DISCARD or self.asks_for_columns

    @property
    def token(self) -> str:
        """What a page says of the plan that it shows: that one is carried out, and no other."""
        return self.checked_at.isoformat() if self.checked_at else ""


class Piece(models.Model):
    """A part of the file, in order, until a worker has read it.

    Of an import of another's rows, `retry_of`, it is the numbers of their lines.
    """

    plan = models.ForeignKey(Import, models.CASCADE, related_name="pieces")
    data = models.BinaryField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.pk}"


class Batch(Leased):
    """A few rows of an import that one worker looks at, one after the other."""

    LEASE: ClassVar[timedelta] = timedelta(minutes=1)

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        # The index of what is due serves, see below.
        Organisation,
        models.CASCADE,
        db_index=False,
        related_name="+",
    )
    plan = models.ForeignKey(Import, models.CASCADE, related_name="batches")

    class Meta(Leased.Meta):
        indexes = [
            *Leased.Meta.indexes,
            models.Index(
                fields=("organisation", "due_at"),
                condition=Q(due_at__isnull=False),
                name="batch_due_of_organisation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Row(models.Model):
    """One line of an import: what it says, what the dry run found, and what came of it.

    `line` is its number in the file. `hub_text` and `site_text` are as they were written. `cause`
    is a verdict, or `claim:STATE:REASON` or `action:…` of what ended badly; of what is done, empty.
    `claim` or `action` is what became of it, or what of somebody else's is in its way.
    """

    id = models.BigAutoField(primary_key=True)
    plan = models.ForeignKey(
        # The constraint of the lines serves as its index.
        Import,
        models.CASCADE,
        db_index=False,
        related_name="rows",
    )
    batch = models.ForeignKey(Batch, models.CASCADE, null=True, related_name="rows")
    line = models.PositiveIntegerField()
    hub_text = models.CharField(max_length=LONGEST_CELL, blank=True)
    hub_id = models.UUIDField(null=True)
    printed_id = models.CharField(max_length=36, blank=True)
    site_text = models.CharField(max_length=LONGEST_CELL, blank=True)
    # Nobody asks for the rows of a site.
    site = models.ForeignKey(Site, models.SET_NULL, null=True, db_index=False, related_name="+")
    place = models.CharField(max_length=LONGEST_CELL, blank=True)
    note = models.CharField(max_length=LONGEST_CELL, blank=True)
    state = models.CharField(max_length=12, default=RowState.NEW)
    verdict = models.CharField(max_length=20, blank=True)
    # The SpKey site id at which a hub of ours is.
    at_site = models.CharField(max_length=128, blank=True)
    # As the dry run saw it: what is to be sent to it waits.
    is_offline = models.BooleanField(default=False)
    # The line that has the same hub, or the cell that is meant.
    about = models.CharField(max_length=80, blank=True)
    cause = models.CharField(max_length=60, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    claim = models.ForeignKey(Claim, models.SET_NULL, null=True, related_name="import_rows")
    action = models.ForeignKey(HubAction, models.SET_NULL, null=True, related_name="import_rows")

    class Meta:
        ordering = ("plan", "line")
        constraints = (
            models.UniqueConstraint(fields=("plan", "line"), name="one_row_each_line"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in RowState]),
                name="import_row_state_known",
            ),
        )
        indexes = (
            models.Index(fields=("plan", "state", "line"), name="row_in_state"),
            # What a plan's page counts.
            models.Index(fields=("plan", "state", "verdict"), name="row_counted"),
            models.Index(fields=("plan", "verdict", "line"), name="row_of_verdict"),
        )

    def __str__(self) -> str:
        return f"{self.line}"
