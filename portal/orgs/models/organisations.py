"""Organisations, and who belongs to them."""

import uuid
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q, Value
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.orgs.models.keys import ApiCredential, KeyCandidate
from portal.orgs.models.people import User


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Organisations, as far as somebody may see them."""

    def visible_to(self, user: User) -> Self:
        """Return the organisations in which this person holds an active membership."""
        return self.filter(pk__in=Membership.objects.organisations_of(user))

    def hold(self, organisation: "Organisation") -> None:
        """Make others who would hold this organisation wait until the transaction ends."""
        self.select_for_update(no_key=True).get(pk=organisation.pk)


class Organisation(models.Model):
    """A customer of SpKey: the tenant to whom sites, hubs and claims belong."""

    class RequiresFactor(models.TextChoices):
        """Of whom the organisation requires a second factor."""

        NONE = "none", _("Nobody")
        ADMINS = "admins", _("Administrators")
        EVERYBODY = "everybody", _("Everybody")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    spkey_org_id = models.CharField(_("SpKey organisation id"), max_length=128, unique=True)
    fallback_spkey_user_id = models.UUIDField(
        _("fallback SpKey user id"),
        null=True,
        blank=True,
        help_text=_("Claims are made in this user's name when the installer has none at SpKey."),
    )
    requires_factor = models.CharField(
        _("second factor required of"),
        max_length=9,
        choices=RequiresFactor.choices,
        default=RequiresFactor.NONE,
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    # When an administrator said that the SpKey organisation id is the one they have at SpKey.
    id_confirmed_at = models.DateTimeField(null=True, editable=False)
    # When the first steps were done, or put away: they are never shown again.
    first_steps_done_at = models.DateTimeField(null=True, editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=Q(requires_factor__in=("none", "admins", "everybody")),
                name="organisation_requires_factor_known",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def stored_credential(self) -> ApiCredential | None:
        """The organisation's credential, or None while there is none."""
        return getattr(self, "credential", None)

    @property
    def stored_candidate(self) -> KeyCandidate | None:
        """The key that is to replace the organisation's, or None while there is none."""
        return getattr(self, "key_candidate", None)

    @property
    def holds_super_key(self) -> bool:
        """Whether the organisation's key may act for any other."""
        credential = self.stored_credential
        return credential is not None and credential.is_super


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships, as far as they count today, or somebody may see them."""

    def of(self, member: "Membership") -> Self:
        """Return the memberships in the member's organisation."""
        return self.filter(organisation=member.organisation_id)

    def visible_to(self, user: User) -> Self:
        """Return the memberships in the organisations this person belongs to."""
        return self.filter(organisation__in=Membership.objects.organisations_of(user))

    def active(self, at: datetime | Value | None = None) -> Self:
        """Return memberships that have not expired, of people who may sign in."""
        return self.unexpired(at).filter(user__is_active=True)

    def unexpired(self, at: datetime | Value | None = None) -> Self:
        """Return memberships that have not expired, whether their people may sign in or not."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=at or timezone.now()))

    def of_agents(self) -> Self:
        """Return memberships that allow to act for other organisations: see `access.abilities`."""
        return self.filter(support=True, organisation__credential__kind=ApiCredential.Kind.SUPER)

    def administrators(self) -> Self:
        """Return the memberships of those who run their organisation today."""
        return self.active().filter(role=Membership.Role.ADMIN)

    def active_of(self, user: User) -> Self:
        """Return this person's memberships that count today."""
        return self.active().filter(user=user)

    def asked_for_factor(self) -> Self:
        """Return memberships whose organisation requires a second factor of their people."""
        required = Organisation.RequiresFactor
        of_admins = Q(organisation__requires_factor=required.ADMINS, role=Membership.Role.ADMIN)
        return self.filter(Q(organisation__requires_factor=required.EVERYBODY) | of_admins)

    def organisations_of(self, user: User) -> "models.QuerySet[Membership, Any]":
        """Return the ids of the organisations this person belongs to today, to select rows by.

        Every `visible_to` takes them from here, so that it is one sub-query deep. Who lacks a
        second factor sees nothing of those that require it.
        """
        mine = self.active_of(user)
        # A place in a prepared statement stands for anybody.
        if getattr(user, "lacks_required_factor", False):
            asked = Membership.objects.active_of(user).asked_for_factor()
            mine = mine.exclude(pk__in=asked.values("pk"))
        return mine.values("organisation")


class Membership(models.Model):
    """A person's place in an organisation."""

    class Role(models.TextChoices):
        """What a member is for."""

        ADMIN = "admin", _("Administrator")
        INSTALLER = "installer", _("Installer")
        VIEWER = "viewer", _("Viewer")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        User, models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.INSTALLER)
    # Else they may claim, and see, only where an open job of theirs is: see `jobs.rights`.
    all_sites = models.BooleanField(_("all sites"), default=True)
    support = models.BooleanField(
        _("support agent"),
        default=False,
        help_text=_("May claim for other organisations with this organisation's super key."),
    )
    spkey_user_id = models.UUIDField(_("SpKey user id"), null=True, blank=True)
    # Remembered from SpKey's answer for the person's e-mail address, not set by hand.
    spkey_user_id_found = models.BooleanField(default=False, editable=False)
    expires_at = models.DateTimeField(_("ends on"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # When they last worked in this organisation, to within a few minutes.
    seen_at = models.DateTimeField(_("last seen"), null=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ("organisation__name", "user__email")
        constraints = (
            models.UniqueConstraint(fields=("user", "organisation"), name="one_membership_each"),
            models.CheckConstraint(
                condition=Q(role__in=("admin", "installer", "viewer")),
                name="membership_role_known",
            ),
            # Who runs the organisation, or only looks, has no jobs to be limited to.
            models.CheckConstraint(
                condition=Q(role="installer") | Q(all_sites=True),
                name="only_installers_are_limited_to_jobs",
            ),
        )

    def __str__(self) -> str:
        return gettext("%(person)s in %(organisation)s") % {
            "person": self.user,
            "organisation": self.organisation,
        }

    @property
    def record_label(self) -> str:
        """What the record calls the membership: who the member is."""
        return self.user.display_name

    @property
    def is_asked_for_factor(self) -> bool:
        """Whether the organisation requires a second factor of this member."""
        required = self.organisation.requires_factor
        of_admins = required == Organisation.RequiresFactor.ADMINS
        return required == Organisation.RequiresFactor.EVERYBODY or (
            of_admins and self.role == self.Role.ADMIN
        )
