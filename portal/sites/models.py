"""Site: a building, or a part of one, in which hubs stand."""

import uuid
from collections.abc import Iterator
from typing import ClassVar, NamedTuple, Self

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
        known = self.filter(spkey_site_id=spkey_site_id).first()
        return known.shown_name if known else spkey_site_id

    def choices(self) -> list[tuple[str, str]]:
        """Return for each site its row's id and what people call it, by name: for a list of many.

        Rows made for that would cost most of a page's time.
        """
        told_of = ("name", "address", "spkey_site_id", "told_by")
        rows = self.order_by("name", "pk").values_list("pk", *told_of)
        return [(str(pk), told(*words)) for pk, *words in rows]

    def addressed_choices(self) -> list[tuple[str, str]]:
        """As `choices`, each with its address, which tells two of a name apart."""
        return [
            (pk, " · ".join(filter(None, (words.shown_name, words.other_address))))
            for pk, words in self.worded()
        ]

    def worded(self) -> Iterator[tuple[str, "SiteWords"]]:
        """Yield for each site its row's id, and how it is told from others of its name."""
        rows = self.values_list("pk", "name", "address", "spkey_site_id", "told_by")
        for pk, name, address, *by in rows:
            yield str(pk), SiteWords(told(name, address, *by), other(address, by[-1]))


class SiteWords(NamedTuple):
    """What a site says of itself in a list: see `Site`."""

    shown_name: str
    other_address: str


class ToldBy(models.TextChoices):
    """What a site is told by from others of its organisation that are called the same."""

    NAME = "name", _("Name")
    ADDRESS = "address", _("Address")
    ID = "id", _("SpKey site id")


def told(name: str, address: str, spkey_site_id: str, told_by: str) -> str:
    """Return what people call a site, with what tells it from another that is called the same."""
    if told_by == ToldBy.ADDRESS:
        return f"{name}, {address}"
    return f"{name} ({spkey_site_id})" if told_by == ToldBy.ID else name


def other(address: str, told_by: str) -> str:
    """Return a site's address, where `told` has not said it."""
    return "" if told_by == ToldBy.ADDRESS else address


class Site(models.Model):
    """A building, or a part of one, in which hubs stand."""

    LONGEST_NOTE: ClassVar[int] = 1000
    # A name, and an address that tells it from another of that name.
    LONGEST_SHOWN_NAME: ClassVar[int] = 362
    MOST_HUBS: ClassVar[int] = 100_000

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        # The index of its sites by their name serves, see below.
        Organisation,
        models.CASCADE,
        db_index=False,
        related_name="sites",
        verbose_name=_("organisation"),
    )
    name = models.CharField(_("name"), max_length=120)
    spkey_site_id = models.CharField(_("SpKey site id"), max_length=128)
    address = models.CharField(_("address"), max_length=240, blank=True)
    contact = models.CharField(_("contact"), max_length=240, blank=True)
    note = models.TextField(_("note"), max_length=LONGEST_NOTE, blank=True)
    # What a new job here expects, where it does not say.
    usual_hubs = models.PositiveIntegerField(_("usual number of hubs"), null=True, blank=True)
    # Kept by `changes`, whenever a name or an address changes.
    told_by = models.CharField(
        max_length=7, choices=ToldBy.choices, default=ToldBy.NAME, editable=False
    )
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
        indexes = (models.Index(fields=("organisation", "name"), name="site_by_name"),)

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """What people call it, with what tells it from another that is called the same."""
        return told(self.name, self.address, self.spkey_site_id, self.told_by)

    @property
    def other_address(self) -> str:
        """Its address, where its shown name has not said it."""
        return other(self.address, self.told_by)
