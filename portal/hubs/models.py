"""Hub: the last status that SpKey gave of a hub, as one organisation may know it.

A hub's row belongs to one organisation, even where two have asked after the same hub: a shared row
would tell one of them what the other does. For the same reason the row of a hub that is bound
to somebody else says just that, and never to whom.

Those that are the organisation's own are its inventory. What follows from a row's change, the
database writes with it: see `bookkeeping`.
"""

import uuid
from datetime import timedelta
from typing import Any, ClassVar, Final, Self

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Cast, Concat, Lower, Replace
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.core.folding import folded
from portal.core.leasing import Bound, Leased, Timed
from portal.core.text_index import FoldedText
from portal.orgs.models import Membership, Organisation, User
from portal.sites.models import Site

NOW: Final = Bound(timedelta(0), timedelta(0))

# SpKey's words for a hub's status (API: GET /hubs/{id}/status).
PROVISIONED: Final = "Provisioned"
CLAIMED: Final = "Claimed"
SUSPENDED: Final = "Suspended"
DECOMMISSIONED: Final = "Decommissioned"


class Binding(models.TextChoices):
    """Whose the hub is, seen from the row's organisation."""

    UNKNOWN = "unknown", _("Not looked up yet")
    FREE = "free", _("Can be claimed")
    OURS = "ours", _("Ours")
    OTHER = "other", _("Somebody else's")
    MISSING = "missing", _("No such hub")


class Health(models.TextChoices):
    """How a hub of the organisation's own is: one word for lists, filters, counts and exports."""

    ONLINE = "online", _("Online")
    OFFLINE = "offline", _("Offline")
    # SpKey does not say, or nobody could ask for a day.
    UNKNOWN = "unknown", _("Not known")
    SUSPENDED = "suspended", _("Suspended")
    DECOMMISSIONED = "decommissioned", _("Decommissioned")
    # Another one hangs in its place: how this one is concerns nobody any more.
    REPLACED = "replaced", _("Replaced")


LEFT: Final = "left"
"""In place of a `Health`: it was the organisation's, and is not any more."""


def health_by_row() -> Case:
    """Return how a hub is, by its row: a `Health`, or "" where it is not the organisation's."""
    return Case(
        When(~Q(binding=Binding.OURS), then=Value("")),
        When(status=DECOMMISSIONED, then=Value(Health.DECOMMISSIONED)),
        When(replaced_at__isnull=False, then=Value(Health.REPLACED)),
        When(status=SUSPENDED, then=Value(Health.SUSPENDED)),
        When(online=True, then=Value(Health.ONLINE)),
        When(online=False, then=Value(Health.OFFLINE)),
        default=Value(Health.UNKNOWN),
    )


OWN: Final = ~Q(health="")
"""Which hubs are the organisation's."""
INVENTORY: Final = OWN | Q(left_at__isnull=False)
"""Which hubs stand in its inventory: also those that left."""


class HubQuerySet(models.QuerySet["Hub"]):
    """Hubs, as far as somebody may see them.

    Who is limited to jobs sees what they have claimed, and what stands at the sites of their jobs:
    `jobs.rights.hubs_of` and `hubs_visible_to` know of those.
    """

    def of(self, member: Membership) -> Self:
        """Return the hubs in the inventory of the member's organisation."""
        theirs = self.filter(INVENTORY, organisation=member.organisation_id)
        return theirs if member.all_sites else theirs.filter(claimed_by=member.user_id)

    def visible_to(self, user: User) -> Self:
        """Return the hubs in the inventories of the person's organisations."""
        mine = Membership.objects.organisations_of(user)
        theirs = Q(organisation__in=mine.filter(all_sites=True))
        claimed = Q(organisation__in=mine, claimed_by=user)
        return self.filter(INVENTORY, theirs | claimed)

    def own(self) -> Self:
        """Return those of the hubs that are their organisation's now."""
        return self.filter(OWN)

    def update(self, **fields: Any) -> int:
        """Write to these hubs; where they get another place, what it is found by follows."""
        if "place" in fields:
            fields["place_text"] = folded(fields["place"])
        return super().update(**fields)


