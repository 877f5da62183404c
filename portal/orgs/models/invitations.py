"""Invitations: to an organisation, and to set up a second factor."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.orgs.models.organisations import Membership, Organisation
from portal.orgs.models.people import User


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations, as far as somebody may see them, or they are still open."""

    def of(self, member: Membership) -> Self:
        """Return the invitations to the member's organisation."""
        return self.filter(organisation=member.organisation_id)

    def visible_to(self, user: User) -> Self:
        """Return the invitations to the organisations this person belongs to."""
        return self.filter(organisation__in=Membership.objects.organisations_of(user))

    def unanswered(self) -> Self:
        """Return those that nobody accepted or revoked, whether they are good still or too old."""
        return self.filter(UNANSWERED)

    def good(self) -> Self:
        """Return those that may be accepted today."""
        return self.unanswered().filter(expires_at__gt=timezone.now())


UNANSWERED = Q(accepted_at=None, revoked_at=None)


class Invitation(models.Model):
    """Lets the owner of an address join an organisation, once: see `invitations`."""

    VALID: ClassVar[timedelta] = timedelta(days=7)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="invitations",
        verbose_name=_("organisation"),
    )
    # In lower case, whatever was typed.
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=16, choices=Membership.Role.choices)
    all_sites = models.BooleanField(_("all sites"), default=True)
    # As text: it is read when the inviter may have another name, or be gone.
    # Empty for an operator of the portal.
    inviter_name = models.CharField(_("invited by"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    # The link's token is made of it and of the portal's secret key; of the token, the digest.
    seed = models.CharField(max_length=64, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("expires at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("email",)
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "email"),
                condition=UNANSWERED,
                name="one_invitation_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(role__in=("admin", "installer", "viewer")),
                name="invitation_role_known",
            ),
            models.CheckConstraint(
                condition=Q(role="installer") | Q(all_sites=True),
                name="only_invited_installers_are_limited",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None),
                name="invitation_accepted_or_revoked_not_both",
            ),
        )

    def __str__(self) -> str:
        return self.email

    @property
    def renewed_at(self) -> datetime:
        """When its link was made: at first, and each time that it was made anew or sent again."""
        return self.expires_at - self.VALID

    @property
    def is_expired(self) -> bool:
        """Whether it is too old to be accepted."""
        return self.expires_at <= timezone.now()


class FactorInvitation(models.Model):
    """Lets one operator or support agent set up a second factor, once: see `invitations`."""

    VALID: ClassVar[timedelta] = timedelta(days=7)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("user"))
    # Of the link's token, which is written down nowhere.
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(_("expires at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True)

    class Meta:
        verbose_name = _("invitation to set up a second factor")
        verbose_name_plural = _("invitations to set up a second factor")

    def __str__(self) -> str:
        return str(self.user)