class Hub(Leased):
    """The last known status of a hub, due for a refresh while somebody wants to know it.

    Those of the organisation's own are read again by themselves as well: see `rounds`.
    """

    LEASE: ClassVar[timedelta] = timedelta(seconds=30)
    WATCH: ClassVar[timedelta] = timedelta(seconds=60)
    # A hub that is looked up and not claimed is nobody's.
    KEPT: ClassVar[timedelta] = timedelta(days=1)
    # A hub that was just claimed is expected to come online, whether anybody looks or not.
    AWAIT_ONLINE_FOR: ClassVar[timedelta] = timedelta(hours=2)
    BOUNDS: ClassVar[dict[str, Bound]] = {
        # A page that is still open renews it with the next poll.
        "watched_until": Bound(WATCH, None),
        "awaited_until": Bound(AWAIT_ONLINE_FOR, AWAIT_ONLINE_FOR),
    }

    Binding = Binding
    Health = Health

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="hubs", verbose_name=_("organisation")
    )
    hub_id = models.UUIDField(_("hub id"))
    # How its label spells it, where that is with capitals; and whether SpKey knows it so.
    printed_id = models.CharField(max_length=36, blank=True, editable=False)
    as_printed = models.BooleanField(default=False, editable=False)
    binding = models.CharField(
        _("binding"), max_length=8, choices=Binding.choices, default=Binding.UNKNOWN
    )
    status = models.CharField(_("status"), max_length=32, blank=True)
    serial = models.CharField(_("serial"), max_length=64, blank=True)
    model = models.CharField(_("model"), max_length=64, blank=True)
    spkey_site_id = models.CharField(_("SpKey site id"), max_length=128, blank=True)
    # Where in the building it is, as people call it.
    place = models.CharField(_("place"), max_length=80, blank=True)
    # At which site of SpKey's that is; written by the database: see `bookkeeping`.
    place_site_id = models.CharField(max_length=128, blank=True, editable=False)
    is_primary = models.BooleanField(_("is primary"), default=False)
    online = models.BooleanField(_("online"), null=True)
    last_seen = models.DateTimeField(_("last seen"), null=True)
    # When SpKey last said that it was online; `last_seen` is what the hub has reported to SpKey.
    online_at = models.DateTimeField(_("last read as online"), null=True, editable=False)
    firmware = models.CharField(_("firmware"), max_length=64, blank=True)
    uptime_seconds = models.PositiveBigIntegerField(_("uptime seconds"), null=True)
    claimed_at = models.DateTimeField(_("claimed at"), null=True)
    read_at = models.DateTimeField(_("read at"), null=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    awaited_until = models.DateTimeField(_("awaited until"), null=True)
    watched_until = models.DateTimeField(_("watched until"), null=True)
    # By which grant support asked after it: it is read once with support's key, where the
    # organisation's own cannot.
    read_under = models.ForeignKey(
        "consent.Grant",
        models.SET_NULL,
        null=True,
        db_index=False,
        editable=False,
        related_name="+",
    )
    # A row that was only looked up goes then; empty of one that a claim or SpKey made ours.
    kept_until = models.DateTimeField(_("kept until"), null=True)
    # What is being sent to it at this moment, and until when at the latest: see `holds`.
    held_by = models.CharField(max_length=48, blank=True, editable=False)
    held_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    health = models.GeneratedField(
        expression=health_by_row(),
        output_field=models.CharField(_("state"), max_length=16, choices=Health.choices),
        db_persist=True,
    )
    # These are written by the database: see `bookkeeping`.
    health_since = models.DateTimeField(_("since"), null=True, editable=False)
    left_at = models.DateTimeField(_("left at"), null=True, editable=False)
    # When the portal came to know its state, and at which site of SpKey's it is.
    found_at = models.DateTimeField(null=True, editable=False)
    placed_at = models.DateTimeField(null=True, editable=False)
    # The portal's site with this SpKey site id, where it has one.
    site = models.ForeignKey(
        # The inventory's index of sites serves, see below.
        Site,
        models.SET_NULL,
        null=True,
        db_index=False,
        editable=False,
        related_name="hubs",
        verbose_name=_("site"),
    )
    # When SpKey was last asked in the organisation's rounds; empty of what these leave out.
    asked_at = models.DateTimeField(_("asked at"), null=True, editable=False)
    # When SpKey last said by itself that something happened to it; and the same, until it has
    # been read since.
    heard_at = models.DateTimeField(null=True, editable=False)
    hinted_at = models.DateTimeField(null=True, editable=False)
    note = models.TextField(_("note"), max_length=1000, blank=True)
    # By whom, as far as the portal knows; the name stays when the person is gone.
    claimed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("claimed by")
    )
    claimed_by_name = models.CharField(_("claimed by"), max_length=254, blank=True)
    # When another hub took its place, and which.
    replaced_at = models.DateTimeField(_("replaced at"), null=True, editable=False)
    replaced_by = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("replaced by"),
    )
    # What `search` looks in: the id and the serial in small letters, without hyphens.
    search_text = models.GeneratedField(
        expression=Lower(
            Replace(Concat(Cast("hub_id", models.TextField()), Value(" "), "serial"), Value("-"))
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    place_text = FoldedText(of="place", default="", blank=True, editable=False)

    objects = HubQuerySet.as_manager()

    class Meta(Leased.Meta):
        verbose_name = _("hub")
        verbose_name_plural = _("hubs")
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "hub_id"), name="one_row_per_organisation_and_hub"
            ),
            models.CheckConstraint(
                condition=Q(replaced_by=None) | Q(replaced_at__isnull=False),
                name="replaced_hub_says_when",
            ),
        )
        indexes = [
            *Leased.Meta.indexes,
            models.Index(fields=("-created_at", "-id"), name="hub_newest"),
            # Whose a hub is, asked across organisations.
            models.Index(fields=("hub_id",), name="hub_of_whom"),
            models.Index(
                fields=("organisation", "due_at"),
                condition=Q(due_at__isnull=False),
                name="hub_due_of_organisation",
            ),
            # Which of an organisation's hubs are offline, or online.
            models.Index(fields=("organisation", "online"), name="hub_online"),
            models.Index(
                fields=("kept_until",), condition=Q(kept_until__isnull=False), name="hub_kept"
            ),
            models.Index(
                fields=("organisation", "asked_at"),
                condition=Q(asked_at__isnull=False),
                name="hub_in_rounds",
            ),
            # The orders of the inventory, and what it is filtered by.
            models.Index(fields=("organisation", "place", "id"), name="hub_by_place"),
            models.Index(fields=("organisation", "model", "id"), name="hub_by_model"),
            models.Index(fields=("organisation", "firmware", "id"), name="hub_by_firmware"),
            models.Index(fields=("organisation", "read_at", "id"), name="hub_by_reading"),
            models.Index(fields=("organisation", "claimed_at", "id"), name="hub_by_claim"),
            models.Index(fields=("organisation", "claimed_by_name", "id"), name="hub_by_claimer"),
            models.Index(
                fields=("organisation", "health", "health_since", "id"), name="hub_by_health"
            ),
            models.Index(fields=("organisation", "health", "id"), name="hub_by_state"),
            models.Index(fields=("organisation", "health_since", "id"), name="hub_by_change"),
            models.Index(
                fields=("site", "hub_id"), condition=Q(site__isnull=False), name="hub_by_site"
            ),
            models.Index(
                fields=("site", "-health_since", "-id"),
                condition=Q(site__isnull=False),
                name="hub_changed_at_site",
            ),
            models.Index(
                fields=("site", "health", "health_since", "id"),
                condition=Q(site__isnull=False),
                name="hub_health_at_site",
            ),
            models.Index(
                fields=("site", "read_at"),
                condition=Q(site__isnull=False),
                name="hub_read_at_site",
            ),
            models.Index(
                fields=("organisation", "health_since", "id"),
                condition=Q(site=None),
                name="hub_at_no_site",
            ),
            models.Index(
                fields=("organisation", "spkey_site_id", "hub_id"), name="hub_by_spkey_site"
            ),
            # The sites that are learnt from hubs.
            models.Index(
                fields=("organisation", "spkey_site_id", "health", "placed_at"),
                condition=Q(site__isnull=True),
                name="hub_learnt",
            ),
            models.Index(
                fields=("replaced_by",),
                condition=Q(replaced_by__isnull=False),
                name="hub_replaced_by",
            ),
        ]

    def __str__(self) -> str:
        return str(self.hub_id)

    @property
    def spkey_id(self) -> str:
        """The id as SpKey is asked for it, to whom capitals matter."""
        return self.printed_id if self.as_printed else str(self.hub_id)

    @property
    def other_spelling(self) -> str:
        """The id as SpKey might know it instead; "" where there is no other spelling."""
        return str(self.hub_id) if self.as_printed else self.printed_id

    @property
    def is_own(self) -> bool:
        """Whether the hub is the organisation's, by the row as it was read."""
        return self.binding == Binding.OURS


class HubCount(models.Model):
    """How many hubs of its own an organisation has at one of its sites, or at none of them.

    The database keeps it true with each change of a hub: see `bookkeeping`. The numbers of an
    organisation are those of its rows together.
    """

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, db_index=False, related_name="hub_counts"
    )
    site = models.OneToOneField(Site, models.CASCADE, null=True, related_name="hub_count")
    hubs = models.IntegerField(_("hubs"), default=0)
    online = models.IntegerField(_("online"), default=0)
    offline = models.IntegerField(_("offline"), default=0)
    unknown = models.IntegerField(_("not known"), default=0)
    suspended = models.IntegerField(_("suspended"), default=0)
    decommissioned = models.IntegerField(_("decommissioned"), default=0)
    replaced = models.IntegerField(_("replaced"), default=0)

    class Meta:
        verbose_name = _("number of hubs")
        verbose_name_plural = _("numbers of hubs")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "site"), name="hubs_counted_once_each_site"
            ),
            models.UniqueConstraint(
                fields=("organisation",),
                condition=Q(site=None),
                name="hubs_counted_once_without_site",
            ),
        )

    def __str__(self) -> str:
        return f"{self.hubs}"


class Spell(Timed):
    """A time through which a hub of an organisation's own was in one state.

    `health` is a `Health`, or LEFT. The database opens and ends them with the hub's row: see
    `bookkeeping`. Those that are over are kept for KEPT.
    """

    KEPT: ClassVar[timedelta] = timedelta(days=90)
    BOUNDS: ClassVar[dict[str, Bound]] = {"tell_from": NOW, "back_from": NOW}
    TIMED: ClassVar[Q] = Q(tell_from__isnull=False) | Q(back_from__isnull=False)

    hub = models.ForeignKey(Hub, models.CASCADE, db_index=False, related_name="spells")
    health = models.CharField(_("state"), max_length=16)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    # Since when it is to be told to people, until it has been.
    tell_from = models.DateTimeField(null=True)
    # What its notice is about, once it was told.
    news = models.CharField(max_length=100, blank=True)
    # When what was told ended well, until that has been told too.
    back_from = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("spell")
        verbose_name_plural = _("spells")
        ordering = ("-started_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("hub",), condition=Q(ended_at=None), name="one_open_spell_a_hub"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="spell_ends_after_it_began",
            ),
        )
        indexes = (
            models.Index(fields=("hub", "-started_at", "-id"), name="spell_of_hub"),
            models.Index(
                fields=("ended_at",), condition=Q(ended_at__isnull=False), name="spell_ended"
            ),
            models.Index(
                fields=("tell_from",), condition=Q(tell_from__isnull=False), name="spell_to_tell"
            ),
            models.Index(
                fields=("back_from",), condition=Q(back_from__isnull=False), name="spell_back"
            ),
            models.Index(fields=("news", "ended_at"), name="spell_news"),
        )

    def __str__(self) -> str:
        return f"{self.hub}: {self.health}"


class Round(Leased):
    """An organisation's turn to have its hubs read again: one call to SpKey at a time.

    Due is the next call. The turns of all its hubs, without end, are `rounds`.
    """

    LEASE: ClassVar[timedelta] = timedelta(seconds=35)
    RECOUNT: ClassVar[timedelta] = timedelta(days=1)
    BOUNDS: ClassVar[dict[str, Bound]] = {"recount_at": Bound(RECOUNT, timedelta(0))}

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, primary_key=True, related_name="hub_round"
    )
    # When its hubs are counted again.
    recount_at = models.DateTimeField(_("recount at"))

    class Meta(Leased.Meta):
        verbose_name = _("round")
        verbose_name_plural = _("rounds")

    def __str__(self) -> str:
        return str(self.organisation)
